"""Findings of every kind, made up and seeded: strong and weak campaigns, a large one, honest groups, hostile names."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import exp, sin
from random import Random
from typing import Final

from stillwatch.facts.campaign import (
    Campaign,
    Evidence,
    Explanation,
    Findings,
    Link,
    Member,
    PurposeShare,
    ScanFacts,
    Tier,
)
from stillwatch.facts.purpose import Purpose
from stillwatch.facts.token import Family

BEGIN: Final = datetime(2026, 5, 3, 6, tzinfo=UTC)
END: Final = BEGIN + timedelta(days=14)

HOSTILE: Final = (
    "<img src=x onerror=\"document.body.dataset.harmed='img'\">",
    "<script>document.body.dataset.harmed='script'</script>",
    "\"><svg/onload=document.body.dataset.harmed='svg'>",
    "' onmouseover='document.body.dataset.harmed=1",
    "<div hx-get='https://example.invalid/' hx-trigger='load'>",
    "</style><style>body{display:none}</style>",
    "javascript:document.body.dataset.harmed=1",
    "{{ 7 * 7 }}{% raw %}",
    '=cmd|" /C calc"!A0',
    "+1+1",
    "-2+3",
    "@SUM(1,2)",
    "\tleading tab",
    "red\x1b[31mterminal\x1b]0;title\x07\x9b2J",
    "line\r\nfeed: stillwatch: all is well",
    "user\u202egnp.exe\u202c",
    "zero\u200bwidth\ufeff",
    "lone \x00 nul",
    "A" * 1_000,
    "日本語" * 120,
    "e" + "\u0301" * 40,
    "CORP\\alice",
    "\\x1b[31m",
    " space at both ends ",
)
"""Account ids that a stranger may have put into a log."""


def example_findings() -> Findings:
    """Five campaigns of all tiers, one with 2,000 accounts, and three groups that were set aside."""
    rng = Random(20260503)  # noqa: S311 -- a seeded example
    return Findings(
        scan=ScanFacts(
            exchanges=1_284_417,
            accounts=52_310,
            rejected=37,
            duplicates=1_204,
            first_seen=BEGIN,
            last_seen=END,
            full_text=1_100_204,
            hashed_text=102_113,
            no_text=82_100,
            accounts_table=True,
            groups_tried=418,
            version="0.1.0",
        ),
        campaigns=(_relay(rng), _graders(rng), _hostile(rng), _shared_card(rng), _weak(rng)),
        set_aside=(_class(rng), _harness(rng), _registered(rng)),
    )


def nothing_found() -> Findings:
    """A scan without a finding, which saw no text and knew no accounts."""
    scan = replace(example_findings().scan, full_text=0, hashed_text=0, no_text=1_284_417, accounts_table=False)
    return Findings(scan=scan, campaigns=(), set_aside=())


def small_findings() -> Findings:
    """One small campaign and one honest group, short enough for a golden file."""
    rng = Random(7)  # noqa: S311 -- a seeded example
    campaign, group = _shared_card(rng), _class(rng)
    return replace(example_findings(), campaigns=(campaign,), set_aside=(group,))


def _relay(rng: Random) -> Campaign:
    name = "sw-3f9a01c27e"
    members = _members(rng, name, [f"acct-{number:05}" for number in range(2_000)], Tier.ACT, 160.0)
    return Campaign(
        campaign_id=name,
        accounts=2_000,
        exchanges=sum(member.exchanges for member in members),
        tokens=2_318_400_512,
        first_seen=BEGIN + timedelta(hours=1),
        last_seen=END - timedelta(minutes=7),
        models=("big-model-4.6", "coder-5.2", "pro-3", "deep-4"),
        evidence=(
            Evidence(
                family=Family.THINGS,
                bits=412.4,
                beyond_chance=True,
                examples=(
                    "1,212 accounts share 61 payment instruments; most by 34 of them and 0 others",
                    "1,870 accounts share 12 bursts of sign-ups; the most shared is held by 240 of them and 3 others",
                ),
            ),
            Evidence(
                family=Family.WORDS,
                bits=96.1,
                beyond_chance=True,
                neutralised_by="one harness",
                examples=(
                    "1,640 accounts share one prompt template; #77ab2210 is held by 1,640 of them and 2,204 others",
                ),
            ),
            Evidence(
                family=Family.HAND_OFFS,
                bits=188.0,
                beyond_chance=True,
                examples=(
                    "a request that failed on one account succeeds on another within a minute: 903 times, 412 pairs",
                ),
            ),
            Evidence(
                family=Family.RHYTHM,
                bits=240.7,
                beyond_chance=True,
                examples=(
                    "4,120 requests start within half a second of another's end; shifted timelines show 611",
                    "the number in flight is steadier than chance makes it (21.4 standard deviations)",
                ),
            ),
        ),
        expected_by_chance=3.2e-41,
        purposes=(
            PurposeShare(purpose=Purpose.REASONING_TRACES, share=0.61),
            PurposeShare(purpose=Purpose.TASK_GENERATION, share=0.22),
            PurposeShare(purpose=Purpose.RELAY, share=0.09),
        ),
        tier=Tier.ACT,
        reasons=(
            "Shared things: 1,212 accounts share 61 payment instruments; most by 34 of them and 0 others",
            "Shared rhythm: 4,120 requests start within half a second of another's end; shifted timelines show 611",
            "Hand-offs: a request that failed on one account succeeds on another within a minute: 903 times, 412 pairs",
            "The accounts' words vary as samples of one mix (intraclass correlation 0.001)",
        ),
        would_clear=(
            "One owner who discloses these accounts and passes verification, or an entry in the register",
            "A payer with a contract to pay for separate customers, such as an agency or reseller",
            "A disclosed pipeline that passes work between these accounts",
        ),
        limits=(
            "Of 1,284,417 exchanges, 102,113 had only digests of their text and 82,100 none",
            "Accounts are tied by what they share and do; who is behind them is not known from this",
            "An account may be in the group through a stolen key: its owner is then a victim and is restored",
        ),
        members=members,
        links=_rings(rng, members, (34, 30, 26, 22, 18, 15, 12, 9), "same payment instrument"),
        timeline=_timeline(rng, 5_200, pause=True),
    )


def _graders(rng: Random) -> Campaign:
    name = "sw-b20c4471d9"
    members = _members(
        rng, name, [f"org-{number:03}/key-{rng.randrange(10**6):06}" for number in range(46)], Tier.ACT, 71.0
    )
    return Campaign(
        campaign_id=name,
        accounts=46,
        exchanges=sum(member.exchanges for member in members),
        tokens=88_120_400,
        first_seen=BEGIN + timedelta(days=4, hours=2),
        last_seen=BEGIN + timedelta(days=9, hours=20),
        models=("big-model-4.6",),
        evidence=(
            Evidence(
                family=Family.THINGS, bits=3.1, beyond_chance=False, examples=("9 accounts share 2 address blocks",)
            ),
            Evidence(
                family=Family.WORDS,
                bits=88.2,
                beyond_chance=True,
                examples=("46 accounts share 12 work-list items; the most shared, #5521aa90, is held by 4",),
            ),
            Evidence(
                family=Family.HAND_OFFS,
                bits=64.9,
                beyond_chance=True,
                examples=("one account's answer comes back in another's question: 311 times, 98 pairs of accounts",),
            ),
            Evidence(
                family=Family.RHYTHM,
                bits=0.0,
                beyond_chance=False,
                examples=("too few overlapping requests to test for a common scheduler",),
            ),
        ),
        expected_by_chance=8.4e-17,
        purposes=(
            PurposeShare(purpose=Purpose.GRADING, share=0.94),
            PurposeShare(purpose=Purpose.TRACE_CLEANING, share=0.05),
        ),
        tier=Tier.ACT,
        reasons=(
            "Shared words: 46 accounts share 12 work-list items; the most shared, #5521aa90, is held by 4",
            "Hand-offs: one account's answer comes back in another's question: 311 times, 98 pairs of accounts",
        ),
        would_clear=(
            "One owner who discloses these accounts and passes verification, or an entry in the register",
            "A public source for the shared template: a harness, a benchmark or a course that others use too",
        ),
        limits=("Accounts are tied by what they share and do; who is behind them is not known from this",),
        members=members,
        links=_pairs(rng, members, 160, "an answer of one comes back in a question of the other"),
        timeline=_timeline(rng, 420, first=26, last=62),
    )


def _hostile(rng: Random) -> Campaign:
    name = "sw-0badc0de<b>"
    members = _members(rng, name, list(HOSTILE), Tier.REVIEW, 30.0)
    return Campaign(
        campaign_id=name,
        accounts=len(HOSTILE),
        exchanges=sum(member.exchanges for member in members),
        tokens=0,
        first_seen=BEGIN,
        last_seen=BEGIN + timedelta(hours=7),
        models=("model<script>alert(1)</script>", "\x1b[2Jmodel", "m" * 300),
        evidence=(
            Evidence(
                family=Family.THINGS,
                bits=31.0,
                beyond_chance=True,
                examples=("24 accounts share one address block; 203.0.113.0/24 <b>\u202ebold</b>",),
            ),
            Evidence(
                family=Family.RHYTHM, bits=18.4, beyond_chance=True, examples=("common pauses\x1b[0m on 6 nights",)
            ),
        ),
        expected_by_chance=2e-5,
        purposes=(PurposeShare(purpose=Purpose.SYNTHETIC_DATA, share=0.004),),
        tier=Tier.REVIEW,
        reasons=(
            "Shared things: 24 accounts <i>share</i> one address block",
            "Shared rhythm: common pauses on 6 nights",
        ),
        would_clear=("One owner who discloses these accounts </li><li onclick=alert(1)> and passes verification",),
        limits=("Accounts are tied by what they share and do; who is behind them is not known from this",),
        members=members,
        links=_pairs(rng, members, 60, "same address block <script>document.body.dataset.harmed='link'</script>"),
        timeline=((BEGIN, 120), (BEGIN + timedelta(hours=1), 80)),
    )


def _shared_card(rng: Random) -> Campaign:
    name = "sw-77e0a5b313"
    members = _members(rng, name, [f"team-{letter}" for letter in "abcdefgh"], Tier.REVIEW, 22.0)
    return Campaign(
        campaign_id=name,
        accounts=8,
        exchanges=sum(member.exchanges for member in members),
        tokens=4_210_000,
        first_seen=BEGIN + timedelta(days=2),
        last_seen=BEGIN + timedelta(days=6),
        models=("mid-model-4.5", "general-5.2"),
        evidence=(
            Evidence(
                family=Family.THINGS,
                bits=44.0,
                beyond_chance=True,
                examples=("8 accounts share one payment instrument; #11d0a7f3 is held by 8 of them and 0 others",),
            ),
            Evidence(
                family=Family.WORDS,
                bits=12.5,
                beyond_chance=True,
                neutralised_by="one harness",
                examples=("8 accounts share one prompt template; #8f00ab12 is held by 8 of them and 912 others",),
            ),
            Evidence(family=Family.HAND_OFFS, bits=0.0, beyond_chance=False),
            Evidence(family=Family.RHYTHM, bits=15.2, beyond_chance=True, examples=("common pauses on 4 nights",)),
        ),
        expected_by_chance=0.0004,
        purposes=(PurposeShare(purpose=Purpose.SYNTHETIC_DATA, share=0.38),),
        tier=Tier.REVIEW,
        reasons=(
            "Shared things: 8 accounts share one payment instrument; #11d0a7f3 is held by 8 of them and 0 others",
            "Shared rhythm: common pauses on 4 nights",
        ),
        would_clear=("A payer with a contract to pay for separate customers, such as an agency or reseller",),
        limits=("Accounts are tied by what they share and do; who is behind them is not known from this",),
        explanations=(
            Explanation(
                name="one harness",
                words="the shared text is also used by 912 accounts outside the group: a popular harness",
                share=1.0,
            ),
        ),
        members=members,
        links=_rings(rng, members, (8,), "same payment instrument"),
        timeline=_timeline(rng, 60, first=14, last=42),
    )


def _weak(rng: Random) -> Campaign:
    name = "sw-e1d4f0039c"
    members = _members(rng, name, ["solo-1", "solo-2", "solo-3"], Tier.WATCH, 9.0)
    return Campaign(
        campaign_id=name,
        accounts=3,
        exchanges=sum(member.exchanges for member in members),
        tokens=120_000,
        first_seen=BEGIN + timedelta(days=11),
        last_seen=BEGIN + timedelta(days=11, hours=3),
        models=(),
        evidence=(
            Evidence(family=Family.THINGS, bits=21.0, beyond_chance=True, examples=("3 accounts share one card",)),
        ),
        expected_by_chance=1.4,
        purposes=(),
        tier=Tier.WATCH,
        reasons=("Shared things: 3 accounts share one card",),
        would_clear=("One owner who discloses these accounts",),
        limits=("Three accounts are too few to test for a common scheduler",),
        members=members,
        links=(),
        timeline=((BEGIN + timedelta(days=11), 44),),
    )


def _class(rng: Random) -> Campaign:
    name = "sw-5c1a550001"
    members = _members(rng, name, [f"student-{number:03}" for number in range(120)], Tier.WATCH, 14.0)
    return Campaign(
        campaign_id=name,
        accounts=120,
        exchanges=sum(member.exchanges for member in members),
        tokens=1_900_000,
        first_seen=BEGIN + timedelta(days=1),
        last_seen=BEGIN + timedelta(days=12),
        models=("small-model-4.5",),
        evidence=(
            Evidence(
                family=Family.THINGS,
                bits=180.3,
                beyond_chance=True,
                neutralised_by="one class",
                examples=("118 accounts share one client address; 198.51.100.7 is held by 118 of them and 2 others",),
            ),
            Evidence(
                family=Family.WORDS,
                bits=77.0,
                beyond_chance=True,
                neutralised_by="one class",
                examples=("120 accounts share 14 work-list items",),
            ),
        ),
        expected_by_chance=1e-20,
        purposes=(),
        tier=Tier.WATCH,
        reasons=("Shared things: 118 accounts share one client address (explained by one class)",),
        would_clear=(),
        limits=("A class that shares its accounts with others would look the same",),
        explanations=(
            Explanation(
                name="one class",
                words="98% of the accounts work from one institution's network, by day and little each",
                share=0.983,
            ),
        ),
        members=members,
        links=_rings(rng, members, (60,), "same client address"),
        timeline=_timeline(rng, 90, night=True),
    )


def _harness(rng: Random) -> Campaign:
    name = "sw-4a7e55beef"
    members = _members(rng, name, [f"dev-{number:03}" for number in range(31)], Tier.WATCH, 4.0)
    return replace(
        _class(rng),
        campaign_id=name,
        accounts=31,
        members=members,
        explanations=(
            Explanation(name="one harness", words="2,204 accounts outside the group use the same text", share=1.0),
            Explanation(name="one network", words="81% of the accounts work from 192.0.2.0/24", share=0.81),
        ),
        links=(),
        expected_by_chance=0.2,
    )


def _registered(rng: Random) -> Campaign:
    name = "sw-00a07e57ed"
    members = _members(rng, name, [f"eval-{number}" for number in range(12)], Tier.WATCH, 40.0)
    explanation = Explanation(
        name="registered use", words="100% of the accounts are registered for authorised use", share=1.0
    )
    return replace(_class(rng), campaign_id=name, accounts=12, members=members, explanations=(explanation,), links=())


def _members(rng: Random, campaign: str, names: list[str], tier: Tier, most: float) -> tuple[Member, ...]:
    members = [
        Member(
            account_id=name,
            campaign_id=campaign,
            confidence=round(1 - 0.4 * rng.random() ** 4, 4),
            tier=tier if place % 9 else min(tier, Tier.REVIEW),
            bits=round(most * (0.2 + 0.8 * rng.random()), 2),
            exchanges=int(40 * exp(3 * rng.random())),
        )
        for place, name in enumerate(names)
    ]
    return tuple(sorted(members, key=lambda one: (-one.confidence, -one.bits, one.account_id)))


def _rings(rng: Random, members: tuple[Member, ...], sizes: tuple[int, ...], reason: str) -> tuple[Link, ...]:
    """Rings of accounts that hold one thing, with chords, and a few hand-offs between the rings."""
    links = []
    begin = 0
    for place, size in enumerate(sizes):
        ring = members[begin : begin + size]
        begin += size
        for step in (1, max(2, size // 3)):
            links += [
                _link(ring[i], ring[(i + step) % size], 11.0 - 0.3 * place, (f"{reason} #{place:08x}",))
                for i in range(size)
            ]
    links += [
        _link(*_two(rng, members[:begin]), 15.6, ("the same request again after a refusal", reason))
        for _ in range(len(sizes) * 6)
    ]
    return tuple(sorted({(link.a, link.b): link for link in links}.values(), key=lambda one: (-one.bits, one.a, one.b)))


def _pairs(rng: Random, members: tuple[Member, ...], count: int, reason: str) -> tuple[Link, ...]:
    links = [_link(*_two(rng, members), round(8 + 12 * rng.random() ** 2, 2), (reason,)) for _ in range(count)]
    return tuple(sorted({(link.a, link.b): link for link in links}.values(), key=lambda one: (-one.bits, one.a, one.b)))


def _two(rng: Random, members: tuple[Member, ...]) -> tuple[Member, Member]:
    one, other = rng.sample(members, 2)
    return one, other


def _link(one: Member, other: Member, bits: float, reasons: tuple[str, ...]) -> Link:
    a, b = sorted((one.account_id, other.account_id))
    return Link(a=a, b=b, bits=round(bits, 2), reasons=reasons)


def _timeline(
    rng: Random, most: int, *, first: int = 0, last: int = 96, pause: bool = False, night: bool = False
) -> tuple[tuple[datetime, int], ...]:
    width = (END - BEGIN) / 96
    counts = []
    for place in range(96):
        level = 0.75 + 0.25 * sin(place / 2.2) if not night else max(0.0, sin((place % 7) / 7 * 3.1416)) ** 3
        if not first <= place < last or (pause and 50 <= place < 54):
            level = 0.0
        counts.append(int(most * level * (0.85 + 0.15 * rng.random())))
    return tuple((BEGIN + place * width, count) for place, count in enumerate(counts))
