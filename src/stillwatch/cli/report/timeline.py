"""A campaign's exchanges over time, as bars in per cent of the picture's width and height."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from stillwatch.cli.words import counted, moment, number, stretch

MOST_TICKS: Final = 7

_LEAST_BUCKETS: Final = 2
"""One bar shows nothing over time."""

_STEPS: Final = tuple(
    timedelta(minutes=minutes)
    for minutes in (1, 5, 10, 15, 30, 60, 180, 360, 720, *(1440 * days for days in (1, 2, 7, 14, 28, 91, 182, 364)))
)
"""Distances between ticks that people read without counting."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One bucket; lengths are per cent of the picture."""

    left: float
    width: float
    top: float
    height: float
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """A moment on the axis."""

    left: float
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeline:
    """What to draw, and what to say to somebody who does not see it."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    bucket: str
    most: str
    words: str


def draw_timeline(buckets: Sequence[tuple[datetime, int]]) -> Timeline | None:
    """Lay out the bars, or nothing where there is nothing to draw."""
    buckets = sorted((start.astimezone(UTC), count) for start, count in buckets)
    most = max((count for _, count in buckets), default=0)
    if len(buckets) < _LEAST_BUCKETS or most <= 0:
        return None
    width = min(later - earlier for (earlier, _), (later, _) in pairwise(buckets))
    begin, end = buckets[0][0], buckets[-1][0] + width
    whole = end - begin
    busiest = max(buckets, key=lambda bucket: bucket[1])
    bucket = stretch(width).removeprefix("1 ")
    return Timeline(
        bars=tuple(
            Bar(
                left=100 * ((start - begin) / whole),
                width=100 * (width / whole),
                top=100 - 100 * count / most,
                height=100 * count / most,
                title=f"{moment(start)} UTC: {counted(count, 'exchange')}",
            )
            for start, count in buckets
            if count > 0
        ),
        ticks=_ticks(begin, end),
        bucket=bucket,
        most=number(most),
        words=(
            f"Exchanges over time, from {moment(begin)} to {moment(end)} UTC. "
            f"Busiest: {counted(busiest[1], 'exchange')} in the {bucket} from {moment(busiest[0])}."
        ),
    )


def _ticks(begin: datetime, end: datetime) -> tuple[Tick, ...]:
    whole = end - begin
    step = next((step for step in _STEPS if whole / step <= MOST_TICKS), whole / MOST_TICKS)
    midnight = begin.replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight + -((midnight - begin) // step) * step
    moments = [first + n * step for n in range(MOST_TICKS + 2)]
    form = "{0.day} {0:%b}" if step >= timedelta(days=1) else "{0.day} {0:%b} {0:%H:%M}"
    return tuple(
        Tick(left=100 * ((when - begin) / whole), label=form.format(when)) for when in moments if begin <= when < end
    )
