"""Whether the campaigns that were found are the ones that were there: neither mixed, nor merged, nor in pieces."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from stillwatch.range.score.answers import Answer, Truth
from stillwatch.range.score.tiers import at_least

SHOWN: Final = "review"
"""The tier from which on a person is asked to look, so that each piece of a campaign costs somebody's time."""


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """How well the campaigns that were found match those that were there."""

    found: int
    purity: float | None
    """Share of members that belong to their found campaign's most frequent true one."""
    purity_of_shown: float | None
    """The same of members of tier review and above: owners of stolen keys and customers are listed at watch."""
    split: Mapping[str, int]
    """Into how many found campaigns each true one fell, members of tier review and above; 0 where none was found."""
    groups_per_campaign: float | None
    """The mean of `split` over the campaigns found at all; 1 is best, nothing where none was found."""
    merged: int
    """Found campaigns that hold members of more than one true campaign."""


def grouping(answer: Answer, truth: Truth) -> Grouping:
    """Compare found campaigns with true ones.

    Purity is that of Manning, Raghavan and Schütze 2008, "Introduction to Information Retrieval", section 16.3, with
    honest accounts as a cluster's impurity.
    """
    groups: dict[str, Counter[str | None]] = defaultdict(Counter)
    accused: dict[str, Counter[str | None]] = defaultdict(Counter)
    pieces: dict[str, set[str]] = {name: set() for name in truth.campaign_of.values() if name is not None}
    shown = at_least(SHOWN, answer)
    for account, named in answer.items():
        campaign = truth.campaign_of[account]
        groups[named.campaign_id][campaign] += 1
        if account in shown:
            accused[named.campaign_id][campaign] += 1
            if campaign is not None:
                pieces[campaign].add(named.campaign_id)
    split = {campaign: len(parts) for campaign, parts in sorted(pieces.items())}
    seen = [parts for parts in split.values() if parts]
    return Grouping(
        found=len(groups),
        purity=_purity(groups.values()),
        purity_of_shown=_purity(accused.values()),
        split=split,
        groups_per_campaign=sum(seen) / len(seen) if seen else None,
        merged=sum(len(set(group) - {None}) > 1 for group in groups.values()),
    )


def _purity(groups: Collection[Counter[str | None]]) -> float | None:
    """The share of all accounts that are of the most frequent campaign of their group."""
    total = sum(group.total() for group in groups)
    most = sum(max((count for name, count in group.items() if name is not None), default=0) for group in groups)
    return most / total if total else None
