"""Fixed worker pools: the end of one request starts the next, on whichever account comes up."""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Sequence

from stillwatch.range.agenda import Agenda
from stillwatch.range.chance import Dice
from stillwatch.range.delivery import Job, deliver
from stillwatch.range.fleet import Fleet
from stillwatch.range.provider import OK
from stillwatch.range.workers import Workers
from stillwatch.range.world import DAY, Answer

LEAST_SHIFT_S = 60.0  # what is left of a range after its last whole shift, and too short for another


class Shifts:
    """When a pool's machines are switched on."""

    def __init__(self, spans: Sequence[tuple[float, float]]) -> None:
        """Keep spans that follow one another."""
        self.spans = tuple(spans)
        self._ends = [end for _, end in spans]

    def next_on(self, now: float) -> float:
        """Return `now` while on, else when the next shift begins (infinity after the last)."""
        number = self.number_of(now)
        return max(now, self.spans[number][0]) if number < len(self.spans) else float("inf")

    def number_of(self, now: float) -> int:
        """Return how many shifts are over."""
        return bisect_right(self._ends, now)

    def end_of(self, now: float) -> float:
        """Return when the shift that lasts at `now` is over."""
        return self._ends[self.number_of(now)]


def shifts(  # noqa: PLR0913 - when, how much and how often
    since: float, until: float, duty: float, per_day: float, workers: Workers, dice: Dice
) -> Shifts:
    """Plan shifts that fill about `duty` of the time between two dates, `per_day` of them a day, with ragged edges."""
    if duty >= workers.round_the_clock:  # in shifts that follow one another
        duty = 1.0
    step = DAY / per_day
    spans, at = [], since
    while at < until - LEAST_SHIFT_S:
        length = min(until - at, step)
        start = at + length * (1 - duty) * dice.unit()
        spans.append((start, min(at + length, start + length * duty * dice.between(*workers.shift_stretch))))
        at += step
    return Shifts(spans)


class Pool:
    """So many workers, each with one request in flight while a shift lasts and its quota is not used up."""

    def __init__(  # noqa: PLR0913 - what a pool is made of
        self,
        agenda: Agenda,
        fleet: Fleet,
        next_job: Callable[[float], Job | None],
        when: Shifts,
        dice: Dice,
        *,
        workers: Workers,
        quota: float,
    ) -> None:
        """Take jobs from `next_job` during shifts, at most `quota` requests in each."""
        self.on_sent: Callable[[int], bool] = lambda _: True
        """Told how many requests went out; says whether to go on."""
        self._agenda, self._fleet, self._next_job, self._when, self._dice = agenda, fleet, next_job, when, dice
        self._workers, self._quota = workers, quota
        self._shift, self._sent_in_shift = -1, 0
        self._open: deque[Job] = deque()  # conversations whose next turn any worker may send, over any account

    def start(self, workers: int, now: float) -> None:
        """Switch on so many workers, spread over their first pause so that only the shift begins at once."""
        for _ in range(workers):
            self._agenda.at(self._when.next_on(now) + self._dice.unit() * self._workers.start_spread_s, self._work)

    def _work(self, now: float) -> None:
        ready = self._when.next_on(now)
        if ready == now and self._is_shift_done(now):
            ready = self._when.next_on(self._when.end_of(now))
        if ready > now:
            if ready < float("inf"):
                self._agenda.at(ready + self._dice.unit() * self._workers.start_spread_s, self._work)
            return
        job = self._open.popleft() if self._open else self._next_job(now)
        if job is None:  # the list is done
            return
        before = job.sent
        answer = deliver(self._fleet, job, now, self._dice)
        ended = answer.ended_at if answer else now + self._workers.no_account_s
        self._sent_in_shift += job.sent - before
        more = self.on_sent(job.sent - before)
        self._agenda.at(ended, lambda then: self._finish(job, answer, then, more=more))

    def _is_shift_done(self, now: float) -> bool:
        """Say whether this shift's part of the work list has been sent."""
        shift = self._when.number_of(now)
        if shift != self._shift:
            self._shift, self._sent_in_shift = shift, 0
        return self._sent_in_shift >= self._quota

    def _finish(self, job: Job, answer: Answer | None, now: float, *, more: bool) -> None:
        if answer is not None and answer.status == OK:
            if job.on_answer is not None:
                job.on_answer(job, answer, now)
            if not job.is_done:
                self._open.append(job)
        if not more:
            return
        pause = self._workers.pause_s * self._dice.between(*self._workers.pause_spread)
        if self._fleet.skill.jitters:
            pause += self._dice.lognormal(self._fleet.skill.jitter_s, self._fleet.skill.jitter_spread)
        self._agenda.at(now + pause * self._fleet.conduct.pause_factor, self._work)
