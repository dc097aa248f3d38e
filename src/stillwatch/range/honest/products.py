"""Honest products: software in front of a model, for its makers' own customers."""

from dataclasses import dataclass
from typing import ClassVar

from stillwatch.range.chance import Dice
from stillwatch.range.habits import Habit
from stillwatch.range.honest.honest_class import HonestClass, groups_of, habit_of, open_account
from stillwatch.range.marks import assumed
from stillwatch.range.programmes import mix, person, software
from stillwatch.range.rhythm import EVENING, MACHINE
from stillwatch.range.signup import a_card, belong
from stillwatch.range.world import DAY, World


@dataclass(frozen=True, kw_only=True)
class RetrievalBackfill(HonestClass):
    """A company that feeds its whole archive to a model once: a new account straight to full throughput, which ends."""

    kind: ClassVar[str] = "rag_backfill"
    row: ClassVar[str] = "B4"
    collides_with: ClassVar[str] = "new account straight to maximum throughput (G14), subscription against usage (G15)"
    innocence: ClassVar[str] = "one tenant, summaries and embeddings, ends by itself"

    share: float = assumed(0.05, "of honest traffic")
    per_day: float = assumed(40.0, "exchanges a day over the whole range; in bursts")
    burst_days: float = assumed(0.6, "length of one backfill")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open company accounts that each have one burst."""
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            belong(account, f"org_{dice.hex(6)}", domain=None, plan=dice.pick(("team", "payg")), level="business", card=a_card(dice))
            start = world.started_at + dice.unit() * max(0.1, world.days - self.burst_days) * DAY
            if dice.chance(0.5):
                account.created_at = start - dice.exponential(1.0) * DAY
            habit = habit_of(world, account, software(world.library, dice, dice.pick(("summarise", "extract", "context"))), MACHINE, dice, think_s=1.0)
            habit.since, habit.until = start, start + self.burst_days * DAY * dice.lognormal(1.0, 0.3)
            account.exits = [world.networks.hosted(dice)]
            habits.append(habit)
        return habits


@dataclass(frozen=True, kw_only=True)
class JudgeProducts(HonestClass):
    """Makers of evaluation software: a model grades answers all day, as declared in the terms."""

    kind: ClassVar[str] = "llm_as_judge"
    row: ClassVar[str] = "B11"
    collides_with: ClassVar[str] = "rubric and judge traffic at scale (G9)"
    innocence: ClassVar[str] = "a single tenant that declares it"

    share: float = assumed(0.05, "of honest traffic")
    per_day: float = assumed(22.0, "exchanges a day; wildbench's judge made 8,181 calls in one run")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open one account for each product."""
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            account.organisation = f"org_{dice.hex(6)}"
            work = mix([(0.7, software(world.library, dice, "grade")), (0.3, software(world.library, dice, dice.pick(("grade", "clean", "classify"))))])
            habits.append(habit_of(world, account, work, MACHINE, dice, think_s=2.0))
        return habits


@dataclass(frozen=True, kw_only=True)
class Gateways(HonestClass):
    """Aggregators: a few accounts in front of many tenants, whose ids they forward."""

    kind: ClassVar[str] = "gateway_aggregator"
    row: ClassVar[str] = "B8"
    collides_with: ClassVar[str] = "proxies (G3), stripped metadata (G19), many languages behind one account (G23)"
    innocence: ClassVar[str] = "tenants are forwarded, and there is an enterprise agreement"

    share: float = assumed(0.08, "of honest traffic")
    per_day: float = assumed(70.0, "exchanges an account and day")
    accounts_each: float = assumed(3.0, "accounts of one aggregator: one for each region")
    tenants: int = assumed(60, "end users behind each account")
    forwards_share: float = assumed(0.75, "of aggregators that forward tenant ids; the others strip them")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open aggregators, each with a few regional accounts and all sorts of tenants."""
        habits: list[Habit] = []
        for size in groups_of(accounts, self.accounts_each, dice):
            organisation, card, servers = f"org_{dice.hex(6)}", a_card(dice), world.networks.hosted_neighbours(3, dice)
            crowd = mix([(dice.exponential(1.0), person(world.library, dice)) for _ in range(self.tenants)])
            tenants = [f"tenant_{dice.hex(8)}" for _ in range(self.tenants)] if dice.chance(self.forwards_share) else []
            for _ in range(size):
                account = belong(open_account(world, dice), organisation, domain=f"mail-{organisation[4:]}.example", plan="enterprise", level="business", card=card)
                account.exits = servers
                habit = habit_of(world, account, crowd, EVENING, dice, spread=0.4)
                habit.end_users = tenants
                habits.append(habit)
        return habits
