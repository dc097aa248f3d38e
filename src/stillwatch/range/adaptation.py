"""Level 4: a campaign that watches which of its accounts get banned, and changes what they had in common."""

from collections import Counter

from stillwatch.range.accounts import Account
from stillwatch.range.fleet import Fleet, traits

# Assumptions, since nobody has published how campaigns react beyond replacing accounts and switching pools.
PATIENCE = 3  # accounts lost before anything is changed
LEAST_LIFT = 2.0  # how much commoner a trait must be among the lost than in the fleet to be blamed
MOST_RETIRED = 0.34  # of the fleet that is given up for one blamed trait


class Adaptation:
    """What one fleet has learnt from its losses."""

    def __init__(self, fleet: Fleet) -> None:
        """Watch `fleet`."""
        self._fleet = fleet
        self._seen = 0
        self.changes: list[str] = []
        """What was changed, in order: for people and tests."""

    def learn(self, now: float) -> None:
        """After enough losses, drop the trait that stands out among the lost, or else act more cautiously."""
        fresh = self._fleet.lost[self._seen :]
        if len(fresh) < PATIENCE:
            return
        self._seen = len(self._fleet.lost)
        blamed = self._blame(fresh)
        if blamed is None:
            self._be_cautious()
            return
        living = [account for account in self._fleet.accounts if blamed in traits(account)]
        for account in living[: int(MOST_RETIRED * len(self._fleet.accounts))]:
            self._fleet.retire(account, now)
        self._fleet.shunned.add(blamed)
        self.changes.append(f"no more accounts with {blamed[0]} {blamed[1]}")

    def _blame(self, lost: list[Account]) -> tuple[str, str] | None:
        everybody = [*self._fleet.accounts, *lost]
        among_lost = Counter(trait for account in lost for trait in traits(account))
        among_all = Counter(trait for account in everybody for trait in traits(account))
        best: tuple[float, tuple[str, str]] | None = None
        for trait, count in sorted(among_lost.items()):
            lift = (count / len(lost)) / (among_all[trait] / len(everybody))
            if count >= PATIENCE - 1 and lift >= LEAST_LIFT and (best is None or lift > best[0]):
                best = (lift, trait)
        return best[1] if best else None

    def _be_cautious(self) -> None:
        """Take the next precaution: keep conversations together, stop failing over, slow down."""
        conduct = self._fleet.conduct
        if conduct.sticky < 0.9:  # noqa: PLR2004 - the first precaution sets it to 0.95
            conduct.sticky = 0.95
            self.changes.append("conversations stay with their account")
        elif conduct.fails_over:
            conduct.fails_over = False
            self.changes.append("refused requests wait for their own account")
        else:
            conduct.pause_factor *= 2
            self.changes.append("pauses are doubled")
