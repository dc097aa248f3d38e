"""One account's pace: whether its requests follow on those of a group, and the group's on its own."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from stillwatch.link.clock import DAY_US, HOUR_US, MINUTE_US, Clock
from stillwatch.link.rhythm import (
    Codes,
    Floats,
    Ints,
    RhythmOptions,
    busiest,
)
from stillwatch.link.timelines import Timelines
from stillwatch.stats.handover_kernel import covered, near_any, own_pace

_LEAST_CHANCE = 1e-3
"""No coincidence is taken to be rarer than this."""
_MOST_EXCESS = 0.9
"""Nobody follows a scheduler in more than this share of what he does."""


@dataclass(frozen=True, slots=True)
class _Way:
    """One way in which requests can follow on a group's: on what edges, whose they are, and the moments after them."""

    backwards: bool
    """Time runs the other way round: what follows on an account's ends, instead of what its starts follow on."""
    beside: bool
    """Starts are held against starts, and those that a clock makes say nothing."""
    edges: Ints
    edge_of: Codes
    moments_us: tuple[int, ...]
    covers: tuple[tuple[Ints, Ints, Ints], ...]
    """By moment, the time that lies within it after an edge, or after as many as a crew has."""
    others: int = 1
    """The edges of so many others must lie within the moment: of more than one where a crew has set out."""
    bursts: bool = False
    """Bursts are held against bursts, and nothing else counts."""
    crews: tuple[Ints, Ints, Ints] | None = None
    """When crews set out. Near that, a start is one of a crew's or it is not; elsewhere, any other's will do."""

    @classmethod
    def of(cls, edges: Ints, edge_of: Codes, moments_us: tuple[int, ...], *, backwards: bool = False) -> Self:
        """Put edges in order and measure what lies soon after them."""
        order = np.argsort(edges, kind="stable")
        edges = edges[order]
        covers = tuple(covered(edges, moment, 1) for moment in moments_us)
        return cls(
            backwards=backwards, beside=False, edges=edges, edge_of=edge_of[order], moments_us=moments_us, covers=covers
        )

    @classmethod
    def beside_starts(cls, start: Ints, by: Codes, near: int, crew: int) -> tuple[Self, Self]:
        """Starts held against any other's start and, where a crew of that many sets out, against the crew's."""
        order = np.argsort(start, kind="stable")
        # Beside a start is as much before it as after it: within twice the moment after what lies a moment before.
        edges, by = start[order] - near, by[order]
        crews = covered(_once_each(edges, by, 2 * near), 2 * near, crew)
        alone, among = (
            cls(
                backwards=False,
                beside=True,
                edges=edges,
                edge_of=by,
                moments_us=(2 * near,),
                covers=(covered(edges, 2 * near, others),),
                others=others,
                crews=crews,
            )
            for others in (1, crew - 1)
        )
        return alone, among

    @classmethod
    def bursting(cls, start: Ints, by: Codes, near: int, others: int) -> Self:
        """Starts in bursts, held against those of so many others."""
        order = np.argsort(start, kind="stable")
        edges, by = start[order] - near, by[order]
        return cls(
            backwards=False,
            beside=True,
            bursts=True,
            edges=edges,
            edge_of=by,
            moments_us=(2 * near,),
            covers=(_covered_by(edges, by, 2 * near, others),),
            others=others,
        )


@dataclass(frozen=True, slots=True)
class _Starts:
    """The starts of some accounts within a group's time."""

    account: Ints
    """Place of each start's account among those asked about."""
    weight: Floats
    """A burst of an account is one observation."""
    ring: npt.NDArray[np.int64]
    """How soon each came after another member's end: the first moment that holds it, or as many as there are."""
    chance: Floats
    """(n, moments) how likely each of these was."""


class GroupPace:
    """The pace of one group, against which accounts are held.

    A start after another member's end, an end before another member's start, and a start beside another's are likelier
    in one hand by what the members show together, and so is a burst while others of them burst; the chance of each is
    read off the same minutes around it (of a burst: hours) and the same time of other days. Nothing is said by a group
    without a scheduler.
    """

    def __init__(  # noqa: PLR0913 - what was found of a group, and by what
        self,
        timelines: Timelines,
        ways: list[tuple[_Way, Floats]],
        clock: Clock,
        members: Codes,
        options: RhythmOptions,
        owner: Codes | None,
    ) -> None:
        """Take what `of` found."""
        self.timelines = timelines
        self.owner = owner
        self.ways = ways
        self.clock = clock
        self.members = members
        self.options = options

    @classmethod
    def of(cls, timelines: Timelines, members: Codes, options: RhythmOptions, owner: Codes | None = None) -> Self:
        """Measure how much more often than by chance the members follow on each other.

        With `owner`, (accounts,) a number for each account, those of one owner do not follow on each other.
        """
        start, end, source = _of_each(timelines, members, options)
        clock = Clock.of(start, options.clock)
        found = cls(timelines, [], clock, members, options, owner)
        timed = end > start
        if int(timed.sum()) < 2 * options.least_coincidences or len(members) < 3:  # noqa: PLR2004 - a pair is no pool
            return found
        start, end, by = start[timed], end[timed], found._owners(members[source[timed]])
        soon = tuple(int(moment * 1e6) for moment in options.own_moments_s)
        near = int(options.own_together_s * 1e6)
        free = clock.free(start)
        bursts, _, bursting = _of_each(timelines.bursts(options), members, options)
        own, burster = clock.free(bursts), found._owners(members[bursting])
        for way in (
            _Way.of(end, by, soon),
            _Way.of(-start, by, soon, backwards=True),
            *_Way.beside_starts(start[free], by[free], near, options.crew),
            _Way.bursting(bursts[own], burster[own], int(options.burst_near_s * 1e6), options.burst_others),
        ):
            covers = way.covers
            if len(way.edges) == 0 or len((seen := found._starts(members, way)).ring) == 0:
                continue
            # By the scheduler or, else, as a stranger would: how often members come in each ring is the sum of both.
            seen_in = np.bincount(seen.ring, weights=seen.weight, minlength=len(covers) + 1)[:-1] / seen.weight.sum()
            by_chance = (seen.weight[:, None] * seen.chance).sum(axis=0) / seen.weight.sum()
            share = (seen_in.sum() - by_chance.sum()) / max(1.0 - by_chance.sum(), 1e-9)
            more = seen_in.sum() - by_chance.sum()
            if more > (options.burst_least if way.bursts else 0.0):
                excess = np.maximum(seen_in - (1.0 - min(share, _MOST_EXCESS)) * by_chance, 0.0)
                found.ways.append((way, excess * min(1.0, _MOST_EXCESS / excess.sum())))
        return found

    def bits(self, accounts: Codes, *, firm: bool = False) -> Floats:
        """What each account's pace says for its being one of the group, in bits.

        Whoever knows when an account sends can send beside it from accounts of his own, and make a crew of it: what
        starts beside starts tell is not firm.
        """
        bits, with_bursts = np.zeros(len(accounts)), None
        ways = [(way, excess) for way, excess in self.ways if not (firm and way.beside)]
        for way, excess in ways:
            seen = self._starts(accounts, way)
            if way.bursts:
                told = [_told(seen, share * excess, len(accounts)) for share in self.options.burst_shares]
                with_bursts = self.options.burst_counts * (np.logaddexp2.reduce(told) - np.log2(len(told)))
                bursting = np.unique(seen.account)
            else:
                bits += _told(seen, excess, len(accounts))
        kinds = len({(way.backwards, way.beside) for way, _ in ways if not way.bursts})
        bits *= self.options.ways_count[max(0, kinds - 1)]
        if with_bursts is not None:
            # Both tell of the same requests: the mean of how much likelier each makes it.
            bits[bursting] = np.logaddexp2(bits[bursting], with_bursts[bursting]) - 1.0
        own: Floats = np.clip(bits, -self.options.most_doubt_bits, self.options.most_own_bits)
        return own

    def _owners(self, accounts: Codes) -> Codes:
        """Whose accounts these are: their own, where nobody is said to own several."""
        return accounts if self.owner is None else self.owner[accounts]

    def _starts(self, accounts: Codes, way: _Way) -> _Starts:
        """Each start of some accounts within the group's time: what it follows on, and how likely that was."""
        options = self.options
        timelines = self.timelines.bursts(options) if way.bursts else self.timelines
        start, end, place = timelines.of([accounts[i : i + 1] for i in range(len(accounts))], self.members)
        if way.beside:
            free = self.clock.free(start)
            start, place = start[free], place[free]
        elif way.backwards:
            start = -end
        reach = (options.burst_reach_min if way.bursts else options.shift_min) * MINUTE_US
        inside = (start >= way.edges[0] - reach) & (start <= way.edges[-1] + reach)
        start, place = start[inside], place[inside].astype(np.int64)
        if way.crews is not None:
            near_crew = near_any(start, way.crews, reach)
            asked = near_crew if way.others > 1 else ~near_crew
            start, place = start[asked], place[asked]
        days = int((way.edges[-1] - way.edges[0]) // DAY_US)
        turns, lag = (min(days, 7), DAY_US) if days + 1 >= options.least_turns else (3, self.timelines.every * HOUR_US)
        order, owners = np.argsort(start, kind="stable"), self._owners(accounts)
        ring = np.full(len(start), len(way.covers))
        chance = np.zeros((len(start), len(way.covers)))
        before = np.zeros((len(start), 4))
        for k, (moment, cover) in enumerate(zip(way.moments_us, way.covers, strict=True)):
            found = own_pace(
                start, order, owners[place], way.edges, way.edge_of, moment, way.others, cover, reach, turns, lag
            )
            ring[(found[:, 0] > 0.0) & (before[:, 0] <= 0.0)] = k
            near, hits = (found - before)[:, 1:3].T
            if way.bursts:
                # A log may be shorter than what is looked at: outside the group's time nobody could have met it.
                known = np.minimum(start + reach, way.edges[-1] + moment) - np.maximum(start - reach, way.edges[0])
                near = np.minimum(near * (2.0 * reach / np.maximum(known, 1)), 1.0)
            tries = found[:, 3]
            chance[:, k] = np.maximum(near, np.where(tries > 0, (hits + 0.5 * near) / (tries + 0.5), 0.0))
            before = found
        once = reach if way.bursts else int(options.own_window_s * 1e6)
        window = place * (1 << 40) + start // once
        _, burst, size = np.unique(window, return_inverse=True, return_counts=True)
        return _Starts(place, 1.0 / np.maximum(size[burst], 1), ring, np.maximum(chance, _LEAST_CHANCE))


def _told(seen: _Starts, excess: Floats, accounts: int) -> Floats:
    """How much likelier each account's starts are where so many more of them are in the group's rings (bits)."""
    told = np.full(len(seen.ring), np.log2(1.0 - excess.sum()))
    soon = np.flatnonzero(seen.ring < len(excess))
    ring = seen.ring[soon]
    told[soon] = np.log2(1.0 - excess.sum() + excess[ring] / seen.chance[soon, ring])
    bits: Floats = np.bincount(seen.account, weights=told * seen.weight, minlength=accounts).astype(np.float64)
    return bits


def _of_each(timelines: Timelines, members: Codes, options: RhythmOptions) -> tuple[Ints, Ints, Codes]:
    """Starts, ends and whose they are of a group's requests, of its busiest stretch where these are too many."""
    start, end, source = timelines.of([members[i : i + 1] for i in range(len(members))])
    if len(start) > options.most_exchanges * 4:
        return busiest(start, end, source, options.most_exchanges * 4)
    return start, end, source


def _covered_by(edges: Ints, by: Codes, moment: int, others: int) -> tuple[Ints, Ints, Ints]:
    """The disjoint stretches that lie within a moment after edges of so many different accounts, as `covered` gives."""
    order = np.lexsort((edges, by))
    edges, by = edges[order], by[order]
    first = (np.diff(by, prepend=-1) != 0) | (np.diff(edges, prepend=0) > moment)
    begins, ends = edges[first], edges[np.append(first, True)[1:]] + moment  # the last one ends, too
    times = np.concatenate([begins, ends])
    order = np.lexsort((np.repeat([1, 0], len(begins)), times))
    deep = np.cumsum(np.repeat([1, -1], len(begins))[order]) >= others
    times, change = times[order], np.diff(deep.astype(np.int8), prepend=0)
    begins, ends = times[change == 1], times[change == -1]
    length = np.concatenate([[0], np.cumsum(ends - begins)[:-1]]) if len(begins) else np.zeros(0, dtype=np.int64)
    return begins, ends, length


def _once_each(edges: Ints, by: Codes, moment: int) -> Ints:
    """The sorted edges, in order, without those that follow within a moment on another of the same account."""
    order = np.lexsort((edges, by))
    again = (np.diff(by[order], prepend=-1) == 0) & (np.diff(edges[order], prepend=0) <= moment)
    kept: Ints = np.sort(edges[order][~again])
    return kept


def own_rhythm(timelines: Timelines, accounts: Codes, members: Codes, options: RhythmOptions) -> Floats:
    """`GroupPace.bits` for a group that is asked once."""
    return GroupPace.of(timelines, members, options).bits(accounts)
