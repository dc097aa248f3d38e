"""Findings are told calmly and exactly."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf, nan

import pytest

from stillwatch.cli import words
from stillwatch.facts.campaign import Evidence, Tier
from stillwatch.facts.token import Family
from tests.cli.example_findings import example_findings, nothing_found

MAY = datetime(2026, 5, 3, 9, 30, tzinfo=UTC)

CHANCES = [
    (3.2, "honest traffic of this size would show about 3.2 such groups in every scan", "3.2"),
    (1.0, "honest traffic of this size would show about 1 such group in every scan", "1"),
    (140.0, "honest traffic of this size would show about 140 such groups in every scan", "140"),
    (1432.0, "honest traffic of this size would show about 1,432 such groups in every scan", "1,432"),
    (0.2, "honest traffic of this size would show 1 such group in 5 scans", "0.2"),
    (0.0004, "honest traffic of this size would show 1 such group in 2,000 scans", "1e-3"),
    (1e-9, "honest traffic of this size would show 1 such group in 10^9 scans", "1e-9"),
    (9e-10, "honest traffic of this size would show 1 such group in 10^9 scans", "1e-9"),
    (5e-324, "honest traffic of this size would show 1 such group in 10^323 scans", "1e-323"),
    (0.0, "honest traffic of this size would show such a group less often than can be computed", "~0"),
    (nan, "how often honest traffic would show such a group is not known", "unknown"),
    (inf, "how often honest traffic would show such a group is not known", "unknown"),
]


@pytest.mark.parametrize(("expected", "sentence", "short"), CHANCES)
def test_chance_in_words(expected: float, sentence: str, short: str) -> None:
    """An E-value is said as something that a person can picture, rounded towards the weaker finding."""
    assert words.chance(expected) == sentence
    assert words.short_chance(expected) == short


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, "0 %"), (0.004, "under 1 %"), (0.5, "50 %"), (0.996, "over 99 %"), (1.0, "100 %")]
)
def test_shares_are_never_rounded_away(share: float, said: str) -> None:
    """A little is never called nothing, nor almost all called all."""
    assert words.percent(share) == said


@pytest.mark.parametrize(("amount", "said"), [(0.04, "0.0"), (21.04, "21.0"), (841.2, "841"), (12345.6, "12,346")])
def test_bits_are_told_no_more_exactly_than_known(amount: float, said: str) -> None:
    """Bits have three digits or so."""
    assert words.bits(amount) == said


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (MAY + timedelta(hours=2), "3 May 2026, 09:30 to 11:30 UTC"),
        (MAY + timedelta(days=14), "3 to 17 May 2026"),
        (MAY + timedelta(days=40), "3 May to 12 June 2026"),
        (MAY + timedelta(days=400), "3 May 2026 to 7 June 2027"),
    ],
)
def test_stretches_of_time_are_short_and_exact(last: datetime, said: str) -> None:
    """A stretch of time says no part of a date twice."""
    assert words.span(MAY, last) == said


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(hours=3.5), "3.5 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(minutes=45), "45 minutes"),
        (timedelta(seconds=9), "9 seconds"),
    ],
)
def test_lengths_of_time(length: timedelta, said: str) -> None:
    """A length of time is told in its largest fitting unit."""
    assert words.stretch(length) == said


@pytest.mark.parametrize(
    ("tier", "claim"),
    [(Tier.ACT, " act as one hand"), (Tier.REVIEW, " appear to act"), (Tier.WATCH, " show signs of acting")],
)
def test_a_weaker_tier_claims_less(tier: Tier, claim: str) -> None:
    """Only the highest tier is told without a reservation."""
    campaign = replace(example_findings().campaigns[0], tier=tier)

    assert claim in words.summary(campaign)


def test_the_heading_counts_what_a_person_should_look_at() -> None:
    """Groups that are only watched are no campaigns found."""
    campaign = example_findings().campaigns[0]
    look, watch = replace(campaign, tier=Tier.REVIEW), replace(campaign, tier=Tier.WATCH)

    assert words.found((look, watch), 1_668) == "1 campaign among 1,668 accounts"
    assert words.found((watch, watch), 1_668) == "Nothing to look into, 2 groups to watch among 1,668 accounts"
    assert words.found((), 1_668) == "No campaign found"


def test_what_is_explained_does_not_count() -> None:
    """Evidence that an honest explanation accounts for, or that chance makes, adds no bits."""
    evidence = (
        Evidence(family=Family.THINGS, bits=30.0, beyond_chance=True),
        Evidence(family=Family.WORDS, bits=99.0, beyond_chance=True, neutralised_by="one harness"),
        Evidence(family=Family.RHYTHM, bits=2.0, beyond_chance=False),
    )
    campaign = replace(example_findings().campaigns[0], evidence=evidence)

    assert campaign.counted_bits() == 30.0
    assert "harness" not in words.summary(campaign)


def test_a_campaign_without_standing_evidence_says_so() -> None:
    """A summary never invents a ground."""
    campaign = replace(example_findings().campaigns[0], evidence=())

    assert words.summary(campaign).endswith("No family of evidence stands by itself.")


def test_every_blind_spot_is_named() -> None:
    """No text, no accounts table and rejected records are each said, with what follows from them."""
    blind = words.could_not_see(nothing_found().scan)

    assert [line.split()[0] for line in blind] == ["All", "No", "37"]


def test_a_scan_that_saw_everything_claims_no_blindness() -> None:
    """Where text, table and records were all there, nothing is listed."""
    scan = replace(
        example_findings().scan, full_text=1_284_417, hashed_text=0, no_text=0, rejected=0, accounts_table=True
    )

    assert words.could_not_see(scan) == []
