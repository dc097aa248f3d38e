"""All summaries of one stretch of traffic as a single value that merges: what `link` and `judge` work from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Final

from stillwatch.facts.activity import Activity
from stillwatch.facts.holdings import Holdings
from stillwatch.facts.pairs import Pairs
from stillwatch.facts.quotes import Quotes
from stillwatch.facts.traces import Traces

PAIRS: Final[Mapping[str, type[Pairs]]] = {
    **dict.fromkeys(
        (
            "phrases", "prompts", "systems", "addresses", "credentials", "tenants", "models", "settings", "seats",
            "manners",
        ),
        Holdings,
    ),
    **dict.fromkeys(("said", "asked", "failed", "broken", "issued", "replayed"), Quotes),
}  # fmt: skip
"""The summaries that are pairs, by name, and their kind."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """The summaries of some exchanges. `merge` is commutative and associative; `empty()` is its identity."""

    activity: Activity
    traces: Traces
    phrases: Holdings
    """Sampled shingles of what was asked."""
    prompts: Holdings
    """Digests of whole last messages."""
    systems: Holdings
    """Digests of system prompts."""
    addresses: Holdings
    """Client nets (facts.address)."""
    credentials: Holdings
    tenants: Holdings
    """Digests of forwarded end users."""
    models: Holdings
    """Digests of model names."""
    settings: Holdings
    """Digests of request parameters."""
    seats: Holdings
    """Where an account was used from: client software and network block in one number (`seat_of`)."""
    manners: Holdings
    """How it was used from there: request parameters and network block in one number."""
    said: Quotes
    """Sampled shingles of answers."""
    asked: Quotes
    """Shingles of prompts, sampled more sparsely than `phrases`, and no more sparsely than `said`, which they meet."""
    failed: Quotes
    """Those of `phrases` in requests that were limited, banned or refused, and when each account first had it so."""
    broken: Quotes
    """The same, of requests that were not answered for another reason: errors of the service, mostly."""
    issued: Quotes
    """Reasoning signatures given out with answers."""
    replayed: Quotes
    """Reasoning signatures sent in."""
    accounts: dict[int, str] = field(default_factory=dict)
    """Account ids by key."""
    model_names: dict[int, str] = field(default_factory=dict)

    @classmethod
    def empty(cls) -> "Traffic":
        """The summary of nothing."""
        none, unsaid = Holdings.empty(), Quotes.empty()
        return cls(
            activity=Activity.empty(), traces=Traces.empty(), phrases=none, prompts=none, systems=none, addresses=none,
            credentials=none, tenants=none, models=none, settings=none, seats=none, manners=none,
            said=unsaid, asked=unsaid, failed=unsaid, broken=unsaid, issued=unsaid, replayed=unsaid,
        )  # fmt: skip

    def merge(self, other: "Traffic") -> "Traffic":
        """The summaries of both."""
        return Traffic(
            **{
                one.name: (
                    getattr(self, one.name) | getattr(other, one.name)
                    if one.name in ("accounts", "model_names")
                    else getattr(self, one.name).merge(getattr(other, one.name))
                )
                for one in fields(self)
            }
        )

    @property
    def unanswered(self) -> Quotes:
        """`failed` and `broken` together."""
        return self.failed.merge(self.broken)

    def __len__(self) -> int:
        """Exchanges seen."""
        return len(self.traces)
