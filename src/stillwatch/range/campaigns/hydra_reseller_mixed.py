"""A proxy network whose accounts carry unrelated customers and, among them, distillation (C4): the hard case."""

from dataclasses import dataclass, replace
from typing import ClassVar

from stillwatch.range.campaigns.archetype import Archetype, Campaign, queue_of
from stillwatch.range.crowd import Terms
from stillwatch.range.marks import assumed, fact
from stillwatch.range.programmes import mixture, pour


@dataclass(frozen=True, kw_only=True)
class HydraResellerMixed(Archetype):
    """Customers come by their own clocks; a worker pool distils in between, over the same accounts."""

    kind: ClassVar[str] = "hydra_reseller_mixed"
    row: ClassVar[str] = "C4"

    accounts: int = fact(20_000, "S1: one proxy network ran more than 20,000 accounts at once")
    exchanges: int = fact(16_000_000, "S1: more than 16 M over the three campaigns that used it")
    distill_share: float = assumed(
        0.10, "of the traffic: 0.02, 0.05, 0.10, 0.25 or 0.50. That it is mixed is a fact (S1)"
    )
    replacement_h: float = assumed(
        4.0, "median from ban to replacement; 0.5-24 h. That they are replaced is a fact (S1)"
    )
    loyal: float = assumed(0.85, "chance that a customer's session starts on the account whose key was sold to them")
    sticky: float = assumed(0.85, "chance that a customer's next turn meets the same account")
    users_per_account: float = assumed(1.5, "customers behind each account")
    distilled: tuple[tuple[str, float], ...] = assumed(
        (("analyse", 0.4), ("solve code", 0.3), ("reconstruct", 0.3)),
        "of the pool's requests; not published",
    )
    reasons: float = assumed(0.8, "of the pool's requests with reasoning switched on")

    def launch(self, campaign: Campaign) -> None:
        """One fleet under a crowd and a pool."""
        library = campaign.world.library
        fleet = campaign.fleet(campaign.accounts, upkeep=replace(campaign.upkeep, replacement_h=self.replacement_h))
        distil = mixture(
            self.distilled,
            {
                "analyse": pour(library, "broad", campaign.wording("analyst")),
                "solve code": pour(library, "code", campaign.wording("reasoned")),
                "reconstruct": pour(library, "broad", campaign.wording("reconstruct")),
            },
        )
        requests = campaign.work * self.distill_share
        users = round(campaign.accounts * self.users_per_account)
        terms = Terms(sticky=self.sticky, loyal=self.loyal, part="resold")
        campaign.gather_crowd(fleet, campaign.work - requests, users, terms)
        campaign.run_pool(
            fleet,
            queue_of(campaign, distil, reasons=self.reasons),
            requests=requests,
            seconds=campaign.seconds_of(distil),
        )
