"""Accounts of a pool keep its pace; strangers beside it, at the same hours, do not."""

import numpy as np
import pytest

from stillwatch.link.pace import GroupPace, _covered_by, own_rhythm
from stillwatch.link.rhythm import RhythmOptions
from stillwatch.link.timelines import Timelines
from tests.link.test_rhythm import (
    ACCOUNTS,
    DAY,
    SLOW,
    Codes,
    Request,
    clocked,
    codes,
    laid_out,
    nightly,
    pool,
    shifts,
    slow_pool,
)


def pool_and_strangers(seed: int, *, jitter: tuple[float, float]) -> tuple[Timelines, Codes, Codes]:
    """A pool of twelve accounts, and six accounts of other people who are as busy at the same time."""
    rng = np.random.default_rng(seed)
    timeline = pool(rng, workers=3, requests=900, jitter=jitter)
    long = max(start for _, start, _ in timeline)
    timeline += [
        (ACCOUNTS + i % 6, float(at), float(rng.gamma(3.0, 3.0))) for i, at in enumerate(rng.uniform(0, long, 6 * 75))
    ]
    timelines, known = clocked(timeline)
    return timelines, codes(known, range(ACCOUNTS)), codes(known, range(ACCOUNTS, ACCOUNTS + 6))


@pytest.mark.parametrize("jitter", [(0.05, 0.05), (0.5, 5.0)])
def test_accounts_of_a_pool_keep_its_pace_and_strangers_do_not(jitter: tuple[float, float]) -> None:
    """Most members of a pool are tied in by more than 3 bits each; of 150 strangers beside it hardly one is by 4."""
    members, strangers = [], []
    for seed in range(25):
        timelines, farm, people = pool_and_strangers(seed, jitter=jitter)
        members.append(float(np.median(own_rhythm(timelines, farm, farm, RhythmOptions()))))
        strangers += own_rhythm(timelines, people, farm, RhythmOptions()).tolist()

    assert min(members) > 3
    assert sum(bits > 4 for bits in strangers) <= 1
    assert float(np.mean(np.exp2(strangers))) <= 1.5


def test_accounts_that_set_out_with_a_pool_keep_its_pace() -> None:
    """Where a pool works for seconds only, its accounts are tied in by the moments in which its shifts begin."""
    bits, strangers, firm = [], [], []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        beside = rng.uniform(36_000, 78_000, 6 * 25) + DAY * rng.integers(0, 5, 6 * 25)
        others = [(ACCOUNTS + i % 6, float(at), float(rng.gamma(3.0, 3.0))) for i, at in enumerate(beside)]
        timelines, known = clocked([*shifts(rng, common=True), *others])
        farm = codes(known, range(ACCOUNTS))
        bits += own_rhythm(timelines, farm, farm, RhythmOptions()).tolist()
        people = codes(known, range(ACCOUNTS, ACCOUNTS + 6))
        strangers += own_rhythm(timelines, people, farm, RhythmOptions()).tolist()

        firm += GroupPace.of(timelines, farm, RhythmOptions()).bits(farm, firm=True).tolist()

    assert float(np.median(bits)) > 4
    assert float(np.median(firm)) < 2  # whoever knows when others send can send with them
    assert sum(one > 4 for one in strangers) <= 1
    assert float(np.mean(np.exp2(strangers))) <= 1.5


def test_one_crew_ties_an_account_more_than_many_chance_meetings() -> None:
    """Of forty slow accounts, those that ever set out with two others are tied in; strangers as busy are not."""
    rng = np.random.default_rng(4)
    timeline, strangers = slow_pool(rng)
    timelines, known = clocked([*timeline, *strangers])
    farm, people = codes(known, range(SLOW)), codes(known, range(SLOW, 2 * SLOW))

    pace = GroupPace.of(timelines, farm, RhythmOptions())
    bits, others = pace.bits(farm), pace.bits(people)

    assert float(np.mean(bits > 5)) > 0.6  # the rest never was in a crew
    assert float(np.max(others)) < 4
    assert float(np.max(pace.bits(farm, firm=True))) < 4  # whoever knows when others send can set out with them


def test_an_account_that_sends_thrice_at_once_makes_no_crew() -> None:
    """Three starts in one second are a crew only where they are of three accounts."""
    rng = np.random.default_rng(4)
    timeline, _ = slow_pool(rng)
    bursts = [(0, float(at) + 0.2 * i, 1.0) for at in rng.uniform(36_000, 78_000, 40) for i in range(3)]
    plain, _ = clocked(timeline)
    busy, known = clocked([*timeline, *bursts])
    farm = codes(known, range(SLOW))

    before, after = (own_rhythm(timelines, farm, farm, RhythmOptions()) for timelines in (plain, busy))

    assert float(np.mean(after[1:] > 5)) > 0.9 * float(np.mean(before[1:] > 5))


def by_turns(rng: np.random.Generator, shifts: int = 60) -> tuple[list[Request], list[Request]]:
    """Shifts of some minutes in which a third of a pool's accounts are used in turn, and strangers' own short sessions.

    The turn is not kept to the second, and each account carries as many sessions of its own as it has shifts.
    """
    work, people = [], []
    for _ in range(shifts):
        begin = float(DAY * rng.integers(0, 6) + rng.uniform(36_000, 72_000))
        used = rng.choice(ACCOUNTS, ACCOUNTS // 3, replace=False).tolist()
        work += [(used[k % len(used)], begin + 20.0 * k + float(rng.uniform(0, 15)), 4.0) for k in range(20)]
    for account in range(2 * ACCOUNTS):
        for _ in range(shifts // 3):
            at = float(DAY * rng.integers(0, 6) + rng.uniform(36_000, 72_000))
            people += [(account, at + 45.0 * k + float(rng.uniform(0, 20)), 4.0) for k in range(5)]
    return work + [one for one in people if one[0] < ACCOUNTS], [one for one in people if one[0] >= ACCOUNTS]


def test_accounts_that_burst_while_the_others_do_keep_their_pace() -> None:
    """Used by turns for some minutes, in no order that starts or ends would show; strangers' sessions lie anywhere."""
    members, strangers, firm = [], [], []
    for seed in range(5):
        work, people = by_turns(np.random.default_rng(seed))
        timelines, known = clocked([*work, *people])
        farm, others = codes(known, range(ACCOUNTS)), codes(known, range(ACCOUNTS, 2 * ACCOUNTS))
        silent = own_rhythm(timelines, farm, farm, RhythmOptions(burst_least=1.0))
        pace = GroupPace.of(timelines, farm, RhythmOptions())

        members += (pace.bits(farm) - silent).tolist()
        strangers += pace.bits(others).tolist()
        firm += (pace.bits(farm, firm=True) - np.maximum(silent, 0.0)).tolist()

    assert float(np.median(members)) > 2
    assert sum(bits > 4 for bits in strangers) <= 1
    assert float(np.mean(np.exp2(strangers))) <= 1.5
    assert max(firm) < 2  # whoever knows when others are busy can be busy then


def test_bursts_say_nothing_of_people_who_work_at_the_same_hours() -> None:
    """Twelve strangers with sessions of their own, between ten and eight, are not tied by being busy together."""
    found: list[float] = []
    for seed in range(10):
        _, people = by_turns(np.random.default_rng(seed))
        timelines, known = clocked(people)
        group = codes(known, range(ACCOUNTS, 2 * ACCOUNTS))
        found += own_rhythm(timelines, group, group, RhythmOptions()).tolist()

    assert sum(bits > 4 for bits in found) <= 2
    assert float(np.mean(np.exp2(found))) <= 1.5


@pytest.mark.parametrize("others", [1, 2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_time_is_covered_where_so_many_different_accounts_are_near(seed: int, others: int) -> None:
    """Against looking at every moment; one account counts once, however often it sends."""
    rng = np.random.default_rng(seed)
    edges, by = rng.integers(0, 2_000, 80).astype(np.int64), rng.integers(0, 6, 80).astype(np.int32)

    begins, ends, length = _covered_by(edges, by, 40, others)

    ticks = np.arange(-5, 2_050) + 0.5
    deep = [len(set(by[(edges <= tick) & (tick < edges + 40)].tolist())) >= others for tick in ticks]
    inside = [bool(((begins <= tick) & (tick < ends)).any()) for tick in ticks]
    assert inside == deep
    assert length.tolist() == np.concatenate([[0], np.cumsum(ends - begins)[:-1]]).tolist()


@pytest.mark.parametrize(("nights", "minutes"), [(1, 10), (5, 10), (5, 1)])
def test_strangers_at_the_same_hours_do_not_keep_each_others_pace(nights: int, minutes: int) -> None:
    """Of 360 accounts whose jobs begin within minutes of each other every night, hardly one shows 4 bits."""
    found: list[float] = []
    for seed in range(30):
        timelines = laid_out(nightly(np.random.default_rng(seed), nights, minutes))
        group = np.arange(ACCOUNTS, dtype=np.int32)
        found += own_rhythm(timelines, group, group, RhythmOptions()).tolist()

    assert sum(bits > 4 for bits in found) <= 2
    assert float(np.mean(np.exp2(found))) <= 1.5


def test_a_burst_that_meets_a_burst_counts_once() -> None:
    """Many starts within two minutes say together what one of them says by itself on average."""
    timeline = pool(np.random.default_rng(3), workers=3, requests=900)
    ends = sorted(start + took for _, start, took in timeline)
    window = RhythmOptions().own_window_s
    starts = [end + 0.2 for end in ends if 5 * window <= end < 6 * window - 4.0]
    took = [min(start for _, start, _ in timeline if start > at + 1.0) - 0.2 - at for at in starts]
    burst = [(900, at, long) for at, long in zip(starts, took, strict=True)]
    apart = [(901 + i, at, long) for i, (_, at, long) in enumerate(burst)]
    timelines, known = clocked([*timeline, *burst, *apart])
    farm = codes(known, range(ACCOUNTS))

    free = RhythmOptions(most_doubt_bits=50.0, burst_least=1.0)  # what bursts tell is told apart
    once = own_rhythm(timelines, codes(known, [900]), farm, free)[0]
    each = own_rhythm(timelines, codes(known, range(901, 901 + len(starts))), farm, free)

    assert len(starts) > 10
    assert each.min() > 0
    assert once == pytest.approx(each.mean())


def test_an_account_without_traffic_in_the_groups_time_says_nothing() -> None:
    """Whoever was not there neither kept the pace nor failed to."""
    timeline = pool(np.random.default_rng(4), workers=3, requests=900)
    absent = [(ACCOUNTS, 3 * DAY + 100.0 * i, 5.0) for i in range(20)]
    timelines, known = clocked([*timeline, *absent])

    found = own_rhythm(timelines, codes(known, [0, ACCOUNTS]), codes(known, range(ACCOUNTS)), RhythmOptions())

    assert found[0] > 0
    assert found[1] == 0


@pytest.mark.parametrize("size", [1, 2])
def test_fewer_than_three_accounts_have_no_pace(size: int) -> None:
    """A pair is no pool, however often one of the two follows the other."""
    timelines, farm, people = pool_and_strangers(1, jitter=(0.05, 0.05))

    found = own_rhythm(timelines, people, farm[:size], RhythmOptions())

    assert found.tolist() == [0.0] * len(people)


def test_one_pace_says_a_bounded_amount() -> None:
    """However long the log, an account's pace says at most so much for it and so much against."""
    timelines, farm, people = pool_and_strangers(2, jitter=(0.5, 5.0))
    narrow = RhythmOptions(most_own_bits=1.5, most_doubt_bits=0.25)

    found = own_rhythm(timelines, np.concatenate([farm, people]), farm, narrow)

    assert found.max() == 1.5
    assert found.min() == -0.25
