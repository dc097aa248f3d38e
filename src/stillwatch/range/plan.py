"""How large each population of a range is, at any scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from stillwatch.errors import StopError
from stillwatch.range.campaigns import ARCHETYPES, Archetype
from stillwatch.range.honest import CLASSES, HonestClass
from stillwatch.range.marks import assumed, fact
from stillwatch.range.skill import LEVELS

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Proportions:
    """How a range's exchanges are divided."""

    at_full_scale: int = fact(151_000_000, "exchanges of a range at scale 1: the largest published campaign (S2, C7)")
    campaign_share: float = assumed(0.4, "of exchanges are campaigns'; far above any real service's, to make campaigns countable")
    compression: float = assumed(0.4, "a campaign's part goes with its published size to this power, so that small ones exist too")
    fewest_exchanges: int = assumed(300, "of a campaign at any scale")
    fewest_accounts: int = assumed(16, "of a campaign at any scale")
    days_at_full_scale: float = fact(92.0, "May to July (S2, C7)")
    shortest_days: float = assumed(5.0, "so that bans, replacements and pivots have time to happen")

    def days(self, scale: float) -> float:
        """Return how many days a range of this scale spans: fewer at small scale, which keeps rates realistic."""
        return max(self.shortest_days, round(self.days_at_full_scale * scale**0.38, 1))


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

    @property
    def exchanges(self) -> float:
        """How many exchanges the range will hold, roughly."""
        return sum(share.exchanges for share in self.campaigns) + sum(exchanges for _, exchanges in self.honest)


def plan_range(
    *, scale: float, level: int, campaigns: Sequence[str] | None, honest: Sequence[str] | None, proportions: Proportions, days: float | None = None
) -> Plan:
    """Work out the size of each population; a population's size does not depend on which others take part."""
    if not 0 < scale <= 1:
        raise StopError(f"--scale {scale} is outside 0 to 1: 1 is {proportions.at_full_scale:,} exchanges, 0.001 a thousandth of them")
    if level not in LEVELS:
        raise StopError(f"--level {level} is not known: choose 0 (careless) to {max(LEVELS)} (adaptive)")
    chosen = _chosen("campaign", campaigns, {archetype.kind: archetype for archetype in ARCHETYPES})
    classes = _chosen("honest class", honest, {each.kind: each for each in CLASSES})
    if not chosen and not classes:
        raise StopError("nobody is left to send anything: choose at least one campaign or honest class")
    total = proportions.at_full_scale * scale
    parts = {archetype.kind: archetype.exchanges**proportions.compression for archetype in ARCHETYPES}
    shares = []
    for archetype in chosen:
        if archetype.exchanges == 0:  # bought transcripts make no traffic
            shares.append(Share(archetype, 0, 0))
            continue
        due = total * proportions.campaign_share * parts[archetype.kind] / sum(parts.values())
        exchanges = round(min(archetype.exchanges, max(proportions.fewest_exchanges, due)))
        accounts = round(archetype.accounts * (exchanges / archetype.exchanges) ** 0.5)
        shares.append(Share(archetype, exchanges, min(archetype.accounts, max(proportions.fewest_accounts, accounts))))
    every = sum(each.share for each in CLASSES)
    sizes = tuple((each, total * (1 - proportions.campaign_share) * each.share / every) for each in classes)
    return Plan(scale=scale, level=level, days=days or proportions.days(scale), campaigns=tuple(shares), honest=sizes)


def _chosen(what: str, names: Sequence[str] | None, known: dict[str, T]) -> list[T]:
    if names is None:
        return list(known.values())
    for name in names:
        if name not in known:
            raise StopError(f"{what} {name!r} is not known: choose from {', '.join(sorted(known))}")
    return [known[name] for name in dict.fromkeys(names)]
