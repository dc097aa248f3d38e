"""An honest class: customers that resemble a campaign in something, and are not one."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from stillwatch.range.accounts import Account
from stillwatch.range.chance import Dice
from stillwatch.range.habits import Habit, Habits
from stillwatch.range.programmes import Programme, steady
from stillwatch.range.rhythm import Week
from stillwatch.range.world import DAY, World

MONTH = 30.0  # days, in which wrongful bans are counted
SAMPLE = 200  # scripts from which the length of a session is estimated
THINK = "median pause between an answer and the next question"
SPREAD = "sigma of the accounts' rates, which are log-normal"
HOURS = "whose hours they keep, each as likely"
SOFTWARE = "of sessions are software's, the others a person's"


class Population(Protocol):
    """Whoever acts in a range."""

    def act(self, since: float, until: float) -> None:
        """Do what is due between two times."""


@dataclass(frozen=True, kw_only=True)
class HonestClass(ABC):
    """One row of the table of benign look-alikes (B1 to B24), as a population."""

    kind: ClassVar[str]
    row: ClassVar[str]
    """Its row in the table, B1 to B24; `base` for the honest majority."""
    collides_with: ClassVar[str]
    """What a careless detector takes it for."""
    innocence: ClassVar[str]
    """What tells it apart."""

    share: float
    """Of all honest exchanges."""
    per_day: float
    """Exchanges an account and day."""

    @abstractmethod
    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open about `accounts` accounts in `world` and return what each of them does."""

    def populate(self, world: World, exchanges: float, dice: Dice) -> Population:
        """Settle as many accounts as `exchanges` keep busy at this class's rate, and pace them to it."""
        habits = self.settle(world, self.headcount(world, exchanges), dice)
        pace(world, habits, exchanges, dice)
        self.register(world, (habit.account for habit in habits), dice)
        return Habits(world, habits, dice)

    def headcount(self, world: World, exchanges: float) -> int:
        """Return how many accounts so many exchanges keep busy, at least enough to show what the class is about."""
        return max(world.customs.manners.fewest_accounts, round(exchanges / (self.per_day * world.days)))

    def register(self, world: World, accounts: Iterable[Account], dice: Dice) -> None:
        """Enter the class's accounts, and have a few of them banned by mistake, as providers do."""
        share = world.provider.service.honest_ban_share * world.days / MONTH
        for account in dict.fromkeys(accounts):
            account.kind = self.kind
            if dice.chance(share):
                account.banned_at = world.started_at + dice.unit() * world.days * DAY
            world.register.admit([account])


def pace(world: World, habits: Sequence[Habit], exchanges: float, dice: Dice) -> None:
    """Scale sessions a day so that the population sends `exchanges` in all; relative rates stay as they are."""
    sample = [habits[dice.below(len(habits))] for _ in range(SAMPLE)]
    turns = sum(len(habit.programme(dice).turns) for habit in sample) / len(sample)
    active = sum(habit.per_day * _active_days(world, habit) for habit in habits)
    for habit in habits:
        habit.per_day *= exchanges / (turns * max(active, 1e-9))


def habit_of(  # noqa: PLR0913 - what makes a habit
    world: World,
    account: Account,
    programme: Programme,
    week: Week,
    dice: Dice,
    *,
    think_s: float | None = None,
    spread: float | None = None,
) -> Habit:
    """Return a habit with a rate drawn from a heavy tail (log-normal) and a settled model.

    A class that says nothing about its pauses (`think_s`) and its accounts' rates (`spread`) keeps everybody's.
    """
    manners = world.customs.manners
    return Habit(
        account=account,
        programme=steady(world.library, programme, dice) if dice.chance(manners.one_client_share) else programme,
        per_day=dice.lognormal(1.0, manners.rate_spread if spread is None else spread),
        week=week,
        think_s=manners.think_s if think_s is None else think_s,
        reasons=1.0 if dice.chance(manners.always_reasons_share) else dice.unit(),
        since=account.created_at,
    )


def run_by_trace(world: World, habit: Habit, dice: Dice) -> Habit:
    """Give a product the hourly rhythm of a real production client, and its burstiness."""
    habit.curve = np.roll(dice.pick(world.curves), dice.below(24))
    habit.burstiness = dice.pick(world.customs.manners.burstiness)
    return habit


def open_account(world: World, dice: Dice) -> Account:
    """Open one unrelated customer's account; a few are opened while the range runs."""
    manners = world.customs.manners
    account = world.desk.customer(world.started_at, dice)
    if dice.chance(manners.opened_during):
        account.created_at = world.started_at + dice.unit() * world.days * DAY * manners.opened_until
    return account


def groups_of(world: World, total: int, size: float, dice: Dice, *, least: int = 2) -> list[int]:
    """Split `total` accounts into groups of about `size`, none smaller than `least`."""
    sizes: list[int] = []
    left = total
    while left > 0:
        drawn = min(left, round(dice.lognormal(size, world.customs.manners.group_spread)))
        sizes.append(max(least, drawn))
        left -= sizes[-1]
    return sizes


def _active_days(world: World, habit: Habit) -> float:
    span = min(habit.until, world.ends_at) - max(habit.since, world.started_at)
    hours = round(world.days * 24)
    boost = 1.0 if habit.curve is None else float(np.resize(habit.curve, hours).mean())
    return max(0.0, span / DAY) * boost
