"""Honest machines: regression suites, build agents, agent fleets and other software that runs by the clock."""

from dataclasses import dataclass
from typing import ClassVar

from stillwatch.range.chance import Dice
from stillwatch.range.habits import Habit
from stillwatch.range.honest.honest_class import HonestClass, groups_of, habit_of, open_account
from stillwatch.range.marks import assumed, fact
from stillwatch.range.programmes import examine, mix, software, work_agentically
from stillwatch.range.rhythm import MACHINE, NIGHTLY, OFFICE
from stillwatch.range.signup import a_card, belong
from stillwatch.range.wording import word
from stillwatch.range.world import World


@dataclass(frozen=True, kw_only=True)
class NightlySuites(HonestClass):
    """Benchmark and regression suites that run every night."""

    kind: ClassVar[str] = "nightly_eval_suite"
    row: ClassVar[str] = "B1"
    collides_with: ClassVar[str] = "24/7 rhythm (G17), quality measurement (G20), same prompts (G5)"
    innocence: ClassVar[str] = "one organisation, known benchmark questions, paid plan"

    share: float = assumed(0.05, "of honest traffic")
    per_day: float = assumed(25.0, "exchanges a day")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open one account for each suite; several suites use the same public benchmarks."""
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            belong(account, f"org_{dice.hex(6)}", domain=None, plan=dice.pick(("team", "payg")), level="card", card=a_card(dice))
            shelf = dice.pick(("benchmark", "benchmark:gsm8k", "benchmark:mmlu", "sums", "code"))
            graded = examine(world.library, "task", word("grade", dice))
            suite = mix([(0.7, examine(world.library, shelf)), (0.3, graded if dice.chance(0.5) else software(world.library, dice, "reasoned"))])
            habits.append(habit_of(world, account, suite, NIGHTLY, dice, think_s=1.0, spread=0.5))
        return habits


@dataclass(frozen=True, kw_only=True)
class AgentFleets(HonestClass):
    """Five to fifty autonomous agents of one disclosed owner: one card, one organisation, one set of prompts."""

    kind: ClassVar[str] = "agent_fleet"
    row: ClassVar[str] = "B14"
    collides_with: ClassVar[str] = "synchronised timing (G4), one template (G5), one address (G16), round the clock (G17)"
    innocence: ClassVar[str] = "one paying owner, disclosed"

    share: float = assumed(0.07, "of honest traffic")
    per_day: float = assumed(14.0, "exchanges an agent and day")
    agents: float = fact(16.0, "5-50 agents, one owner (FACTS 8, B14); median assumed")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open fleets until the agents are placed."""
        habits: list[Habit] = []
        for size in groups_of(accounts, self.agents, dice, least=5):
            organisation, card, servers = f"org_{dice.hex(6)}", a_card(dice), world.networks.hosted_neighbours(4, dice)
            client, roles = open_account(world, dice).client, [work_agentically(world.library, word("agent", dice).text) for _ in range(3)]
            for _ in range(min(size, 50)):
                account = belong(open_account(world, dice), organisation, domain=f"mail-{organisation[4:]}.example", plan="team", level="business", card=card)
                account.exits, account.client, account.channel = servers, client, "api"
                habits.append(habit_of(world, account, mix([(0.8, dice.pick(roles)), (0.2, software(world.library, dice))]), MACHINE, dice, think_s=4.0, spread=0.5))
        return habits


@dataclass(frozen=True, kw_only=True)
class BuildAgents(HonestClass):
    """Code review in continuous integration: one shared key, runners with ever new addresses."""

    kind: ClassVar[str] = "ci_shared_key"
    row: ClassVar[str] = "B3"
    collides_with: ClassVar[str] = "one credential, many addresses (G16)"
    innocence: ClassVar[str] = "runners of one build service, working hours, one repository's words"

    share: float = assumed(0.04, "of honest traffic")
    per_day: float = assumed(18.0, "exchanges a day")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open one account for each repository's owner."""
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            belong(account, account.organisation or f"org_{dice.hex(6)}", domain=None, plan="team", level="card", card=a_card(dice))
            account.exits, account.credentials = world.networks.runners(dice), [f"key_{dice.hex(10)}"]
            habits.append(habit_of(world, account, software(world.library, dice, "review"), OFFICE, dice, think_s=2.0))
        return habits
