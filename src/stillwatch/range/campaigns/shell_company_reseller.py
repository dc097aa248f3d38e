"""A verified company that resells two providers' models and keeps what passes (C13)."""

from dataclasses import dataclass, replace
from typing import ClassVar

from stillwatch.range.campaigns.archetype import Archetype, Campaign, queue_of
from stillwatch.range.crowd import Terms
from stillwatch.range.marks import assumed
from stillwatch.range.models import MODELS
from stillwatch.range.programmes import pour, somebody, with_params
from stillwatch.range.signup import a_card


@dataclass(frozen=True, kw_only=True)
class ShellCompanyReseller(Archetype):
    """Real customers' traffic over a few business accounts. Its tell, the choice of wares, is outside any log.

    In a log it is a gateway that forwards no tenants; a part of what it keeps is graded over the same accounts.
    """

    kind: ClassVar[str] = "shell_company_reseller"
    row: ClassVar[str] = "C13"

    accounts: int = assumed(60, "not published")
    exchanges: int = assumed(5_000_000, "not published")
    companies: int = assumed(3, "shell companies among which the accounts are divided")
    graded_share: float = assumed(
        0.12, "of requests that grade what was kept; that traffic is saved is a fact (S2), the grading assumed"
    )
    users_per_account: float = assumed(12.0, "customers behind each account")
    sticky: float = assumed(0.6, "chance that a customer's next turn meets the same account")
    replacement_h: float = assumed(24.0, "median from ban to replacement: companies are slower to found than accounts")
    models: int = assumed(2, "models that its accounts ask, the flagship first")
    reasons: float = assumed(0.3, "of grading requests with reasoning switched on")

    def launch(self, campaign: Campaign) -> None:
        """Business accounts of a few companies under a crowd, and a pool that grades."""
        dice = campaign.dice
        upkeep = replace(campaign.upkeep, replacement_h=self.replacement_h)
        fleet = campaign.fleet(campaign.accounts, upkeep=upkeep, models=MODELS[: self.models])
        fronts = [(f"org_{dice.hex(6)}", a_card(dice)) for _ in range(self.companies)]
        for number, account in enumerate(fleet.accounts):
            organisation, card = fronts[number % len(fronts)]
            apart = campaign.skill.registers_apart
            campaign.world.desk.join(
                account,
                f"org_{dice.hex(6)}" if apart else organisation,
                dice,
                plan="enterprise",
                level="business",
                card=None if apart else card,
            )
        graded = pour(campaign.world.library, "broad", campaign.wording("grade"))
        requests = campaign.work * self.graded_share
        users = round(campaign.accounts * self.users_per_account)
        campaign.gather_crowd(
            fleet,
            campaign.work - requests,
            users,
            Terms(sticky=self.sticky),
            programme=lambda d: with_params(somebody(campaign.world.library, d), campaign.sent_along),
        )
        campaign.run_pool(
            fleet,
            queue_of(campaign, graded, reasons=self.reasons),
            requests=requests,
            seconds=campaign.seconds_of(graded, reasons=self.reasons),
        )
