"""Honest customers under an agreement or a register: agencies, evaluators, contract distillers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from stillwatch.range.accounts import Account
from stillwatch.range.agenda import Agenda
from stillwatch.range.chance import Dice
from stillwatch.range.delivery import Job
from stillwatch.range.fleet import Fleet, Upkeep
from stillwatch.range.habits import Habit
from stillwatch.range.honest.honest_class import HonestClass, Population, groups_of, habit_of, open_account
from stillwatch.range.marks import assumed
from stillwatch.range.pool import Pool, shifts
from stillwatch.range.programmes import Programme, always, converse, examine, mix, person, pour, software
from stillwatch.range.rhythm import EVENING, MACHINE, OFFICE
from stillwatch.range.signup import a_card, customer, join
from stillwatch.range.skill import Skill
from stillwatch.range.wording import word
from stillwatch.range.world import DAY, World


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
                join(account, f"org_{dice.hex(6)}", dice, plan=dice.pick(("payg", "team")), level="business", card=card)
                account.signup_ip = office
                if dice.chance(0.5):
                    account.exits = [*account.exits, office]
                work = mix([(0.6, software(world.library, dice)), (0.4, person(world.library, dice))])
                habits.append(habit_of(account, work, OFFICE, dice))
        return habits


@dataclass(frozen=True, kw_only=True)
class Evaluators(HonestClass):
    """Registered safety researchers, red teams and third-party evaluators."""

    kind: ClassVar[str] = "registered_evaluator"
    row: ClassVar[str] = "B12"
    collides_with: ClassVar[str] = "elicitation prompts (G7), technique sweeps (G8)"
    innocence: ClassVar[str] = "the register of authorised uses; such researchers are to be informed, not limited"

    share: float = assumed(0.04, "of honest traffic")
    per_day: float = assumed(8.0, "exchanges a day")
    team: float = assumed(6.0, "accounts of one team")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open teams, each with one reference in the register."""
        habits: list[Habit] = []
        for team, size in enumerate(groups_of(accounts, self.team, dice)):
            organisation, reference = f"org_{dice.hex(6)}", f"AUR-{2026}-{team + 100:04d}"
            probes = [
                pour(world.library, "unsafe", always(word(family, dice)))
                for family in ("reconstruct", "reasoned", "rewrite")
            ]
            for _ in range(size):
                account = join(open_account(world, dice), organisation, dice, plan="team", level="business", card=None)
                account.authorised_use = reference
                work = mix(
                    [
                        (0.3, dice.pick(probes)),
                        (0.3, converse(world.library, "unsafe")),
                        (0.2, examine(world.library, "benchmark")),
                        (0.2, software(world.library, dice, "grade")),
                    ]
                )
                habits.append(habit_of(account, work, dice.pick((OFFICE, MACHINE)), dice, think_s=5.0))
        return habits


@dataclass(frozen=True, kw_only=True)
class ContractDistillers(HonestClass):
    """Companies that make synthetic data for their own models under a contract that allows it.

    The hardest class: one work list, one pool of workers, one set of templates over several accounts, exactly as a
    campaign has. Only the register tells it apart, and that is the point.
    """

    kind: ClassVar[str] = "contract_synthetic_data"
    row: ClassVar[str] = "B2"
    collides_with: ClassVar[str] = "a campaign, in everything but permission (G4, G5, G6, G15)"
    innocence: ClassVar[str] = "the register holds the contract; one tenant"

    share: float = assumed(0.05, "of honest traffic")
    per_day: float = assumed(12.0, "exchanges a day")
    accounts_each: float = assumed(6.0, "accounts of one contract")
    workers: int = assumed(3, "requests in flight for one contract")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:  # noqa: ARG002
        """Nobody acts by habit here: see `populate`."""
        return []

    def populate(self, world: World, exchanges: float, dice: Dice) -> Population:
        """Sign contracts, and start one pool of workers for each over all of its accounts."""
        agenda = Agenda()
        sizes = groups_of(self.headcount(world, exchanges), self.accounts_each, dice)
        for number, size in enumerate(sizes):
            accounts = self._sign(world, size, f"AUR-{2026}-{number + 500:04d}", dice)
            self.register(world, accounts, dice)
            fleet = Fleet(
                world,
                agenda,
                dice,
                campaign=None,
                kind=self.kind,
                actor="",
                skill=Skill(level=1),
                upkeep=Upkeep(replaced=False),
            )
            for account in accounts:
                fleet.enlist(account)
            work = mix(
                [
                    (1.0, software(world.library, dice, family))
                    for family in ("generate", "reasoned", "grade", "reconstruct")
                ]
            )
            requests = exchanges * size / sum(sizes)
            duty = min(1.0, requests * 15.0 / (self.workers * world.days * DAY))  # about 15 s a request
            list_of = _work_list(work, requests, dice)
            when = shifts(world.started_at, world.ends_at, duty, 2.0, dice)
            pool = Pool(agenda, fleet, list_of, when, dice, pause_s=0.5, quota=requests / len(when.spans))
            pool.start(self.workers, world.started_at)
        return Agendas(agenda)

    def _sign(self, world: World, size: int, reference: str, dice: Dice) -> list[Account]:
        organisation, card, servers = f"org_{dice.hex(6)}", a_card(dice), world.networks.hosted_neighbours(size, dice)
        accounts = []
        for k in range(size):
            account = join(
                customer(world.networks, world.started_at, dice),
                organisation,
                dice,
                plan="enterprise",
                level="business",
                card=card,
            )
            account.authorised_use, account.exits = reference, [servers[k]]
            accounts.append(account)
        return accounts


@dataclass(frozen=True, kw_only=True)
class StolenKeyVictims(HonestClass):
    """Owners whose key has leaked: their own traffic goes on, and somebody else's runs beside it."""

    kind: ClassVar[str] = "stolen_key_victim"
    row: ClassVar[str] = "B20"
    collides_with: ClassVar[str] = "a campaign's account, since it carries a campaign's traffic (G30)"
    innocence: ClassVar[str] = "the owner's sessions go on as before; restore, do not convict"

    share: float = assumed(0.02, "of honest traffic: the owners' own")
    per_day: float = assumed(5.0, "exchanges a day of the owner")
    leaks_by: float = assumed(0.6, "share of the range by whose end every key has leaked")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open owners' accounts; where no campaign picks leaked keys up, a lone thief does."""
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            own = habit_of(account, person(world.library, dice), dice.pick((OFFICE, EVENING)), dice, spread=0.5)
            account.created_at = own.since = min(own.since, world.started_at - DAY)
            habits.append(own)
            if world.thieves:
                world.stolen.append(account)
                continue
            thief = habit_of(account, software(world.library, dice), MACHINE, dice, think_s=2.0)
            thief.since, thief.part = world.started_at + dice.unit() * self.leaks_by * world.days * DAY, "stolen"
            habits.append(thief)
        return habits


@dataclass(frozen=True, kw_only=True)
class RelayCustomers(HonestClass):
    """People with an account of their own who carry some sessions on through a cheap relay, knowing nothing more."""

    kind: ClassVar[str] = "relay_customer"
    row: ClassVar[str] = "B21"
    collides_with: ClassVar[str] = "hand-offs, since their conversations go on over a campaign's accounts"
    innocence: ClassVar[str] = "they hand over, but never take; act on the operator, not on them"

    share: float = assumed(0.03, "of honest traffic")
    per_day: float = assumed(6.0, "exchanges a day")
    moves_away: float = assumed(0.12, "chance, at each turn, that a session is carried on through the relay")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open accounts that share nothing."""
        habits: list[Habit] = []
        for _ in range(accounts):
            talk = mix([(0.6, converse(world.library, "dialogue")), (0.4, person(world.library, dice))])
            habit = habit_of(open_account(world, dice), talk, dice.pick((OFFICE, EVENING)), dice)
            habit.moves_away = self.moves_away
            habits.append(habit)
        return habits


class Agendas:
    """A population that acts by an agenda."""

    def __init__(self, agenda: Agenda) -> None:
        """Act by `agenda`."""
        self._agenda = agenda

    def act(self, since: float, until: float) -> None:  # noqa: ARG002 - an agenda knows what is past
        """Do what is due before `until`."""
        self._agenda.pass_until(until)


def _work_list(work: Programme, requests: float, dice: Dice) -> Callable[[float], Job | None]:
    """Return a work list of about so many requests."""
    left = [round(requests)]

    def next_job(_: float) -> Job | None:
        if left[0] <= 0:
            return None
        left[0] -= 1
        return Job(script=work(dice), reasons=dice.chance(0.6), part="own")

    return next_job
