"""What the campaigns' processes leave in the log: each archetype shows its facts."""

import statistics
from collections import Counter, defaultdict
from dataclasses import fields
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from stillwatch.range import make_range
from stillwatch.range.campaigns import ARCHETYPES, Archetype
from stillwatch.range.customs import Customs
from stillwatch.range.honest import CLASSES, HonestClass
from stillwatch.range.make import STARTS_AT
from stillwatch.range.marks import parameters
from stillwatch.range.models import NEW_MODEL
from stillwatch.range.plan import Proportions
from stillwatch.range.provider import Service
from tests.range.conftest import Made

Row = dict[str, Any]


def refused_elsewhere(rows: list[Row]) -> int:
    """Count requests refused on one account and soon answered, word for word the same, on another."""
    waiting: dict[str, tuple[str, datetime]] = {}
    moved = 0
    for row in rows:
        asked = str([message["text"] for message in row["input_messages"]])
        if row["status"] in {429, 403}:
            waiting[asked] = (row["account_id"], row["started_at"])
        elif asked in waiting:
            account, at = waiting.pop(asked)
            moved += account != row["account_id"] and row["started_at"] - at < timedelta(seconds=60)
    return moved


def test_there_are_fifteen_archetypes_and_every_class_of_the_table() -> None:
    """Fifteen archetypes, and honest classes for all of B1 to B24."""
    assert len({archetype.kind for archetype in ARCHETYPES}) == 15
    assert {each.row for each in CLASSES} >= {f"B{number}" for number in range(1, 25)}


EVERYBODY = [Proportions(), Service(), *(getattr(Customs(), each.name) for each in fields(Customs))]


@pytest.mark.parametrize("owner", EVERYBODY, ids=lambda owner: type(owner).__name__)
def test_what_holds_for_everybody_says_where_it_comes_from(owner: Any) -> None:  # noqa: ANN401 - any dataclass
    """Every number that no campaign or class has for itself is marked too, the level of skill apart."""
    marked = parameters(owner)

    assert {each.name for each in marked} == {each.name for each in fields(owner)} - {"level"}
    assert all(len(each.source) > 5 for each in marked)


@pytest.mark.parametrize("owner", [*ARCHETYPES, *CLASSES], ids=lambda owner: owner.kind)
def test_every_number_says_where_it_comes_from(owner: Archetype | HonestClass) -> None:
    """Every field of an archetype or class is marked a fact, derived or assumed, with words."""
    marked = parameters(owner)

    assert {each.name for each in marked} == {each.name for each in fields(owner)}
    assert all(len(each.source) > 5 for each in marked)


@pytest.mark.parametrize("archetype", [each for each in ARCHETYPES if each.exchanges], ids=lambda each: each.kind)
def test_a_campaign_keeps_to_its_budget(careless: Made, archetype: Any) -> None:  # noqa: ANN401 - any archetype
    """Every campaign sends, over at least sixteen accounts, and over all of the range's days that it means to."""
    rows = [row for row in careless.rows if row["campaign"] == f"campaign_{archetype.kind}"]

    assert 200 < len(rows) < 3_500
    assert len(careless.accounts_of(archetype.kind)) >= 16


def test_careless_campaigns_share_cards_exits_and_sign_ups(careless: Made) -> None:
    """At level 0 a card pays for several accounts, exits are few, and accounts were opened in batches."""
    accounts = careless.accounts_of("hydra_api_load_balanced")
    cards = Counter(row["payment_fingerprint"] for row in accounts)
    exits = {row["client_ip"] for row in careless.of("hydra_api_load_balanced")}
    opened = sorted(row["created_at"] for row in accounts)

    assert max(cards.values()) >= 5
    assert len(exits) <= 6
    assert sum(later - earlier < timedelta(hours=1) for earlier, later in pairwise(opened)) > len(opened) / 2


def test_skill_hides_what_it_says(disguised: Made) -> None:
    """At level 1 each account has an exit of its own, and none of the careless clients is left."""
    by_account = defaultdict(set)
    for row in disguised.of("hydra_api_load_balanced"):
        by_account[row["account_id"]].add(row["client_ip"])

    everywhere = [address for exits in by_account.values() for address in exits]
    assert statistics.median(len(exits) for exits in by_account.values()) == 1
    assert len(everywhere) == len(set(everywhere))


def test_a_refused_request_goes_on_over_another_account(careless: Made) -> None:
    """Campaigns fail over on 429 and 403; honest accounts, contract distillers aside, never do."""
    campaigns = [row for row in careless.rows if row["campaign"] is not None]
    pooled = {"contract_synthetic_data"}
    honest = [
        row for row in careless.rows if row["campaign"] is None and careless.kind[row["account_id"]] not in pooled
    ]

    assert refused_elsewhere(campaigns) > 20
    assert refused_elsewhere(honest) == 0


def test_banned_accounts_are_replaced_and_the_list_goes_on(careless: Made) -> None:
    """Some campaign accounts meet a ban, and others are opened while the range runs."""
    campaign = careless.accounts_of("hydra_reseller_mixed")
    banned = {row["account_id"] for row in careless.of("hydra_reseller_mixed") if row["status"] == 403}
    fresh = {row["account_id"] for row in campaign if row["created_at"] > STARTS_AT}
    used = {row["account_id"] for row in careless.of("hydra_reseller_mixed") if row["status"] == 200}

    assert banned
    assert fresh & used


def test_traces_are_cleaned_and_judged_on_other_accounts(careless: Made) -> None:
    """In the pipeline an account's answer comes back in the question of another one."""
    rows = [row for row in careless.of("clean_and_judge_pipeline") if row["status"] == 200]
    answered_by = {row["output_text"]: row["account_id"] for row in rows if len(row["output_text"]) > 80}
    stages = Counter(row["part"] for row in rows)
    passed_on = 0
    for row in rows:
        if row["part"] == "clean":
            asked = row["input_messages"][-1]["text"]
            source = next((account for answer, account in answered_by.items() if answer in asked), None)
            passed_on += source is not None and source != row["account_id"]

    assert stages["clean"] / len(rows) == pytest.approx(0.26, abs=0.08)
    assert stages["judge"] > 0
    assert passed_on > stages["clean"] / 2


def test_relayed_conversations_live_on_several_accounts(careless: Made) -> None:
    """Turns of one conversation meet different accounts, and signatures are replayed in foreign sessions."""
    rows = [row for row in careless.of("live_relay") if row["status"] == 200]
    accounts = defaultdict(set)
    for row in rows:
        if row["session_id"]:
            accounts[row["session_id"]].add(row["account_id"])
    issued = {row["output_signature"]: row["account_id"] for row in rows if row["output_signature"]}
    replays = [row for row in rows if row["part"] == "replay"]
    foreign = [
        row
        for row in replays
        if any(issued.get(s, row["account_id"]) != row["account_id"] for s in row["reasoning_signatures"])
    ]

    assert sum(len(each) > 1 for each in accounts.values()) > 10
    assert len(foreign) > len(replays) / 2 > 0


def test_people_carry_sessions_from_their_own_account_into_the_relay(disguised: Made) -> None:
    """A relay customer's history shows up, unchanged, on an account of the relay."""
    own = {
        row["output_text"]
        for row in disguised.of("relay_customer")
        if row["output_text"] and len(row["output_text"]) > 80
    }
    carried = [
        row
        for row in disguised.of("live_relay")
        if any(message["role"] == "assistant" and message["text"] in own for message in row["input_messages"])
    ]

    assert carried


def test_half_the_work_pivots_within_a_day(disguised: Made) -> None:
    """The pivoting campaign sends nearly half of its traffic to the new model within 24 hours of its release."""
    days = (disguised.rows[-1]["started_at"] - STARTS_AT).total_seconds() / 86_400
    release = STARTS_AT + timedelta(days=Service().release_at * days)
    rows = [row for row in disguised.of("new_model_pivot") if row["started_at"] > release + timedelta(hours=12)]
    share = sum(row["model"] == NEW_MODEL.name for row in rows) / len(rows)
    before = [row for row in disguised.rows if row["started_at"] < release]

    assert share == pytest.approx(0.47, abs=0.12)
    assert all(row["model"] != NEW_MODEL.name for row in before)


def test_pool_one_is_banned_and_pool_two_takes_over(careless: Made) -> None:
    """Most accounts of the fixed-prompt campaign work in one half of the range only."""
    seen = defaultdict(list)
    for row in careless.of("fixed_prompt_cot_tags"):
        seen[row["account_id"]].append(row["started_at"])
    first_half = [account for account, times in seen.items() if max(times) < STARTS_AT + timedelta(days=3.3)]
    second_half = [account for account, times in seen.items() if min(times) > STARTS_AT + timedelta(days=2.7)]

    assert len(first_half) > 3
    assert len(second_half) > 3


def test_stored_sessions_arrive_whole(careless: Made) -> None:
    """Replayed sessions bring a history this provider never answered, in many languages, after the trial's end."""
    rows = [row for row in careless.of("store_then_replay") if row["part"] == "replay"]
    answers = {row["output_text"] for row in careless.rows}
    foreign = [
        row
        for row in rows
        for message in row["input_messages"]
        if message["role"] == "assistant" and message["text"] not in answers
    ]

    assert min(row["started_at"] for row in rows) > STARTS_AT + timedelta(days=1)
    assert len(foreign) > len(rows) / 3


def test_most_probes_are_refused_and_each_is_different(careless: Made) -> None:
    """The sweep is refused most of the time and never asks the same thing twice."""
    probes = [
        row for row in careless.of("elicitation_probe_then_scale") if row["part"] == "probe" and row["status"] == 200
    ]
    work = [
        row for row in careless.of("elicitation_probe_then_scale") if row["part"] == "work" and row["status"] == 200
    ]

    assert statistics.mean(row["finish_reason"] == "refusal" for row in probes) > 0.8
    assert statistics.mean(row["finish_reason"] == "refusal" for row in work) < 0.1
    assert len({row["input_messages"][-1]["text"] for row in probes}) == len(probes)


def test_stolen_keys_carry_two_lives(disguised: Made) -> None:
    """A victim's account shows its owner's requests and, from other addresses, a campaign's."""
    rows = disguised.of("stolen_key_victim")
    owners = {row["client_ip"] for row in rows if row["campaign"] is None}
    thieves = {row["client_ip"] for row in rows if row["campaign"] is not None}

    assert owners
    assert thieves
    assert not owners & thieves


def test_a_fixed_pool_keeps_its_number_in_flight(tmp_path: Path) -> None:
    """While a shift lasts, the end of one request starts the next on another account."""
    make_range(tmp_path / "out", scale=0.0005, seed=2, level=1, campaigns=["hydra_api_load_balanced"], honest=[])
    rows = Made(tmp_path / "out").rows
    follows = 0
    ends = [(row["ended_at"], row["account_id"]) for row in rows]
    for row in rows:
        follows += any(
            timedelta(0) < row["started_at"] - ended < timedelta(seconds=0.8) and account != row["account_id"]
            for ended, account in ends
        )

    assert follows > 0.7 * len(rows)


def test_cover_is_three_quarters_at_level_three(tmp_path: Path) -> None:
    """From level 3 on, three of four requests of a campaign are unrelated."""
    make_range(tmp_path / "out", scale=0.0003, seed=2, level=3, campaigns=["clean_and_judge_pipeline"], honest=[])
    parts = Counter(row["part"] == "cover" for row in Made(tmp_path / "out").rows)

    assert parts[True] / parts.total() == pytest.approx(0.75, abs=0.08)


def test_an_adaptive_campaign_drops_what_gave_it_away(tmp_path: Path) -> None:
    """At level 4, when a defender suspends every account paid from one issuer, the campaign changes something."""
    suspended: set[str] = set()

    def defender(exchanges: pa.Table, _: datetime) -> set[str]:
        clients = Counter(zip(exchanges["account_id"].to_pylist(), exchanges["user_agent"].to_pylist(), strict=True))
        blamed = Counter(agent for _, agent in clients).most_common(1)[0][0]
        suspended.update(account for account, agent in clients if agent == blamed)
        return suspended

    made = make_range(
        tmp_path / "out", scale=0.0003, seed=2, level=4, campaigns=["live_relay"], honest=[], defender=defender
    )

    assert suspended
    assert made.learnt["live_relay"]
