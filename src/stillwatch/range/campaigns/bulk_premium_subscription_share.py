"""Premium seats bought in bulk and shared by teams of developers round the clock (C17)."""

from dataclasses import dataclass, replace
from typing import ClassVar

from stillwatch.range.campaigns.archetype import Archetype, Campaign
from stillwatch.range.chance import Dice
from stillwatch.range.crowd import Terms
from stillwatch.range.marks import Shares, assumed, fact
from stillwatch.range.programmes import Programme, mix, person, work_agentically
from stillwatch.range.wording import word
from stillwatch.range.world import DAY

SEATS: Shares = (("subscription", 1.0),)  # all of them


@dataclass(frozen=True, kw_only=True)
class BulkPremiumSubscriptionShare(Archetype):
    """Enterprise throughput on personal plans: new seats at full use at once, many people behind one credential."""

    kind: ClassVar[str] = "bulk_premium_subscription_share"
    row: ClassVar[str] = "C17"

    accounts: int = assumed(300, "not published")
    exchanges: int = assumed(5_000_000, "not published")
    bought_days: float = assumed(
        20.0, "days before the range within which the seats were bought; in bulk is a fact (S5)"
    )
    developers_per_seat: float = assumed(5.0, "people behind a seat; sharing is a fact (S5)")
    harness_share: float = assumed(0.6, "of sessions that are agents at work")
    sticky: float = fact(
        0.9, "S5: seats are shared by teams, so that a person mostly meets the same; the number assumed"
    )

    def launch(self, campaign: Campaign) -> None:
        """Seats under a crowd of developers in several time zones."""
        world, dice = campaign.world, campaign.dice
        fleet = campaign.fleet(campaign.accounts, upkeep=replace(campaign.upkeep, channels=SEATS))
        for account in fleet.accounts:
            if not campaign.skill.registers_apart:
                account.created_at = max(account.created_at, world.started_at - self.bought_days * DAY * dice.unit())
            if not campaign.skill.own_exits:  # careless teams use a seat from wherever they are
                account.exits = [world.networks.home(dice) for _ in range(round(self.developers_per_seat))]
            account.credentials = account.credentials[:1]
        system = word("agent", dice).text

        def developer(d: Dice) -> Programme:
            return mix(
                [
                    (self.harness_share, work_agentically(world.library, system)),
                    (1 - self.harness_share, person(world.library, d)),
                ]
            )

        users = round(campaign.accounts * self.developers_per_seat)
        terms = Terms(sticky=self.sticky, loyal=self.sticky, part="shared")
        campaign.gather_crowd(fleet, campaign.work, users, terms, programme=developer)
