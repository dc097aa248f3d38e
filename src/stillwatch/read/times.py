"""Times as logs write them, in microseconds since 1970 (UTC): exact, bounded, never guessed at."""

import math
import re
from datetime import date
from typing import Final

from stillwatch.read.columns import EARLIEST, LATEST

_SECOND: Final = 1_000_000
_DAY: Final = 86_400 * _SECOND
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()

_TEXT: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9})[0-9]*)?)?"
    r"\s*(?:([Zz]|UTC)|([+-])([0-9]{2}):?([0-9]{2})?)?"
)
_NUMBER: Final = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,9})?")


def from_seconds(value: object) -> int | None:
    """Read seconds since 1970. A float keeps the microsecond it was made of: whole and fraction part exactly."""
    if type(value) is float:
        if not math.isfinite(value):
            return None
        whole = math.floor(value)
        return _within(whole * _SECOND + round((value - whole) * _SECOND))
    if type(value) is int:
        return _within(value * _SECOND) if 0 <= value <= LATEST else None
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        whole_text, _, fraction = value.partition(".")
        return _within(int(whole_text) * _SECOND + int(fraction[:6].ljust(6, "0")))
    return None


def from_nanoseconds(value: object) -> int | None:
    """Read nanoseconds since 1970, which OTLP's JSON writes as text; what is finer than a microsecond is cut off."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(LATEST)) + 3:
        return _within(int(value) // 1000)
    return _within(value // 1000) if type(value) is int else None


def from_text(value: object) -> int | None:
    """Read ISO 8601, RFC 3339 or what PostgreSQL and ClickHouse print; without a zone it is UTC."""
    if not isinstance(value, str):
        return None
    match = _TEXT.fullmatch(value.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, _, sign, zone_hours, zone_minutes = match.groups()
    try:
        days = date(int(year), int(month), int(day)).toordinal() - _EPOCH_DAY
    except ValueError:
        return None
    hours, minutes, seconds = int(hour), int(minute), int(second or 0)
    east = (int(zone_hours or 0) * 60 + int(zone_minutes or 0)) * (-1 if sign == "-" else 1)
    if hours > 23 or minutes > 59 or seconds > 60 or abs(east) > 18 * 60:  # noqa: PLR2004 - a clock; 60 is a leap second
        return None
    clock = (hours * 60 + minutes - east) * 60 + seconds
    return _within(days * _DAY + clock * _SECOND + int((fraction or "0")[:6].ljust(6, "0")))


def from_any(value: object) -> int | None:
    """Read text, or a number whose unit its size betrays: from 2000 to 2100 the ranges of the units do not meet."""
    if isinstance(value, str):
        if not value.isdigit():
            return from_text(value) or from_seconds(value)
        value = int(value) if len(value) <= len(str(LATEST)) + 3 else -1
    if type(value) is int and value > LATEST // _SECOND:
        for per_microsecond in (1000, 1):
            if value // per_microsecond >= LATEST // 100:
                return _within(value // per_microsecond)
        return _within(value * 1000)
    return from_seconds(value)


def end_after(start: int, end: int | None) -> int | None:
    """An end before its start says nothing about how long a request took."""
    return end if end is not None and end >= start else None


def _within(microseconds: int) -> int | None:
    return microseconds if EARLIEST <= microseconds < LATEST else None
