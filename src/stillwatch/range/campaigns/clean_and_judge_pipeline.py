"""A pipeline whose stages run on different accounts: harvest, clean the model's own traces, judge and filter (C10)."""

from collections import deque
from dataclasses import dataclass, replace
from typing import ClassVar

from stillwatch.range.campaigns.archetype import Archetype, Campaign
from stillwatch.range.delivery import Job
from stillwatch.range.marks import assumed, derived, fact
from stillwatch.range.programmes import Script, Turn, a_grade, mixture, pour
from stillwatch.range.world import Answer


@dataclass(frozen=True, kw_only=True)
class CleanAndJudgePipeline(Archetype):
    """Tasks, solutions and tests are written; what comes back is cleaned by other accounts and judged by yet others."""

    kind: ClassVar[str] = "clean_and_judge_pipeline"
    row: ClassVar[str] = "C10"

    accounts: int = fact(273, "S2: 273 rotating accounts in 10 days")
    exchanges: int = fact(3_400_000, "S2: more than 3.4 M in 17 days")
    per_account_day: float = derived(1099.0, "3 M / 273 / 10 days (S2); 16 accounts reach it from scale 1 on only")
    cleaned: float = derived(0.26, "770,609 cleaner requests of 3 M (S2), as a share of all requests")
    judged_share: float = assumed(0.6, "of cleaned traces that are judged and filtered")
    harvested: tuple[tuple[str, float], ...] = assumed(
        (("solve code", 0.5), ("solve sums", 0.3), ("reconstruct code", 0.2)),
        "of harvesting requests; that tasks, solutions and tests are written is a fact (S2)",
    )
    next_stage_first: float = assumed(0.8, "chance that a worker takes up what waits to be cleaned or judged")
    planned_reasons: float = assumed(0.6, "of requests with reasoning switched on, as the pool is planned")
    cleaned_chars: int = assumed(400, "of the question that the cleaner is shown with the trace")
    judged_chars: int = assumed(300, "of the cleaner's request that the judge is shown: its end")
    verdict_chars: int = assumed(200, "of a verdict's reasons")
    reworded: float = assumed(0.15, "of a trace's rarer words differ once it is cleaned")

    def launch(self, campaign: Campaign) -> None:
        """One fleet and one pool; each answer puts the next stage on the list, for whichever account is free then."""
        library, dice = campaign.world.library, campaign.dice
        harvest = mixture(
            self.harvested,
            {
                "solve code": pour(library, "code", campaign.wording("reasoned")),
                "solve sums": pour(library, "sums", campaign.wording("reasoned")),
                "reconstruct code": pour(library, "code", campaign.wording("reconstruct")),
            },
        )
        clean, judge = campaign.wording("clean"), campaign.wording("grade")
        waiting: deque[Job] = deque()
        # Of all requests, `cleaned` are cleaner calls: each trace is cleaned with chance c, and judged after that.
        chance = self.cleaned / (1 - self.cleaned * (1 + self.judged_share))

        def judged(job: Job, answer: Answer, _: float) -> None:
            if dice.chance(self.judged_share):
                verdict = f"{a_grade(dice)} " + library.fresh(
                    library.draw("task", dice).turns[0][1][: self.verdict_chars], dice
                )
                asked = judge(dice).fill(job.script.turns[0].asked[-self.judged_chars :], answer.output)
                waiting.append(
                    Job(
                        script=Script(None, (Turn("user", asked, verdict),), campaign.sent_along),
                        model=job.model,
                        reasons=False,
                        part="judge",
                    )
                )

        def cleaned(job: Job, answer: Answer, _: float) -> None:
            if dice.chance(chance):
                asked = clean(dice).fill(job.script.turns[0].asked[: self.cleaned_chars], answer.output)
                tidied = Script(
                    None, (Turn("user", asked, library.fresh(answer.output, dice, self.reworded)),), campaign.sent_along
                )
                waiting.append(Job(script=tidied, model=job.model, reasons=False, part="clean", on_answer=judged))

        def next_job(_: float) -> Job:
            if waiting and dice.chance(self.next_stage_first):
                return waiting.popleft()
            return Job(script=replace(harvest(dice), params=campaign.sent_along), part="harvest", on_answer=cleaned)

        fleet = campaign.fleet(campaign.accounts)
        campaign.run_pool(
            fleet, next_job, requests=campaign.work, seconds=campaign.seconds_of(harvest, reasons=self.planned_reasons)
        )
