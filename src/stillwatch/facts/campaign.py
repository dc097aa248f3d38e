"""A campaign: accounts that act as one hand, with the evidence, the doubts, and what would clear it."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from stillwatch.facts.purpose import Purpose
from stillwatch.facts.token import Family


class Tier(IntEnum):
    """How far a conclusion may carry. Higher tiers need more, and never enforce by themselves."""

    WATCH = 1
    REVIEW = 2
    ACT = 3

    @property
    def label(self) -> str:
        """The tier as written in the contract's tables."""
        return self.name.lower()


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What one family says about a campaign."""

    family: Family
    bits: float
    """Surprise in bits: log2 of how much likelier one hand makes this than strangers do."""
    beyond_chance: bool
    """Whether it stands after correction for every group that was tried."""
    neutralised_by: str | None = None
    """The honest explanation that accounts for it, so that it does not count towards a tier."""
    examples: tuple[str, ...] = ()
    """Reasons in words; digests and networks, never a customer's text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PurposeShare:
    """How much of a campaign's traffic shows the cues of one purpose."""

    purpose: Purpose
    share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """An honest explanation that was looked for by name and found."""

    name: str
    """As the explanations of the judge are called: `registered use`, `one class`, `one harness`."""
    words: str
    share: float
    """Share of the group's accounts that it covers, 0-1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One account in a campaign."""

    account_id: str
    campaign_id: str
    confidence: float
    tier: Tier
    bits: float
    exchanges: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """An edge of the account graph: two members of one campaign, and what ties them."""

    a: str
    b: str
    bits: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Campaign:
    """One group of accounts that acts as one hand."""

    campaign_id: str
    accounts: int
    exchanges: int
    tokens: int
    first_seen: datetime
    last_seen: datetime
    models: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    expected_by_chance: float
    """How many groups at least this strong honest traffic of this size would show (an E-value)."""
    purposes: tuple[PurposeShare, ...]
    tier: Tier
    reasons: tuple[str, ...]
    would_clear: tuple[str, ...]
    limits: tuple[str, ...]
    explanations: tuple[Explanation, ...] = ()
    members: tuple[Member, ...] = ()
    links: tuple[Link, ...] = ()
    timeline: tuple[tuple[datetime, int], ...] = ()
    """Exchanges per bucket of time: (start of the bucket, count), at most 120 buckets of equal length."""

    def standing(self) -> tuple[Evidence, ...]:
        """The evidence that counts: beyond chance, and not accounted for by an honest explanation; strongest first."""
        counts = (each for each in self.evidence if each.beyond_chance and each.neutralised_by is None)
        return tuple(sorted(counts, key=lambda each: -each.bits))

    def counted_bits(self) -> float:
        """The bits that count, of all families together."""
        return sum(each.bits for each in self.standing())

    def made_by_chance(self) -> bool:
        """Whether honest traffic of this size would show one such group or more."""
        return self.expected_by_chance >= 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanFacts:
    """What a scan read and could not see, beside what it found."""

    exchanges: int
    accounts: int
    rejected: int
    duplicates: int
    first_seen: datetime | None
    last_seen: datetime | None
    full_text: int
    hashed_text: int
    no_text: int
    accounts_table: bool
    """Whether an accounts table was given: without one, owners and registered use cannot be looked up."""
    groups_tried: int
    version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """Everything a scan concluded."""

    scan: ScanFacts
    campaigns: tuple[Campaign, ...]
    """Ranked: highest tier first, then what chance does not make, then most bits that count."""
    set_aside: tuple[Campaign, ...]
    """Groups that act alike and have an honest explanation, which therefore accuse nobody."""
    accounts: tuple[str, ...] = ()
    """Every account that was read, so that whoever asks about one that is in no group gets an answer."""
