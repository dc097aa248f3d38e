"""The timeline shows when a campaign was busy, and says it to those who do not see it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.cli.report.timeline import MOST_TICKS, draw_timeline

BEGIN = datetime(2026, 5, 3, 6, tzinfo=UTC)


def test_a_bar_stands_where_and_as_high_as_it_was_busy() -> None:
    """Bars are placed by time and scaled to the busiest."""
    drawn = draw_timeline([(BEGIN, 50), (BEGIN + timedelta(hours=1), 0), (BEGIN + timedelta(hours=3), 100)])

    assert drawn is not None
    assert [(bar.left, bar.width, bar.height) for bar in drawn.bars] == [(0.0, 25.0, 50.0), (75.0, 25.0, 100.0)]
    assert drawn.bars[0].title == "3 May 2026 06:00 UTC: 50 exchanges"
    assert (drawn.bucket, drawn.most) == ("hour", "100")
    assert "Busiest: 100 exchanges in the hour from 3 May 2026 09:00." in drawn.words


@pytest.mark.parametrize("buckets", [[], [(BEGIN, 7)], [(BEGIN, 0), (BEGIN + timedelta(hours=1), 0)]])
def test_nothing_over_time_is_not_drawn(buckets: list[tuple[datetime, int]]) -> None:
    """Where there is nothing to compare, there is no picture."""
    assert draw_timeline(buckets) is None


@given(st.integers(1, 10**9), st.integers(2, 120))
def test_ticks_are_few_and_inside(seconds: int, count: int) -> None:
    """Any stretch of time, from seconds to decades, gets a few ticks inside the picture."""
    drawn = draw_timeline([(BEGIN + place * timedelta(seconds=seconds), 1) for place in range(count)])

    assert drawn is not None
    assert len(drawn.ticks) <= MOST_TICKS + 1
    assert all(0 <= tick.left < 100 for tick in drawn.ticks)
    assert all(bar.left + bar.width <= 100.001 for bar in drawn.bars)
