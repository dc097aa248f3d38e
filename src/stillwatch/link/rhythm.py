"""Shared rhythm: whether a group of accounts runs off one scheduler, tested against its own shifted timelines."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, pdtrc, stdtr

from stillwatch.facts.roster import Roster
from stillwatch.facts.traffic import Traffic
from stillwatch.stats.calibrate import bits_of_p
from stillwatch.stats.handover_kernel import shifted

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, kw_only=True, slots=True)
class RhythmOptions:
    """How a group's scheduler is looked for."""

    moment_s: float = 0.5
    """A start this soon after another account's end may be the same worker going on (seconds)."""
    shift_s: float = 300.0
    """Null: timelines moved by up to this much either way (seconds): longer than any request, shorter than a shift."""
    rounds: int = 99
    """Shifted copies compared with the real one."""
    first_rounds: int = 9
    """Copies compared first; the others are made only for a group that stands out from these."""
    first_z: float = 2.5
    """... by this many of their standard deviations in either statistic. Real schedulers measured 4 and more
    (DESIGN); a group passed over here counts as tested and found quiet."""
    most_exchanges: int = 6000
    """Exchanges of a group that are looked at, from its busiest stretch on (bounds the time of one test)."""
    least_coincidences: int = 10
    """Fewer than this many coincidences, real or expected, are too few to test."""
    least_parts_for_spread: int = 6
    """The number in flight says something only when at least this many timelines are moved: a steady pool within one of
    two stays steady however the other is moved, and tells nothing about both."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rhythm:
    """What the scheduler test found for one group."""

    bits: float
    coincidences: int
    expected: float
    """Coincidences that the shifted timelines show on average."""
    spread_z: float
    """How many standard deviations the spread of the number in flight lies from that of the shifted timelines."""
    tested: bool
    """False when there was too little to count: the group is then neither cleared nor tied by its rhythm."""


UNTESTED = Rhythm(bits=0.0, coincidences=0, expected=0.0, spread_z=0.0, tested=False)


class Timelines:
    """Every account's requests in time order, ready to be cut out for a group."""

    def __init__(self, traffic: Traffic, roster: Roster) -> None:
        """Sort the traces by account and start."""
        rows = traffic.traces.rows
        account = roster.codes(rows["account"])
        order = np.lexsort((rows["exchange"], rows["start"], account))
        self.start = np.ascontiguousarray(rows["start"][order])
        self.end = np.ascontiguousarray(rows["end"][order])
        self.bounds = np.searchsorted(account[order], np.arange(len(roster) + 1))

    def of(self, parts: Sequence[Codes]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Codes]:
        """Starts, ends and the place in `parts` of each request of some sets of accounts."""
        members = np.concatenate(parts)
        part = np.repeat(np.arange(len(parts), dtype=np.int32), [len(one) for one in parts])
        low = self.bounds[members]
        sizes = self.bounds[members + 1] - low
        first = np.cumsum(sizes) - sizes
        rows = np.repeat(low - first, sizes) + np.arange(int(sizes.sum()))
        return self.start[rows], self.end[rows], np.repeat(part, sizes)

    def exchanges(self, members: Codes) -> int:
        """Requests of a group."""
        return int((self.bounds[members + 1] - self.bounds[members]).sum())


def group_rhythm(timelines: Timelines, members: Codes, options: RhythmOptions, rng: np.random.Generator) -> Rhythm:
    """Test whether the accounts of a group run off one scheduler; fewer than three are a pair, not a pool."""
    if len(members) < 3:  # noqa: PLR2004
        return UNTESTED
    return shared_rhythm(timelines, [members[i : i + 1] for i in range(len(members))], options, rng)


def shared_rhythm(
    timelines: Timelines, parts: Sequence[Codes], options: RhythmOptions, rng: np.random.Generator
) -> Rhythm:
    """Test whether sets of accounts run off one scheduler, each set's timeline being moved as a whole.

    The bits are the mean of the two statistics' e-values, so either alone can speak.
    """
    start, end, source = timelines.of(parts)
    if len(start) > options.most_exchanges:
        start, end, source = _busiest(start, end, source, options.most_exchanges)
    timed = end > start
    start, end, source = start[timed], end[timed], source[timed]
    if len(start) < 2 * options.least_coincidences:
        return UNTESTED
    reach = int(options.shift_s * 1e6)
    shifts = rng.integers(-reach, reach + 1, size=(options.rounds, len(parts)))
    moment = int(options.moment_s * 1e6)
    table = shifted(start, end, source, shifts[: options.first_rounds], moment)
    if _stands_out(table, options.first_z):
        table = np.concatenate([table, shifted(start, end, source, shifts[options.first_rounds :], moment)[1:]])
    count, null = float(table[0, 0]), table[1:, 0]
    if max(count, float(null.mean())) < options.least_coincidences:
        return UNTESTED
    if len(null) < options.rounds:
        return Rhythm(bits=0.0, coincidences=int(count), expected=float(null.mean()), spread_z=0.0, tested=True)
    spread, spread_null = float(table[0, 1]), table[1:, 1]
    deviation = max(float(spread_null.std(ddof=1)), 1e-9)
    z = (spread - float(spread_null.mean())) / deviation
    p_count = _count_tail(count, null)
    # A prediction from `rounds` draws: Student's t with rounds - 1 degrees of freedom.
    p_spread = float(stdtr(options.rounds - 1, z / np.sqrt(1.0 + 1.0 / options.rounds)))
    if len(parts) < options.least_parts_for_spread:
        p_spread = 1.0
    evidence = 0.5 * 2.0 ** bits_of_p(p_count) + 0.5 * 2.0 ** bits_of_p(p_spread)
    return Rhythm(
        bits=float(np.log2(evidence)),
        coincidences=int(count),
        expected=float(null.mean()),
        spread_z=float(z),
        tested=True,
    )


def _stands_out(table: npt.NDArray[np.float64], least_z: float) -> bool:
    """Whether more coincide, or fewer spread, than in the shifted copies so far."""
    null = table[1:]
    z = (table[0] - null.mean(axis=0)) / np.maximum(null.std(axis=0, ddof=1), 1e-9)
    return bool(z[0] >= least_z or z[1] <= -least_z)


def _count_tail(count: float, null: npt.NDArray[np.float64]) -> float:
    """P(at least `count`) under a negative binomial with the null's mean and variance (Poisson if not wider)."""
    mean = max(float(null.mean()), 0.5)
    variance = float(null.var(ddof=1)) * 1.1  # the variance is itself estimated: lean towards doubt
    if variance <= mean:
        return float(pdtrc(count - 1, mean)) if count >= 1 else 1.0
    p = mean / variance
    # The tail of the negative binomial is a regularised incomplete beta, which also takes sizes that are not whole.
    return float(betainc(count, mean * p / (1.0 - p), 1.0 - p)) if count >= 1 else 1.0


def _busiest(
    start: npt.NDArray[np.int64], end: npt.NDArray[np.int64], source: Codes, most: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Codes]:
    """The `most` consecutive requests that lie closest together in time."""
    order = np.argsort(start, kind="stable")
    spans = start[order[most - 1 :]] - start[order[: len(order) - most + 1]]
    first = int(np.argmin(spans))
    chosen = order[first : first + most]
    return start[chosen], end[chosen], source[chosen]
