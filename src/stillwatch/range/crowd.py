"""End users behind a relay or reseller: real people's sessions, which their operator spreads over its accounts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from stillwatch.range.agenda import Agenda
from stillwatch.range.chance import Dice
from stillwatch.range.delivery import Job, deliver
from stillwatch.range.fleet import Fleet
from stillwatch.range.programmes import Programme
from stillwatch.range.provider import OK
from stillwatch.range.rhythm import HOUR, Week, hours_of_week
from stillwatch.range.world import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class EndUser:
    """Somebody who uses another product and does not know whose model answers."""

    name: str
    programme: Programme
    week: Week
    utc_offset: float


class Crowd:
    """End users whose sessions arrive by their own clocks, not by the accounts'."""

    def __init__(
        self, agenda: Agenda, fleet: Fleet, users: Sequence[EndUser], sessions_per_day: float, dice: Dice, *, sticky: float, part: str,
        loyal: float, on_sent: Callable[[int], bool], on_session: Callable[[Job, float], None] | None = None,
    ) -> None:  # fmt: skip
        """Let `users` hold so many sessions a day between them; `on_session` sees each finished one.

        `loyal` is the chance that a user's session starts on that user's usual account, `sticky` the chance that
        its next turn stays where the last one was.
        """
        self._loyal, self._homes = loyal, [account for account in fleet.accounts for _ in range(-(-len(users) // max(1, len(fleet.accounts))))]
        self._agenda, self._fleet, self._users, self._dice = agenda, fleet, users, dice
        self._sticky, self._part, self._on_sent, self._on_session = sticky, part, on_sent, on_session
        busyness = np.array([dice.lognormal(1.0, 1.0) for _ in users])
        self._rates = busyness / busyness.sum() * sessions_per_day / 24
        self._weeks = np.array([user.week for user in users])
        self._offsets = np.array([int(user.utc_offset) for user in users], np.int64)

    def arrive(self, since: float, until: float) -> None:
        """Enter the sessions that begin between two times."""
        first, last = int(since // HOUR), int(-(-until // HOUR))
        hours = hours_of_week(self._offsets, first, last)
        rng = self._dice.rng
        counts = rng.poisson(np.take_along_axis(self._weeks, hours, axis=1) * self._rates[:, None])
        who, when = np.nonzero(counts)
        repeats = counts[who, when]
        times = (np.repeat(when + first, repeats) + rng.random(int(repeats.sum()))) * HOUR
        for user, start in zip(np.repeat(who, repeats).tolist(), times.tolist(), strict=True):
            if since <= start < until:
                self._agenda.at(start, self._opening(user))

    def _opening(self, number: int) -> Callable[[float], None]:
        user = self._users[number]

        def begin(now: float) -> None:
            job = Job(
                script=user.programme(self._dice), reasons=self._dice.chance(0.5), part=self._part, sticky=self._sticky,
                end_user=None if self._fleet.skill.disguised else user.name,
            )  # fmt: skip
            if self._dice.chance(self._loyal):
                self._fleet.prefer(self._homes[number])
            self.turn(job, now)

        return begin

    def turn(self, job: Job, now: float) -> None:
        """Send a session's next turn, and enter the one after it."""
        before = job.sent
        answer: Answer | None = deliver(self._fleet, job, now, self._dice)
        self._on_sent(job.sent - before)
        if answer is None or answer.status != OK:
            return
        if not job.is_done:
            pause = self._dice.lognormal(40.0 if job.script.turns[job.turn].role == "user" else 1.5, 1.0)
            self._agenda.at(answer.ended_at + pause, lambda then: self.turn(job, then))
        elif self._on_session is not None:
            self._on_session(job, answer.ended_at)
