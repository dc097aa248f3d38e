"""Transcripts bought from data vendors (C12): no traffic at all, and so nothing that any log could show."""

from dataclasses import dataclass
from typing import ClassVar

from stillwatch.range.campaigns.archetype import Archetype, Campaign
from stillwatch.range.marks import fact


@dataclass(frozen=True, kw_only=True)
class TranscriptsBought(Archetype):
    """The negative control: a range with this campaign alone is an honest one; only provenance tests apply."""

    kind: ClassVar[str] = "transcripts_bought"
    row: ClassVar[str] = "C12"

    accounts: int = fact(0, "S2: none visible")
    exchanges: int = fact(0, "S2: invisible to the provider")

    def launch(self, campaign: Campaign) -> None:
        """Do nothing."""
