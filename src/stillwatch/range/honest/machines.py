"""Honest machines: regression suites, build agents, agent fleets and other software that runs by the clock."""

from dataclasses import dataclass, replace
from typing import ClassVar

from stillwatch.range.chance import Dice
from stillwatch.range.habits import Habit
from stillwatch.range.honest.honest_class import (
    HOURS,
    SOFTWARE,
    SPREAD,
    THINK,
    HonestClass,
    groups_of,
    habit_of,
    open_account,
    run_by_trace,
)
from stillwatch.range.marks import assumed, fact
from stillwatch.range.models import NEW_MODEL
from stillwatch.range.programmes import examine, mix, person, repeat_set, software, work_agentically
from stillwatch.range.rhythm import HOUR
from stillwatch.range.signup import a_card
from stillwatch.range.wording import word
from stillwatch.range.world import DAY, World


@dataclass(frozen=True, kw_only=True)
class NightlySuites(HonestClass):
    """Benchmark and regression suites that run every night."""

    kind: ClassVar[str] = "nightly_eval_suite"
    row: ClassVar[str] = "B1"
    collides_with: ClassVar[str] = "24/7 rhythm (G17), quality measurement (G20), same prompts (G5)"
    innocence: ClassVar[str] = "one organisation, known benchmark questions, paid plan"

    share: float = assumed(0.05, "of honest traffic")
    per_day: float = assumed(11.0, "exchanges a day")
    benchmark_share: float = assumed(0.7, "of sessions are a public benchmark's questions")
    graded_share: float = assumed(0.5, "of suites also have answers graded, the others try prompts of their own")
    periods_s: tuple[float, ...] = assumed(
        (0.0, 300.0, 900.0, 3600.0), "on whose multiples a suite's runs start, each as likely; 0 means at any time"
    )
    think_s: float = assumed(1.0, THINK)
    spread: float = assumed(0.5, SPREAD)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open one account for each suite; several suites use the same public benchmarks."""
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            world.desk.join(
                account, f"org_{dice.hex(6)}", dice, plan=dice.pick(("team", "payg")), level="card", card=a_card(dice)
            )
            shelf = dice.pick(("benchmark", "benchmark:gsm8k", "benchmark:mmlu", "sums", "code"))
            graded = examine(world.library, "task", word("grade", dice))
            suite = mix(
                [
                    (self.benchmark_share, examine(world.library, shelf)),
                    (
                        1 - self.benchmark_share,
                        graded if dice.chance(self.graded_share) else software(world.library, dice, "reasoned"),
                    ),
                ]
            )
            habit = habit_of(
                world, account, suite, world.rhythms["nightly"], dice, think_s=self.think_s, spread=self.spread
            )
            habit.clockwork_s = dice.pick(self.periods_s)
            habits.append(habit)
        return habits


@dataclass(frozen=True, kw_only=True)
class AgentFleets(HonestClass):
    """Five to fifty autonomous agents of one disclosed owner: one card, one organisation, one set of prompts."""

    kind: ClassVar[str] = "agent_fleet"
    row: ClassVar[str] = "B14"
    collides_with: ClassVar[str] = (
        "synchronised timing (G4), one template (G5), one address (G16), round the clock (G17)"
    )
    innocence: ClassVar[str] = "one paying owner, disclosed"

    share: float = assumed(0.07, "of honest traffic")
    per_day: float = assumed(14.0, "exchanges an agent and day")
    agents: float = fact(16.0, "5-50 agents, one owner; the median is assumed")
    fewest_agents: int = fact(5, "5-50 agents, one owner")
    most_agents: int = fact(50, "5-50 agents, one owner")
    servers: int = assumed(4, "exits that they share")
    roles: int = assumed(3, "system prompts among which the agents are divided")
    agentic_share: float = assumed(0.8, "of sessions are agents', the others single requests of their software")
    think_s: float = assumed(4.0, THINK)
    spread: float = assumed(0.5, SPREAD)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open fleets until the agents are placed."""
        habits: list[Habit] = []
        for size in groups_of(world, accounts, self.agents, dice, least=self.fewest_agents):
            organisation, card, servers = (
                f"org_{dice.hex(6)}",
                a_card(dice),
                world.networks.hosted_neighbours(self.servers, dice),
            )
            client, roles = (
                open_account(world, dice).client,
                [work_agentically(world.library, word("agent", dice).text) for _ in range(self.roles)],
            )
            for _ in range(min(size, self.most_agents)):
                account = world.desk.join(
                    open_account(world, dice), organisation, dice, plan="team", level="business", card=card
                )
                account.exits, account.client, account.channel = servers, client, "api"
                habits.append(
                    habit_of(
                        world,
                        account,
                        mix(
                            [
                                (self.agentic_share, dice.pick(roles)),
                                (1 - self.agentic_share, software(world.library, dice)),
                            ]
                        ),
                        world.rhythms["machine"],
                        dice,
                        think_s=self.think_s,
                        spread=self.spread,
                    )
                )
        return habits


@dataclass(frozen=True, kw_only=True)
class BuildAgents(HonestClass):
    """Code review in continuous integration: one shared key, runners with ever new addresses."""

    kind: ClassVar[str] = "ci_shared_key"
    row: ClassVar[str] = "B3"
    collides_with: ClassVar[str] = "one credential, many addresses (G16)"
    innocence: ClassVar[str] = "runners of one build service, working hours, one repository's words"

    share: float = assumed(0.04, "of honest traffic")
    per_day: float = assumed(9.0, "exchanges a day")
    burstiness: float = assumed(1.0, "coefficient of variation of the hourly rate: reviews come with pushes")
    think_s: float = assumed(2.0, THINK)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open one account for each repository's owner."""
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            world.desk.join(
                account,
                account.organisation or f"org_{dice.hex(6)}",
                dice,
                plan="team",
                level="card",
                card=a_card(dice),
            )
            account.exits, account.credentials = world.networks.runners(dice), [f"key_{dice.hex(10)}"]
            habit = habit_of(
                world,
                account,
                software(world.library, dice, "review"),
                world.rhythms["office"],
                dice,
                think_s=self.think_s,
            )
            habit.burstiness = self.burstiness
            habits.append(habit)
        return habits


@dataclass(frozen=True, kw_only=True)
class FallbackRouters(HonestClass):
    """Resilience routers: where the provider fails (5xx), the same request goes at once through another channel."""

    kind: ClassVar[str] = "fallback_router"
    row: ClassVar[str] = "B5"
    collides_with: ClassVar[str] = "automated failover (G18)"
    innocence: ClassVar[str] = "fails over on 5xx, within one account, never from a refusal"

    share: float = assumed(0.04, "of honest traffic")
    per_day: float = assumed(10.0, "exchanges a day")
    software_share: float = assumed(0.6, SOFTWARE)
    keys: int = assumed(2, "of one router")
    think_s: float = assumed(8.0, THINK)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open one account for each router."""
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            world.desk.join(account, account.organisation, dice, plan="team", level="card", card=a_card(dice))
            work = mix(
                [
                    (self.software_share, software(world.library, dice)),
                    (1 - self.software_share, person(world.library, dice)),
                ]
            )
            habit = run_by_trace(
                world, habit_of(world, account, work, world.rhythms["machine"], dice, think_s=self.think_s), dice
            )
            habit.fallback_channel = "cloud:cumulus" if account.channel != "cloud:cumulus" else "cloud:stratus"
            account.credentials = [f"key_{dice.hex(10)}" for _ in range(self.keys)]
            habits.append(habit)
        return habits


@dataclass(frozen=True, kw_only=True)
class DriftMonitors(HonestClass):
    """Monitors that ask the same small set of questions by the clock, to see whether answers get worse."""

    kind: ClassVar[str] = "quality_drift_monitor"
    row: ClassVar[str] = "B6"
    collides_with: ClassVar[str] = "quality measurement (G20), round the clock (G17)"
    innocence: ClassVar[str] = "a small fixed set from one account; nobody should be limited for this"

    share: float = assumed(0.03, "of honest traffic")
    per_day: float = assumed(8.0, "exchanges a day")
    questions: int = assumed(12, "of a monitor's fixed set")
    fixed_share: float = assumed(0.75, "of sessions ask one of the fixed set, the others have an answer graded")
    periods_s: tuple[float, ...] = assumed((300.0, 600.0, 900.0), "on whose multiples a monitor asks, each as likely")
    think_s: float = assumed(2.0, THINK)
    spread: float = assumed(0.5, SPREAD)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open one account for each monitor."""
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            checks = repeat_set(world.library, dice.pick(("benchmark", "sums", "code", "task")), self.questions, dice)
            work = mix([(self.fixed_share, checks), (1 - self.fixed_share, software(world.library, dice, "grade"))])
            habit = habit_of(
                world, account, work, world.rhythms["machine"], dice, think_s=self.think_s, spread=self.spread
            )
            habit.clockwork_s = dice.pick(self.periods_s)
            habits.append(habit)
        return habits


@dataclass(frozen=True, kw_only=True)
class SharedTeamKeys(HonestClass):
    """Small teams that use one key from everybody's own machine."""

    kind: ClassVar[str] = "shared_team_key"
    row: ClassVar[str] = "B7"
    collides_with: ClassVar[str] = "one credential, many addresses and user agents (G16)"
    innocence: ClassVar[str] = "one office and a handful of homes, one organisation, people's hours"

    share: float = assumed(0.04, "of honest traffic")
    per_day: float = assumed(20.0, "exchanges a day of the whole team")
    members: float = assumed(6.0, "people with the key")
    fewest_members: int = assumed(2, "people with a key; any number from it up to twice `members` more is as likely")
    member_spread: float = assumed(0.7, "sigma of the members' shares of the traffic, which are log-normal")
    spread: float = assumed(0.5, SPREAD)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open one account for each team; each member is a habit of it, with a client and places of their own."""
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            world.desk.join(
                account,
                account.organisation or f"org_{dice.hex(6)}",
                dice,
                plan=dice.pick(("payg", "team")),
                level="card",
                card=a_card(dice),
            )
            members = self.fewest_members + dice.below(int(self.members * 2))
            account.exits = [world.networks.office(dice), *(world.networks.home(dice) for _ in range(members))]
            account.credentials = [f"key_{dice.hex(10)}"]
            members_own = [
                (dice.lognormal(1.0, self.member_spread), person(world.library, dice)) for _ in range(members)
            ]
            habits.append(habit_of(world, account, mix(members_own), world.rhythms["office"], dice, spread=self.spread))
        return habits


@dataclass(frozen=True, kw_only=True)
class ReleaseDayBenchmarkers(HonestClass):
    """People who measure a new model on the day it comes out."""

    kind: ClassVar[str] = "release_day_benchmarker"
    row: ClassVar[str] = "B9"
    collides_with: ClassVar[str] = "a pivot to a new model within 24 hours (G13)"
    innocence: ClassVar[str] = "low volume, public questions, no one in common"

    share: float = assumed(0.03, "of honest traffic")
    per_day: float = assumed(10.0, "exchanges a day, averaged over the whole range")
    delay_h: float = assumed(8.0, "median hours from the release to the first run")
    delay_spread: float = assumed(0.6, "sigma of this delay, which is log-normal")
    trial_days: float = assumed(2.0, "for which the new model is measured")
    trial_rate: float = assumed(3.0, "times as many sessions a day meanwhile")
    think_s: float = assumed(1.0, THINK)
    spread: float = assumed(0.5, SPREAD + ", at other times")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open accounts that are quiet until the new model is out."""
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            run = examine(world.library, dice.pick(("benchmark", "sums", "code")))
            start = world.provider.released_at + dice.lognormal(self.delay_h, self.delay_spread) * HOUR
            trial = habit_of(world, account, run, world.rhythms["machine"], dice, think_s=self.think_s)
            trial.since, trial.until, trial.model = start, start + self.trial_days * DAY, NEW_MODEL
            trial.per_day *= self.trial_rate
            usual = habit_of(
                world, account, person(world.library, dice), world.rhythms["evening"], dice, spread=self.spread
            )
            habits += [trial, usual]
        return habits


@dataclass(frozen=True, kw_only=True)
class KeyMigrations(HonestClass):
    """Old customers who move to a new account: it starts at full throughput, and the old one falls silent."""

    kind: ClassVar[str] = "account_migration"
    row: ClassVar[str] = "B18"
    collides_with: ClassVar[str] = "straight to maximum throughput (G14), replacement of a banned account (G24)"
    innocence: ClassVar[str] = "the same organisation, card and addresses as before; nothing was banned"

    share: float = assumed(0.03, "of honest traffic")
    per_day: float = assumed(12.0, "exchanges an account and day")
    moves_at: tuple[float, float] = assumed((0.2, 0.8), "when a customer moves, uniform, as a share of the range")
    opened_before_days: float = assumed(1.0, "mean age of the new account at the move")
    silent_after_h: float = assumed(1.0, "mean time from the move until the old account is silent")
    software_share: float = assumed(0.6, SOFTWARE)
    think_s: float = assumed(8.0, THINK)
    spread: float = assumed(0.4, SPREAD)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open pairs: the old account until some day, the new one from then on."""
        habits: list[Habit] = []
        for _ in range((accounts + 1) // 2):
            organisation, card = f"org_{dice.hex(6)}", a_card(dice)
            old, new = (
                world.desk.join(open_account(world, dice), organisation, dice, plan="team", level="card", card=card)
                for _ in range(2)
            )
            moved = world.started_at + dice.between(*self.moves_at) * world.days * DAY
            old.created_at = min(old.created_at, world.started_at)
            new.created_at, new.exits, new.client, new.channel = (
                moved - dice.exponential(self.opened_before_days * DAY),
                old.exits,
                old.client,
                old.channel,
            )
            new.billing_country, new.utc_offset, new.signup_ip = old.billing_country, old.utc_offset, old.exits[0]
            work = mix(
                [
                    (self.software_share, software(world.library, dice)),
                    (1 - self.software_share, person(world.library, dice)),
                ]
            )
            before = run_by_trace(
                world,
                habit_of(world, old, work, world.rhythms["machine"], dice, think_s=self.think_s, spread=self.spread),
                dice,
            )
            after = replace(before, account=new, since=moved)
            before.until = moved + dice.exponential(self.silent_after_h * HOUR)
            habits += [before, after]
        return habits


@dataclass(frozen=True, kw_only=True)
class CompactingAgents(HonestClass):
    """Agent frameworks that replace a long history by its summary and go on in a new session."""

    kind: ClassVar[str] = "context_compaction"
    row: ClassVar[str] = "B23"
    collides_with: ClassVar[str] = "signatures outside their session (G11), edited prior context (G12)"
    innocence: ClassVar[str] = "the same account, moments later"

    share: float = assumed(0.06, "of honest traffic")
    per_day: float = assumed(14.0, "exchanges a day")
    compacts_after: int = assumed(3, "turns between compactions; longer in reality, as sessions are")
    frameworks: int = assumed(3, "such frameworks, each with its system prompt")
    steps: int = assumed(8, "most tool calls of a task; any number up to it is as likely")
    reasons: float = assumed(1.0, "of sessions with reasoning switched on")
    rhythms: tuple[str, ...] = assumed(("office", "evening"), HOURS)
    think_s: float = assumed(30.0, THINK)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open accounts of unrelated people who run such a framework."""
        habits: list[Habit] = []
        systems = [word("agent", dice).text for _ in range(self.frameworks)]
        for _ in range(accounts):
            account = open_account(world, dice)
            work = work_agentically(world.library, dice.pick(systems), steps=self.steps)
            habit = habit_of(world, account, work, world.rhythms[dice.pick(self.rhythms)], dice, think_s=self.think_s)
            habit.compacts_after, habit.reasons = self.compacts_after, self.reasons
            habits.append(habit)
        return habits
