"""Crews: accounts that set out in the same second, again and again."""

import numpy as np
from scipy.sparse import coo_array, csr_array

from stillwatch.link.clock import Clock
from stillwatch.link.rhythm import Codes, Floats, Ints, RhythmOptions, busiest, count_tail, moves
from stillwatch.link.timelines import Timelines
from stillwatch.stats.calibrate import bits_of_p
from stillwatch.stats.handover_kernel import crew_mates, gatherings


def crew_graph(timelines: Timelines, accounts: Codes, most: int, options: RhythmOptions) -> csr_array:
    """Accounts by accounts (n, n): how often two set out in one crew, in the busiest stretch of `most` exchanges."""
    start, source = _free_starts(timelines, accounts, most, options)
    first, second = crew_mates(start, source, _within_us(options), options.crew - 1)
    n = len(accounts)
    graph = csr_array(coo_array((np.ones(len(first)), (first, second)), shape=(n, n)))
    return csr_array(graph + graph.T)


def crews_beyond_chance(
    timelines: Timelines, accounts: Codes, options: RhythmOptions, rng: np.random.Generator
) -> tuple[float, float]:
    """What the crews among some accounts tell, in bits, and the share of them that chance makes.

    Null: as in the scheduler test, timelines moved by minutes and by whole turns; the one that leaves less.
    """
    start, source = _free_starts(timelines, accounts, options.most_exchanges, options)
    within, others = _within_us(options), options.crew - 1
    real = float(gatherings(start, source, within, others)) if len(start) else 0.0
    if real < options.least_coincidences:
        return 0.0, 1.0
    nothing, free = np.zeros(0, dtype=np.int64), np.ones(len(start), dtype=np.bool_)
    bits, share = np.inf, 0.0
    for null in moves(start, len(accounts), options.crew_rounds, options, rng, timelines.every):
        if null is not None:
            copies: Floats = null.table(start, start, source, free, nothing, np.array([within]))[:, -2]
            bits = min(bits, bits_of_p(count_tail(real, copies)))
            share = max(share, float(copies.mean()) / real)
    return bits, share


def _free_starts(timelines: Timelines, accounts: Codes, most: int, options: RhythmOptions) -> tuple[Ints, Codes]:
    """The starts that no clock makes, at most so many, and the place of each one's account."""
    start, _, source = timelines.of([accounts[i : i + 1] for i in range(len(accounts))])
    free = Clock.of(start, options.clock).free(start)
    start, source = start[free], source[free]
    if len(start) > most:
        start, _, source = busiest(start, start, source, most)
    return start, source


def _within_us(options: RhythmOptions) -> int:
    return int(options.together_s[0] * 1e6)
