"""The invented people of a recording: their keys, addresses and clients, what is known of them, and the truth."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final

JsonRow = dict[str, str | None]

CAMPAIGN: Final = "relay-1"
HARNESS_AGENT: Final = "helmcode/1.8.2 (linux-x64) OpenAI/JS 6.9.1"
"""An invented popular coding client. The relay says that it is this one, too."""

AGENTS: Final = (
    "OpenAI/Python 2.54.0",
    "AsyncOpenAI/Python 2.54.0",
    "OpenAI/JS 6.9.1",
    "python-httpx/0.28.1",
    "axios/1.13.2",
    "okhttp/5.3.0",
)
COUNTRIES: Final = ("US", "DE", "IN", "BR", "JP", "GB", "NG", "PL", "VN", "CA", "FR", "MX")
DISPOSABLE_DOMAIN: Final = "mailinator.com"
"""In the public list of disposable e-mail domains (CC0)."""

RECORDED_DAY: Final = datetime(2026, 11, 22, tzinfo=UTC)
"""Sign-up dates are counted back from this day."""

RELAY_BURSTS: Final = (8, 7, 5)
"""How many of the relay's accounts signed up within the same quarter of an hour."""

RELAY_CARDS: Final = 4


class Habit(Enum):
    """What somebody uses the gateway for; the value is the class of account in the truth."""

    ASKS = "individual who asks"
    PUZZLES = "individual with hard prompts"
    TALKS = "individual in conversation"
    REVISES = "individual who asks twice"
    ROLES = "individual with a prompt library"
    HARNESS = "user of a popular harness"
    OFFICE = "colleague in one office"
    EVALUATES = "authorised evaluator"
    SERVES = "product with end users"
    THINKS = "individual on the messages interface"
    RESPONDS = "individual on the responses interface"
    EMBEDS = "retrieval service"
    MOCKS = "developer who tests"
    RELAY = "relay"


HONEST: Final = {
    Habit.ASKS: 5,
    Habit.PUZZLES: 3,
    Habit.TALKS: 3,
    Habit.REVISES: 2,
    Habit.ROLES: 2,
    Habit.HARNESS: 4,
    Habit.OFFICE: 2,
    Habit.EVALUATES: 1,
    Habit.SERVES: 1,
    Habit.THINKS: 1,
    Habit.RESPONDS: 1,
    Habit.EMBEDS: 1,
    Habit.MOCKS: 1,
}
"""How many honest people there are of each habit: 27, on 27 keys."""

REQUESTS_A_MINUTE: Final = {"starter": 12, "trial": 8, "scale": 240}
"""The limit on a key, by plan. LiteLLM itself enforces it and answers 429."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """One account and its one key."""

    account_id: str
    key: str
    habit: Habit
    address: str
    agent: str
    plan: str
    team: str | None
    account: JsonRow

    @property
    def key_fields(self) -> dict[str, str | int | None]:
        """What LiteLLM knows about the key."""
        return {
            "user_id": self.account_id,
            "key_alias": self.account_id.replace("user", "key"),
            "team_id": self.team,
            "team_alias": "Northfield Office" if self.team else None,
            "rpm_limit": REQUESTS_A_MINUTE[self.plan],
        }

    @property
    def truth(self) -> JsonRow:
        """What a recording knows and no detector reads."""
        is_relay = self.habit is Habit.RELAY
        return {
            "account_id": self.account_id,
            "campaign_id": CAMPAIGN if is_relay else None,
            "kind": self.habit.value,
            "actor": "relay-operator-1" if is_relay else None,
        }


def invent(rng: random.Random) -> list[Person]:
    """Everybody, in an order that tells nothing."""
    habits = [habit for habit, count in HONEST.items() for _ in range(count)] + [Habit.RELAY] * sum(RELAY_BURSTS)
    numbers = rng.sample(range(1_000, 9_999), len(habits))
    signups = _relay_signups(rng)
    office_address = _address(rng)
    people = [
        _person(rng, habit, f"user-{number}", signups if habit is Habit.RELAY else None, office_address)
        for habit, number in zip(habits, numbers, strict=True)
    ]
    rng.shuffle(people)
    return people


def _person(
    rng: random.Random,
    habit: Habit,
    account_id: str,
    signups: Iterator[tuple[datetime, str, str]] | None,
    office_address: str,
) -> Person:
    in_office = habit is Habit.OFFICE
    address = office_address if in_office else _address(rng)
    created, card, device = (
        next(signups)
        if signups is not None
        else (
            RECORDED_DAY - timedelta(minutes=rng.randrange(20_000, 900_000)),
            _mark(rng, "card"),
            _mark(rng, "device"),
        )
    )
    account: JsonRow = {
        "account_id": account_id,
        "created_at": created.isoformat().replace("+00:00", "Z"),
        "organisation": _organisation(habit),
        "plan": _plan(habit, rng),
        "verification_level": "business" if _organisation(habit) else rng.choice(["email", "email", "card"]),
        "billing_country": "NL" if in_office else rng.choice(COUNTRIES),
        "email_domain": _domain(habit, rng),
        "payment_fingerprint": "card-northfield" if in_office else card,
        "payment_bin": None,
        "signup_ip": address,
        "signup_device": device,
        "authorised_use": "AU-2026-014" if habit is Habit.EVALUATES else None,
    }
    return Person(
        account_id=account_id,
        key=f"sk-demo-{rng.randbytes(12).hex()}",
        habit=habit,
        address=address,
        agent=HARNESS_AGENT if habit in {Habit.HARNESS, Habit.RELAY} else rng.choice(AGENTS),
        plan=str(account["plan"]),
        team="team-northfield" if in_office else None,
        account=account,
    )


def _relay_signups(rng: random.Random) -> Iterator[tuple[datetime, str, str]]:
    """When each of the relay's accounts signed up, with which card, on which device."""
    cards = [_mark(rng, "card") for _ in range(RELAY_CARDS)]
    made = 0
    for burst, size in enumerate(RELAY_BURSTS):
        start = RECORDED_DAY - timedelta(days=16 - 5 * burst, minutes=rng.randrange(900))
        device = _mark(rng, "device")
        for moment in sorted(rng.uniform(0, 15 * 60) for _ in range(size)):
            # Two in three on the machine of the burst: its operator resets the browser now and then.
            used = device if rng.random() < 2 / 3 else _mark(rng, "device")
            yield start + timedelta(seconds=round(moment)), cards[made % RELAY_CARDS], used
            made += 1


def _organisation(habit: Habit) -> str | None:
    return {
        Habit.OFFICE: "Northfield Instruments (invented)",
        Habit.EVALUATES: "Plumbline Evaluations (invented)",
        Habit.SERVES: "Larkspur Apps (invented)",
    }.get(habit)


def _plan(habit: Habit, rng: random.Random) -> str:
    if habit in {Habit.EVALUATES, Habit.SERVES, Habit.HARNESS, Habit.OFFICE}:
        return "scale"
    on_trial = {Habit.ASKS: 0.5, Habit.TALKS: 0.5, Habit.RELAY: 0.25}.get(habit, 0)
    return "trial" if rng.random() < on_trial else "starter"


def _domain(habit: Habit, rng: random.Random) -> str:
    if habit is Habit.RELAY:
        return DISPOSABLE_DOMAIN
    own = {Habit.OFFICE: "northfield.example", Habit.EVALUATES: "plumbline.example", Habit.SERVES: "larkspur.example"}
    return own.get(habit) or rng.choice(["post.example", "mail.example", "inbox.example"])


def _address(rng: random.Random) -> str:
    """An address from the ranges set aside for tests and documentation (RFC 2544, RFC 3849): nobody's."""
    if rng.random() < 0.25:
        return f"2001:db8:{rng.randrange(0x10000):x}:{rng.randrange(0x10000):x}::{rng.randrange(1, 0x10000):x}"
    return f"198.{rng.choice([18, 19])}.{rng.randrange(256)}.{rng.randrange(1, 255)}"


def _mark(rng: random.Random, kind: str) -> str:
    return f"{kind}-{rng.randbytes(5).hex()}"
