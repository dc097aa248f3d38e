"""The plots of a score, laid out in per cent of their width and height, so that they fit any window."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from stillwatch.cli.score_words import detected
from stillwatch.cli.words import counted, moment, percent
from stillwatch.range.score import Calibration, Grouping, Leak, Look, Rate, Score, TierScore, rate

_STEPS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Distances between ticks that people read without counting."""
_MOST_TICKS: Final = 5
_LEAST_RADIUS, _MOST_RADIUS = 4.0, 9.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """A place on an axis."""

    at: float
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """One measured share with its interval; places are per cent of the axis."""

    tier: str
    at: float | None
    low: float
    high: float
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One campaign or honest class, with a mark for each tier."""

    name: str
    accounts: int
    marks: tuple[Mark, ...]
    rates: tuple[Rate, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One tenth of confidence; places are per cent of the picture, heights from its top."""

    x: float
    y: float
    top: float
    bottom: float
    radius: float
    bar: float
    """Its members, in per cent of the fullest tenth."""
    confidence: float
    rate: Rate
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Length:
    """One campaign's bar; widths are per cent of the axis, nothing where there is nothing to draw."""

    name: str
    width: float | None
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Bars:
    """Bars over one axis."""

    ticks: tuple[Tick, ...]
    rows: tuple[Length, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """What one scan of a replay had contained; heights are per cent of the most."""

    left: float
    width: float
    hostile: float
    honest: float
    title: str
    look: Look


SHARES: Final = tuple(Tick(at=at, label=f"{at} %") for at in (0, 25, 50, 75, 100))
"""The axis of shares."""


def recall_rows(found: Score) -> tuple[Row, ...]:
    """Lay out what share of each campaign's accounts each tier found."""
    return _rows([(tier, tier.recall_by_campaign) for tier in found.tiers])


def accused_rows(found: Score) -> tuple[Row, ...]:
    """Lay out what share of each honest class each tier accused, the most accused first."""
    rows = _rows([(tier, tier.accused_by_class) for tier in found.tiers])
    return tuple(sorted(rows, key=lambda row: (*(-each.hits / max(1, each.of) for each in row.rates[::-1]), row.name)))


def reliability(calibration: Calibration) -> tuple[Point, ...]:
    """Lay out the reliability curve, one point for each tenth of confidence that holds members."""
    most = max((members for _, _, members in calibration.curve), default=0)
    points = []
    for confidence, share, members in calibration.curve:
        exact = rate(round(share * members), members)
        points.append(
            Point(
                x=100 * confidence,
                y=100 - 100 * share,
                top=100 - 100 * exact.high,
                bottom=100 - 100 * exact.low,
                radius=_LEAST_RADIUS + (_MOST_RADIUS - _LEAST_RADIUS) * (members / most) ** 0.5,
                bar=100 * members / most,
                confidence=confidence,
                rate=exact,
                title=f"confidence {confidence:.2f}: {exact.hits:,} of {counted(members, 'account')} belong",
            )
        )
    return tuple(points)


def group_bars(grouping: Grouping) -> Bars:
    """Lay out into how many groups each campaign fell."""
    ticks, most = _axis(max(grouping.split.values(), default=1))
    rows = [
        Length(name=name, width=100 * parts / most if parts else None, label=f"{parts:,}" if parts else "not found")
        for name, parts in grouping.split.items()
    ]
    return Bars(ticks=ticks, rows=tuple(rows))


def leak_bars(leaks: Sequence[Leak]) -> Bars:
    """Lay out what share of each campaign's exchanges leaked before its accounts were contained."""
    rows = [
        Length(
            name=leak.campaign_id,
            width=100 * leak.leaked / max(1, leak.exchanges),
            label=f"{leak.leaked:,} of {leak.exchanges:,} ({percent(leak.leaked / max(1, leak.exchanges))})",
        )
        for leak in leaks
    ]
    return Bars(ticks=SHARES, rows=tuple(rows))


def detection_bars(leaks: Sequence[Leak]) -> Bars:
    """Lay out how long it took to notice each campaign."""
    ticks, most = _axis(max((leak.hours_to_detect or 0.0 for leak in leaks), default=1.0), " h")
    rows = [
        Length(
            name=leak.campaign_id,
            width=None if leak.hours_to_detect is None else 100 * max(0.0, leak.hours_to_detect) / most,
            label=detected(leak) if leak.hours_to_detect is None else f"{leak.hours_to_detect:.1f} h",
        )
        for leak in leaks
    ]
    return Bars(ticks=ticks, rows=tuple(rows))


def look_columns(looks: Sequence[Look]) -> tuple[Column, ...]:
    """Lay out how many accounts had been contained by each scan, honest ones apart."""
    most = max((look.contained for look in looks), default=0) or 1
    width = 100 / max(1, len(looks))
    return tuple(
        Column(
            left=number * width,
            width=width,
            hostile=100 * (look.contained - look.honest) / most,
            honest=100 * look.honest / most,
            title=f"{moment(look.at)} UTC: {counted(look.contained, 'account')}, {look.honest:,} honest",
            look=look,
        )
        for number, look in enumerate(looks)
    )


def _rows(tiers: Sequence[tuple[TierScore, Mapping[str, Rate]]]) -> tuple[Row, ...]:
    names = list(tiers[0][1]) if tiers else []
    return tuple(
        Row(
            name=name,
            accounts=tiers[0][1][name].of,
            marks=tuple(_mark(tier.tier, rates[name]) for tier, rates in tiers),
            rates=tuple(rates[name] for _, rates in tiers),
        )
        for name in names
    )


def _mark(tier: str, found: Rate) -> Mark:
    return Mark(
        tier=tier,
        at=None if found.share is None else 100 * found.share,
        low=100 * found.low,
        high=100 * found.high,
        title=f"{tier} or above: {found.hits:,} of {found.of:,}",
    )


def _axis(most: float, unit: str = "") -> tuple[tuple[Tick, ...], float]:
    """Choose ticks from 0 to just beyond `most`; return them, and where the axis ends."""
    step = next((step for step in _STEPS if most / step <= _MOST_TICKS), most / _MOST_TICKS)
    count = max(1, -int(-most // step))
    end = count * step
    return tuple(Tick(at=100 * k / count, label=f"{k * step:,.0f}{unit}") for k in range(count + 1)), end
