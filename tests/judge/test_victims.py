"""Accounts that two hands use are told from accounts that one hand uses in many ways."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.judge.victims import VictimOptions, habits, hands_on
from tests.judge.groups import Row, codes_of, group_of, roster_of, traffic_of

OWNER: dict[str, Any] = {
    "client_ip": "192.0.2.7",
    "user_agent": "editor/3",
    "tls_fingerprint": "t13d",
    "request_params": '{"temperature": 0.2, "max_tokens": 800}',
}
THIEF: dict[str, Any] = {
    "client_ip": "203.0.113.9",
    "user_agent": "relay/9",
    "tls_fingerprint": "t12i",
    "request_params": '{"temperature": 1, "max_tokens": 4096}',
}
EXITS = [f"198.51.{block}.4" for block in range(100, 106)]


def victims(
    rows: Sequence[Row], members: Sequence[str] = ("someone",), options: VictimOptions | None = None
) -> list[bool]:
    """Which of the members, in order of their codes, two hands seem to use."""
    traffic = traffic_of(rows)
    roster = roster_of(traffic)
    found: list[bool] = hands_on(codes_of(roster, members), roster, traffic, options or VictimOptions()).two.tolist()
    return found


def test_a_stolen_key_keeps_its_owners_place_and_gains_another() -> None:
    """Two networks with other software and other parameters on each are two hands."""
    assert victims([OWNER] * 10 + [THIEF] * 10) == [True]


@pytest.mark.parametrize(
    "same",
    [("user_agent", "tls_fingerprint"), ("request_params",), ("tls_fingerprint", "request_params")],
    ids=["parameters tell", "software tells", "user agent tells"],
)
def test_either_software_or_parameters_tell_two_hands_apart(same: tuple[str, ...]) -> None:
    """A thief who disguises one of the two is still seen by the other."""
    disguised = THIEF | {name: OWNER[name] for name in same}

    assert victims([OWNER] * 10 + [disguised] * 10) == [True]


def test_logs_without_software_still_tell_hands_apart_by_parameters() -> None:
    """What a log does not say is the same everywhere and tells nothing; what it says still does."""
    silent = {"user_agent": None, "tls_fingerprint": None}

    assert victims([OWNER | silent] * 10 + [THIEF | silent] * 10) == [True]
    assert victims([OWNER | silent] * 10 + [THIEF | silent | {"request_params": None}] * 10) == [True]
    assert victims([{"client_ip": "192.0.2.7"}] * 10 + [{"client_ip": "203.0.113.9"}] * 10) == [False]


def test_one_person_in_two_places_is_no_victim() -> None:
    """Home and office, with the same editor and the same habits."""
    assert victims([OWNER] * 10 + [OWNER | {"client_ip": "203.0.113.9"}] * 10) == [False]


def test_a_laptop_and_a_telephone_on_the_same_two_networks_are_one_person() -> None:
    """Both devices are carried home and to the office, if not equally often."""
    telephone = {"user_agent": "app/8", "tls_fingerprint": "ios", "request_params": None}
    office = {"client_ip": "203.0.113.9"}
    rows = [OWNER] * 8 + [OWNER | telephone] * 4 + [OWNER | office] * 3 + [OWNER | telephone | office] * 9

    assert victims(rows) == [False]


WORK: dict[str, Any] = {"client_ip": "203.0.113.9", "request_params": THIEF["request_params"]}
"""What an account of a campaign sends by the program that sends its cover, too."""


@pytest.mark.parametrize("mixed", [1, 2, 5])
def test_work_and_cover_that_meet_on_one_network_are_of_one_hand(mixed: int) -> None:
    """One program everywhere, and the work's parameters were seen even once where the cover comes from."""
    where_cover_is = WORK | {"client_ip": OWNER["client_ip"]}

    assert victims([OWNER] * 60 + [OWNER | where_cover_is] * mixed + [OWNER | WORK] * 10) == [False]


def test_networks_that_are_joined_by_others_are_of_one_hand() -> None:
    """Cover comes from one, work from another, and both from a third."""
    third = {"client_ip": "198.51.100.4"}
    rows = [OWNER] * 60 + [OWNER | third] * 5 + [OWNER | WORK | third] * 5 + [OWNER | WORK] * 10

    assert victims(rows) == [False]


def test_what_joins_two_networks_in_one_respect_joins_nothing_in_the_other() -> None:
    """A thief whose parameters the owner has, too, but whose program nobody else uses."""
    thief = THIEF | {"request_params": OWNER["request_params"]}
    rows = [OWNER] * 60 + [OWNER | {"request_params": THIEF["request_params"]}] * 5 + [thief] * 10

    assert victims(rows) == [True]


def test_who_mixes_two_habits_was_still_used_as_if_by_somebody_else() -> None:
    """It is one hand's, but no more than a look is due: some thief may come from a network that its owner uses."""
    traffic = traffic_of([OWNER] * 60 + [OWNER | WORK | {"client_ip": OWNER["client_ip"]}] + [OWNER | WORK] * 10)
    roster = roster_of(traffic)
    member = np.zeros(1, dtype=np.int32)

    hands = hands_on(member, roster, traffic, VictimOptions())

    assert not hands.two.any()
    assert hands.visited.all()
    assert hands.two_places.all()


@settings(max_examples=40)
@given(
    turns=st.lists(st.sampled_from(EXITS), max_size=40),
    seeds=st.lists(st.integers(0, 99), min_size=40, max_size=40),
    software=st.sampled_from(["relay/9", None]),
    params=st.sampled_from(['{"temperature": 1, "seed": %d}', '{"seed": %d}']),
)
def test_a_rotating_account_of_a_campaign_is_no_victim(
    turns: list[str], seeds: list[int], software: str | None, params: str
) -> None:
    """One client and one set of parameters, whatever the exits and however often they change."""
    rows = [
        {"client_ip": exit_, "user_agent": software, "request_params": params % seed}
        for exit_, seed in zip([*EXITS, *EXITS, *EXITS, *turns], seeds, strict=False)
    ]

    assert victims(rows) == [False]


@settings(max_examples=40)
@given(rows=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(1, 250)), min_size=1))
def test_one_network_is_one_hand_whatever_runs_in_it(rows: list[tuple[str, str, int]]) -> None:
    """A household or a lab: any software and any parameters, behind addresses of one block."""
    found = victims(
        [
            {"client_ip": f"192.0.2.{host}", "user_agent": agent, "request_params": f'{{"p": "{params}"}}'}
            for agent, params, host in rows
        ]
    )

    assert found == [False]


@pytest.mark.parametrize(
    ("ours", "theirs", "told"),
    [
        (10, 2, False),  # a visit
        (2, 10, False),
        (2, 2, False),
        (3, 3, True),
        (97, 4, False),  # less than a twentieth of the account's use
        (95, 5, True),
    ],
)
def test_two_hands_need_enough_of_each(ours: int, theirs: int, told: bool) -> None:
    """Three exchanges and a twentieth of the account's from each network, if so set, or nothing is said."""
    options = VictimOptions(least_exchanges=3, least_share=0.05)

    assert victims([OWNER] * ours + [THIEF] * theirs, options=options) == [told]


def test_two_exchanges_from_elsewhere_are_a_visit() -> None:
    """Less than anybody would call use, under the default options."""
    assert victims([OWNER] * 10 + [THIEF] * 2) == [False]


@pytest.mark.parametrize(("shared", "told"), [(1, True), (2, True), (3, False)])
def test_a_tenth_of_common_habits_is_left_to_chance(shared: int, told: bool) -> None:
    """Two mixes of both software and parameters that overlap by more than a tenth are one person's."""
    visit = OWNER | {"client_ip": THIEF["client_ip"]}

    assert victims([OWNER] * 20 + [THIEF] * (20 - shared) + [visit] * shared) == [told]


def test_exchanges_from_nowhere_say_nothing() -> None:
    """Without an address there is no network to tell hands apart by."""
    assert victims([OWNER | {"client_ip": None}] * 10 + [THIEF | {"client_ip": "unknown"}] * 10) == [False]


@settings(max_examples=30)
@given(who=st.permutations(["ann", "bob", "cy", "dee", "eve"]), asked=st.integers(1, 5))
def test_each_account_is_judged_by_its_own_traffic(who: list[str], asked: int) -> None:
    """Whoever else is in the log or the group: neighbours on a thief's network are no victims of each other."""
    stolen, owner, thief, *_ = who
    rows = [OWNER | {"account_id": stolen}] * 5 + [THIEF | {"account_id": stolen}] * 5
    rows += [OWNER | {"account_id": owner}] * 9 + [THIEF | {"account_id": thief}] * 9
    rows += [OWNER | {"account_id": name, "client_ip": exit_} for name in who[3:] for exit_ in EXITS * 3]
    traffic = traffic_of(rows)
    roster = roster_of(traffic)
    members = codes_of(roster, who[:asked])

    found = hands_on(members, roster, traffic, VictimOptions()).two

    assert found.tolist() == [roster.ids[code] == stolen for code in members.tolist()]


def test_a_group_of_nobody_has_no_victims() -> None:
    """An empty group is no error."""
    traffic = traffic_of([OWNER])

    found = hands_on(np.zeros(0, dtype=np.int32), roster_of(traffic), traffic, VictimOptions()).two

    assert found.tolist() == []


def is_habit(rows: Sequence[Row]) -> bool:
    """Whether all accounts of a log, as one group, are used by two hands as their way of working."""
    traffic = traffic_of(rows)
    roster = roster_of(traffic)
    members = np.arange(len(roster), dtype=np.int32)
    two_hands = hands_on(members, roster, traffic, VictimOptions()).two
    assert two_hands.all()
    (found,) = habits([group_of(members, {})], two_hands, roster, traffic, VictimOptions())
    return found


def test_stolen_keys_among_themselves_are_no_habit() -> None:
    """Twelve owners, each with an editor of their own, and one thief: nobody is the thief's accomplice."""
    rows = [
        owner | {"account_id": f"a{i}"}
        for i in range(12)
        for owner in (OWNER | {"client_ip": f"192.0.{i}.7", "user_agent": f"editor/{i}", "request_params": None}, THIEF)
        for _ in range(5)
    ]

    assert not is_habit(rows)


def test_accounts_that_all_work_through_the_same_two_programs_excuse_nobody() -> None:
    """Whoever makes each of his accounts look stolen, with two programs on two networks each, works that way."""
    rows = [
        hand | {"account_id": f"a{i}", "client_ip": f"{net}.{i}.7"}
        for i in range(12)
        for hand, net in ((OWNER, "192.0"), (THIEF, "198.51"))
        for _ in range(5)
    ]

    assert is_habit(rows)
