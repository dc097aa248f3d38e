"""Why an account or a campaign was named: the answer of `stillwatch explain`, as text and as JSON."""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import fill
from typing import Final

import msgspec

from stillwatch.cli.inert import columns, inert
from stillwatch.cli.lookup import Answer, Place
from stillwatch.cli.words import (
    bits,
    chance,
    could_not_see,
    counted,
    evidence_note,
    explained,
    number,
    percent,
    purpose_words,
    set_aside_summary,
    summary,
    unsaid,
)
from stillwatch.facts.campaign import Campaign, Findings, Link, Member
from stillwatch.store.findings_file import campaign_object

MOST_TIES: Final = 12
MOST_MEMBERS: Final = 15
_UNTIED: Final = (
    "It was in the logs, and nothing ties it to others beyond chance: two independent families of evidence would be"
    " needed to name it. What it does by itself (volume, hours, content) is never held against an account."
)
_NAME: Final = 48
"""Columns that a name may take in a list."""


def answer_text(answer: Answer, findings: Findings, width: int) -> str:
    """Write the answer as paragraphs and lists of at most `width` columns."""
    named = bool(answer.places) and answer.places[0].member is None  # a campaign was asked for by its name
    blocks = [] if named else [_opening(answer)]
    if not answer.places:
        blocks.append(fill(_UNTIED, width) + "\n")
    for place in answer.places:
        blocks += _tied(place, width)
        blocks += _about_group(place, width)
    blocks.append(_section("What this scan could not see", could_not_see(findings.scan), width))
    return "\n".join(block for block in blocks if block)


def answer_object(answer: Answer, findings: Findings) -> dict[str, object]:
    """Tell the answer to a program."""
    return {
        "subject": answer.subject,
        "in_campaign": answer.is_in_campaign,
        "places": [_place_object(place) for place in answer.places],
        "could_not_see": could_not_see(findings.scan),
    }


def _place_object(place: Place) -> dict[str, object]:
    return {
        "rank": place.rank,
        "set_aside": place.is_set_aside,
        "summary": _summary(place),
        "expected_by_chance_in_words": chance(place.group.expected_by_chance),
        "campaign": campaign_object(place.group),
        "member": None if place.member is None else _member_object(place.member),
        "ties": msgspec.to_builtins(place.ties),
    }


def _member_object(member: Member) -> dict[str, object]:
    return {
        "account_id": member.account_id,
        "campaign_id": member.campaign_id,
        "confidence": member.confidence,
        "tier": member.tier.label,
        "bits": member.bits,
        "exchanges": member.exchanges,
    }


def _opening(answer: Answer) -> str:
    name = inert(answer.subject, _NAME)
    return f"Account {name}\n" if answer.is_in_campaign else f"Account {name} is in no campaign.\n"


def _tied(place: Place, width: int) -> Iterator[str]:
    member = place.member
    if member is None:
        return
    where = "set aside, accused of nothing" if place.is_set_aside else f"campaign, tier {member.tier.label}"
    yield _paragraph(
        f"It belongs to {inert(place.group.campaign_id, _NAME)} ({where}) with confidence {member.confidence:.2f}: "
        f"{bits(member.bits)} bits tie it to the others. It sent {counted(member.exchanges, 'exchange')}. What it does "
        "by itself (volume, hours, content) never decides; what it shares with others does.",
        width,
    )
    ties = place.ties
    title = f"What ties it to others ({_of(ties, MOST_TIES)}, strongest first)"
    yield _section(title, [_tie(tie, member) for tie in ties[:MOST_TIES]], width)


def _tie(link: Link, member: Member) -> str:
    other = link.b if link.a == member.account_id else link.a
    return f"{bits(link.bits)} bits with {inert(other, _NAME)}: {'; '.join(map(inert, link.reasons))}"


def _about_group(place: Place, width: int) -> Iterator[str]:
    group = place.group
    if place.is_set_aside:
        yield f"Group {inert(group.campaign_id, _NAME)}, set aside: it accuses nobody\n"
    else:
        yield f"Campaign {inert(group.campaign_id, _NAME)}, tier {group.tier.label}, rank {place.rank}\n"
    yield _paragraph(inert(_summary(place)), width)
    yield _evidence(group, width)
    yield _paragraph(f"By chance: {chance(group.expected_by_chance)}.", width)
    yield _section(
        "Honest explanations that were found", [inert(explained(each)) for each in group.explanations], width
    )
    yield _section("Reasons", map(inert, group.reasons), width)
    yield _section(
        "What it seems to be for, from its pooled traffic",
        [f"{percent(each.share)} {purpose_words(each.purpose)}" for each in group.purposes],
        width,
    )
    if not place.is_set_aside:
        yield _section("What would clear it", map(inert, group.would_clear), width)
    yield _section("Limits", map(inert, group.limits), width)
    if place.member is None:
        yield _members(group)


def _summary(place: Place) -> str:
    return set_aside_summary(place.group) if place.is_set_aside else summary(place.group)


def _evidence(group: Campaign, width: int) -> str:
    names = max((len(each.family.value) for each in group.evidence), default=0)
    amounts = max((len(bits(each.bits)) for each in group.evidence), default=0)
    lines = ["Evidence, in bits of surprise\n"]
    for each in group.evidence:
        lines.append(f"  {each.family.value:<{names}}  {bits(each.bits):>{amounts}}  {inert(evidence_note(each))}\n")
        lines += [_item(inert(example), width, indent=4) for example in unsaid(each, group)]
    return "".join(lines) if group.evidence else ""


def _members(group: Campaign) -> str:
    strongest = sorted(group.members, key=lambda member: (-member.bits, member.account_id))[:MOST_MEMBERS]
    names = [inert(member.account_id, _NAME) for member in strongest]
    room = max(map(columns, names), default=0)
    lines = [
        f"{name}{' ' * (room - columns(name))}  confidence {member.confidence:.2f}  {bits(member.bits):>6} bits"
        f"  {number(member.exchanges):>10} exchanges"
        for name, member in zip(names, strongest, strict=True)
    ]
    return f"Accounts ({_of(group.members, MOST_MEMBERS)}, most bits first)\n" + "".join(
        f"  {line}\n" for line in lines
    )


def _section(title: str, items: Iterable[str], width: int) -> str:
    listed = [_item(item, width) for item in items]
    return "".join([f"{title}\n", *listed]) if listed else ""


def _item(words: str, width: int, indent: int = 2) -> str:
    lead = " " * indent
    return fill(words, width, initial_indent=f"{lead}- ", subsequent_indent=f"{lead}  ", break_on_hyphens=False) + "\n"


def _paragraph(words: str, width: int) -> str:
    return fill(words, width, break_on_hyphens=False) + "\n"


def _of(items: Sequence[object], most: int) -> str:
    return f"all {number(len(items))}" if len(items) <= most else f"{most} of {number(len(items))}"
