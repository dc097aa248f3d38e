"""Which confirmed groups explain the accounts best: each account in one of them, and no group that adds nothing."""

from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from stillwatch.facts.group import Codes

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A group that two families confirm, or one far beyond chance."""

    members: Codes
    bits: Floats
    """(n,) what ties each member to the others, in bits."""
    speaking: npt.NDArray[np.bool_] | None = None
    """(4, n) whether each family ties a member in by itself; known once the group is final."""
    faint: npt.NDArray[np.bool_] | None = None
    """(4, n) which of these do so faintly, by request parameters only, or by what others may have done to the account;
    known once the group is final."""
    gave: npt.NDArray[np.bool_] | None = None
    """(n,) whether each only gave work within the group, and took none over; known once the group is final."""
    hand: int = -1
    """Groups that one hand seems to move have the same number; known once the group is final."""


def chosen(
    confirmed: list[Confirmed], against: Floats, taken: npt.NDArray[np.bool_], *, group_bits: float, least: int
) -> list[tuple[int, Codes]]:
    """Disjoint groups of at least `least` accounts, none of them `taken`, each account in the one that it fits best.

    Each comes with the place in `confirmed` of the group that it is of.

    `against` is what stands against an account's being of each confirmed group before anything is known of it (bits).
    A group is worth what its accounts fit it better than they fit those chosen before, less `group_bits`; whichever is
    worth most comes first. A union of strangers fits each of its accounts less well than its own circle does, and a
    splinter gains too little to be worth a group. Source: the greedy choice of uncapacitated facility location, within
    1 - 1/e of the best (Cornuejols, Fisher and Nemhauser 1977); what a group is worth only falls as others are chosen,
    so that most need not be looked at again (Minoux 1978).
    """
    best = np.where(taken, np.inf, 0.0)
    home = np.full(len(taken), -1, dtype=np.int64)
    scores = [one.bits - prior for one, prior in zip(confirmed, against, strict=True)]

    def worth(k: int) -> float:
        return float(np.maximum(scores[k] - best[confirmed[k].members], 0.0).sum()) - group_bits

    waiting = [(-worth(k), one.members.tobytes(), k) for k, one in enumerate(confirmed)]
    heapify(waiting)
    while waiting:
        _, name, k = heappop(waiting)
        now = worth(k)
        if now <= 0.0:
            continue
        if waiting and -now > waiting[0][0]:
            heappush(waiting, (-now, name, k))
            continue
        members = confirmed[k].members
        better = scores[k] > best[members]
        home[members[better]] = k
        best[members[better]] = scores[k][better]
    order = np.argsort(home, kind="stable")
    order = order[home[order] >= 0]
    edges = np.flatnonzero(np.diff(home[order], prepend=-1, append=-1)) if len(order) else np.zeros(1, dtype=np.int64)
    found = [(int(home[order[low]]), order[low:high].astype(np.int32)) for low, high in pairwise(edges.tolist())]
    return sorted(((k, members) for k, members in found if len(members) >= least), key=lambda one: one[1].tobytes())
