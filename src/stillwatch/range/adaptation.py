"""Level 4: a campaign that watches which of its accounts get banned, and changes what they had in common."""

from collections import Counter

from stillwatch.range.accounts import Account
from stillwatch.range.fleet import Fleet, traits


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
        if len(fresh) < self._fleet.skill.patience:
            return
        self._seen = len(self._fleet.lost)
        blamed = self._blame(fresh)
        if blamed is None:
            self._be_cautious()
            return
        living = [account for account in self._fleet.accounts if blamed in traits(account)]
        for account in living[: int(self._fleet.skill.most_retired * len(self._fleet.accounts))]:
            self._fleet.retire(account, now)
        self._fleet.shunned.add(blamed)
        self.changes.append(f"no more accounts with {blamed[0]} {blamed[1]}")

    def _blame(self, lost: list[Account]) -> tuple[str, str] | None:
        skill = self._fleet.skill
        everybody = [*self._fleet.accounts, *lost]
        among_lost = Counter(trait for account in lost for trait in traits(account))
        among_all = Counter(trait for account in everybody for trait in traits(account))
        best: tuple[float, tuple[str, str]] | None = None
        for trait, count in sorted(among_lost.items()):
            lift = (count / len(lost)) / (among_all[trait] / len(everybody))
            if count >= skill.patience - 1 and lift >= skill.least_lift and (best is None or lift > best[0]):
                best = (lift, trait)
        return best[1] if best else None

    def _be_cautious(self) -> None:
        """Take the next precaution: keep conversations together, stop failing over, slow down."""
        conduct, skill = self._fleet.conduct, self._fleet.skill
        if conduct.sticky < skill.kept_together:
            conduct.sticky = skill.kept_together
            self.changes.append("conversations stay with their account")
        elif conduct.fails_over:
            conduct.fails_over = False
            self.changes.append("refused requests wait for their own account")
        else:
            conduct.pause_factor *= skill.slowed
            self.changes.append("pauses are doubled")
