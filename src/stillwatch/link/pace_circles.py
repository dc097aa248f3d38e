"""Circles in one pace: users of one software whose requests follow on each other, found in half of the hours."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array

from stillwatch.facts.incidence import Incidence
from stillwatch.facts.token import TokenKind
from stillwatch.link.candidates import CandidateOptions, circles
from stillwatch.link.pace import own_rhythm
from stillwatch.link.rhythm import HOUR_US, Codes, RhythmOptions, Timelines, busiest
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
    rounds: int = 4
    """A circle's accounts are told from the others around it until nothing changes, at most this often."""


@dataclass(frozen=True, slots=True)
class PaceCircle:
    """Accounts that keep one pace in every other hour."""

    members: Codes
    near: Codes
    """Who else may be of it, themselves included."""
    other_hours: Timelines
    """The hours that were not looked at, by which it may be tested whether that was luck."""


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
    halves = (timelines.only(~odd), timelines.only(odd))
    for view in views:
        if view.kind is not TokenKind.SETTINGS:
            continue
        most = proposing.largest_share * len(view.known)
        sending_none = np.flatnonzero(view.known & (np.diff(view.by_account) == 0)).astype(np.int32)
        users = (view.holders_of(token) for token in range(len(view.tokens)))
        for holders in (*users, sending_none):
            if not options.least_accounts <= len(holders) <= most:
                continue
            for half, other in (halves, halves[::-1]):
                graph = _following(half, holders, options)
                seen: set[bytes] = set()
                for circle in _telling(graph, circles(graph, proposing, rng), options):
                    near = holders
                    if len(holders) > options.most_near:
                        near = np.sort(holders[np.union1d(circle, graph[circle].indices)])
                    core = np.sort(holders[circle])
                    wide = near[own_rhythm(half, near, core, rhythm) >= options.own_bits]
                    for members in (core, wide):
                        if len(members) >= options.least_accounts and members.tobytes() not in seen:
                            seen.add(members.tobytes())
                            yield PaceCircle(members, near, other)


def _following(timelines: Timelines, holders: Codes, options: PaceOptions) -> csr_array:
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
