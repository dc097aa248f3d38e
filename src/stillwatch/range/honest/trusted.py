"""Honest customers under an agreement or a register: agencies, evaluators, contract distillers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

from stillwatch.range.accounts import Account
from stillwatch.range.agenda import Agenda
from stillwatch.range.chance import Dice
from stillwatch.range.delivery import Job
from stillwatch.range.fleet import Fleet
from stillwatch.range.habits import Habit
from stillwatch.range.honest.honest_class import (
    HOURS,
    SOFTWARE,
    SPREAD,
    THINK,
    HonestClass,
    Population,
    groups_of,
    habit_of,
    open_account,
)
from stillwatch.range.marks import assumed
from stillwatch.range.pool import Pool, shifts
from stillwatch.range.programmes import Programme, always, converse, examine, mix, mixture, person, pour, software
from stillwatch.range.signup import a_card
from stillwatch.range.wording import word
from stillwatch.range.world import DAY, World

YEAR, FIRST_TEAM, FIRST_CONTRACT = 2026, 100, 500  # of references in the register of authorised uses
HIDES_NOTHING = 1  # the level of skill whose pool neither jitters nor hides behind cover, each account its own exit


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
    fewest_clients: int = assumed(4, "client accounts of one agency")
    office_share: float = assumed(0.5, "of client accounts are also used from the agency")
    software_share: float = assumed(0.6, SOFTWARE)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open agencies until the client accounts are placed."""
        habits: list[Habit] = []
        for size in groups_of(world, accounts, self.clients, dice, least=self.fewest_clients):
            card, office = a_card(dice), world.networks.office(dice)
            for _ in range(size):
                account = open_account(world, dice)
                world.desk.join(
                    account, f"org_{dice.hex(6)}", dice, plan=dice.pick(("payg", "team")), level="business", card=card
                )
                account.signup_ip = office
                if dice.chance(self.office_share):
                    account.exits = [*account.exits, office]
                work = mix(
                    [
                        (self.software_share, software(world.library, dice)),
                        (1 - self.software_share, person(world.library, dice)),
                    ]
                )
                habits.append(habit_of(world, account, work, world.rhythms["office"], dice))
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
    work: tuple[tuple[str, float], ...] = assumed(
        (("elicit", 0.3), ("unsafe talk", 0.3), ("benchmark", 0.2), ("grade", 0.2)), "of an account's sessions"
    )
    rhythms: tuple[str, ...] = assumed(("office", "machine"), HOURS)
    think_s: float = assumed(5.0, THINK)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open teams, each with one reference in the register."""
        habits: list[Habit] = []
        for team, size in enumerate(groups_of(world, accounts, self.team, dice)):
            organisation, reference = f"org_{dice.hex(6)}", _reference(FIRST_TEAM + team)
            probes = [
                pour(world.library, "unsafe", always(word(family, dice)))
                for family in ("reconstruct", "reasoned", "rewrite")
            ]
            for _ in range(size):
                account = world.desk.join(
                    open_account(world, dice), organisation, dice, plan="team", level="business", card=None
                )
                account.authorised_use = reference
                work = mixture(
                    self.work,
                    {
                        "elicit": dice.pick(probes),
                        "unsafe talk": converse(world.library, "unsafe"),
                        "benchmark": examine(world.library, "benchmark"),
                        "grade": software(world.library, dice, "grade"),
                    },
                )
                habits.append(
                    habit_of(world, account, work, world.rhythms[dice.pick(self.rhythms)], dice, think_s=self.think_s)
                )
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
    made: tuple[tuple[str, float], ...] = assumed(
        (("generate", 1.0), ("reasoned", 1.0), ("grade", 1.0), ("reconstruct", 1.0)), "weights of what is made"
    )
    pause_s: float = assumed(0.5, "mean time from an answer to a worker's next request")
    shifts_per_day: float = assumed(2.0, "how often the pool is switched on")
    planned_s: float = assumed(15.0, "that a request takes, as the pool is planned")
    reasons: float = assumed(0.6, "of requests with reasoning switched on")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:  # noqa: ARG002
        """Nobody acts by habit here: see `populate`."""
        return []

    def populate(self, world: World, exchanges: float, dice: Dice) -> Population:
        """Sign contracts, and start one pool of workers for each over all of its accounts."""
        agenda = Agenda()
        sizes = groups_of(world, self.headcount(world, exchanges), self.accounts_each, dice)
        for number, size in enumerate(sizes):
            accounts = self._sign(world, size, _reference(FIRST_CONTRACT + number), dice)
            self.register(world, accounts, dice)
            fleet = Fleet(
                world,
                agenda,
                dice,
                campaign=None,
                kind=self.kind,
                actor="",
                skill=replace(world.customs.skill, level=HIDES_NOTHING),
                upkeep=replace(world.customs.upkeep, replaced=False),
            )
            for account in accounts:
                fleet.enlist(account)
            work = mix([(share, software(world.library, dice, family)) for family, share in self.made])
            habits = replace(world.customs.workers, pause_s=self.pause_s)
            requests = exchanges * size / sum(sizes)
            duty = min(1.0, requests * self.planned_s / (self.workers * world.days * DAY))
            list_of = _work_list(work, requests, self.reasons, dice)
            when = shifts(world.started_at, world.ends_at, duty, self.shifts_per_day, habits, dice)
            pool = Pool(agenda, fleet, list_of, when, dice, workers=habits, quota=requests / len(when.spans))
            pool.start(self.workers, world.started_at)
        return Agendas(agenda)

    def _sign(self, world: World, size: int, reference: str, dice: Dice) -> list[Account]:
        organisation, card, servers = f"org_{dice.hex(6)}", a_card(dice), world.networks.hosted_neighbours(size, dice)
        accounts = []
        for k in range(size):
            account = world.desk.join(
                world.desk.customer(world.started_at, dice),
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
    least_age_days: float = assumed(1.0, "of an owner's account when the range begins")
    rhythms: tuple[str, ...] = assumed(("office", "evening"), HOURS)
    spread: float = assumed(0.5, SPREAD)
    thief_think_s: float = assumed(2.0, THINK + ", where a lone thief asks")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open owners' accounts; where no campaign picks leaked keys up, a lone thief does."""
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            own = habit_of(
                world,
                account,
                person(world.library, dice),
                world.rhythms[dice.pick(self.rhythms)],
                dice,
                spread=self.spread,
            )
            account.created_at = own.since = min(own.since, world.started_at - self.least_age_days * DAY)
            habits.append(own)
            if world.thieves:
                world.stolen.append(account)
                continue
            thief = habit_of(
                world,
                account,
                software(world.library, dice),
                world.rhythms["machine"],
                dice,
                think_s=self.thief_think_s,
            )
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
    talk_share: float = assumed(0.6, "of sessions are conversations, the others whatever a person does")
    rhythms: tuple[str, ...] = assumed(("office", "evening"), HOURS)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open accounts that share nothing."""
        habits: list[Habit] = []
        for _ in range(accounts):
            talk = mix(
                [
                    (self.talk_share, converse(world.library, "dialogue")),
                    (1 - self.talk_share, person(world.library, dice)),
                ]
            )
            habit = habit_of(world, open_account(world, dice), talk, world.rhythms[dice.pick(self.rhythms)], dice)
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


def _reference(number: int) -> str:
    """Return an entry of the register of authorised uses."""
    return f"AUR-{YEAR}-{number:04d}"


def _work_list(work: Programme, requests: float, reasons: float, dice: Dice) -> Callable[[float], Job | None]:
    """Return a work list of about so many requests."""
    left = [round(requests)]

    def next_job(_: float) -> Job | None:
        if left[0] <= 0:
            return None
        left[0] -= 1
        return Job(script=work(dice), reasons=dice.chance(reasons), part="own")

    return next_job
