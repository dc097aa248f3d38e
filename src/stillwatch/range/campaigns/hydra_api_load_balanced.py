"""Synchronised traffic over many API accounts: one load balancer, shared payment, identical patterns (C1)."""

from dataclasses import dataclass
from typing import ClassVar

from stillwatch.range.campaigns.archetype import Archetype, Campaign, queue_of
from stillwatch.range.marks import assumed, fact
from stillwatch.range.programmes import mix, pour


@dataclass(frozen=True, kw_only=True)
class HydraApiLoadBalanced(Archetype):
    """Reasoning reconstruction, rubric grading and safe rewrites from one work list, spread by a load balancer."""

    kind: ClassVar[str] = "hydra_api_load_balanced"
    row: ClassVar[str] = "C1"

    accounts: int = assumed(200, "50-400; not published")
    exchanges: int = fact(150_000, "S1: more than 150,000 exchanges")
    shifts_per_day: float = assumed(2.0, "batches a day; synchronised timing is a fact (S1)")
    reconstruct: float = assumed(0.35, "share of the published techniques; the techniques are facts (S1)")
    grade: float = assumed(0.25, "as above")
    rewrite: float = assumed(0.2, "as above")
    reasoned: float = assumed(0.2, "as above: reasoning across diverse tasks")

    def launch(self, campaign: Campaign) -> None:
        """One fleet, one pool, one list."""
        library = campaign.world.library
        programme = mix(
            [
                (self.reconstruct, pour(library, "broad", campaign.wording("reconstruct"))),
                (self.grade, pour(library, "broad", campaign.wording("grade"))),
                (self.rewrite, pour(library, "broad", campaign.wording("rewrite"))),
                (self.reasoned, pour(library, "sums", campaign.wording("reasoned"))),
            ]
        )
        fleet = campaign.fleet(campaign.accounts)
        seconds = campaign.seconds_of(programme)
        campaign.run_pool(
            fleet,
            queue_of(campaign, programme),
            requests=campaign.work,
            seconds=seconds,
            shifts_per_day=self.shifts_per_day,
        )
