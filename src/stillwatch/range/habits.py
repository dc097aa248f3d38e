"""How honest customers use their accounts: what they ask, when, how fast, and through which door."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stillwatch.range.accounts import Account
from stillwatch.range.chance import Dice
from stillwatch.range.models import Model
from stillwatch.range.programmes import Programme
from stillwatch.range.rhythm import HOUR, Week, hours_of_week
from stillwatch.range.session import hold_session
from stillwatch.range.world import World

Hours = npt.NDArray[np.float64]


@dataclass(slots=True, kw_only=True)
class Habit:
    """What one account does, session after session."""

    account: Account
    programme: Programme
    per_day: float
    """Sessions a day, while active."""
    week: Week
    think_s: float
    """Median pause between an answer and the next request of a session."""
    reasons: float
    """Share of sessions with reasoning switched on."""
    model: Model | None = None
    """The one model it asks; none means those that the account has settled on."""
    since: float = 0.0
    until: float = float("inf")
    end_users: Sequence[str] = ()
    """People behind a gateway or product, forwarded with each request."""
    campaign: str | None = None
    part: str = "own"
    curve: Hours | None = None
    """Multipliers of `per_day`, hour by hour from the start of the range and round again; none means 1."""
    burstiness: float = 0.0
    """Coefficient of variation of the hourly rate beyond what people's hours explain."""
    clockwork_s: float = 0.0
    """Period on whose full multiples sessions start (cron); 0 means at any time."""
    fallback_channel: str | None = None
    """Where a router sends a request again after the provider failed; the account stays the same."""
    compacts_after: int = 0
    """Turns after which the client replaces the history by a summary and opens a new session; 0 means never."""
    moves_away: float = 0.0
    """Chance that a session is carried on through somebody else's relay."""
    last_at: float = 0.0


class Habits:
    """A population of habits, moved through time together."""

    def __init__(self, world: World, habits: Sequence[Habit], dice: Dice) -> None:
        """Follow `habits` in `world`."""
        self.world = world
        self.habits = list(habits)
        self._dice = dice
        self._weeks = np.array([h.week for h in self.habits]).reshape(-1, 168)
        self._offsets = np.array([int(h.account.utc_offset) for h in self.habits], np.int64)
        self._rates = np.array([h.per_day / 24 for h in self.habits])
        self._shapes = np.array([1 / h.burstiness**2 if h.burstiness else np.inf for h in self.habits])
        self._curved = [(k, h.curve) for k, h in enumerate(self.habits) if h.curve is not None]

    def act(self, since: float, until: float) -> None:
        """Let every session that starts between two times happen."""
        if not self.habits:
            return
        people, times = self._starts(since, until)
        for person, start in zip(people, times, strict=True):
            habit = self.habits[person]
            if since <= start < until and habit.since <= start < habit.until:
                hold_session(self.world, habit, habit.programme(self._dice), start, self._dice)

    def _starts(self, since: float, until: float) -> tuple[list[int], list[float]]:
        first, last = int(since // HOUR), int(-(-until // HOUR))
        hours = hours_of_week(self._offsets, first, last)
        expected = np.take_along_axis(self._weeks, hours, axis=1) * self._rates[:, None]
        for k, curve in self._curved:
            expected[k] *= curve[(np.arange(first, last) - int(self.world.started_at // HOUR)) % len(curve)]
        rng = self._dice.rng
        bursty = np.flatnonzero(np.isfinite(self._shapes))
        shapes = self._shapes[bursty, None]
        expected[bursty] *= rng.standard_gamma(np.broadcast_to(shapes, expected[bursty].shape)) / shapes
        counts = rng.poisson(expected)
        who, when = np.nonzero(counts)
        repeats = counts[who, when]
        people = np.repeat(who, repeats)
        times = (np.repeat(when + first, repeats) + rng.random(len(people))) * HOUR
        periods = np.array([habit.clockwork_s for habit in self.habits])[people]
        cron = periods > 0
        times[cron] = np.floor(times[cron] / periods[cron]) * periods[cron] + rng.exponential(
            self.world.customs.manners.cron_delay_s, int(cron.sum())
        )
        order = np.argsort(times, kind="stable")
        return people[order].tolist(), times[order].tolist()
