"""The attacker's skill: what each level hides that the level below shows."""

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
    jitter_s: float = assumed(3.0, "median extra pause of a worker from level 2 on; 0.5 to 5 s; log-normal, sigma 1")
    accounts_per_card: tuple[int, int] = assumed(
        (5, 30), "shared cards are a fact (S1); how many share one is not published"
    )
    sign_up_batch: int = assumed(12, "accounts opened within the same hour; bulk registration is a fact (S1, S5)")
    careless_exits: int = fact(
        6, "shared exits of a proxy network; shared infrastructure is a fact (S1), the number assumed"
    )

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
