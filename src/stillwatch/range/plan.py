"""How large each population of a range is, at any scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from stillwatch.errors import StopError
from stillwatch.range.campaigns import ARCHETYPES, Archetype
from stillwatch.range.customs import Customs
from stillwatch.range.honest import CLASSES, HonestClass
from stillwatch.range.marks import assumed, fact
from stillwatch.range.provider import Service
from stillwatch.range.skill import LEVELS

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
V = TypeVar("V", bound="DataclassInstance")
Parameters = Mapping[str, Mapping[str, object]]
"""What a caller varies: of whom, what, and its value."""


@dataclass(frozen=True, kw_only=True)
class Proportions:
    """How a range's exchanges are divided."""

    at_full_scale: int = fact(151_000_000, "exchanges of a range at scale 1: the largest published campaign (S2, C7)")
    campaign_share: float = assumed(
        0.4, "of exchanges are campaigns'; far above any real service's, to make campaigns countable"
    )
    compression: float = assumed(
        0.4, "a campaign's part goes with its published size to this power, so that small ones exist too"
    )
    account_exponent: float = assumed(0.56, "where no rate is published, accounts shrink with exchanges to this power")
    fewest_exchanges: int = assumed(300, "of a campaign at any scale")
    fewest_accounts: int = assumed(16, "of a campaign at any scale")
    days_at_full_scale: float = fact(92.0, "May to July (S2, C7)")
    days_exponent: float = assumed(0.38, "days shrink with the scale to this power, which keeps rates realistic")
    shortest_days: float = assumed(5.0, "so that bans, replacements and pivots have time to happen")

    def days(self, scale: float) -> float:
        """Return how many days a range of this scale spans: fewer at small scale, which keeps rates realistic."""
        return float(max(self.shortest_days, round(self.days_at_full_scale * scale**self.days_exponent, 1)))


@dataclass(frozen=True, slots=True)
class Share:
    """One campaign's part of a range."""

    archetype: Archetype
    exchanges: int
    accounts: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Who takes part in a range, and with how much."""

    scale: float
    level: int
    days: float
    campaigns: tuple[Share, ...]
    honest: tuple[tuple[HonestClass, float], ...]
    service: Service
    customs: Customs

    @property
    def exchanges(self) -> float:
        """How many exchanges the range will hold, roughly."""
        return sum(share.exchanges for share in self.campaigns) + sum(exchanges for _, exchanges in self.honest)


def plan_range(  # noqa: PLR0913 - what a range is made from
    *,
    scale: float,
    level: int,
    campaigns: Sequence[str] | None,
    honest: Sequence[str] | None,
    proportions: Proportions,
    service: Service,
    parameters: Parameters,
    days: float | None = None,
) -> Plan:
    """Work out the size of each population; a population's size does not depend on which others take part."""
    proportions = _varied(proportions, "proportions", parameters)
    if not 0 < scale <= 1:
        raise StopError(
            f"--scale {scale} is outside 0 to 1: 1 is {proportions.at_full_scale:,} exchanges, "
            "0.001 a thousandth of them"
        )
    if level not in LEVELS:
        raise StopError(f"--level {level} is not known: choose 0 (careless) to {max(LEVELS)} (adaptive)")
    hostile = {each.kind: _varied(each, each.kind, parameters) for each in ARCHETYPES}
    friendly = {each.kind: _varied(each, each.kind, parameters) for each in CLASSES}
    common = Customs()
    customs = {each.name: _varied(getattr(common, each.name), each.name, parameters) for each in fields(common)}
    customs["skill"] = replace(customs["skill"], level=level)
    everybody = ("proportions", "service", *customs)
    for kind in parameters:
        if kind not in hostile and kind not in friendly and kind not in everybody:
            raise StopError(
                f"parameters name {kind!r}, which is neither a campaign nor an honest class nor one of "
                f"{', '.join(everybody)}"
            )
    chosen = _chosen("campaign", campaigns, hostile)
    classes = _chosen("honest class", honest, friendly)
    if not chosen and not classes:
        raise StopError("nobody is left to send anything: choose at least one campaign or honest class")
    total = proportions.at_full_scale * scale
    parts = sum(each.exchanges**proportions.compression for each in ARCHETYPES)
    per_part = total * proportions.campaign_share / parts
    span = days or proportions.days(scale)
    every = sum(each.share for each in CLASSES)
    return Plan(
        scale=scale,
        level=level,
        days=span,
        campaigns=tuple(_share(each, per_part, proportions, span) for each in chosen),
        honest=tuple((each, total * (1 - proportions.campaign_share) * each.share / every) for each in classes),
        service=_varied(service, "service", parameters),
        customs=Customs(**customs),
    )


def _share(archetype: Archetype, per_part: float, proportions: Proportions, days: float) -> Share:
    """Return a campaign's size: exchanges by its published size, accounts by its published rate where there is one."""
    if archetype.exchanges == 0:  # bought transcripts make no traffic
        return Share(archetype, 0, 0)
    due = per_part * archetype.exchanges**proportions.compression
    exchanges = round(min(archetype.exchanges, max(proportions.fewest_exchanges, due)))
    rate = getattr(archetype, "per_account_day", None)
    if rate is not None:
        accounts = exchanges / (rate * archetype.active_days(days))
    else:
        accounts = archetype.accounts * (exchanges / archetype.exchanges) ** proportions.account_exponent
    return Share(archetype, exchanges, min(archetype.accounts, max(proportions.fewest_accounts, round(accounts))))


def _varied(owner: V, kind: str, parameters: Parameters) -> V:
    """Return what holds for a `kind`, with the parameters that a caller varies."""
    given = dict(parameters.get(kind, {}))
    known = {each.name for each in fields(owner)}
    for name in given:
        if name not in known:
            raise StopError(f"{kind} has no parameter {name!r}: choose from {', '.join(sorted(known))}")
    return replace(owner, **cast("dict[str, Any]", given)) if given else owner


def _chosen(what: str, names: Sequence[str] | None, known: Mapping[str, T]) -> list[T]:
    if names is None:
        return list(known.values())
    for name in names:
        if name not in known:
            raise StopError(f"{what} {name!r} is not known: choose from {', '.join(sorted(known))}")
    return [known[name] for name in dict.fromkeys(names)]
