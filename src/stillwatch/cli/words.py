"""How findings are put into words: for the terminal and the report alike, calm and exact, accusing nobody."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import floor, isfinite, log10
from typing import Final, assert_never

from stillwatch.facts.campaign import Campaign, Evidence, Explanation, ScanFacts, Tier
from stillwatch.facts.purpose import Purpose

MOST_MODELS_NAMED: Final = 3

NOT_PROOF: Final = "Finding nothing is not proof that nothing is there."


def number(count: int) -> str:
    """Write a count with its thousands set apart."""
    return f"{count:,}"


def counted(count: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun: "1 account", "2,000 accounts"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def rough(count: int) -> str:
    """Write a large count as a person would say it: "1.2 million"."""
    for size, name in ((10**12, "trillion"), (10**9, "billion"), (10**6, "million")):
        if count >= size:
            return f"{count / size:.3g} {name}"
    return number(count)


def bits(amount: float) -> str:
    """Write an amount of evidence, no more exactly than it is known."""
    if not isfinite(amount):
        return "unknown"
    return f"{amount:,.1f}" if abs(amount) < 100 else f"{amount:,.0f}"  # noqa: PLR2004 -- three digits either way


def percent(share: float) -> str:
    """Write a share; what is neither nothing nor everything is never rounded to it."""
    if 0 < share < 0.01:  # noqa: PLR2004 -- one per cent
        return "under 1 %"
    if 0.99 < share < 1:  # noqa: PLR2004 -- ninety-nine per cent
        return "over 99 %"
    return f"{share * 100:.0f} %"


def moment(when: datetime) -> str:
    """Write a moment to the minute, in UTC."""
    when = when.astimezone(UTC)
    return f"{_day(when)} {when:%H:%M}"


def span(first: datetime, last: datetime) -> str:
    """Write a stretch of time as shortly as it stays exact: "3 to 17 May 2026"."""
    first, last = first.astimezone(UTC), last.astimezone(UTC)
    if first.date() == last.date():
        return f"{_day(first)}, {first:%H:%M} to {last:%H:%M} UTC"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {_day(last)}"
    if first.year == last.year:
        return f"{first.day} {first:%B} to {_day(last)}"
    return f"{_day(first)} to {_day(last)}"


def stretch(length: timedelta) -> str:
    """Write a length of time in its largest fitting unit."""
    seconds = length.total_seconds()
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            amount = seconds / size
            return f"{amount:.3g} {name}{'' if amount == 1 else 's'}"
    return f"{seconds:.3g} seconds"


def listed(items: Sequence[str], last: str = "and") -> str:
    """Join words as a sentence does."""
    if len(items) < 2:  # noqa: PLR2004 -- nothing to join
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def clipped(text: str, most: int = 40) -> str:
    """Shorten a foreign name inside a sentence, keeping both ends; it is not inert yet."""
    return text if len(text) <= most else f"{text[: most - most // 3 - 1]}…{text[-(most // 3) :]}"


def chance(expected: float) -> str:
    """Say an E-value as something that a person can picture."""
    if not isfinite(expected) or expected < 0:
        return "how often honest traffic would show such a group is not known"
    if expected == 0:
        return "honest traffic of this size would show such a group less often than can be computed"
    if expected >= 0.95:  # noqa: PLR2004 -- rounds to one group a scan
        groups = f"{expected:,.0f}" if expected >= 10 else f"{expected:.2g}"  # noqa: PLR2004 -- two digits
        return f"honest traffic of this size would show about {counted_groups(groups)} in every scan"
    return f"honest traffic of this size would show 1 such group in {_scans(expected)} scans"


def counted_groups(groups: str) -> str:
    """Say "1 such group", "3 such groups"."""
    return f"{groups} such group{'' if groups == '1' else 's'}"


def short_chance(expected: float) -> str:
    """Write an E-value for a column of a table."""
    if not isfinite(expected) or expected < 0:
        return "unknown"
    if expected == 0:
        return "~0"
    if expected >= 100:  # noqa: PLR2004 -- two digits would be written with an exponent
        return number(round(expected))
    return f"{expected:.2g}" if expected >= 0.001 else f"1e-{_zeros(expected)}"  # noqa: PLR2004 -- readable so far


def evidence_note(evidence: Evidence) -> str:
    """Say what the evidence of one family is worth beside its bits."""
    if evidence.bits <= 0:
        return "nothing that counts"
    if evidence.neutralised_by is not None:
        return f"explained: {evidence.neutralised_by}; not counted"
    return "beyond chance" if evidence.beyond_chance else "within what chance makes; not counted"


def unsaid(evidence: Evidence, campaign: Campaign) -> tuple[str, ...]:
    """Pick the examples that the campaign's reasons do not say already."""
    return tuple(example for example in evidence.examples if not any(example in each for each in campaign.reasons))


def by_tier(campaigns: Sequence[Campaign]) -> str:
    """Count campaigns by tier, highest first: "2 at tier act, 1 at tier watch"."""
    counts = [(tier, sum(campaign.tier is tier for campaign in campaigns)) for tier in sorted(Tier, reverse=True)]
    return listed([f"{number(count)} at tier {tier.label}" for tier, count in counts if count])


def found(campaigns: Sequence[Campaign], accounts: int) -> str:
    """Say in a heading how many campaigns a person should look at, or that groups are only watched."""
    among = f"among {counted(accounts, 'account')}"
    above = sum(campaign.tier > Tier.WATCH for campaign in campaigns)
    if above:
        return f"{counted(above, 'campaign')} {among}"
    return (
        f"Nothing to look into, {counted(len(campaigns), 'group')} to watch {among}"
        if campaigns
        else "No campaign found"
    )


def acting(tier: Tier) -> str:
    """Say how firmly a group acts as one, in the plural."""
    match tier:
        case Tier.ACT:
            return "act as one hand"
        case Tier.REVIEW:
            return "appear to act as one hand"
        case Tier.WATCH:
            return "show signs of acting as one hand"
        case _:
            assert_never(tier)


def summary(campaign: Campaign) -> str:
    """Sum up a campaign as an analyst would tell it to a colleague, in one sentence or two."""
    return f"{counted(campaign.accounts, 'account')} {acting(campaign.tier)}: {_traffic(campaign)}. {_ground(campaign)}"


def set_aside_summary(group: Campaign) -> str:
    """Sum up a group that has an honest explanation."""
    names = listed([each.name for each in group.explanations]) or "see below"
    return f"{counted(group.accounts, 'account')} act alike, and there is an honest reason: {names}. {_sent(group)}."


def explained(explanation: Explanation) -> str:
    """Say an honest explanation, and how far it reaches."""
    return f"{explanation.name}: {explanation.words} (covers {percent(explanation.share)} of the accounts)"


def main_purpose(campaign: Campaign) -> str:
    """Name what most of a campaign's traffic seems to be for, or nothing."""
    if not campaign.purposes:
        return ""
    most = max(campaign.purposes, key=lambda each: each.share)
    return f"{percent(most.share)} {most.purpose.value}"


def purpose_words(purpose: Purpose) -> str:
    """Say a purpose as the start of a line."""
    return purpose.value[:1].upper() + purpose.value[1:]


def was_read(scan: ScanFacts) -> str:
    """Say what a scan read."""
    if scan.first_seen is None or scan.last_seen is None:
        return f"Read {counted(scan.exchanges, 'exchange')} of {counted(scan.accounts, 'account')}."
    return (
        f"Read {counted(scan.exchanges, 'exchange')} of {counted(scan.accounts, 'account')}, "
        f"{span(scan.first_seen, scan.last_seen)}; tried {counted(scan.groups_tried, 'group')}."
    )


def could_not_see(scan: ScanFacts) -> list[str]:
    """Say what a scan could not see, and what follows from that."""
    blind = []
    if scan.no_text:
        blind.append(
            f"{_of_all(scan.no_text, scan.exchanges)} came without text: shared words, hand-offs and purposes cannot "
            "be seen there."
        )
    if scan.hashed_text:
        blind.append(
            f"{_of_all(scan.hashed_text, scan.exchanges)} came with digests in place of text: equal texts can be seen, "
            "alike ones and purposes cannot."
        )
    if not scan.accounts_table:
        blind.append(
            "No accounts table was given: shared payment and registration, owners, and registered use could not be "
            "looked up. Give one with --accounts."
        )
    if scan.rejected:
        blind.append(f"{counted(scan.rejected, 'record')} could not be read; rejects.jsonl says which and why.")
    return blind


def _of_all(part: int, whole: int) -> str:
    return "All exchanges" if part == whole else f"{counted(part, 'exchange')} ({percent(part / max(1, whole))})"


def _traffic(campaign: Campaign) -> str:
    tokens = f" ({rough(campaign.tokens)} tokens)" if campaign.tokens else ""
    return (
        f"{rough(campaign.exchanges)} exchanges{tokens} with {_models(campaign.models)}, "
        f"{span(campaign.first_seen, campaign.last_seen)}"
    )


def _sent(group: Campaign) -> str:
    return f"Together they sent {_traffic(group)}"


def _models(models: Sequence[str]) -> str:
    if not models:
        return "models that the log does not name"
    named = [clipped(model) for model in models[:MOST_MODELS_NAMED]]
    more = len(models) - len(named)
    return listed([*named, counted(more, "other model")]) if more else listed(named)


def _ground(campaign: Campaign) -> str:
    counts = campaign.standing()
    if not counts:
        return "No family of evidence stands by itself."
    grounds = listed([f"{each.family.value} ({bits(each.bits)} bits)" for each in counts])
    verb = "goes" if len(counts) == 1 else "go"
    return f"{grounds[:1].upper()}{grounds[1:]} {verb} beyond chance."


def _day(when: datetime) -> str:
    return f"{when.day} {when:%B} {when.year}"


def _scans(expected: float) -> str:
    """Write one over an E-value: as a number where it is small, as a power of ten where nobody could read the zeros."""
    if expected < 1e-6:  # noqa: PLR2004 -- one in a million is the last with few zeros
        return f"10^{_zeros(expected)}"
    scans = 1 / expected
    digits = 1 if scans >= 10 else 2  # noqa: PLR2004 -- "1.4 scans" may be told from "1 scan", "14" is as good as "10"
    return f"{float(f'{scans:.{digits}g}'):,g}"


def _zeros(expected: float) -> int:
    """Round towards what makes the finding look weaker."""
    return floor(-log10(expected) + 1e-9)
