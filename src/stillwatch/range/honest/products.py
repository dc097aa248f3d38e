"""Honest products: software in front of a model, for its makers' own customers."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from stillwatch.range.chance import Dice
from stillwatch.range.habits import Habit
from stillwatch.range.honest.honest_class import (
    SPREAD,
    THINK,
    HonestClass,
    groups_of,
    habit_of,
    open_account,
    run_by_trace,
)
from stillwatch.range.marks import assumed
from stillwatch.range.programmes import always, converse, embed, mix, person, pour, software, steady
from stillwatch.range.signup import a_card
from stillwatch.range.wording import word
from stillwatch.range.world import DAY, World

LEAST_SPAN_DAYS = 0.1  # over which backfills begin, in a range that is hardly longer than one


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
    burst_spread: float = assumed(0.3, "sigma of this length, which is log-normal")
    fresh_share: float = assumed(0.5, "of these accounts are opened for the backfill")
    opened_before_days: float = assumed(1.0, "mean age of such an account when the backfill begins")
    think_s: float = assumed(1.0, THINK)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open company accounts that each have one burst."""
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            world.desk.join(
                account,
                f"org_{dice.hex(6)}",
                dice,
                plan=dice.pick(("team", "payg")),
                level="business",
                card=a_card(dice),
            )
            start = world.started_at + dice.unit() * max(LEAST_SPAN_DAYS, world.days - self.burst_days) * DAY
            if dice.chance(self.fresh_share):
                account.created_at = start - dice.exponential(self.opened_before_days) * DAY
            reading = software(world.library, dice, dice.pick(("summarise", "extract", "context")))
            work = mix([(1 - self.embedded_share, reading), (self.embedded_share, embed(world.library, "bulk"))])
            habit = habit_of(world, account, work, world.rhythms["machine"], dice, think_s=self.think_s)
            habit.since, habit.until = start, start + self.burst_days * DAY * dice.lognormal(1.0, self.burst_spread)
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
    grading_share: float = assumed(0.7, "of sessions grade, the others prepare what is graded")
    think_s: float = assumed(2.0, THINK)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open one account for each product."""
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            account.organisation = f"org_{dice.hex(6)}"
            side = software(world.library, dice, dice.pick(("grade", "clean", "classify")))
            work = mix([(self.grading_share, software(world.library, dice, "grade")), (1 - self.grading_share, side)])
            habits.append(
                run_by_trace(
                    world, habit_of(world, account, work, world.rhythms["machine"], dice, think_s=self.think_s), dice
                )
            )
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
    servers: int = assumed(3, "exits of one aggregator")
    spread: float = assumed(0.4, SPREAD)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open aggregators, each with a few regional accounts and all sorts of tenants."""
        habits: list[Habit] = []
        for size in groups_of(world, accounts, self.accounts_each, dice):
            organisation, card, servers = (
                f"org_{dice.hex(6)}",
                a_card(dice),
                world.networks.hosted_neighbours(self.servers, dice),
            )
            crowd = mix([(dice.exponential(1.0), person(world.library, dice)) for _ in range(self.tenants)])
            tenants = [f"tenant_{dice.hex(8)}" for _ in range(self.tenants)] if dice.chance(self.forwards_share) else []
            for _ in range(size):
                account = world.desk.join(
                    open_account(world, dice), organisation, dice, plan="enterprise", level="business", card=card
                )
                account.exits = servers
                habit = run_by_trace(
                    world, habit_of(world, account, crowd, world.rhythms["evening"], dice, spread=self.spread), dice
                )
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
    explained_share: float = assumed(0.75, "of sessions explain, the others are talk")
    solved_share: float = assumed(0.6, "of explanations solve a task, the others reconstruct a given solution")
    forwards_share: float = assumed(0.3, "of products forward their pupils' ids")
    burstiness: float = assumed(0.6, "coefficient of variation of the hourly rate: pupils come by classes")
    think_s: float = assumed(50.0, THINK)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open one account for each product."""
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            explain = mix(
                [
                    (self.solved_share, software(world.library, dice, "reasoned")),
                    (1 - self.solved_share, software(world.library, dice, "reconstruct")),
                ]
            )
            talk = converse(world.library, "sums", word("assistant", dice).text)
            habit = habit_of(
                world,
                account,
                mix([(self.explained_share, explain), (1 - self.explained_share, talk)]),
                world.rhythms["student"],
                dice,
                think_s=self.think_s,
            )
            habit.end_users = (
                [f"user_{dice.hex(8)}" for _ in range(self.pupils)] if dice.chance(self.forwards_share) else []
            )
            habit.burstiness = self.burstiness
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
    think_s: float = assumed(5.0, THINK)
    spread: float = assumed(0.5, SPREAD)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open companies with a few accounts that share one prompt."""
        habits: list[Habit] = []
        for size in groups_of(world, accounts, self.branches, dice, least=1):
            organisation, card = f"org_{dice.hex(6)}", a_card(dice)
            template = always(word("reasoned", dice))
            decide = steady(
                world.library,
                mix(
                    [
                        (dice.exponential(1.0), pour(world.library, shelf, template))
                        for shelf in ("bulk", "task", "sums", "code")
                    ]
                ),
                dice,
            )
            for _ in range(size):
                account = world.desk.join(
                    open_account(world, dice), organisation, dice, plan="team", level="business", card=card
                )
                habits.append(
                    habit_of(
                        world, account, decide, world.rhythms["office"], dice, think_s=self.think_s, spread=self.spread
                    )
                )
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
    rush_by: float = assumed(0.7, "share of the range by whose end every rush has begun")
    software_share: float = assumed(0.7, "of sessions are single requests, the others talk")
    users: int = assumed(200, "end users of one product")
    forwards_share: float = assumed(0.3, "of products forward their users' ids")
    think_s: float = assumed(20.0, THINK)
    spread: float = assumed(0.5, SPREAD)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open one account for each product and give it a rush at some time."""
        hours = np.arange(round(world.days * 24))
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            work = mix(
                [
                    (self.software_share, software(world.library, dice)),
                    (1 - self.software_share, converse(world.library, "chat", word("assistant", dice).text)),
                ]
            )
            habit = habit_of(
                world, account, work, world.rhythms["evening"], dice, think_s=self.think_s, spread=self.spread
            )
            since = hours - dice.unit() * len(hours) * self.rush_by
            habit.curve = 1.0 + np.where(since > 0, self.peak * np.exp(-np.abs(since) / self.ebb_h), 0.0)
            habit.end_users = (
                [f"user_{dice.hex(8)}" for _ in range(self.users)] if dice.chance(self.forwards_share) else []
            )
            habits.append(habit)
        return habits
