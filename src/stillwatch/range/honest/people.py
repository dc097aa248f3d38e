"""Honest people: individuals, offices, classes, harness users, privacy users, speakers of other languages."""

from dataclasses import dataclass
from typing import ClassVar

from stillwatch.range.accounts import Account
from stillwatch.range.chance import Dice, Urn
from stillwatch.range.clients import any_client, named_client
from stillwatch.range.habits import Habit
from stillwatch.range.honest.honest_class import HonestClass, groups_of, habit_of, open_account
from stillwatch.range.marks import assumed
from stillwatch.range.programmes import (
    Programme,
    Script,
    Turn,
    always,
    converse,
    mix,
    person,
    pour,
    software,
    work_agentically,
)
from stillwatch.range.rhythm import EVENING, MACHINE, OFFICE, STUDENT
from stillwatch.range.signup import a_card, join
from stillwatch.range.wording import word
from stillwatch.range.world import DAY, World


@dataclass(frozen=True, kw_only=True)
class IndividualDevelopers(HonestClass):
    """People with an account of their own: chat, scripts, small products. The honest majority."""

    kind: ClassVar[str] = "individual_developer"
    row: ClassVar[str] = "base"
    collides_with: ClassVar[str] = "live relay (5.6 exchanges a day are ordinary developer use), cover traffic"
    innocence: ClassVar[str] = "nothing in common with anybody"

    share: float = assumed(0.32, "the largest class of any public API")
    per_day: float = assumed(5.0, "exchanges a day; the low end of published campaign rates lies inside")
    machine_share: float = assumed(0.35, "of them run software round the clock rather than type")
    second_account_share: float = assumed(0.03, "people with two accounts on one card")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open accounts that share nothing, apart from a few people who own two."""
        habits: list[Habit] = []
        while len(habits) < accounts:
            account = open_account(world, dice)
            habits.append(self._habit(world, account, dice))
            if dice.chance(self.second_account_share):
                other = open_account(world, dice)
                other.payment_fingerprint, other.payment_bin = account.payment_fingerprint, account.payment_bin
                other.exits, other.billing_country, other.utc_offset = (
                    account.exits,
                    account.billing_country,
                    account.utc_offset,
                )
                habits.append(self._habit(world, other, dice))
        return habits

    def _habit(self, world: World, account: Account, dice: Dice) -> Habit:
        if account.channel != "subscription" and dice.chance(self.machine_share):
            return habit_of(account, software(world.library, dice), MACHINE, dice, think_s=2.0)
        return habit_of(account, person(world.library, dice), dice.pick((OFFICE, EVENING, EVENING)), dice)


@dataclass(frozen=True, kw_only=True)
class Offices(HonestClass):
    """Colleagues behind one NAT address, on one plan and card."""

    kind: ClassVar[str] = "office_nat"
    row: ClassVar[str] = "B15"
    collides_with: ClassVar[str] = "one address, many accounts (G16); shared card (G1)"
    innocence: ClassVar[str] = "one verified organisation, people's hours, no content or timing in common"

    share: float = assumed(0.08, "team plans")
    per_day: float = assumed(7.0, "exchanges a seat and day")
    seats: float = assumed(14.0, "median accounts of an office")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open offices until the seats are filled."""
        habits: list[Habit] = []
        for size in groups_of(accounts, self.seats, dice, least=4):
            organisation, card, exit_address = f"org_{dice.hex(6)}", a_card(dice), world.networks.office(dice)
            first = open_account(world, dice)
            house = software(world.library, dice)
            for _ in range(size):
                account = join(open_account(world, dice), organisation, dice, plan="team", level="business", card=card)
                account.exits, account.billing_country, account.utc_offset = (
                    [exit_address],
                    first.billing_country,
                    first.utc_offset,
                )
                account.signup_ip = exit_address if dice.chance(0.7) else account.signup_ip
                own = person(world.library, dice)
                habits.append(habit_of(account, mix([(0.85, own), (0.15, house)]), OFFICE, dice))
        return habits


@dataclass(frozen=True, kw_only=True)
class UniversityClasses(HonestClass):
    """Students of one course: one network, one mail domain, one burst of sign-ups, one sheet of assignments."""

    kind: ClassVar[str] = "university_class"
    row: ClassVar[str] = "B13"
    collides_with: ClassVar[str] = "bulk sign-up (G2), shared addresses (G3), same prompts (G5)"
    innocence: ClassVar[str] = (
        "one institution's domain and range, low volume each, students' hours, ends with the term"
    )

    share: float = assumed(0.03, "education programmes")
    per_day: float = assumed(3.0, "exchanges a student and day")
    students: float = assumed(60.0, "median size of a course")
    sheet_share: float = assumed(0.7, "of a student's sessions are about the assignment sheet")
    assignments: int = assumed(12, "tasks on the sheet")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open courses until the students are enrolled."""
        habits: list[Habit] = []
        for size in groups_of(accounts, self.students, dice, least=20):
            campus, domain = world.networks.campus(dice), f"edu-{dice.hex(5)}.example"
            opened = world.started_at - DAY * dice.between(0.5, 40)
            town = open_account(world, dice)
            sheet = _sheet(world, self.assignments, dice)
            for _ in range(size):
                account = open_account(world, dice)
                account.created_at = opened + dice.exponential(1500.0)
                account.email_domain, account.plan, account.channel = domain, "edu", "api"
                account.client = any_client("api", dice)
                account.payment_fingerprint = account.payment_bin = account.organisation = None
                account.verification_level = "email"
                account.billing_country, account.utc_offset = town.billing_country, town.utc_offset
                account.exits = (
                    [dice.pick(campus), world.networks.home(dice)] if dice.chance(0.5) else [dice.pick(campus)]
                )
                account.signup_ip = dice.pick(campus)
                own = converse(world.library, dice.pick(("chat", "sums", "task")))
                habits.append(
                    habit_of(
                        account,
                        mix([(self.sheet_share, sheet), (1 - self.sheet_share, own)]),
                        STUDENT,
                        dice,
                        spread=0.5,
                    )
                )
        return habits


@dataclass(frozen=True, kw_only=True)
class HarnessUsers(HonestClass):
    """Strangers who run the same open-source harness and so send the same system prompt."""

    kind: ClassVar[str] = "popular_harness"
    row: ClassVar[str] = "B16"
    collides_with: ClassVar[str] = "identical template across accounts (G5), harness mix (G22)"
    innocence: ClassVar[str] = "no payment, network or timing in common"

    share: float = assumed(0.14, "coding harnesses carry much of an API's traffic")
    per_day: float = assumed(9.0, "exchanges a user and day")
    harnesses: int = assumed(3, "popular harnesses; Zipf popularity")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Give each user one of the harnesses and nothing else in common."""
        urn = Urn.zipf(
            [
                (word("agent", dice).text, client)
                for client in ("terminal-coder", "open-harness", "editor-plugin")[: self.harnesses]
            ],
            0.8,
        )
        habits: list[Habit] = []
        for _ in range(accounts):
            system, client = urn.draw(dice)
            account = open_account(world, dice)
            if account.channel != "subscription":
                account.client = named_client(client, dice)
            work = mix([(0.85, work_agentically(world.library, system)), (0.15, converse(world.library, "code"))])
            habits.append(habit_of(account, work, dice.pick((OFFICE, EVENING)), dice, think_s=60.0))
        return habits


@dataclass(frozen=True, kw_only=True)
class PrivacyUsers(HonestClass):
    """People behind VPNs and hosted exits, in transit or careful, who share addresses with strangers."""

    kind: ClassVar[str] = "privacy_vpn_users"
    row: ClassVar[str] = "B15"
    collides_with: ClassVar[str] = "proxy networks (G3), unsupported country (G31)"
    innocence: ClassVar[str] = "no content or timing link; free expression is protected"

    share: float = assumed(0.05, "of honest traffic")
    per_day: float = assumed(5.0, "exchanges a day")
    virtual_card_share: float = assumed(0.4, "pay with a privacy card")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open accounts behind shared exits."""
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            account.exits = [world.networks.vpn(dice) for _ in range(1 + dice.below(4))]
            account.signup_ip = world.networks.vpn(dice)
            programme = person(world.library, dice) if dice.chance(0.7) else software(world.library, dice)
            habits.append(habit_of(account, programme, dice.pick((EVENING, OFFICE, MACHINE)), dice))
        return habits


@dataclass(frozen=True, kw_only=True)
class OtherLanguages(HonestClass):
    """People who write in languages other than English, and firms that translate and localise."""

    kind: ClassVar[str] = "non_english"
    row: ClassVar[str] = "B17"
    collides_with: ClassVar[str] = "many languages behind one account (G23), language-constrained prompts (G7)"
    innocence: ClassVar[str] = "diverse documents; language is never evidence"

    share: float = assumed(0.08, "of honest traffic")
    per_day: float = assumed(6.0, "exchanges a day")
    firm_share: float = assumed(0.3, "of the accounts are translation and localisation firms")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open accounts of speakers of one language, and of firms that handle several."""
        habits: list[Habit] = []
        library = world.library
        for _ in range(accounts):
            account = open_account(world, dice)
            if dice.chance(self.firm_share):
                work = mix(
                    [
                        (0.6, pour(library, "foreign", always(word("language", dice)))),
                        (0.4, pour(library, "foreign", always(word("rewrite", dice)))),
                    ]
                )
                habits.append(habit_of(account, work, dice.pick((OFFICE, MACHINE)), dice, think_s=3.0))
                continue
            shelf = f"lang:{dice.pick(library.languages)}" if library.languages else "foreign"
            own: Programme = mix(
                [
                    (0.8, converse(library, shelf)),
                    (0.2, pour(library, shelf, always(word(dice.pick(("reasoned", "language", "analyst")), dice)))),
                ]
            )
            habits.append(habit_of(account, own, dice.pick((OFFICE, EVENING, EVENING)), dice))
        return habits


def _sheet(world: World, assignments: int, dice: Dice) -> Programme:
    """Return the programme of one assignment sheet: the same tasks for all, each student in own words."""
    tasks = [world.library.draw(dice.pick(("task", "sums", "code")), dice) for _ in range(assignments)]

    def script(d: Dice) -> Script:
        task = d.pick(tasks)
        question, answer = task.turns[0]
        asked = question if d.chance(0.5) else world.library.fresh(question, d)
        reply = world.library.fresh(answer or world.library.answer_like(task, d), d)
        return Script(None, (Turn("user", asked, reply),))

    return script
