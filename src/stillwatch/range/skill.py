"""The attacker's skill: what each level hides that the level below shows."""

import math
from dataclasses import dataclass

from stillwatch.range.marks import assumed, fact

LEVELS = range(5)


@dataclass(frozen=True, kw_only=True)
class Skill:
    """What a campaign of this level takes care of."""

    level: int
    cover_share: float = assumed(
        0.75, "of a fleet's traffic at level 3 and above is unrelated; mixing itself is a fact (S1)"
    )
    cover_reasons: float = assumed(0.5, "of these sessions have reasoning switched on")
    jitter_s: float = assumed(3.0, "median extra pause of a worker from level 2 on; 0.5 to 5 s")
    jitter_spread: float = assumed(1.0, "sigma of this pause, which is log-normal")
    accounts_per_card: tuple[int, int] = assumed(
        (5, 30), "shared cards are a fact (S1); how many share one is not published"
    )
    sign_up_batch: int = assumed(12, "accounts opened within the same hour; bulk registration is a fact (S1, S5)")
    batch_spread_s: float = assumed(300.0, "mean time by which an account of a batch follows the first")
    careless_exits: int = fact(
        6, "shared exits of a proxy network; shared infrastructure is a fact (S1), the number assumed"
    )
    patience: int = assumed(
        3, "accounts lost before anything is changed, at level 4; how campaigns react is unpublished"
    )
    least_lift: float = assumed(2.0, "how much commoner a trait must be among the lost than in the fleet to be blamed")
    most_retired: float = assumed(0.34, "of the fleet are given up for one blamed trait")
    kept_together: float = assumed(0.95, "of turns stay with their account, once a conversation is kept together")
    slowed: float = assumed(2.0, "times as long pauses, each time that a campaign slows down")

    @property
    def mean_jitter_s(self) -> float:
        """Mean extra pause of a worker: that of a log-normal, to two decimals of the median."""
        return self.jitter_s * round(math.exp(self.jitter_spread**2 / 2), 2) if self.jitters else 0.0

    @property
    def own_exits(self) -> bool:
        """One exit address for each account, as relays' own tooling gives (level 1)."""
        return self.level >= 1

    @property
    def disguised(self) -> bool:
        """Clients that look like the most popular honest one (level 1)."""
        return self.level >= 1

    @property
    def paraphrases(self) -> bool:
        """No two wrappers worded alike (level 2)."""
        return self.level >= 2  # noqa: PLR2004

    @property
    def jitters(self) -> bool:
        """Pauses between a worker's requests (level 2)."""
        return self.level >= 2  # noqa: PLR2004

    @property
    def registers_apart(self) -> bool:
        """No shared payment or registration (level 2)."""
        return self.level >= 2  # noqa: PLR2004

    @property
    def covers(self) -> bool:
        """Unrelated traffic over the same accounts (level 3)."""
        return self.level >= 3  # noqa: PLR2004

    @property
    def adapts(self) -> bool:
        """Watches which accounts get limited and drops what they had in common (level 4)."""
        return self.level >= 4  # noqa: PLR2004
