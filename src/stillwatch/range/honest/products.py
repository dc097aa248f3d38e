"""Honest products: software in front of a model, for its makers' own customers."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from stillwatch.range.chance import Dice
from stillwatch.range.habits import Habit
from stillwatch.range.honest.honest_class import HonestClass, groups_of, habit_of, open_account, run_by_trace
from stillwatch.range.marks import assumed
from stillwatch.range.programmes import always, converse, embed, mix, person, pour, software, steady
from stillwatch.range.rhythm import EVENING, MACHINE, OFFICE, STUDENT
from stillwatch.range.signup import a_card, join
from stillwatch.range.wording import word
from stillwatch.range.world import DAY, World


@dataclass(frozen=True, kw_only=True)
class RetrievalBackfill(HonestClass):
    """A company that feeds its whole archive to a model once: a new account straight to full throughput, which ends."""

    kind: ClassVar[str] = "rag_backfill"
    row: ClassVar[str] = "B4"
    collides_with: ClassVar[str] = "new account straight to maximum throughput (G14), subscription against usage (G15)"
    innocence: ClassVar[str] = "one tenant, summaries and embeddings, ends by itself"

    share: float = assumed(0.05, "of honest traffic")
    per_day: float = assumed(20.0, "exchanges a day over the whole range; in bursts")
    burst_days: float = assumed(0.6, "length of one backfill")
    embedded_share: float = assumed(0.3, "of requests ask for embeddings")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open company accounts that each have one burst."""
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            join(
                account,
                f"org_{dice.hex(6)}",
                dice,
                plan=dice.pick(("team", "payg")),
                level="business",
                card=a_card(dice),
            )
            start = world.started_at + dice.unit() * max(0.1, world.days - self.burst_days) * DAY
            if dice.chance(0.5):
                account.created_at = start - dice.exponential(1.0) * DAY
            reading = software(world.library, dice, dice.pick(("summarise", "extract", "context")))
            work = mix([(1 - self.embedded_share, reading), (self.embedded_share, embed(world.library, "bulk"))])
            habit = habit_of(account, work, MACHINE, dice, think_s=1.0)
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
    per_day: float = assumed(8.0, "exchanges a day; wildbench's judge made 8,181 calls in one run")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open one account for each product."""
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            account.organisation = f"org_{dice.hex(6)}"
            side = software(world.library, dice, dice.pick(("grade", "clean", "classify")))
            work = mix([(0.7, software(world.library, dice, "grade")), (0.3, side)])
            habits.append(run_by_trace(world, habit_of(account, work, MACHINE, dice, think_s=2.0), dice))
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
                account = join(
                    open_account(world, dice), organisation, dice, plan="enterprise", level="business", card=card
                )
                account.exits = servers
                habit = run_by_trace(world, habit_of(account, crowd, EVENING, dice, spread=0.4), dice)
                habit.end_users = tenants
                habits.append(habit)
        return habits


@dataclass(frozen=True, kw_only=True)
class TutoringProducts(HonestClass):
    """Teaching software that has a model explain every step, for pupils who come after school."""

    kind: ClassVar[str] = "explaining_tutor"
    row: ClassVar[str] = "B24"
    collides_with: ClassVar[str] = "elicited reasoning (G7)"
    innocence: ClassVar[str] = "people's rhythm, short turns, one product"

    share: float = assumed(0.04, "of honest traffic")
    per_day: float = assumed(6.0, "exchanges a day")
    pupils: int = assumed(40, "end users of one product")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open one account for each product."""
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            explain = mix(
                [(0.6, software(world.library, dice, "reasoned")), (0.4, software(world.library, dice, "reconstruct"))]
            )
            talk = converse(world.library, "sums", word("assistant", dice).text)
            habit = habit_of(account, mix([(0.75, explain), (0.25, talk)]), STUDENT, dice, think_s=50.0)
            habit.end_users = [f"user_{dice.hex(8)}" for _ in range(self.pupils)] if dice.chance(0.3) else []
            habit.burstiness = 0.6
            habits.append(habit)
        return habits


@dataclass(frozen=True, kw_only=True)
class AuditCaptures(HonestClass):
    """Regulated companies that have every decision explained, for the file."""

    kind: ClassVar[str] = "audit_reasoning_capture"
    row: ClassVar[str] = "B10"
    collides_with: ClassVar[str] = "a fixed prompt that asks for reasoning before the answer (G7)"
    innocence: ClassVar[str] = "the same kind of decision each time, one company, no demand for verbatim traces"

    share: float = assumed(0.04, "of honest traffic")
    per_day: float = assumed(6.0, "exchanges a day")
    branches: float = assumed(3.0, "accounts of one company")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open companies with a few accounts that share one prompt."""
        habits: list[Habit] = []
        for size in groups_of(accounts, self.branches, dice, least=1):
            organisation, card = f"org_{dice.hex(6)}", a_card(dice)
            template = always(word("reasoned", dice))
            decide = steady(
                mix(
                    [
                        (dice.exponential(1.0), pour(world.library, shelf, template))
                        for shelf in ("bulk", "task", "sums", "code")
                    ]
                ),
                dice,
            )
            for _ in range(size):
                account = join(open_account(world, dice), organisation, dice, plan="team", level="business", card=card)
                habits.append(habit_of(account, decide, OFFICE, dice, think_s=5.0, spread=0.5))
        return habits


@dataclass(frozen=True, kw_only=True)
class ViralLaunches(HonestClass):
    """A small product that is suddenly popular: twenty times the traffic within hours, ebbing over days."""

    kind: ClassVar[str] = "viral_launch"
    row: ClassVar[str] = "B19"
    collides_with: ClassVar[str] = "straight to maximum throughput (G14), usage far above the plan (G15)"
    innocence: ClassVar[str] = "people's hours, people from everywhere"

    share: float = assumed(0.03, "of honest traffic")
    per_day: float = assumed(10.0, "exchanges a day, before and after taken together")
    peak: float = assumed(20.0, "how many times the usual traffic at the height")
    ebb_h: float = assumed(30.0, "hours after which the rush has fallen to a third")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open one account for each product and give it a rush at some time."""
        hours = np.arange(round(world.days * 24))
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            work = mix(
                [
                    (0.7, software(world.library, dice)),
                    (0.3, converse(world.library, "chat", word("assistant", dice).text)),
                ]
            )
            habit = habit_of(account, work, EVENING, dice, think_s=20.0, spread=0.5)
            since = hours - dice.unit() * len(hours) * 0.7
            habit.curve = 1.0 + np.where(since > 0, self.peak * np.exp(-np.abs(since) / self.ebb_h), 0.0)
            habit.end_users = [f"user_{dice.hex(8)}" for _ in range(200)] if dice.chance(0.3) else []
            habits.append(habit)
        return habits
