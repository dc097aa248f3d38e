"""Times are read to the microsecond, within bounds, or not at all."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.read.columns import EARLIEST, LATEST
from stillwatch.read.times import end_after, from_any, from_nanoseconds, from_seconds, from_text

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
moments = st.integers(EARLIEST, LATEST - 1)


def instant(microseconds: int) -> datetime:
    """Turn microseconds since 1970 into a time, by the standard library."""
    return EPOCH + timedelta(microseconds=microseconds)


@given(moment=moments)
def test_a_float_gives_back_the_microsecond_it_was_made_of(moment: int) -> None:
    """Seconds as a float, as Python's `timestamp()` gives them, lose nothing."""
    assert from_seconds(instant(moment).timestamp()) == moment


@given(moment=moments, zone=st.integers(-14 * 60, 14 * 60))
def test_text_in_any_zone_is_the_same_instant(moment: int, zone: int) -> None:
    """ISO 8601 with any offset means the instant that the standard library means."""
    local = instant(moment).astimezone(timezone(timedelta(minutes=zone)))

    assert from_text(local.isoformat()) == moment


@given(moment=moments)
def test_a_number_tells_its_unit_by_its_size(moment: int) -> None:
    """Seconds, milliseconds, microseconds and nanoseconds are told apart from 2000 to 2100."""
    assert from_any(moment // 1_000_000) == moment // 1_000_000 * 1_000_000
    assert from_any(moment // 1_000) == moment // 1_000 * 1_000
    assert from_any(moment) == moment
    assert from_any(moment * 1_000) == moment
    assert from_any(str(moment * 1_000)) == moment


@given(moment=moments, rest=st.integers(0, 999))
def test_nanoseconds_are_cut_to_microseconds(moment: int, rest: int) -> None:
    """What is finer than a microsecond is cut off, whether the number is text or not."""
    assert from_nanoseconds(str(moment * 1_000 + rest)) == moment
    assert from_nanoseconds(moment * 1_000 + rest) == moment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-01 12:00:00", 1_777_636_800_000_000),
        ("2026-05-01 12:00:00.1", 1_777_636_800_100_000),
        ("2026-05-01 12:00:00.123456789", 1_777_636_800_123_456),
        ("2026-05-01T12:00:00,5Z", 1_777_636_800_500_000),
        ("2026-05-01 12:00:00.123+00", 1_777_636_800_123_000),
        ("2026-05-01 17:30:00+0530", 1_777_636_800_000_000),
        ("2026-05-01 12:00", 1_777_636_800_000_000),
        (" 2026-05-01T12:00:00Z ", 1_777_636_800_000_000),
        ("2026-05-01T11:59:60Z", 1_777_636_800_000_000),
        ("2026-02-30T00:00:00Z", None),
        ("2026-05-01T24:00:00Z", None),
        ("2026-05-01", None),
        ("1999-12-31T23:59:59Z", None),
        ("2100-01-01T00:00:00Z", None),
        ("\u0662\u0660\u0662\u0666-05-01 12:00:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_texts_of_time(text: str, expected: int | None) -> None:
    """Texts as PostgreSQL, ClickHouse and RFC 3339 print them are times; others are none."""
    assert from_text(text) == expected


@pytest.mark.parametrize(
    "value", [None, True, [], {}, float("nan"), float("inf"), -1, 10**400, -(10**400), "1e9", "-5"]
)
def test_what_is_no_time_is_none(value: object) -> None:
    """Values of the wrong type, the wrong sign or beyond all bounds are no times."""
    assert from_seconds(value) is None
    assert from_nanoseconds(value) is None
    assert from_text(value) is None
    assert from_any(value) is None


@given(value=st.one_of(st.integers(), st.floats(), st.text(), st.none(), st.booleans()))
def test_every_time_is_within_bounds(value: object) -> None:
    """Whatever is read as a time lies where traffic can lie."""
    for read in (from_seconds, from_nanoseconds, from_text, from_any):
        moment = read(value)

        assert moment is None or EARLIEST <= moment < LATEST


def test_an_end_before_its_start_is_dropped() -> None:
    """A clock that was set back tells nothing about how long a request took."""
    assert end_after(10, 10) == 10
    assert end_after(10, 9) is None
    assert end_after(10, None) is None
