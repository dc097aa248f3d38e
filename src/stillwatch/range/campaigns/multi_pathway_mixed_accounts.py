"""Hundreds of accounts of various types over several pathways; late on, reasoning is reconstructed (C2)."""

from dataclasses import dataclass, replace
from typing import ClassVar

from stillwatch.range.campaigns.archetype import Archetype, Campaign, days_in, queue_of
from stillwatch.range.marks import Shares, assumed, fact
from stillwatch.range.models import MODELS
from stillwatch.range.programmes import mix, pour, work_agentically
from stillwatch.range.wording import word

PATHWAYS: Shares = (
    ("api", 0.45),
    ("subscription", 0.2),
    ("cloud:cumulus", 0.2),
    ("cloud:stratus", 0.1),
    ("edu", 0.05),
)


@dataclass(frozen=True, kw_only=True)
class MultiPathwayMixedAccounts(Archetype):
    """Agentic coding, tool use, data analysis and computer use; then targeted reconstruction of traces."""

    kind: ClassVar[str] = "multi_pathway_mixed_accounts"
    row: ClassVar[str] = "C2"

    accounts: int = assumed(600, "S1 says hundreds")
    exchanges: int = fact(3_400_000, "S1: more than 3.4 M")
    channels: tuple[tuple[str, float], ...] = assumed(
        PATHWAYS, "shares of pathways; that there were several and that account types varied are facts (S1)"
    )
    second_phase: float = assumed(
        0.15, "last part of the campaign, in which traces are reconstructed; the phase is a fact (S1)"
    )
    sticky: float = assumed(0.3, "an agent's next step meets the same account")
    agentic_share: float = assumed(0.5, "of jobs are agents' sessions, the others analyse data; both are facts (S1)")
    models: int = assumed(2, "models that its accounts ask, the flagship first")
    agent_prompts: int = assumed(40, "system prompts of its agents from level 2 on; one below")

    def launch(self, campaign: Campaign) -> None:
        """One fleet over all pathways; one pool in each phase."""
        library, skill = campaign.world.library, campaign.skill
        fleet = campaign.fleet(
            campaign.accounts, models=MODELS[: self.models], upkeep=replace(campaign.upkeep, channels=self.channels)
        )
        systems = [word("agent", campaign.dice).text for _ in range(self.agent_prompts if skill.paraphrases else 1)]
        agents = mix([(1.0, work_agentically(library, system)) for system in systems])
        analysis = pour(library, "broad", campaign.wording("analyst"))
        first = mix([(self.agentic_share, agents), (1 - self.agentic_share, analysis)])
        second = pour(library, "code", campaign.wording("reconstruct"))
        turning = days_in(campaign.world, 1 - self.second_phase)
        main = campaign.work * (1 - self.second_phase)
        campaign.run_pool(
            fleet,
            queue_of(campaign, first, sticky=self.sticky),
            requests=main,
            seconds=campaign.seconds_of(first),
            until=turning,
        )
        campaign.run_pool(
            fleet,
            queue_of(campaign, second),
            requests=campaign.work - main,
            seconds=campaign.seconds_of(second),
            since=turning,
        )
