"""How many accounts a group's evidence is held against: those of its milieu, not all of a large log."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class MilieuOptions:
    """What a group is held against, as if whoever outside it holds what it holds were among so many accounts."""

    accounts: int = 2_500
    """So many accounts at most. In a large log those who live in one place, work in one trade or rent from one host
    share networks, tools and texts that hardly anybody else has, without having to do with each other. Our figures hold
    for logs of that size; of 20,530 honest accounts in twelve such logs side by side 568 were accused when held against
    all of them ..."""
    each: int = 10
    """... or so many times as many as a group has: wide campaigns are found among many more."""

    def around(self, size: int) -> int:
        """How many accounts at most a group of that many is held against."""
        return max(self.accounts, self.each * size)
