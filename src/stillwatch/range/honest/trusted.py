"""Honest customers under an agreement or a register: agencies, evaluators, contract distillers."""

from dataclasses import dataclass
from typing import ClassVar

from stillwatch.range.chance import Dice
from stillwatch.range.habits import Habit
from stillwatch.range.honest.honest_class import HonestClass, groups_of, habit_of, open_account
from stillwatch.range.marks import assumed
from stillwatch.range.programmes import always, converse, examine, mix, person, pour, software
from stillwatch.range.rhythm import MACHINE, OFFICE
from stillwatch.range.signup import a_card, belong
from stillwatch.range.wording import word
from stillwatch.range.world import World


@dataclass(frozen=True, kw_only=True)
class Agencies(HonestClass):
    """Consultancies that run their clients' accounts on one card, each client its own organisation."""

    kind: ClassVar[str] = "agency_one_card"
    row: ClassVar[str] = "B22"
    collides_with: ClassVar[str] = "shared payment (G1)"
    innocence: ClassVar[str] = "verified business, different organisations with different work"

    share: float = assumed(0.05, "of honest traffic")
    per_day: float = assumed(8.0, "exchanges a client account and day")
    clients: float = assumed(14.0, "client accounts of one agency")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open agencies until the client accounts are placed."""
        habits: list[Habit] = []
        for size in groups_of(accounts, self.clients, dice, least=4):
            card, office = a_card(dice), world.networks.office(dice)
            for _ in range(size):
                account = open_account(world, dice)
                belong(account, f"org_{dice.hex(6)}", domain=None, plan=dice.pick(("payg", "team")), level="business", card=card)
                account.signup_ip = office
                if dice.chance(0.5):
                    account.exits = [*account.exits, office]
                work = mix([(0.6, software(world.library, dice)), (0.4, person(world.library, dice))])
                habits.append(habit_of(world, account, work, OFFICE, dice))
        return habits


@dataclass(frozen=True, kw_only=True)
class Evaluators(HonestClass):
    """Registered safety researchers, red teams and third-party evaluators."""

    kind: ClassVar[str] = "registered_evaluator"
    row: ClassVar[str] = "B12"
    collides_with: ClassVar[str] = "elicitation prompts (G7), technique sweeps (G8)"
    innocence: ClassVar[str] = "the register of authorised uses; such researchers are to be informed, not limited"

    share: float = assumed(0.04, "of honest traffic")
    per_day: float = assumed(14.0, "exchanges a day")
    team: float = assumed(6.0, "accounts of one team")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open teams, each with one reference in the register."""
        habits: list[Habit] = []
        for team, size in enumerate(groups_of(accounts, self.team, dice)):
            organisation, reference = f"org_{dice.hex(6)}", f"AUR-{2026}-{team + 100:04d}"
            probes = [pour(world.library, "unsafe", always(word(family, dice))) for family in ("reconstruct", "reasoned", "rewrite")]
            for _ in range(size):
                account = belong(open_account(world, dice), organisation, domain=f"mail-{organisation[4:]}.example", plan="team", level="business", card=None)
                account.authorised_use = reference
                work = mix([(0.3, dice.pick(probes)), (0.3, converse(world.library, "unsafe")), (0.2, examine(world.library, "benchmark")), (0.2, software(world.library, dice, "grade"))])
                habits.append(habit_of(world, account, work, dice.pick((OFFICE, MACHINE)), dice, think_s=5.0))
        return habits


@dataclass(frozen=True, kw_only=True)
class ContractDistillers(HonestClass):
    """Companies that make synthetic data for their own models under a contract that allows it."""

    kind: ClassVar[str] = "contract_synthetic_data"
    row: ClassVar[str] = "B2"
    collides_with: ClassVar[str] = "a campaign, in everything but permission (G6, G15)"
    innocence: ClassVar[str] = "the register holds the contract; one tenant"

    share: float = assumed(0.05, "of honest traffic")
    per_day: float = assumed(25.0, "exchanges a day")
    accounts_each: float = assumed(6.0, "accounts of one contract")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open contracts, each with a few accounts that share one set of templates."""
        habits: list[Habit] = []
        for number, size in enumerate(groups_of(accounts, self.accounts_each, dice)):
            organisation, card, reference = f"org_{dice.hex(6)}", a_card(dice), f"AUR-{2026}-{number + 500:04d}"
            work = mix([(1.0, software(world.library, dice, family)) for family in ("generate", "reasoned", "grade", "reconstruct")])
            servers = world.networks.hosted_neighbours(size, dice)
            for k in range(size):
                account = belong(open_account(world, dice), organisation, domain=f"mail-{organisation[4:]}.example", plan="enterprise", level="business", card=card)
                account.authorised_use, account.exits = reference, [servers[k]]
                habits.append(habit_of(world, account, work, MACHINE, dice, think_s=1.5, spread=0.3))
        return habits
