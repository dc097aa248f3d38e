"""Shared rhythm: whether a group of accounts runs off one scheduler."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, pdtrc, stdtr

from stillwatch.link.clock import DAY_US, HOUR_US, MINUTE_US, Clock, ClockOptions
from stillwatch.link.timelines import Timelines
from stillwatch.stats.calibrate import bits_of_p
from stillwatch.stats.handover_kernel import coincidences, gatherings, in_flight_spread, shifted

Codes = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_WORTH_A_THREAD: Final = 20_000
"""Moved exchanges from which on two threads make the copies of a test."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RhythmOptions:
    """How a group's scheduler is looked for."""

    moments_s: tuple[float, ...] = (0.5, 2.0, 5.0, 30.0)
    """A start this soon after another account's end may be the same worker going on (seconds): at once, after some or
    all of the jitter that careful campaigns add (0.5 to 5 s published by relays' own tooling), after a longer pause."""
    together_s: tuple[float, ...] = (1.0, 5.0)
    """A start this soon after another account's start may be another worker of the pool, set going with it (seconds):
    synchronised timing has been published of campaigns, and a slow pool shows it where its shifts begin."""
    crew: int = 3
    """This many accounts that start within the first of these moments are a crew that sets out at once: two strangers
    meet now and then, three hardly ever (6 of 89,000 honest starts with a reseller's crews, 3 in 100 of its own)."""
    clock: ClockOptions = field(default_factory=ClockOptions)
    """Which starts a clock makes; they say nothing beside each other."""
    shift_min: int = 5
    """First null: timelines moved by up to this many whole minutes either way: longer than any request, shorter than a
    shift. Whole minutes leave jobs that start on the minute where they were."""
    least_turns: int = 3
    """Second null, so that jobs of one hour (nightly runs, lessons) are no evidence: timelines moved by whole days
    around a log of at least this many, by whole hours around a shorter one."""
    rounds: int = 99
    """Shifted copies compared with the real one."""
    crew_rounds: int = 399
    """Shifted copies compared with a software's crews: a hundred tell the share that chance makes to a twentieth, and
    a reseller's crews were looked at or not by luck."""
    first_rounds: int = 9
    """Copies compared first; the others are made only for a group that stands out from these."""
    first_z: float = 2.5
    """... by this many of their standard deviations in any statistic. Real schedulers measured 4 and more
    (DESIGN); a group passed over here counts as tested and found quiet."""
    sure_bits: tuple[float, float] = (8.0, 45.0)
    """A group's rhythm between these (bits) is told more surely by further copies: whether it is kept hangs on it. A
    hundred copies tell their spread to a tenth and rare crews to a quarter: one group got 18 to 33 bits by luck."""
    further_rounds: int = 1900
    """At most so many further copies, ..."""
    further_exchanges: int = 1_000_000
    """... and together at most so many moved exchanges (bounds the time), but as many copies as are made first."""
    most_exchanges: int = 6000
    """Exchanges of a group that are looked at, from its busiest stretch on (bounds the time of one test)."""
    least_coincidences: int = 10
    """Fewer than this many coincidences, real or expected, are too few to test."""
    least_parts_for_spread: int = 6
    """The number in flight says something only when at least this many timelines are moved: a steady pool within one of
    two stays steady however the other is moved, and tells nothing about both."""
    own_moments_s: tuple[float, ...] = (2.0, 5.0)
    """An account keeps a group's pace by starting this soon after another member's end (seconds): the sooner, the less
    often strangers do."""
    own_window_s: float = 120.0
    """Starts of an account within this time are one observation: a burst that meets a burst is one coincidence."""
    own_together_s: float = 1.0
    """... or by starting within this time before or after another member's start (seconds)."""
    burst: int = 3
    """So many starts of one account ..."""
    burst_s: float = 240.0
    """... within this time are a burst (seconds). A balancer that hands its work out in turn sends one over each
    account every half minute or so while a shift lasts, and shifts are minutes long. On four looked-at ranges of level
    3 two to five in two to four minutes tell much the same."""
    burst_near_s: float = 60.0
    """An account bursts with a group when others' bursts have starts within this time before or after its own
    (seconds), be the order what it may: about a turn of a balancer, ..."""
    burst_others: int = 2
    """... those of so many others: two strangers are often busy in the same minute, three of one group seldom."""
    burst_reach_min: int = 120
    """How likely that was is read off this much time around, as far as it is the group's, and starts of an account
    within this time are one burst (minutes): longer than a shift, whose pauses are what tells, and shorter than a
    working day. Who is at work in the same hours once, busy as the group may be, has met it once."""
    burst_least: float = 0.1
    """Bursts say nothing of a group unless so much more of its accounts' bursts (share of them) meet others than would
    by chance: of what chance leaves, groups of two looked-at ranges of level 3 have 0.27 more, or 0.01 and less. Of a
    pool that never rests every burst meets another, by chance as well."""
    burst_shares: tuple[float, ...] = (1.0, 0.5, 0.25)
    """An account of the group bursts with it as often as the others, half or a quarter as often, as likely: a bought
    account has bursts of cover traffic beside those of its shifts, a stolen key hardly any of its owner's."""
    burst_counts: float = 0.6
    """What bursts tell counts for this much: on traffic that others composed, strangers with one tool who work at the
    same hours showed 5 bits several times as often as chance would, and a group of 39 drew in 19 of them."""
    ways_count: tuple[float, ...] = (1.0, 0.85, 0.65)
    """What an account's starts after others' ends, its ends before others' starts and its starts beside others' tell
    counts for this much of its sum, where one, two or all three speak: one meeting with another account's burst shows
    in all. Strangers with nightly jobs stay within the mean that chance allows by it, and as few of 38,000 outsiders of
    campaigns (levels 2 and 3) are tied by 4 bits with three ways as with two: 13 in 100,000."""
    most_own_bits: float = 15.0
    """One account's pace says at most this much for it (bits)."""
    most_doubt_bits: float = 2.0
    """... and this much against it: an account may rest while the others work, or carry other traffic (bits)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rhythm:
    """What the scheduler test found for one group."""

    bits: float
    moment_s: float
    """The moment that told most."""
    together: bool
    """Whether it told of starts after other accounts' starts, and not after their ends."""
    others: int
    """After those of how many other accounts."""
    coincidences: int
    """Starts within that moment after another account's end, or start, or after the starts of that many."""
    expected: float
    """Coincidences that the shifted timelines show on average."""
    spread_z: float
    """How many standard deviations the spread of the number in flight lies from that of the shifted timelines."""
    tested: bool
    """False when there was too little to count: the group is then neither cleared nor tied by its rhythm."""


UNTESTED = Rhythm(
    bits=0.0, moment_s=0.5, together=False, others=1, coincidences=0, expected=0.0, spread_z=0.0, tested=False
)


def group_rhythm(
    timelines: Timelines, parts: Sequence[Codes], options: RhythmOptions, rng: np.random.Generator
) -> Rhythm:
    """Test whether the parts of a group run off one scheduler; fewer than three accounts are a pair, not a pool."""
    enough = sum(len(part) for part in parts) >= 3 and len(parts) > 1  # noqa: PLR2004
    return shared_rhythm(timelines, parts, options, rng) if enough else UNTESTED


def each_alone(members: Codes) -> list[Codes]:
    """The accounts of a group as the parts of a scheduler test."""
    return [members[i : i + 1] for i in range(len(members))]


def shared_rhythm(
    timelines: Timelines,
    parts: Sequence[Codes],
    options: RhythmOptions,
    rng: np.random.Generator,
    *,
    surely: bool = False,
) -> Rhythm:
    """Test whether sets of accounts run off one scheduler, each set's timeline being moved as a whole.

    The bits are the mean of the statistics' e-values, so any of them alone can speak, under the null that leaves less.
    `surely` makes further copies where the first ones leave doubt.
    """
    start, end, source = timelines.of(parts)
    if len(start) > options.most_exchanges:
        start, end, source = busiest(start, end, source, options.most_exchanges)
    timed = end > start
    start, end, source = start[timed], end[timed], source[timed]
    if len(start) < 2 * options.least_coincidences:
        return UNTESTED
    moments, together = ((np.array(one) * 1e6).astype(np.int64) for one in (options.moments_s, options.together_s))
    after = coincidences(start, end, source, moments)
    free = Clock.of(start, options.clock).free(start)
    beside = coincidences(start[free], start[free], source[free], together)
    crews = gatherings(start[free], source[free], together[0], options.crew - 1)
    real = np.concatenate([after, beside, [crews, in_flight_spread(start, end)]])

    def copies(null: Moves, rounds: slice | None = None) -> Floats:
        return null.table(start, end, source, free, moments, together, rounds)

    by_minutes, by_turns = moves(start, len(parts), options.rounds, options, rng, timelines.every)
    table = copies(by_minutes, slice(options.first_rounds))
    if max(float(real[:-1].max()), float(table[:, :-1].mean(axis=0).max())) < options.least_coincidences:
        return UNTESTED
    if not _stands_out(real, table, options.first_z):
        return _told(0.0, real, table, options, len(parts))
    tables = [np.concatenate([table, copies(by_minutes, slice(options.first_rounds, None))])]
    bits = _bits(real, tables[0], options, len(parts))
    if bits > 0.0 and by_turns is not None:
        tables.append(copies(by_turns))
        bits = min(bits, _bits(real, tables[1], options, len(parts)))
    low, high = options.sure_bits
    if surely and low <= bits < high:
        rounds = min(options.further_rounds, max(options.rounds, options.further_exchanges // len(start)))
        nulls = moves(start, len(parts), rounds, options, rng, timelines.every)
        further = (null for null in nulls if null is not None)
        tables = [np.concatenate([table, copies(null)]) for table, null in zip(tables, further, strict=True)]
        bits = min(_bits(real, table, options, len(parts)) for table in tables)
    return _told(bits, real, tables[0], options, len(parts))


@dataclass(frozen=True, slots=True)
class Moves:
    """One null: by how much each round moves each part around a circle of time."""

    first: int
    span: int
    """Where the circle begins and how long it is (microseconds)."""
    by: Ints
    """(rounds, parts)"""
    others: int
    """Of how many others the starts before one make it part of a crew."""

    def table(  # noqa: PLR0913 - timelines, moments, and which rounds
        self,
        start: Ints,
        end: Ints,
        source: Codes,
        free: npt.NDArray[np.bool_],
        moments: Ints,
        together: Ints,
        rounds: slice | None = None,
    ) -> Floats:
        """The statistics of each moved copy, (rounds, statistics)."""
        by = self.by if rounds is None else self.by[rounds]

        def copies(part: Ints) -> Floats:
            out: Floats = shifted(start, end, source, free, part, moments, together, self.others, self.first, self.span)
            return out

        if len(start) * len(by) < _WORTH_A_THREAD:
            return copies(by)
        half = len(by) // 2
        with ThreadPoolExecutor(1) as other:
            # The kernel holds no lock, and each copy is one row's alone.
            later = other.submit(copies, by[half:])
            return np.concatenate([copies(by[:half]), later.result()])


def moves(  # noqa: PLR0913 - what is moved, how often, and how
    start: Ints, parts: int, rounds: int, options: RhythmOptions, rng: np.random.Generator, every: int = 1
) -> tuple[Moves, Moves | None]:
    """The null of minutes, and that of whole turns (days, or hours in a short log) where the log is long enough.

    Where one hour in `every` is all there is, moves by hours keep to these: moved out of them, whoever works in them
    would meet the others less than before, and seem to seek them. Each round deals out the possible moves evenly, so
    that few parts are moved alike.
    """

    def around(unit: int) -> tuple[int, int]:
        first = int(start.min()) // unit * unit
        return first, (int(start.max()) - first) // unit + 1

    minutes = np.arange(-options.shift_min, options.shift_min + 1) * MINUTE_US
    by = _deal(minutes, parts, rounds, rng)
    first, length = around(MINUTE_US)
    if min(parts, length) < len(minutes):  # too few to be told apart by whole minutes alone
        by += rng.integers(0, MINUTE_US, size=by.shape)
    nearby = Moves(first, length * MINUTE_US, by, options.crew - 1)
    for unit in (DAY_US, every * HOUR_US):
        first, turns = around(unit)
        if turns >= options.least_turns:
            by = _deal(np.arange(turns) * unit, parts, rounds, rng)
            return nearby, Moves(first, turns * unit, by, options.crew - 1)
    return nearby, None


def _deal(moves: Ints, parts: int, rounds: int, rng: np.random.Generator) -> Ints:
    """(rounds, parts) of `moves`, each row a shuffle that uses every move equally often."""
    repeats = -(-parts // len(moves))
    dealt = rng.permuted(np.tile(moves, (rounds, repeats)).reshape(rounds * repeats, len(moves)), axis=1)
    return np.ascontiguousarray(dealt.reshape(rounds, -1)[:, :parts]).astype(np.int64)


def _bits(real: Floats, null: Floats, options: RhythmOptions, parts: int) -> float:
    """The mean e-value of all statistics against one null, in bits."""
    evidence = [
        bits_of_p(count_tail(float(count), copies)) if max(count, copies.mean()) >= options.least_coincidences else 0.0
        for count, copies in zip(real[:-1], null[:, :-1].T, strict=True)
    ]
    if parts >= options.least_parts_for_spread:
        z = _z(float(real[-1]), null[:, -1]) / np.sqrt(1.0 + 1.0 / len(null))
        # A steady number in flight: a prediction from that many draws, Student's t with one degree of freedom fewer. A
        # restless one has a heavy tail (in a quiet class, one moment with three requests is 16 deviations), so no more
        # than Cantelli's inequality is believed.
        steady = float(stdtr(len(null) - 1, z))
        restless = 1.0 / (1.0 + z * z) if z > 0.0 else 1.0
        evidence += [bits_of_p(steady), bits_of_p(restless)]
    else:
        evidence += [0.0, 0.0]
    return float(np.log2(np.mean(np.exp2(evidence))))


def _told(bits: float, real: Floats, null: Floats, options: RhythmOptions, parts: int) -> Rhythm:
    """What a report says of the test: the moment that stands out most, and the number in flight."""
    ratio = [
        (float(count) - float(copies.mean())) / np.sqrt(max(float(copies.mean()), 1.0))
        for count, copies in zip(real[:-1], null[:, :-1].T, strict=True)
    ]
    best = int(np.argmax(ratio))
    return Rhythm(
        bits=bits,
        moment_s=(*options.moments_s, *options.together_s, options.together_s[0])[best],
        together=best >= len(options.moments_s),
        others=options.crew - 1 if best == len(ratio) - 1 else 1,
        coincidences=int(real[best]),
        expected=float(null[:, best].mean()),
        spread_z=_z(float(real[-1]), null[:, -1]) if parts >= options.least_parts_for_spread else 0.0,
        tested=True,
    )


def _z(value: float, null: Floats) -> float:
    mean = float(null.mean())
    return (value - mean) / max(float(null.std(ddof=1)), 0.01 * abs(mean), 1e-9)  # clockwork has copies without spread


def _stands_out(real: Floats, null: Floats, least_z: float) -> bool:
    """Whether more coincide, or the number in flight spreads otherwise, than in the shifted copies so far."""
    z = (real - null.mean(axis=0)) / np.maximum(null.std(axis=0, ddof=1), 1e-9)
    return bool((z[:-1] >= least_z).any() or abs(z[-1]) >= least_z)


def count_tail(count: float, null: npt.NDArray[np.float64]) -> float:
    """P(at least `count`) under a negative binomial with the null's mean and variance (Poisson if not wider)."""
    mean = max(float(null.mean()), 0.5)
    # The variance is itself estimated: lean towards doubt by its standard error.
    variance = float(null.var(ddof=1)) * (1.0 + np.sqrt(2.0 / (len(null) - 1.0)))
    if variance <= mean:
        return float(pdtrc(count - 1, mean)) if count >= 1 else 1.0
    p = mean / variance
    # The tail of the negative binomial is a regularised incomplete beta, which also takes sizes that are not whole.
    return float(betainc(count, mean * p / (1.0 - p), 1.0 - p)) if count >= 1 else 1.0


def busiest(
    start: npt.NDArray[np.int64], end: npt.NDArray[np.int64], source: Codes, most: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Codes]:
    """The `most` consecutive requests that lie closest together in time."""
    order = np.argsort(start, kind="stable")
    spans = start[order[most - 1 :]] - start[order[: len(order) - most + 1]]
    first = int(np.argmin(spans))
    chosen = order[first : first + most]
    return start[chosen], end[chosen], source[chosen]
