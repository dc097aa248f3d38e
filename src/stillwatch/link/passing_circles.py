"""Accounts that pass work among themselves only: by the software that they use, they are of a pool that passes work."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.special import bdtrc

from stillwatch.facts.group import Codes
from stillwatch.link.views import Views

Flags = npt.NDArray[np.bool_]

_MOST_CHANCE = 0.9
"""A circle uses a software by chance at most this often: what one that does not says of others has a limit."""


@dataclass(frozen=True, slots=True)
class PassingCircles:
    """Circles of accounts between which work passes, and no work to or from anybody outside that was looked at."""

    members: Codes
    """Circle by circle."""
    first: npt.NDArray[np.int64]
    """(n,) where each circle begins in `members`."""

    @classmethod
    def among(cls, views: Views, free: Flags) -> "PassingCircles":
        """The circles that the `free` accounts form; quotations are left out, since they pass between strangers."""
        rows = ~views.passes.quoted & free[views.passes.partner_of] & free[views.passes.partner]
        ends = views.passes.partner_of[rows], views.passes.partner[rows]
        graph = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(len(free), len(free)))
        label = connected_components(graph, directed=False)[1]
        inside = np.unique(ends[0]).astype(np.int32)
        members = inside[np.argsort(label[inside], kind="stable")]
        return cls(members, np.flatnonzero(np.diff(label[members], prepend=-1)))

    def __len__(self) -> int:
        """Circles."""
        return len(self.first)

    @property
    def sizes(self) -> npt.NDArray[np.int64]:
        """(n,) accounts of each circle."""
        return np.diff(self.first, append=len(self.members))

    def each(self) -> list[Codes]:
        """The accounts of each circle, in order."""
        return [np.sort(circle) for circle in np.split(self.members, self.first[1:])] if len(self) else []

    def of(self, some: Flags) -> Codes:
        """The accounts of some circles."""
        return self.members[np.repeat(some, self.sizes)]

    def using(self, sends: Flags, *, often: float, share: float) -> "Using":
        """Which circles use a software, and whether that is luck.

        A circle uses it when this share of its accounts `sends` what it sends. Null: accounts use any software as
        `often` as those of no group do, those of one circle alike or not. That makes circles none of whose accounts
        uses it as well, and of those that do or do not, how many do has a distribution: a binomial of their mean
        probability bounds its tail (Hoeffding 1956, On the distribution of the number of successes in independent
        trials, theorem 4). For each circle that does not, and one more for what they do not tell, those by chance are
        as many as its odds. A single circle is always taken for luck.
        """
        if len(self) == 0:
            return Using(np.zeros(0, dtype=np.bool_), 1.0, -np.inf)
        users = np.add.reduceat(sends[self.members].astype(np.int64), self.first)
        uses: Flags = users >= share * self.sizes
        if share < 1.0:
            # One user may be enough, and any account may be that one.
            each = np.minimum(often * self.sizes, _MOST_CHANCE)
            odds = each / (1.0 - each)
        else:
            # All must: likeliest where they choose alike, unless most of the log uses it.
            each = np.full(len(self), min(often, _MOST_CHANCE))
            odds = np.maximum(each / (1.0 - each), (each / (1.0 - each)) ** self.sizes)
        found, told = int(uses.sum()), uses | (users == 0)
        mean = float((odds / (1.0 + odds))[told].mean()) if found else 0.0
        # So far above their mean, the bound holds.
        many = found - 1 >= max(1.0, told.sum() * mean)
        chance = float(bdtrc(found - 1, int(told.sum()), mean)) if many else 1.0
        expected = float(odds[users == 0].sum() + odds.mean())
        return Using(uses, chance, float(np.log2(found / expected - 1.0)) if found > expected else -np.inf)


@dataclass(frozen=True, slots=True)
class Using:
    """The circles that use a software, against those that would by chance."""

    circles: Flags
    by_chance: float
    """How likely chance alone makes so many (at most): of one software, before others were tried."""
    bits: float
    """The odds that one of them is of the software's pool and not there by chance."""
