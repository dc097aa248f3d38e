"""Stored sessions of another model's users, replayed in batches once a free trial is over (C11)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from stillwatch.range.campaigns.archetype import Archetype, Campaign, days_in
from stillwatch.range.delivery import Job
from stillwatch.range.log import Message
from stillwatch.range.marks import assumed, derived, fact
from stillwatch.range.programmes import Programme, Script, Turn, a_grade, converse, mix, work_agentically
from stillwatch.range.wording import word


@dataclass(frozen=True, kw_only=True)
class StoreThenReplay(Archetype):
    """Whole sessions arrive at once, with a history that this provider never answered; then they are judged."""

    kind: ClassVar[str] = "store_then_replay"
    row: ClassVar[str] = "C11"

    accounts: int = fact(1_500, "S2: more than 1,500 accounts")
    exchanges: int = fact(400_000, "S2: more than 400,000 in 20 days")
    per_account_day: float = derived(13.3, "0.4 M / 1,500 / 20 days (S2)")
    languages: int = fact(12, "S2: at least 12 languages")
    trial_ends: float = assumed(
        0.25, "when the other product's free trial ends, as a share of the range; the burst after it is a fact (S2)"
    )
    lasts: float = assumed(0.6, "of the range; 20 days of a quarter or more, since small ranges are short")
    foreign_share: float = assumed(0.35, "of sessions not in English")
    harness_share: float = assumed(0.45, "of sessions from coding harnesses; which ones were used is a fact (S2)")
    personal_share: float = assumed(
        0.03, "of sessions holding somebody's personal data; hundreds of people's were (S2)"
    )
    judged_share: float = assumed(0.2, "of answers that are judged by another request; judging is a fact (S2)")
    ends_by: float = assumed(0.97, "when the batch is over at the latest, as a share of the range")
    shifts_per_day: float = assumed(4.0, "batches a day: no human rhythm")
    judge_first: float = assumed(0.5, "chance that a worker takes up what waits to be judged")
    judged_chars: tuple[int, int] = assumed((800, 1_500), "of a question and its answer that a judge is shown")
    verdict_chars: int = assumed(200, "of a verdict's reasons")
    other_model: float = assumed(0.6, "of the rarer words of a history's answers differ: another model wrote them")

    def active_days(self, days: float) -> float:
        """Return how long the batch lasts."""
        return days * min(self.lasts, self.ends_by - self.trial_ends)

    def launch(self, campaign: Campaign) -> None:
        """One fleet and one batch pool, from the end of the trial on."""
        since = days_in(campaign.world, self.trial_ends)
        until = days_in(campaign.world, min(self.ends_by, self.trial_ends + self.lasts))
        fleet = campaign.fleet(campaign.accounts)
        sessions = self._sessions(campaign)
        campaign.run_pool(
            fleet,
            self._batch(campaign, sessions),
            requests=campaign.work,
            seconds=campaign.seconds_of(sessions),
            shifts_per_day=self.shifts_per_day,
            since=since,
            until=until,
        )

    def _sessions(self, campaign: Campaign) -> Programme:
        library = campaign.world.library
        tongues = library.languages[: max(self.languages, 1)] or ["en"]
        harness = work_agentically(library, word("agent", campaign.dice).text)
        foreign = mix([(1.0, converse(library, f"lang:{tongue}")) for tongue in tongues])
        rest = max(0.0, 1 - self.harness_share - self.foreign_share)
        return mix(
            [(self.harness_share, harness), (self.foreign_share, foreign), (rest, converse(library, "dialogue"))]
        )

    def _batch(self, campaign: Campaign, sessions: Programme) -> Callable[[float], Job]:
        dice, library = campaign.dice, campaign.world.library
        judge = campaign.wording("grade")
        asked_chars, answered_chars = self.judged_chars
        to_judge: list[Job] = []

        def judged(job: Job, _answer: object, _now: float) -> None:
            if dice.chance(self.judged_share):
                last = job.script.turns[-1]
                verdict = f"{a_grade(dice)} {library.essay(dice)[: self.verdict_chars]}"
                asked = judge(dice).fill(last.asked[:asked_chars], last.answered[:answered_chars])
                to_judge.append(
                    Job(
                        script=Script(None, (Turn("user", asked, verdict),), campaign.sent_along),
                        model=job.model,
                        reasons=False,
                        part="judge",
                    )
                )

        def next_job(_: float) -> Job:
            if to_judge and dice.chance(self.judge_first):
                return to_judge.pop()
            stored = sessions(dice)
            script, history = self._stored(stored, personal=dice.chance(self.personal_share), campaign=campaign)
            return Job(script=script, history=history, part="replay", on_answer=judged)

        return next_job

    def _stored(self, session: Script, *, personal: bool, campaign: Campaign) -> tuple[Script, list[Message]]:
        """Turn a stored session into one request: some question of it, with everything before as history."""
        history: list[Message] = [("system", session.system)] if session.system else []
        cut = campaign.dice.below(len(session.turns))
        for turn in session.turns[:cut]:
            # What the other product's model had answered, not what this provider would.
            history += [
                (turn.role, turn.asked),
                ("assistant", campaign.world.library.fresh(turn.answered, campaign.dice, self.other_model)),
            ]
        last = session.turns[cut]
        if personal:
            who = campaign.dice.hex(6)
            last = Turn(
                last.role, f"{last.asked}\n\nContact: person-{who}@mail-{who}.example, +00 555 {who}", last.answered
            )
        return Script(session.system, (last,), campaign.sent_along), history
