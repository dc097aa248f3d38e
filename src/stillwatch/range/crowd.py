"""End users behind a relay or reseller: real people's sessions, which their operator spreads over its accounts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from stillwatch.range.agenda import Agenda
from stillwatch.range.chance import Dice
from stillwatch.range.delivery import Job, deliver
from stillwatch.range.fleet import Fleet
from stillwatch.range.programmes import Programme
from stillwatch.range.provider import OK
from stillwatch.range.rhythm import HOUR, Week, hours_of_week


@dataclass(frozen=True, slots=True, kw_only=True)
class EndUser:
    """Somebody who uses another product and does not know whose model answers."""

    name: str
    programme: Programme
    week: Week
    utc_offset: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How an operator spreads its users over its accounts."""

    loyal: float = 0.0
    """Chance that a session starts on its user's usual account."""
    sticky: float = 0.0
    """Chance that its next turn stays where the last one was."""
    part: str = "relayed"


class Crowd:
    """End users whose sessions arrive by their own clocks, not by the accounts'."""

    def __init__(self, agenda: Agenda, fleet: Fleet, users: Sequence[EndUser], terms: Terms, dice: Dice) -> None:
        """Put `users` behind a fleet."""
        self.on_sent: Callable[[int], object] = lambda _: None
        """Told how many requests went out."""
        self.on_session: Callable[[Job, float], None] = lambda _, __: None
        """Shown each finished session."""
        self._agenda, self._fleet, self._users, self._terms, self._dice = agenda, fleet, users, terms, dice
        self._manners = fleet.world.customs.manners
        accounts = fleet.accounts
        self._homes = [accounts[k % len(accounts)] for k in range(len(users))]
        busyness = np.array([dice.lognormal(1.0, self._manners.end_user_spread) for _ in users])
        self._rates = busyness / busyness.sum() / 24
        self._weeks = np.array([user.week for user in users])
        self._offsets = np.array([int(user.utc_offset) for user in users], np.int64)
        self.sessions_per_day = 0.0

    def arrive(self, since: float, until: float) -> None:
        """Enter the sessions that begin between two times."""
        first, last = int(since // HOUR), int(-(-until // HOUR))
        hours = hours_of_week(self._offsets, first, last)
        rates = self._rates[:, None] * self.sessions_per_day
        rng = self._dice.rng
        counts = rng.poisson(np.take_along_axis(self._weeks, hours, axis=1) * rates)
        who, when = np.nonzero(counts)
        repeats = counts[who, when]
        times = (np.repeat(when + first, repeats) + rng.random(int(repeats.sum()))) * HOUR
        for user, start in zip(np.repeat(who, repeats).tolist(), times.tolist(), strict=True):
            if since <= start < until:
                self._agenda.at(start, partial(self._begin, user))

    def turn(self, job: Job, now: float) -> None:
        """Send a session's next turn, and enter the one after it."""
        before = job.sent
        answer = deliver(self._fleet, job, now, self._dice)
        self.on_sent(job.sent - before)
        if answer is None or answer.status != OK:
            return
        if job.is_done:
            self.on_session(job, answer.ended_at)
            return
        manners = self._manners
        thinks = job.script.turns[job.turn].role == "user"
        pause = self._dice.lognormal(manners.think_s if thinks else manners.tool_pause_s, manners.pause_spread)
        self._agenda.at(answer.ended_at + pause, partial(self.turn, job))

    def _begin(self, number: int, now: float) -> None:
        user, terms, dice = self._users[number], self._terms, self._dice
        if not self._fleet.holds(self._homes[number]):
            self._homes[number] = self._fleet.choose(now) or self._homes[number]
        job = Job(
            script=user.programme(dice),
            reasons=dice.chance(self._manners.end_user_reasons),
            part=terms.part,
            sticky=terms.sticky,
            home=self._homes[number] if dice.chance(terms.loyal) else None,
            end_user=None if self._fleet.skill.disguised else user.name,
        )
        self.turn(job, now)
