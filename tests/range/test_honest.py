"""What honest classes share, and what they do not."""

from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from stillwatch.range.honest import CLASSES
from stillwatch.range.make import STARTS_AT
from stillwatch.range.models import NEW_MODEL
from tests.range.conftest import Made


@pytest.mark.parametrize("kind", [each.kind for each in CLASSES])
def test_every_class_is_there(careless: Made, kind: str) -> None:
    """Each class has accounts and sends requests."""
    assert len(careless.accounts_of(kind)) >= 4
    assert len(careless.of(kind)) >= 20


def test_every_class_says_what_it_is_taken_for_and_why_it_is_innocent() -> None:
    """Each class names its collision and its innocence, for the people who read a score."""
    assert all(each.collides_with and each.innocence for each in CLASSES)


def test_offices_share_one_address_and_one_card(disguised: Made) -> None:
    """Colleagues meet the provider from one NAT address, on one card."""
    exits, cards = defaultdict(set), defaultdict(set)
    for row in disguised.of("office_nat"):
        organisation = disguised.account[row["account_id"]]["organisation"]
        exits[organisation].add(row["client_ip"])
        cards[organisation].add(disguised.account[row["account_id"]]["payment_fingerprint"])

    assert all(len(addresses) == 1 for addresses in exits.values())
    assert all(len(of_one) == 1 for of_one in cards.values())


def test_classes_enrol_at_once_under_one_domain(disguised: Made) -> None:
    """Students of a course share a mail domain and signed up within hours."""
    courses = defaultdict(list)
    for account in disguised.accounts_of("university_class"):
        courses[account["email_domain"]].append(account["created_at"])

    assert all(len(opened) >= 15 for opened in courses.values())
    assert all(max(opened) - min(opened) < timedelta(days=1) for opened in courses.values())


def test_agencies_pay_for_different_organisations(disguised: Made) -> None:
    """One card, many verified organisations."""
    cards = defaultdict(set)
    for account in disguised.accounts_of("agency_one_card"):
        cards[account["payment_fingerprint"]].add(account["organisation"])

    assert max(map(len, cards.values())) >= 4


def test_authorised_uses_are_in_the_register_and_nowhere_else(disguised: Made) -> None:
    """Evaluators and contract distillers carry a reference; nobody else does."""
    registered = {disguised.kind[name] for name, row in disguised.account.items() if row["authorised_use"]}

    assert registered == {"registered_evaluator", "contract_synthetic_data"}


def test_fallback_stays_within_the_account(disguised: Made) -> None:
    """A router meets 5xx and asks again at once through another channel of the same account."""
    rows = disguised.of("fallback_router")
    channels: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        channels[row["account_id"]][row["channel"]] += 1

    assert any(len(used) == 2 for used in channels.values())
    assert all(used.most_common(1)[0][1] > 0.8 * used.total() for used in channels.values())


def test_compaction_moves_signatures_within_one_account(disguised: Made) -> None:
    """A signature turns up in another session, always of the account it was issued to."""
    issued: dict[str, tuple[str, str]] = {}
    moved = 0
    for row in disguised.of("context_compaction"):
        for signature in row["reasoning_signatures"] or ():
            account, session = issued.get(signature, (row["account_id"], row["session_id"]))
            assert account == row["account_id"]
            moved += session != row["session_id"]
        if row["output_signature"]:
            issued[row["output_signature"]] = (row["account_id"], row["session_id"])

    assert moved > 5


def test_migrants_go_from_one_account_to_another(disguised: Made) -> None:
    """One organisation's old account falls silent as the new one starts."""
    seen = defaultdict(list)
    for row in disguised.of("account_migration"):
        seen[row["account_id"]].append(row["started_at"])
    pairs = defaultdict(list)
    for account in disguised.accounts_of("account_migration"):
        if account["account_id"] in seen:
            pairs[account["organisation"]].append(account["account_id"])

    for old, new in (sorted(pair, key=lambda name: min(seen[name])) for pair in pairs.values() if len(pair) == 2):
        assert max(seen[old]) < min(seen[new]) + timedelta(hours=24)


def test_benchmarkers_try_the_new_model(disguised: Made) -> None:
    """Release-day benchmarkers reach the new model, which honest users otherwise take up slowly."""
    rows = disguised.of("release_day_benchmarker")
    share = sum(row["model"] == NEW_MODEL.name for row in rows) / len(rows)
    others = [row for row in disguised.rows if row["campaign"] is None]

    assert share > 2 * sum(row["model"] == NEW_MODEL.name for row in others) / len(others)


def test_most_people_keep_human_hours(disguised: Made) -> None:
    """Offices rest at night by their own clocks."""
    hours: Counter[int] = Counter()
    for row in disguised.of("office_nat"):
        hours[row["started_at"].hour] += 1

    assert max(hours.values()) > 4 * (sum(hours.values()) / 24) / 2


def test_honest_strangers_hardly_ever_share_an_answer(disguised: Made) -> None:
    """A longer answer that one honest account got stands in hardly any other honest account's history."""
    hands = {"contract_synthetic_data", "account_migration"}
    answered: dict[str, str] = {}
    honest = [
        row for row in disguised.rows if row["campaign"] is None and disguised.kind[row["account_id"]] not in hands
    ]
    for row in honest:
        if row["output_text"] and len(row["output_text"]) > 200:
            answered.setdefault(row["output_text"], row["account_id"])
    remembered = [
        (message["text"], row["account_id"])
        for row in honest
        for message in row["input_messages"]
        if message["role"] == "assistant" and len(message["text"]) > 200
    ]
    shared = sum(answered.get(text, account) != account for text, account in remembered)

    assert shared < 0.01 * len(remembered)


def test_a_few_honest_accounts_are_banned_by_mistake(disguised: Made) -> None:
    """Bans are rare among the honest, and there is no honest account without a creation date."""
    honest = {row["account_id"] for row in disguised.rows if row["campaign"] is None}
    banned = {row["account_id"] for row in disguised.rows if row["campaign"] is None and row["status"] == 403}

    assert len(banned) < 0.02 * len(honest)
    assert all(row["created_at"] < STARTS_AT + timedelta(days=90) for row in disguised.account.values())
