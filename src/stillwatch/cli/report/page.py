"""Turns findings into one HTML page that loads nothing, sends nothing and runs nothing but its own few lines."""

from dataclasses import dataclass
from typing import Final

from stillwatch.cli import glossary, words
from stillwatch.cli.report.graph import Graph, draw_graph
from stillwatch.cli.report.shell import fill
from stillwatch.cli.report.timeline import Timeline, draw_timeline
from stillwatch.facts.campaign import Campaign, Evidence, Findings, Member, Tier
from stillwatch.facts.token import Family

MOST_CARDS: Final = 50
"""Groups that are told in full, of campaigns and of what was set aside; the rest is in the overview and the files."""
MOST_MEMBERS: Final = 200
"""Accounts of one campaign that are listed; the rest is in members.parquet."""

_FAMILY_CLASS: Final = {
    Family.THINGS: "things",
    Family.WORDS: "words",
    Family.HAND_OFFS: "hand-offs",
    Family.RHYTHM: "rhythm",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Meter:
    """The evidence of one family as a bar; `width` is per cent of the campaign's strongest family."""

    family: Family
    css: str
    evidence: Evidence | None
    width: float
    state: str
    """`counts`, `explained` (hatched), `chance` (hollow) or `none`."""
    examples: tuple[str, ...]
    """What the reasons do not say already."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One group with everything that is drawn for it."""

    anchor: str
    rank: int
    group: Campaign
    is_set_aside: bool
    summary: str
    meters: tuple[Meter, ...]
    timeline: Timeline | None
    graph: Graph | None
    members: tuple[Member, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of the overview; the segments are per cent of the strongest campaign."""

    anchor: str
    group: Campaign
    segments: tuple[tuple[str, float, float], ...]
    """Family, left end and width of each part of the bar."""
    is_told: bool
    """Whether the page has a card for it."""


def render(findings: Findings) -> str:
    """Write the page. The same findings always make the same page."""
    cards = [_card(group, rank, is_set_aside=False) for rank, group in _first(findings.campaigns)]
    return fill(
        "page.html.j2",
        findings=findings,
        scan=findings.scan,
        rows=_overview(findings.campaigns),
        cards=cards,
        campaigns=[each for each in cards if each.group.tier > Tier.WATCH],
        watched=[each for each in cards if each.group.tier is Tier.WATCH],
        set_aside=[_card(group, rank, is_set_aside=True) for rank, group in _first(findings.set_aside)],
        glossary=glossary,
        words=words,
        most_members=MOST_MEMBERS,
    )


def _first(groups: tuple[Campaign, ...]) -> list[tuple[int, Campaign]]:
    return list(enumerate(groups[:MOST_CARDS], start=1))


def _card(group: Campaign, rank: int, *, is_set_aside: bool) -> Card:
    return Card(
        anchor=f"{'aside' if is_set_aside else 'campaign'}-{rank}",
        rank=rank,
        group=group,
        is_set_aside=is_set_aside,
        summary=words.set_aside_summary(group) if is_set_aside else words.summary(group),
        meters=_meters(group),
        timeline=draw_timeline(group.timeline),
        graph=draw_graph(group),
        members=tuple(sorted(group.members, key=lambda member: (-member.bits, member.account_id))[:MOST_MEMBERS]),
    )


def _meters(group: Campaign) -> tuple[Meter, ...]:
    """One bar for each family, also for those that say nothing: silence is part of the picture."""
    most = max((evidence.bits for evidence in group.evidence), default=0.0)
    meters = []
    for family, css in _FAMILY_CLASS.items():
        found = [evidence for evidence in group.evidence if evidence.family is family]
        for evidence in found or (None,):
            width = 0.0 if evidence is None or most <= 0 else 100 * max(0.0, evidence.bits) / most
            meters.append(
                Meter(
                    family=family,
                    css=css,
                    evidence=evidence,
                    width=width,
                    state=_state(evidence),
                    examples=() if evidence is None else words.unsaid(evidence, group),
                )
            )
    return tuple(meters)


def _state(evidence: Evidence | None) -> str:
    if evidence is None or evidence.bits <= 0:
        return "none"
    if evidence.neutralised_by is not None:
        return "explained"
    return "counts" if evidence.beyond_chance else "chance"


def _overview(campaigns: tuple[Campaign, ...]) -> list[Row]:
    most = max((campaign.counted_bits() for campaign in campaigns), default=0.0)
    return [
        Row(
            anchor=f"campaign-{rank}",
            group=campaign,
            segments=_segments(campaign, most),
            is_told=rank <= MOST_CARDS,
        )
        for rank, campaign in enumerate(campaigns, start=1)
    ]


def _segments(campaign: Campaign, most: float) -> tuple[tuple[str, float, float], ...]:
    counts = campaign.standing()
    segments = []
    left = 0.0
    for family, css in _FAMILY_CLASS.items():
        amount = sum(evidence.bits for evidence in counts if evidence.family is family)
        width = 100 * amount / most if most > 0 else 0.0
        segments.append((css, left, width))
        left += width
    return tuple(segments)
