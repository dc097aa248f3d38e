"""Circles in one pace: users of one software whose requests follow on each other, or who set out in crews."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from stillwatch.facts.incidence import Incidence
from stillwatch.facts.token import TokenKind
from stillwatch.link.candidates import CandidateOptions, circles
from stillwatch.link.clock import HOUR_US
from stillwatch.link.crews import crew_graph, crews_beyond_chance
from stillwatch.link.pace import own_rhythm
from stillwatch.link.rhythm import Codes, RhythmOptions, busiest
from stillwatch.link.timelines import Timelines
from stillwatch.stats.handover_kernel import successions


@dataclass(frozen=True, kw_only=True, slots=True)
class PaceOptions:
    """How circles in one pace are looked for."""

    moment_s: float = 2.0
    """A start this soon after another account's end may be the same worker going on (seconds): the shorter half of the
    jitter that careful campaigns add (0.5 to 5 s), in which few strangers fall."""
    together_s: float = 1.0
    """... and a start this soon after another account's start may be two workers set going at once (seconds)."""
    most_exchanges: int = 200_000
    """Exchanges of one software's users that are looked at, from their busiest stretch on (bounds the time)."""
    least_accounts: int = 5
    """Fewer keep one pace too easily by luck."""
    most_circles: int = 12
    """Circles of one software's users that are looked at, those that follow on each other most (bounds the time)."""
    most_near: int = 2_000
    """Where a software has more users than this, only those who follow on a circle are looked at as one of it (bounds
    the time)."""
    own_bits: float = 2.0
    """Who keeps a circle's pace by this much is looked at as one of it (bits)."""
    widenings: int = 3
    """... and whoever keeps the pace of these, so many times: a pool's accounts do not all meet each other."""
    most_by_chance: float = 0.25
    """Those who set out in crews are looked at where chance makes at most this share of their software's crews: ..."""
    most_again: float = 1.0 / 3.0
    """... as one where at most this share of those that meet were in crews in even hours and in odd hours: a balancer
    with many accounts sends out others each time. On five ranges of levels 2 and 3 0 to 0.3 of a reseller's were, and
    0.4 and more of other pools', of which a software may have several."""
    rounds: int = 4
    """A circle's accounts are told from the others around it until nothing changes, at most this often."""


@dataclass(frozen=True, slots=True)
class PaceCircle:
    """Accounts that keep one pace in every other hour, or all who set out in crews among the users of a software."""

    members: Codes
    near: Codes
    """Who else may be of it, themselves included."""
    other_hours: Timelines
    """The hours that were not looked at, by which it may be tested whether that was luck."""
    proven: float | None = None
    """What its software's crews tell beyond what the best of so many softwares shows by chance (bits): nobody had been
    chosen by them, so no other hours need to be asked."""


def pace_circles(  # noqa: PLR0913 - views, clocks and how to look
    views: list[Incidence],
    timelines: Timelines,
    options: PaceOptions,
    proposing: CandidateOptions,
    rhythm: RhythmOptions,
    rng: np.random.Generator,
) -> Iterator[PaceCircle]:
    """Circles among the users of each software, by the even hours and by the odd hours.

    A software is told by the parameters that it sends, or by sending none. Cover traffic and paraphrase hide what a
    pool of accounts says, but not that one worker goes on where another has ended, or that they set out together.
    """
    odd = (timelines.start // HOUR_US) % 2 == 1
    halves = (timelines.only(~odd, every=2), timelines.only(odd, every=2))
    softwares = list(_softwares(views, options, proposing))
    for holders in softwares:
        crews_of = [crew_graph(half, holders, options.most_exchanges, rhythm) for half in halves]
        yield from _crews(timelines, crews_of, holders, len(softwares), options, rhythm, rng)
        for half, other, crews in zip(halves, halves[::-1], crews_of, strict=True):
            graph = following(half, holders, options)
            seen: set[bytes] = set()
            for circle in (
                *_telling(graph, circles(graph, proposing, rng), options),
                *_telling(crews, circles(crews, proposing, rng), options),
            ):
                near = holders
                if len(holders) > options.most_near:
                    near = np.sort(holders[np.union1d(circle, graph[circle].indices)])
                for members in _ever_wider(np.sort(holders[circle]), near, half, options, rhythm):
                    if len(members) >= options.least_accounts and members.tobytes() not in seen:
                        seen.add(members.tobytes())
                        yield PaceCircle(members, near, other)


def _softwares(views: list[Incidence], options: PaceOptions, proposing: CandidateOptions) -> Iterator[Codes]:
    """The users of each software that is neither used by too few nor by everybody."""
    for view in views:
        if view.kind is not TokenKind.SETTINGS:
            continue
        most = proposing.largest_share * len(view.known)
        sending_none = np.flatnonzero(view.known & (np.diff(view.by_account) == 0)).astype(np.int32)
        for holders in (*(view.holders_of(token) for token in range(len(view.tokens))), sending_none):
            if options.least_accounts <= len(holders) <= most:
                yield holders


def _crews(  # noqa: PLR0913 - clocks, whose, and how to look
    timelines: Timelines,
    in_halves: Sequence[csr_array],
    holders: Codes,
    softwares: int,
    options: PaceOptions,
    rhythm: RhythmOptions,
    rng: np.random.Generator,
) -> Iterator[PaceCircle]:
    """The users of a software who ever set out in a crew, where hardly any of its crews is luck.

    `in_halves` has the crews of the even and of the odd hours. Those who meet again and again are looked at circle by
    circle; all others as one.
    """
    graph = crew_graph(timelines, holders, options.most_exchanges, rhythm)
    inside = np.diff(graph.indptr) > 0
    if int(inside.sum()) < options.least_accounts:
        return
    bits, by_chance = crews_beyond_chance(timelines, holders, rhythm, rng)
    if by_chance > options.most_by_chance:
        return
    in_both = np.logical_and.reduce([np.diff(half.indptr) > 0 for half in in_halves])
    _, part = connected_components(graph, directed=False)
    again = np.bincount(part, weights=in_both) / np.bincount(part)
    settled = again[part] > options.most_again
    whole = [holders[inside & ~settled], *(holders[part == one] for one in np.unique(part[settled]))]
    for members in whole:
        if len(members) >= options.least_accounts:
            near = holders if len(holders) <= options.most_near else members
            yield PaceCircle(members, near, timelines, bits - float(np.log2(softwares)))


def _ever_wider(
    core: Codes, near: Codes, timelines: Timelines, options: PaceOptions, rhythm: RhythmOptions
) -> Iterator[Codes]:
    """A circle's core, those around it who keep its pace, those who keep the pace of these, and so on."""
    members = core
    yield members
    for _ in range(options.widenings):
        wider = near[own_rhythm(timelines, near, members, rhythm) >= options.own_bits]
        if len(wider) < options.least_accounts or np.array_equal(wider, members):
            return
        members = wider
        yield members


def following(timelines: Timelines, holders: Codes, options: PaceOptions) -> csr_array:
    """Holders by holders: how often a request of one of two began soon after one of the other had ended, or begun."""
    start, end, source = timelines.of([holders[i : i + 1] for i in range(len(holders))])
    timed = end > start
    start, end, source = start[timed], end[timed], source[timed]
    if len(start) > options.most_exchanges:
        start, end, source = busiest(start, end, source, options.most_exchanges)
    after = successions(start, end, source, int(options.moment_s * 1e6))
    beside = successions(start, start, source, int(options.together_s * 1e6))
    first, second = (np.concatenate(pair) for pair in zip(after, beside, strict=True))
    n = len(holders)
    graph = csr_array(coo_array((np.ones(len(first)), (first, second)), shape=(n, n)))
    return csr_array(graph + graph.T)


def _telling(graph: csr_array, found: list[Codes], options: PaceOptions) -> list[Codes]:
    """The circles whose accounts follow on each other most often beyond what their traffic makes of it."""
    degree = np.asarray(graph.sum(axis=1)).ravel()
    whole = max(float(degree.sum()), 1.0)
    ranked = []
    for circle in found:
        if len(circle) >= options.least_accounts:
            inside = float(graph[circle][:, circle].sum())
            by_chance = float(degree[circle].sum()) ** 2 / whole
            ranked.append((-(inside - by_chance) / np.sqrt(by_chance + 1.0), circle.tobytes(), circle))
    return [circle for _, _, circle in sorted(ranked, key=lambda one: one[:2])[: options.most_circles]]
