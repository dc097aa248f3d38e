"""The clock by which some accounts set out: what recurs at one minute of the hour."""

import numpy as np
import numpy.typing as npt
import pytest

from stillwatch.link.clock import HOUR_US, MINUTE_US, Clock, ClockOptions

SECOND_US = 1_000_000
HOURS = 120


def ticks(rng: np.random.Generator, minutes: list[int], share: float) -> npt.NDArray[np.int64]:
    """A start some twenty seconds into these minutes of a share of the hours."""
    hours = [(hour, minute) for hour in range(HOURS) for minute in minutes if rng.random() < share]
    return np.array([hour * HOUR_US + minute * MINUTE_US + 20 * SECOND_US for hour, minute in hours], dtype=np.int64)


def at_any_time(rng: np.random.Generator, n: int) -> npt.NDArray[np.int64]:
    """Starts at all times of the log alike."""
    return np.sort(rng.integers(0, HOURS * HOUR_US, n))


def test_jobs_of_a_services_clock_are_told_from_what_comes_between_them() -> None:
    """Every quarter of an hour; the starts in other minutes stay."""
    rng = np.random.default_rng(1)
    jobs, others = ticks(rng, [0, 15, 30, 45], 0.5), at_any_time(rng, 400)
    clock = Clock.of(np.concatenate([jobs, others]), ClockOptions())

    assert np.flatnonzero(clock.minutes).tolist() == [0, 15, 30, 45]
    assert not clock.free(jobs).any()
    assert clock.free(others).mean() > 0.8


@pytest.mark.parametrize("n", [0, 1, 50, 5_000, 200_000])
def test_starts_at_all_times_show_no_clock(n: int) -> None:
    """However many or few they are; those in the first seconds of a minute are a clock's all the same."""
    start = at_any_time(np.random.default_rng(2), n)
    clock = Clock.of(start, ClockOptions())

    assert not clock.minutes.any()
    assert (clock.free(start) == (start % MINUTE_US >= 5 * SECOND_US)).all()


def test_one_night_of_many_starts_makes_no_clock() -> None:
    """Three hundred accounts set out within one minute, once: that recurs in no other hour."""
    rng = np.random.default_rng(3)
    once = 9 * HOUR_US + 7 * MINUTE_US + rng.integers(5 * SECOND_US, MINUTE_US, 300)

    assert not Clock.of(np.concatenate([once, at_any_time(rng, 400)]), ClockOptions()).minutes.any()


def test_a_pool_that_begins_each_days_shift_at_the_hour_shows_no_clock() -> None:
    """Fourteen days, twenty minutes from nine on: it is at work in all these minutes alike."""
    rng = np.random.default_rng(4)
    work = [day * 24 * HOUR_US + 9 * HOUR_US + rng.integers(0, 20 * MINUTE_US, 60) for day in range(14)]

    assert not Clock.of(np.concatenate(work), ClockOptions()).minutes.any()
