"""Reasoning traces coerced into the user's language, over broad tasks in many languages (C15)."""

from dataclasses import dataclass
from typing import ClassVar

from stillwatch.range.campaigns.archetype import Archetype, Campaign, queue_of
from stillwatch.range.marks import assumed, fact
from stillwatch.range.programmes import mix, pour


@dataclass(frozen=True, kw_only=True)
class MultilingualTraceCoercion(Archetype):
    """One constraint on the language of thinking, poured over tasks that are mostly not English."""

    kind: ClassVar[str] = "multilingual_trace_coercion"
    row: ClassVar[str] = "C15"

    accounts: int = assumed(60, "not published")
    exchanges: int = fact(100_000, "S8: more than 100,000 prompts")
    english_share: float = assumed(0.35, "of tasks; broad tasks and non-English targets are facts (S8)")

    def launch(self, campaign: Campaign) -> None:
        """One fleet and one pool."""
        library = campaign.world.library
        constraint = campaign.wording("language")
        programme = mix(
            [
                (1 - self.english_share, pour(library, "foreign", constraint)),
                (self.english_share, pour(library, "broad", constraint)),
            ]
        )
        fleet = campaign.fleet(campaign.accounts)
        campaign.run_pool(
            fleet, queue_of(campaign, programme), requests=campaign.work, seconds=campaign.seconds_of(programme)
        )
