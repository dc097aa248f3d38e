"""Honest people: individuals, offices, classes, harness users, privacy users, speakers of other languages."""

from dataclasses import dataclass
from typing import ClassVar

from stillwatch.range.accounts import Account
from stillwatch.range.chance import Dice, Urn
from stillwatch.range.habits import Habit
from stillwatch.range.honest.honest_class import (
    HOURS,
    SPREAD,
    THINK,
    HonestClass,
    groups_of,
    habit_of,
    open_account,
)
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
from stillwatch.range.signup import a_card
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
    rhythms: tuple[str, ...] = assumed(("office", "evening", "evening"), HOURS)
    software_think_s: float = assumed(2.0, THINK + ", where software asks")

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
            return habit_of(
                world,
                account,
                software(world.library, dice),
                world.rhythms["machine"],
                dice,
                think_s=self.software_think_s,
            )
        return habit_of(world, account, person(world.library, dice), world.rhythms[dice.pick(self.rhythms)], dice)


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
    fewest_seats: int = assumed(4, "accounts of an office")
    signed_up_there: float = assumed(0.7, "of them were opened from the office's address")
    own_share: float = assumed(0.85, "of a colleague's sessions are their own work, the others the house's software")

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open offices until the seats are filled."""
        habits: list[Habit] = []
        for size in groups_of(world, accounts, self.seats, dice, least=self.fewest_seats):
            organisation, card, exit_address = f"org_{dice.hex(6)}", a_card(dice), world.networks.office(dice)
            first = open_account(world, dice)
            house = software(world.library, dice)
            for _ in range(size):
                account = world.desk.join(
                    open_account(world, dice), organisation, dice, plan="team", level="business", card=card
                )
                account.exits, account.billing_country, account.utc_offset = (
                    [exit_address],
                    first.billing_country,
                    first.utc_offset,
                )
                account.signup_ip = exit_address if dice.chance(self.signed_up_there) else account.signup_ip
                own = person(world.library, dice)
                habits.append(
                    habit_of(
                        world,
                        account,
                        mix([(self.own_share, own), (1 - self.own_share, house)]),
                        world.rhythms["office"],
                        dice,
                    )
                )
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
    fewest_students: int = assumed(20, "of a course")
    enrolled_days: tuple[float, float] = assumed((0.5, 40.0), "before the range that a course signs up, uniform")
    enrolled_s: float = assumed(1_500.0, "mean time by which a student's sign-up follows the first: one burst")
    home_share: float = assumed(0.5, "of students also work from home")
    verbatim_share: float = assumed(0.5, "of questions about the sheet are its own words, the others a student's")
    spread: float = assumed(0.5, SPREAD)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open courses until the students are enrolled."""
        habits: list[Habit] = []
        for size in groups_of(world, accounts, self.students, dice, least=self.fewest_students):
            campus, domain = world.networks.campus(dice), f"edu-{dice.hex(5)}.example"
            opened = world.started_at - DAY * dice.between(*self.enrolled_days)
            town = open_account(world, dice)
            sheet = _sheet(world, self.assignments, self.verbatim_share, dice)
            for _ in range(size):
                account = open_account(world, dice)
                account.created_at = opened + dice.exponential(self.enrolled_s)
                account.email_domain, account.plan, account.channel = domain, "edu", "api"
                account.client = world.desk.clientele.any_client("api", dice)
                account.payment_fingerprint = account.payment_bin = account.organisation = None
                account.verification_level = "email"
                account.billing_country, account.utc_offset = town.billing_country, town.utc_offset
                account.exits = (
                    [dice.pick(campus), world.networks.home(dice)]
                    if dice.chance(self.home_share)
                    else [dice.pick(campus)]
                )
                account.signup_ip = dice.pick(campus)
                own = converse(world.library, dice.pick(("chat", "sums", "task")))
                habits.append(
                    habit_of(
                        world,
                        account,
                        mix([(self.sheet_share, sheet), (1 - self.sheet_share, own)]),
                        world.rhythms["student"],
                        dice,
                        spread=self.spread,
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
    harnesses: int = assumed(3, "popular harnesses, at most three")
    harness_exponent: float = assumed(0.8, "of Zipf's law over them")
    harness_share: float = assumed(0.85, "of a user's sessions are the harness at work, the others questions")
    rhythms: tuple[str, ...] = assumed(("office", "evening"), HOURS)
    think_s: float = assumed(60.0, THINK)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Give each user one of the harnesses and nothing else in common."""
        urn = Urn.zipf(
            [
                (word("agent", dice).text, client)
                for client in ("terminal-coder", "open-harness", "editor-plugin")[: self.harnesses]
            ],
            self.harness_exponent,
        )
        habits: list[Habit] = []
        for _ in range(accounts):
            system, client = urn.draw(dice)
            account = open_account(world, dice)
            if account.channel != "subscription":
                account.client = world.desk.clientele.named_client(client, dice)
            work = mix(
                [
                    (self.harness_share, work_agentically(world.library, system)),
                    (1 - self.harness_share, converse(world.library, "code")),
                ]
            )
            habits.append(
                habit_of(world, account, work, world.rhythms[dice.pick(self.rhythms)], dice, think_s=self.think_s)
            )
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
    most_exits: int = assumed(4, "of one user; any number up to it is as likely")
    person_share: float = assumed(0.7, "of accounts are a person's, the others software's")
    rhythms: tuple[str, ...] = assumed(("evening", "office", "machine"), HOURS)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open accounts behind shared exits."""
        habits: list[Habit] = []
        for _ in range(accounts):
            account = open_account(world, dice)
            account.exits = [world.networks.vpn(dice) for _ in range(1 + dice.below(self.most_exits))]
            account.signup_ip = world.networks.vpn(dice)
            programme = person(world.library, dice) if dice.chance(self.person_share) else software(world.library, dice)
            habits.append(habit_of(world, account, programme, world.rhythms[dice.pick(self.rhythms)], dice))
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
    localised_share: float = assumed(0.6, "of a firm's requests localise, the others rewrite")
    talk_share: float = assumed(0.8, "of a person's sessions are conversations, the others single requests")
    firm_rhythms: tuple[str, ...] = assumed(("office", "machine"), "whose hours firms keep, each as likely")
    firm_think_s: float = assumed(3.0, THINK + ", at firms")
    rhythms: tuple[str, ...] = assumed(("office", "evening", "evening"), HOURS)

    def settle(self, world: World, accounts: int, dice: Dice) -> list[Habit]:
        """Open accounts of speakers of one language, and of firms that handle several."""
        habits: list[Habit] = []
        library = world.library
        for _ in range(accounts):
            account = open_account(world, dice)
            if dice.chance(self.firm_share):
                work = mix(
                    [
                        (self.localised_share, pour(library, "foreign", always(word("language", dice)))),
                        (1 - self.localised_share, pour(library, "foreign", always(word("rewrite", dice)))),
                    ]
                )
                habits.append(
                    habit_of(
                        world,
                        account,
                        work,
                        world.rhythms[dice.pick(self.firm_rhythms)],
                        dice,
                        think_s=self.firm_think_s,
                    )
                )
                continue
            shelf = f"lang:{dice.pick(library.languages)}" if library.languages else "foreign"
            own: Programme = mix(
                [
                    (self.talk_share, converse(library, shelf)),
                    (
                        1 - self.talk_share,
                        pour(library, shelf, always(word(dice.pick(("reasoned", "language", "analyst")), dice))),
                    ),
                ]
            )
            habits.append(habit_of(world, account, own, world.rhythms[dice.pick(self.rhythms)], dice))
        return habits


def _sheet(world: World, assignments: int, verbatim_share: float, dice: Dice) -> Programme:
    """Return the programme of one assignment sheet: the same tasks for all, each student in own words."""
    tasks = [world.library.draw(dice.pick(("task", "sums", "code")), dice) for _ in range(assignments)]

    def script(d: Dice) -> Script:
        task = d.pick(tasks)
        question, answer = task.turns[0]
        asked = question if d.chance(verbatim_share) else world.library.fresh(question, d)
        reply = world.library.fresh(answer or world.library.answer_like(task, d), d)
        return Script(None, (Turn("user", asked, reply),))

    return script
