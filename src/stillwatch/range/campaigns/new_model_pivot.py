"""A coding campaign that turns nearly half of its traffic to a new model within a day of its release (C3)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

from stillwatch.range.campaigns.archetype import Archetype, Campaign, queue_of
from stillwatch.range.delivery import Job
from stillwatch.range.marks import assumed, fact
from stillwatch.range.models import MODELS, NEW_MODEL
from stillwatch.range.programmes import mix, pour, work_agentically
from stillwatch.range.rhythm import HOUR
from stillwatch.range.wording import word


@dataclass(frozen=True, kw_only=True)
class NewModelPivot(Archetype):
    """Agentic coding, tool use and orchestration; all workers get the new target at the same hour."""

    kind: ClassVar[str] = "new_model_pivot"
    row: ClassVar[str] = "C3"

    accounts: int = assumed(2_000, "not published")
    exchanges: int = fact(13_000_000, "S1: more than 13 M")
    within_h: float = fact(24.0, "S1: the pivot came within 24 hours")
    share: float = fact(0.47, "S1: nearly half of the traffic was redirected")
    after_h: float = assumed(9.0, "hours from the release to the change of configuration; less than `within_h`")
    sticky: float = assumed(0.4, "an agent's next step meets the same account")
    agentic_share: float = assumed(
        0.6, "of jobs are agents' sessions, the others single pieces of code; both are facts (S1)"
    )
    models: int = assumed(2, "models that its accounts ask, the flagship first")
    agent_prompts: int = assumed(40, "system prompts of its agents from level 2 on; one below")

    def launch(self, campaign: Campaign) -> None:
        """One fleet, one pool, and one date."""
        library = campaign.world.library
        systems = [
            word("agent", campaign.dice).text for _ in range(self.agent_prompts if campaign.skill.paraphrases else 1)
        ]
        agents = mix([(1.0, work_agentically(library, system)) for system in systems])
        coding = pour(library, "code", campaign.wording("review"))
        programme = mix([(self.agentic_share, agents), (1 - self.agentic_share, coding)])
        fleet = campaign.fleet(campaign.accounts, models=MODELS[: self.models])
        jobs = self._turning(campaign, queue_of(campaign, programme, sticky=self.sticky))
        campaign.run_pool(fleet, jobs, requests=campaign.work, seconds=campaign.seconds_of(programme))

    def _turning(self, campaign: Campaign, jobs: Callable[[float], Job]) -> Callable[[float], Job]:
        turns_at = campaign.world.provider.released_at + min(self.after_h, self.within_h) * HOUR

        def next_job(now: float) -> Job:
            job = jobs(now)
            return replace(job, model=NEW_MODEL) if now > turns_at and campaign.dice.chance(self.share) else job

        return next_job
