"""One scheduler shows in its rhythm; strangers, busy hours and clockwork do not."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.facts.roster import Roster
from stillwatch.link.clock import ClockOptions
from stillwatch.link.rhythm import Rhythm, RhythmOptions, each_alone, group_rhythm, shared_rhythm
from stillwatch.link.timelines import Timelines, _by_account_and_start
from stillwatch.profile.traffic import fold
from tests.profile.exchanges import START, batch

ACCOUNTS = 12
Request = tuple[int, float, float]
"""Account, start and duration in seconds."""
DAY = 86_400.0
Codes = npt.NDArray[np.int32]


def laid_out(timeline: Sequence[Request]) -> Timelines:
    """The timelines of a log of requests (account, start s, duration s)."""
    return clocked(timeline)[0]


def clocked(timeline: Sequence[Request]) -> tuple[Timelines, dict[str, int]]:
    """Timelines, and the code of each account by its name."""
    rows = [
        {
            "exchange_id": f"x{i}",
            "account_id": f"a{account:03d}",
            "started_at": START + int(start * 1e6),
            "ended_at": START + int((start + took) * 1e6),
        }
        for i, (account, start, took) in enumerate(timeline)
    ]
    traffic = fold([batch(rows)], 32)
    roster = Roster.of(traffic, None)
    return Timelines(traffic, roster), {name: code for code, name in enumerate(roster.ids)}


def codes(known: dict[str, int], accounts: Iterable[int]) -> Codes:
    """The codes of some accounts, in order."""
    return np.array([known[f"a{account:03d}"] for account in accounts], dtype=np.int32)


def rhythm_of(timeline: Sequence[Request], seed: int = 0) -> Rhythm:
    """Test all accounts of a log as one group."""
    timelines = laid_out(timeline)
    members = np.arange(len({account for account, _, _ in timeline}), dtype=np.int32)
    return group_rhythm(timelines, each_alone(members), RhythmOptions(), np.random.default_rng(seed))


def pool(
    rng: np.random.Generator, workers: int, requests: int, *, jitter: tuple[float, float] = (0.05, 0.05)
) -> list[Request]:
    """A fixed pool: the end of one request starts the next after some jitter, on whichever account is next."""
    free = [0.0] * workers
    out = []
    for _ in range(requests):
        worker = int(np.argmin(free))
        took = float(rng.gamma(3.0, 3.0))
        out.append((int(rng.integers(ACCOUNTS)), free[worker], took))
        free[worker] += took + float(rng.uniform(*jitter))
    return out


def session(
    rng: np.random.Generator, account: int, begin: float, end: float, pause: float, most: int = 10**6
) -> list[Request]:
    """One account at work by itself: a request, a pause, the next request."""
    out: list[Request] = []
    at = begin
    while at < end and len(out) < most:
        out.append((account, at, float(rng.gamma(3.0, 3.0))))
        at += out[-1][2] + float(rng.exponential(pause))
    return out


@pytest.mark.parametrize("seed", range(3))
def test_a_pool_of_workers_is_seen(seed: int) -> None:
    """Far beyond chance, by handovers and by the steady number in flight."""
    found = rhythm_of(pool(np.random.default_rng(seed), workers=5, requests=600))

    assert found.bits > 20
    assert found.coincidences > 2 * found.expected
    assert found.spread_z < -5


@pytest.mark.parametrize("seed", range(12))
def test_people_at_the_same_hours_show_nothing(seed: int) -> None:
    """Independent users, as busy and at the same hours, stay within chance."""
    rng = np.random.default_rng(seed)
    hours = np.clip(rng.normal(3_600, 900, 600), 0, 7_200)

    found = rhythm_of([(int(rng.integers(ACCOUNTS)), float(t), float(rng.gamma(3.0, 3.0))) for t in hours], seed)

    assert found.tested
    assert found.bits < 10


def test_jobs_that_start_on_the_minute_are_not_one_scheduler() -> None:
    """Cron starts everybody at :00; nobody's start waits for another's end."""
    rng = np.random.default_rng(1)
    timeline = [
        (a, 60.0 * m + float(rng.uniform(0, 0.3)), float(rng.gamma(3.0, 3.0)))
        for m in range(60)
        for a in range(ACCOUNTS)
    ]

    assert rhythm_of(timeline).bits < 10


def monitors(rng: np.random.Generator, hours: Iterable[int]) -> list[Request]:
    """Checks at some of the marks of ten minutes, for a few seconds after which each host gets to its own."""
    marks = [3_600.0 * hour + 600.0 * mark for hour in hours for mark in range(6)]
    return [
        (account, mark + 6.0 + float(rng.exponential(5.0)), float(rng.gamma(3.0, 3.0)))
        for account in range(ACCOUNTS)
        for mark in marks
        if rng.random() < 0.2
    ]


@pytest.mark.parametrize("seed", range(3))
def test_where_every_second_hour_is_there_moves_keep_to_these(seed: int) -> None:
    """Moved into hours that were left out, whoever works in those that were not would seem to seek each other.

    The monitors' clock would be seen; here it is not asked for.
    """
    unasked = RhythmOptions(clock=ClockOptions(chance=0.0))
    timelines = laid_out(monitors(np.random.default_rng(seed), range(0, 48, 2)))
    half = timelines.only(np.ones(len(timelines.start), dtype=np.bool_), every=2)
    members = each_alone(np.arange(ACCOUNTS, dtype=np.int32))

    told = [group_rhythm(one, members, unasked, np.random.default_rng(seed)).bits for one in (timelines, half)]

    assert told[0] > 10
    assert told[1] < 8


@pytest.mark.parametrize("seed", range(3))
def test_a_services_clock_makes_no_scheduler_of_its_customers(seed: int) -> None:
    """Every quarter of an hour some of their jobs are due, all as late as the service's clock is that time."""
    rng = np.random.default_rng(seed)
    ticks = [(900.0 * tick, float(rng.uniform(6.0, 25.0))) for tick in range(5 * 96)]
    timelines = laid_out(
        [
            (account, tick + late + float(rng.exponential(1.0)), float(rng.gamma(3.0, 3.0)))
            for account in range(ACCOUNTS)
            for tick, late in ticks
            if rng.random() < 0.05
        ]
    )
    members = each_alone(np.arange(ACCOUNTS, dtype=np.int32))

    asked, unasked = (
        group_rhythm(timelines, members, options, np.random.default_rng(seed))
        for options in (RhythmOptions(), RhythmOptions(clock=ClockOptions(chance=0.0)))
    )

    assert unasked.bits > 20
    assert asked.bits < 3


def shifts(rng: np.random.Generator, *, common: bool) -> list[Request]:
    """A slow pool: thrice a day for five days four workers set out within a second, each over another account.

    Where nothing is `common`, the accounts do as much at times of their own on the same days.
    """
    timeline = []
    for day in range(5):
        for _ in range(3):
            at = day * DAY + 20.0 + 60.0 * float(rng.integers(600, 1_300))
            for account in rng.choice(ACCOUNTS, 4, replace=False).tolist():
                begin = at if common else day * DAY + 20.0 + 60.0 * float(rng.integers(600, 1_300))
                timeline.append((account, begin + float(rng.uniform(0, 1)), float(rng.gamma(3.0, 3.0))))
    cover = rng.uniform(36_000, 78_000, 20 * ACCOUNTS) + DAY * rng.integers(0, 5, 20 * ACCOUNTS)
    return timeline + [(i % ACCOUNTS, float(at), float(rng.gamma(3.0, 3.0))) for i, at in enumerate(cover)]


SLOW = 40


def slow_pool(rng: np.random.Generator, *, common: bool = True) -> tuple[list[Request], list[Request]]:
    """Forty accounts, four of which set out within a second at twenty times in five days; and forty strangers as busy.

    Where nothing is `common`, each account sets out at a time of its own.
    """
    timeline = []
    for _ in range(20):
        moments = DAY * rng.integers(0, 5, 4) + 20.0 + 60.0 * rng.integers(600, 1_300, 4)
        for place, account in enumerate(rng.choice(SLOW, 4, replace=False).tolist()):
            begin = float(moments[0 if common else place]) + float(rng.uniform(0, 0.9))
            timeline.append((account, begin, float(rng.gamma(3.0, 3.0))))
    beside = rng.uniform(36_000, 78_000, 24 * SLOW) + DAY * rng.integers(0, 5, 24 * SLOW)
    rest = [(i % (2 * SLOW), float(at), float(rng.gamma(3.0, 3.0))) for i, at in enumerate(beside)]
    return timeline + [one for one in rest if one[0] < SLOW], [one for one in rest if one[0] >= SLOW]


@pytest.mark.parametrize("seed", range(4))
def test_crews_are_seen_where_each_account_was_in_one_or_two(seed: int) -> None:
    """Twenty crews of four among five hundred requests, and the report says of how many others."""
    timeline, _ = slow_pool(np.random.default_rng(seed))

    found = rhythm_of(timeline, seed)

    assert found.bits > 40
    assert (found.together, found.others, found.moment_s) == (True, 2, 1.0)
    assert found.coincidences >= 30


@pytest.mark.parametrize("seed", range(6))
def test_workers_that_set_out_together_are_seen_however_seldom_they_do(seed: int) -> None:
    """A pool that works for seconds shows it where its shifts begin, and the report says so."""
    found = rhythm_of(shifts(np.random.default_rng(seed), common=True), seed)

    assert found.bits > 15
    assert found.together
    assert found.coincidences > 2 * found.expected


@pytest.mark.parametrize("seed", range(6))
def test_as_many_starts_at_times_of_their_own_show_nothing(seed: int) -> None:
    """The same traffic without common beginnings."""
    assert rhythm_of(shifts(np.random.default_rng(seed), common=False), seed).bits < 6


@pytest.mark.parametrize("nights", [1, 2])
def test_jobs_that_a_clock_starts_are_no_workers_setting_out_together(nights: int) -> None:
    """Strangers whose jobs all begin at half past two sharp, in a log too short to show that they always do."""
    rng = np.random.default_rng(5)
    timeline = [
        (account, night * DAY + 9_000 + 600.0 * run + float(rng.uniform(0, 3)), float(rng.gamma(3.0, 3.0)))
        for account in range(ACCOUNTS)
        for night in range(nights)
        for run in range(3)
    ]
    timeline += [(i % ACCOUNTS, float(at), 5.0) for i, at in enumerate(rng.uniform(0, nights * DAY, 10 * ACCOUNTS))]

    found = rhythm_of(timeline)

    assert not (found.together and found.bits > 6)


def test_too_little_to_count_is_not_tested() -> None:
    """Neither cleared nor tied: the group says that it could not be tested."""
    assert not rhythm_of([(i, 10.0 * i, 2.0) for i in range(ACCOUNTS)]).tested


def test_a_log_without_ends_cannot_show_rhythm() -> None:
    """Where the log does not say when answers ended, nothing is claimed."""
    assert not rhythm_of([(i % ACCOUNTS, 2.0 * i, 0.0) for i in range(300)]).tested


def test_a_pool_beside_a_stranger_does_not_pull_the_stranger_in() -> None:
    """Two groups are one scheduler by what passes between them, never because one of them is a pool by itself."""
    rng = np.random.default_rng(9)
    timeline = pool(rng, workers=5, requests=500)
    long = max(start for _, start, _ in timeline)
    timeline += [(ACCOUNTS + i % 5, float(rng.uniform(0, long)), float(rng.gamma(3.0, 3.0))) for i in range(150)]
    timelines, known = clocked(timeline)
    farm, people = codes(known, range(ACCOUNTS)), codes(known, range(ACCOUNTS, ACCOUNTS + 5))
    halves = (farm[:6], farm[6:])
    options = RhythmOptions()

    assert shared_rhythm(timelines, (farm, people), options, rng).bits < 3
    assert shared_rhythm(timelines, halves, options, rng).bits > 10


@pytest.mark.parametrize("seed", range(6))
def test_jitter_does_not_hide_a_pool(seed: int) -> None:
    """Half a second to five seconds between requests, which relays' own tooling adds, leave a scheduler in sight."""
    found = rhythm_of(pool(np.random.default_rng(seed), workers=5, requests=600, jitter=(0.5, 5.0)), seed)

    assert found.bits > 10
    assert found.moment_s > 0.5
    assert found.spread_z < -4


def nightly(rng: np.random.Generator, nights: int, minutes: float) -> list[Request]:
    """Twelve owners' jobs, each of which begins within the same minutes of every night and goes on by itself."""
    return [
        request
        for account in range(ACCOUNTS)
        for night in range(nights)
        for request in session(
            rng,
            account,
            night * DAY + 7_200 + float(rng.uniform(0, 60 * minutes)),
            np.inf,
            3.0,
            int(rng.integers(6, 16)),
        )
    ]


@pytest.mark.parametrize("minutes", [1, 10])
@pytest.mark.parametrize("seed", range(8))
def test_nightly_jobs_of_strangers_show_nothing(seed: int, minutes: float) -> None:
    """Jobs that run at the same hour of each of five nights share an hour, no scheduler."""
    found = rhythm_of(nightly(np.random.default_rng(seed), 5, minutes), seed)

    assert found.tested
    assert found.bits < 6


@pytest.mark.parametrize("seed", range(6))
def test_lessons_show_nothing(seed: int) -> None:
    """A class that works through the same three quarters of an hour on each of five days runs off a bell."""
    rng = np.random.default_rng(seed)
    timeline = [
        request
        for pupil in range(25)
        for day in range(5)
        for request in session(
            rng, pupil, day * DAY + 36_000 + float(rng.uniform(0, 300)), day * DAY + 38_700, pause=240.0
        )
    ]

    found = rhythm_of(timeline, seed)

    assert found.tested
    assert found.bits < 6


def machines(rng: np.random.Generator, *, together: bool) -> list[Request]:
    """Machines that always do a little, and much for a minute every quarter of an hour, together or each in its own."""
    span = 4 * 3_600.0
    bursts = np.cumsum(rng.uniform(600, 1_500, 24))
    timeline = []
    for account in range(ACCOUNTS):
        timeline += session(rng, account, float(rng.exponential(240)), span, pause=240.0)
        mine = bursts if together else np.cumsum(rng.uniform(600, 1_500, 24))
        for on in mine[mine < span].tolist():
            timeline += session(rng, account, on + float(rng.uniform(0, 10)), on + 60.0, pause=10.0)
    return timeline


@pytest.mark.parametrize("seed", range(4))
def test_machines_switched_on_and_off_together_are_seen(seed: int) -> None:
    """Common pauses and restarts make the number in flight spread far more than chance does."""
    found = rhythm_of(machines(np.random.default_rng(seed), together=True), seed)

    assert found.bits > 20
    assert found.spread_z > 10


@pytest.mark.parametrize("seed", range(6))
def test_machines_that_each_switch_on_and_off_show_nothing(seed: int) -> None:
    """As many bursts, as long and as dense, at times of their own."""
    assert rhythm_of(machines(np.random.default_rng(seed), together=False), seed).bits < 10


def test_machines_that_rest_between_their_common_hours_are_seen() -> None:
    """Where nothing runs between restarts, starts still follow the others' ends far oftener than chance makes them."""
    rng = np.random.default_rng(2)
    timeline: list[Request] = []
    on = 0.0
    for _ in range(25):
        on += float(rng.uniform(180, 900))
        off = on + float(rng.uniform(60, 240))
        for account in range(ACCOUNTS):
            timeline += session(rng, account, on + float(rng.exponential(8)), off, pause=20.0)
        on = off

    assert rhythm_of(timeline).bits > 20


@pytest.mark.parametrize("seed", range(20))
def test_one_busy_moment_of_a_quiet_class_is_no_scheduler(seed: int) -> None:
    """A few students who ask at once, where nobody else ever overlaps, are many deviations and no evidence."""
    rng = np.random.default_rng(seed)
    timeline = [(i % 25, float(t), float(rng.gamma(3.0, 3.0))) for i, t in enumerate(rng.uniform(0, 4 * 86_400, 300))]
    timeline += [(i, 20_000.0 + i, 9.0) for i in range(4)]

    assert rhythm_of(timeline, seed).bits < 8


@given(
    rows=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), max_size=60),
    far=st.sampled_from([1, 10**6, 2**58]),
)
def test_timelines_are_in_order_of_account_time_and_exchange(rows: list[tuple[int, int]], far: int) -> None:
    """Sorting both keys as one number gives what sorting by each in turn does, also where they do not fit one."""
    account = np.array([row[0] for row in rows], dtype=np.int32)
    start = np.array([row[1] * far for row in rows], dtype=np.int64)
    exchange = np.random.default_rng(0).permutation(len(rows)).astype(np.uint64)

    order = _by_account_and_start(account, start, exchange)

    assert order.tolist() == np.lexsort((exchange, start, account)).tolist()


def test_further_copies_tell_a_rhythm_more_surely() -> None:
    """The same pool gets nearly the same bits whatever the moves; a hundred copies alone scatter far more."""
    timelines = laid_out(pool(np.random.default_rng(5), 3, 250, jitter=(0.5, 4.0)))
    members = np.arange(len(timelines.bounds) - 1, dtype=np.int32)

    def scatter(*, surely: bool) -> float:
        rngs = (np.random.default_rng(seed) for seed in range(8))
        parts = each_alone(members)
        bits = [shared_rhythm(timelines, parts, RhythmOptions(), rng, surely=surely).bits for rng in rngs]
        return float(np.std(bits))

    assert scatter(surely=True) < 0.5 * scatter(surely=False)
