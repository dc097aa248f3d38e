"""How good each tier is: what it finds, how much of it is right, and whom it accuses wrongly."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stillwatch.errors import InputUnusable
from stillwatch.range.score.rates import Rate, rate

if TYPE_CHECKING:
    from stillwatch.range.score.answers import Answer, Truth

TIERS: Final = ("watch", "review", "act")
"""From weak to strong; a member of a tier counts for the weaker ones too."""


@dataclass(frozen=True, kw_only=True)
class TierScore:
    """How good one tier is, accounts of that tier and stronger ones taken together."""

    tier: str
    precision: Rate
    recall: Rate
    recall_by_campaign: Mapping[str, Rate]
    accused_by_class: Mapping[str, Rate]
    """Honest accounts of each class that the tier accuses."""


def tier_score(tier: str, answer: "Answer", truth: "Truth") -> TierScore:
    """Compare the accounts that an answer puts into `tier`, or into a stronger one, with the truth."""
    named = at_least(tier, answer)
    hostile = ((campaign, account) for account, campaign in truth.campaign_of.items() if campaign is not None)
    honest = ((truth.kind_of[account], account) for account, found in truth.campaign_of.items() if found is None)
    by_campaign, by_class = grouped(hostile), grouped(honest)
    right = sum(truth.campaign_of[account] is not None for account in named)
    return TierScore(
        tier=tier,
        precision=rate(right, len(named)),
        recall=rate(right, sum(map(len, by_campaign.values()))),
        recall_by_campaign={name: rate(len(accounts & named), len(accounts)) for name, accounts in by_campaign.items()},
        accused_by_class={name: rate(len(accounts & named), len(accounts)) for name, accounts in by_class.items()},
    )


def at_least(tier: str, answer: "Answer") -> set[str]:
    """Return the accounts that an answer puts into a tier or a stronger one."""
    counted = TIERS[TIERS.index(tier) :]
    return {account for account, named in answer.items() if named.tier in counted}


def check_tier(tier: str, where: str) -> None:
    """Refuse a tier that does not exist."""
    if tier not in TIERS:
        raise InputUnusable(f"{where}: tier {tier!r} is not known; tiers are {', '.join(TIERS)}")


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Gather accounts by name, names in order."""
    groups: dict[str, set[str]] = {}
    for name, account in pairs:
        groups.setdefault(name, set()).add(account)
    return dict(sorted(groups.items()))
