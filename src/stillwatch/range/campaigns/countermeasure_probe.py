"""Distillation with a quality watch: fixed questions tell outage from degradation, and traffic fails over (C17)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from stillwatch.range.campaigns.archetype import Archetype, Campaign, queue_of
from stillwatch.range.delivery import Job, deliver
from stillwatch.range.marks import assumed
from stillwatch.range.programmes import Programme, mix, pour, repeat_set
from stillwatch.range.world import DAY


@dataclass(frozen=True, kw_only=True)
class CountermeasureProbe(Archetype):
    """Every so often each account answers a few known questions; where it fails, its share goes elsewhere."""

    kind: ClassVar[str] = "countermeasure_probe"
    row: ClassVar[str] = "C17"

    accounts: int = assumed(80, "not published")
    exchanges: int = assumed(500_000, "not published")
    probe_share: float = assumed(0.2, "of requests that watch quality; the watch itself is a fact (S5)")
    questions: int = assumed(8, "of the fixed set")
    code_share: float = assumed(0.6, "of the other requests are solutions of code, the rest reconstructed sums")
    round_gap_s: float = assumed(2.0, "between one account's question and the next one's, below level 2")
    round_share: float = assumed(0.8, "of the time between rounds over which questions are spread, from level 2 on")
    round_spread: tuple[float, float] = assumed((0.7, 1.3), "times the time between rounds, uniform, from level 2 on")

    def launch(self, campaign: Campaign) -> None:
        """One fleet; a pool that works, and a clock that asks."""
        world, dice, library = campaign.world, campaign.dice, campaign.world.library
        fleet = campaign.fleet(campaign.accounts)
        work = mix(
            [
                (self.code_share, pour(library, "code", campaign.wording("reasoned"))),
                (1 - self.code_share, pour(library, "sums", campaign.wording("reconstruct"))),
            ]
        )
        probes = campaign.work * self.probe_share
        campaign.run_pool(
            fleet, queue_of(campaign, work), requests=campaign.work - probes, seconds=campaign.seconds_of(work)
        )
        checks = repeat_set(library, "benchmark", self.questions, dice)
        period = world.days * DAY * campaign.accounts / max(1.0, probes)
        campaign.agenda.at(world.started_at, self._round(campaign, checks, period))

    def _round(self, campaign: Campaign, checks: Programme, period: float) -> Callable[[float], None]:
        """Return the event that asks every account one of the questions and enters itself again."""
        fleet, dice = campaign.fleets[0], campaign.dice

        def ask_all(now: float) -> None:
            for k in range(len(fleet.accounts)):
                job = Job(script=checks(dice), reasons=False, part="probe")
                spread = k * self.round_gap_s if not campaign.skill.jitters else dice.unit() * period * self.round_share
                campaign.agenda.at(now + spread, partial(self._ask, campaign, job))
            if campaign.left > 0:
                late = dice.between(*self.round_spread) if campaign.skill.jitters else 1.0
                campaign.agenda.at(now + period * late, ask_all)

        return ask_all

    def _ask(self, campaign: Campaign, job: Job, now: float) -> None:
        deliver(campaign.fleets[0], job, now, campaign.dice)
        campaign.sent(job.sent)
