"""One hand: which groups of a scan it moves, by what they share, what they pass on, one pace or one list."""

from collections import defaultdict
from collections.abc import Callable
from heapq import heapify, heappop, heappush

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from stillwatch.facts.group import Codes
from stillwatch.link.parting import passes_apart
from stillwatch.link.ties import JoinOptions, Ties
from stillwatch.link.views import Views

Floats = npt.NDArray[np.float64]
Shares = list[dict[int, float]]
"""By view, the share of a group's accounts that hold each token, where enough of them do."""


class Hands:
    """What is asked about pairs of groups of one scan."""

    def __init__(
        self, views: Views, ties: Ties, options: JoinOptions, together: Callable[[Codes, Codes], float]
    ) -> None:
        """Take the scan's views and ties; `together` gives the bits of one scheduler, or list, behind two groups."""
        self.views = views
        self.ties = ties
        self.options = options
        self.together = together
        self.accounts = len(views.exchanges)

    def merged(self, groups: list[Codes]) -> list[Codes]:
        """Join the pair with the most evidence, again and again, until none has enough."""
        background = self.ties.background(groups)
        members, shares, label = self._laid_out(groups)
        waiting = self._links(sorted(self._pairs(shares, label)), members, shares, background)
        near: dict[int, set[int]] = defaultdict(set)
        for one, other in waiting:
            near[one].add(other)
            near[other].add(one)
        heap = [(-bits, pair) for pair, bits in waiting.items() if bits >= self.options.join_bits]
        heapify(heap)
        while heap:
            bits, (a, b) = heappop(heap)
            if waiting.get((a, b)) != -bits:  # told anew since, or one of the two is gone
                continue
            del waiting[a, b]  # decided; an equal entry of the heap is older news
            if not self._both_take_part(members[a], members[b], background):
                continue
            members[a] = np.sort(np.concatenate([members[a], members.pop(b)]))
            label[members[a]] = a
            shares[a] = self.ties.shares(members[a])
            del shares[b]
            neighbours = (near[a] | near.pop(b)) - {a, b}
            for other in neighbours:
                waiting.pop((min(b, other), max(b, other)), None)
                near[other].discard(b)
                near[other].add(a)
            near[a] = neighbours
            again = self._links([(min(a, one), max(a, one)) for one in sorted(neighbours)], members, shares, background)
            waiting |= again
            for pair, found in again.items():
                if found >= self.options.join_bits:
                    heappush(heap, (-found, pair))
        return list(members.values())

    def numbers(self, groups: list[Codes], background: list[Floats]) -> list[int]:
        """A number for each group, the same for groups that one hand moves as far as can be told.

        Too few accounts of two such groups may be tied to both to make them one: stolen keys do their thief's work
        between their owners' own.
        """
        members, shares, label = self._laid_out(groups)
        links = self._links(sorted(self._pairs(shares, label)), members, shares, background)
        tied = [pair for pair, bits in links.items() if bits >= self.options.join_bits]
        ends = np.array(tied, dtype=np.int64).reshape(-1, 2)
        graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(groups), len(groups)))
        _, hand = connected_components(graph, directed=False)
        return [int(one) for one in hand]

    def _laid_out(self, groups: list[Codes]) -> tuple[dict[int, Codes], dict[int, Shares], npt.NDArray[np.int64]]:
        """Groups by number, what each of them shows, and the number of each account's group (-1: none)."""
        label = np.full(self.accounts, -1, dtype=np.int64)
        for place, codes in enumerate(groups):
            label[codes] = place
        return dict(enumerate(groups)), {i: self.ties.shares(codes) for i, codes in enumerate(groups)}, label

    def _both_take_part(self, one: Codes, other: Codes, background: list[Floats]) -> bool:
        """Whether enough accounts of each of two groups, as a share of the smaller one, are themselves tied to both.

        Or as much passes between them as within them: of a pool whose accounts pass little, whatever is looked for in
        it are pieces that pass less to each other, by how they were found.
        """
        tied = min(self._take_part(one, other, background), self._take_part(other, one, background))
        if tied >= self.options.taking_part * min(len(one), len(other)):
            return True
        passed = self.ties.cross_bits(one, other) >= self.options.lone_family_bits
        return passed and passes_apart(self.views, one, other) <= 0.0

    def _take_part(self, ours: Codes, theirs: Codes, background: list[Floats]) -> float:
        """How many accounts of one group are themselves tied to another."""
        return self.ties.take_part(ours, theirs, background) * len(ours)

    def _pairs(self, shares: dict[int, Shares], label: npt.NDArray[np.int64]) -> set[tuple[int, int]]:
        """Groups that show a common token or hand something on to each other."""
        pairs: set[tuple[int, int]] = set()
        for place in range(len(self.views.views)):
            holders: dict[int, list[int]] = defaultdict(list)
            for group, by_view in shares.items():
                for token in by_view[place]:
                    holders[token].append(group)
            for found in holders.values():
                if len(found) > self.options.most_showing:
                    continue
                pairs.update((a, b) for i, a in enumerate(found) for b in found[i + 1 :])
        giver, taker = label[self.views.passes.partner_of], label[self.views.passes.partner]
        crossing = (giver >= 0) & (taker >= 0) & (giver < taker)
        pairs.update(zip(giver[crossing].tolist(), taker[crossing].tolist(), strict=True))
        return pairs

    def _links(
        self,
        pairs: list[tuple[int, int]],
        members: dict[int, Codes],
        shares: dict[int, Shares],
        background: list[Floats],
    ) -> dict[tuple[int, int], float]:
        """For each pair of groups, how much likelier one hand makes what they share and pass on (bits).

        What both share may be what an office, an agency or a harness shares: one hand also works as one. Where no work
        passes, each group is asked about one scheduler with those it shares most with only.
        """
        shared = {
            (a, b): self.ties.shared_bits(members[a], members[b], shares[a], shares[b], background) for a, b in pairs
        }
        worth = [pair for pair in pairs if max(shared[pair]) >= self.options.asking_bits]
        silent = [pair for pair in worth if shared[pair][-1] < self.options.speaking_bits]
        asked: dict[int, int] = defaultdict(int)
        out = dict.fromkeys(pairs, 0.0)
        for pair in worth:
            if shared[pair][-1] >= self.options.speaking_bits:
                out[pair] = self._weigh(shared[pair])
        for pair in sorted(silent, key=lambda pair: (-sum(shared[pair]), pair)):
            if min(asked[one] for one in pair) < self.options.most_asked:
                together = self.together(*(members[one] for one in pair))
                for one in pair:
                    asked[one] += 1
                if together >= self.options.speaking_bits:
                    out[pair] = self._weigh([*shared[pair], together])
        return out

    def _weigh(self, families: list[float]) -> float:
        """Bits of all families, fewer where one family alone ties two groups."""
        speaking = sum(1 for bits in families if bits >= self.options.speaking_bits)
        short = 0.0 if speaking >= 2 else self.options.lone_family_bits - self.options.join_bits  # noqa: PLR2004
        return sum(families) - short
