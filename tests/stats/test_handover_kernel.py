"""The scheduler statistics, against brute force."""

import numpy as np
import pytest

from stillwatch.stats.handover_kernel import (
    coincidences,
    covered,
    crew_mates,
    gatherings,
    in_flight_spread,
    near_any,
    own_pace,
    shifted,
    successions,
)


@pytest.mark.parametrize("seed", range(6))
def test_both_statistics_agree_with_counting_by_hand(seed: int) -> None:
    """Small timelines, counted pair by pair."""
    rng = np.random.default_rng(seed)
    n = 60
    start = rng.integers(0, 5_000, n).astype(np.int64)
    end = start + rng.integers(1, 400, n)
    source = rng.integers(0, 5, n).astype(np.int32)

    moments = np.array([50, 120], dtype=np.int64)
    by_hand = [
        sum(any(source[j] != source[i] and 0 <= start[i] - end[j] <= moment for j in range(n)) for i in range(n))
        for moment in moments
    ]
    order = np.sort(start)
    running = [int((np.sort(start)[:i] <= s).sum()) - int((end <= s).sum()) for i, s in enumerate(order)]

    assert coincidences(start, end, source, moments).tolist() == by_hand
    assert in_flight_spread(start, end) == pytest.approx(np.var(running) / np.mean(running), rel=1e-9)


def test_copies_that_are_not_moved_show_what_the_timelines_show() -> None:
    """Moves of nothing, and moves once around the circle, change no statistic."""
    rng = np.random.default_rng(3)
    start = rng.integers(0, 5_000, 80).astype(np.int64)
    end = start + rng.integers(1, 400, 80)
    source = rng.integers(0, 4, 80).astype(np.int32)
    moments, together = np.array([50], dtype=np.int64), np.array([20, 40], dtype=np.int64)
    free = rng.random(80) < 0.7
    shifts = np.array([[0, 0, 0, 0], [6_000, 0, -6_000, 6_000]], dtype=np.int64)

    table = shifted(start, end, source, free, shifts, moments, together, 2, 0, 6_000)

    assert table[:, 0].tolist() == [coincidences(start, end, source, moments)[0]] * 2
    assert table[:, 1:3].tolist() == [coincidences(start[free], start[free], source[free], together).tolist()] * 2
    assert table[:, 3].tolist() == [gatherings(start[free], source[free], 20, 2)] * 2
    assert table[:, 4] == pytest.approx(in_flight_spread(start, end))


@pytest.mark.parametrize("different", [1, 3, 50])
@pytest.mark.parametrize("seed", range(4))
def test_moved_copies_show_what_timelines_moved_by_hand_show(seed: int, different: int) -> None:
    """However many sources are moved alike, and around the circle or not."""
    rng = np.random.default_rng(seed)
    n, sources, span = 400, 30, 100_003
    start = rng.choice(span, n, replace=False).astype(np.int64)
    end = start + rng.integers(1, 3_000, n)
    source = rng.integers(0, sources, n).astype(np.int32)
    free = rng.random(n) < 0.7
    shifts = rng.choice(rng.integers(-2 * span, 2 * span, different), (5, sources))
    moments, together = np.array([50, 400], dtype=np.int64), np.array([100, 300], dtype=np.int64)

    table = shifted(start, end, source, free, shifts, moments, together, 2, 0, span)

    for row, by in zip(table, shifts, strict=True):
        begin = (start + by[source]) % span
        until = begin + end - start
        assert row[:2].tolist() == coincidences(begin, until, source, moments).tolist()
        assert row[2:4].tolist() == coincidences(begin[free], begin[free], source[free], together).tolist()
        assert row[4] == gatherings(begin[free], source[free], 100, 2)
        assert row[5] == pytest.approx(in_flight_spread(begin, until))


@pytest.mark.parametrize("others", [1, 2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_the_chance_of_keeping_pace_is_the_covered_share_of_the_time_around(seed: int, others: int) -> None:
    """Against measuring second by second; a source does not follow on itself, and no other counts twice."""
    rng = np.random.default_rng(seed)
    ends = np.sort(rng.integers(0, 3_000, 60)).astype(np.int64)
    ended_by = rng.integers(0, 5, 60).astype(np.int32)
    start = rng.integers(400, 2_600, 30).astype(np.int64)
    source = rng.integers(0, 5, 30).astype(np.int32)
    moment, reach = 40, 300

    cover = covered(ends, moment, others)
    found = own_pace(start, np.argsort(start), source, ends, ended_by, moment, others, cover, reach, 0, 1)
    near = near_any(start, cover, 25)

    for i, (t, who) in enumerate(zip(start.tolist(), source.tolist(), strict=True)):
        before = {by for end, by in zip(ends.tolist(), ended_by.tolist(), strict=True) if 0 <= t - end <= moment}
        ticks = np.arange(t - reach, t + reach) + 0.5
        deep = np.array([((ends <= tick) & (tick < ends + moment)).sum() >= others for tick in ticks])
        assert found[i, 0] == (len(before - {who}) >= others)
        assert found[i, 1] == pytest.approx(deep.mean())
        assert near[i] == deep[reach - 25 : reach + 25].any()


@pytest.mark.parametrize("turns", [1, 3])
@pytest.mark.parametrize("seed", range(6))
def test_the_chance_at_other_times_is_the_share_of_turns_that_are_covered(seed: int, turns: int) -> None:
    """Starts in any order, each held against the same time of other turns, as far as these are the group's."""
    rng = np.random.default_rng(seed)
    ends = np.sort(rng.integers(0, 5_000, 200)).astype(np.int64)
    start = rng.integers(-800, 5_800, 120).astype(np.int64)
    moment, lag, nobody, all_by = 15, 700, np.full(120, -1, dtype=np.int32), np.zeros(200, dtype=np.int32)
    cover = covered(ends, moment, 1)

    found = own_pace(start, np.argsort(start), nobody, ends, all_by, moment, 1, cover, 50, turns, lag)

    for i, t in enumerate(start.tolist()):
        others = [t + turn * lag for turn in range(-turns, turns + 1) if turn]
        asked = [other for other in others if ends[0] <= other <= ends[-1] + moment]
        assert found[i, 3] == len(asked)
        assert found[i, 2] == sum(bool(((ends <= other) & (other <= ends + moment)).any()) for other in asked)


@pytest.mark.parametrize("seed", range(4))
def test_crews_are_starts_soon_after_those_of_enough_others(seed: int) -> None:
    """Small timelines, counted start by start."""
    rng = np.random.default_rng(seed)
    start = rng.permutation(3_000)[:80].astype(np.int64)
    source = rng.integers(0, 6, 80).astype(np.int32)
    before = [
        {int(source[j]) for j in range(80) if source[j] != source[i] and 0 < start[i] - start[j] <= 60}
        for i in range(80)
    ]

    first, second = crew_mates(start, source, 60, 2)

    assert gatherings(start, source, 60, 2) == sum(len(met) >= 2 for met in before)
    assert sorted(zip(first.tolist(), second.tolist(), strict=True)) == sorted(
        (other, int(source[i])) for i in range(80) for other in before[i] if len(before[i]) >= 2
    )


@pytest.mark.parametrize("seed", range(4))
def test_successions_are_all_pairs_of_an_end_and_a_start_soon_after_it(seed: int) -> None:
    """Small timelines, counted pair by pair."""
    rng = np.random.default_rng(seed)
    start = rng.integers(0, 3_000, 50).astype(np.int64)
    end = start + rng.integers(1, 300, 50)
    source = rng.integers(0, 4, 50).astype(np.int32)

    first, second = successions(start, end, source, 60)

    assert sorted(zip(first.tolist(), second.tolist(), strict=True)) == sorted(
        (int(source[j]), int(source[i]))
        for i in range(50)
        for j in range(50)
        if source[i] != source[j] and 0 <= start[i] - end[j] <= 60
    )
