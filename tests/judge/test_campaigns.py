"""Members of a campaign: each goes as far as its own evidence and its own innocence let it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from stillwatch.facts.campaign import Campaign, Tier
from stillwatch.facts.group import Group, Linked
from stillwatch.facts.roster import Roster
from stillwatch.facts.token import Family
from stillwatch.facts.traffic import Traffic
from stillwatch.judge.campaigns import judge
from stillwatch.judge.verdict import JudgeOptions
from tests.judge.groups import Row, codes_of, group_of, roster_of, traffic_of

FARM = [f"farm-{i}" for i in range(8)]
WIDE_FARM = [f"farm-{i}" for i in range(12)]
STOLEN = "farm-3"
TOOLING: dict[str, Any] = {"user_agent": "relay/9", "request_params": '{"temperature": 1}'}
HOME: dict[str, Any] = {"user_agent": "editor/3", "request_params": None, "client_ip": "192.0.2.7"}


def farm_rows(names: Sequence[str] = tuple(FARM)) -> list[Row]:
    """Accounts with one tooling, each of which goes through six exits."""
    return [
        {"account_id": name, "client_ip": f"198.51.{100 + i * 6 + turn % 6}.4", **TOOLING}
        for i, name in enumerate(names)
        for turn in range(24)
    ]


def campaign_of(group: Group, roster: Roster, traffic: Traffic) -> Campaign:
    """The one campaign that is made of a group."""
    accused, explained = judge(Linked(groups=(group,), tries=group.tries), roster, traffic, JudgeOptions())

    assert explained == ()
    assert len(accused) == 1
    return accused[0]


def tiers(
    rows: Sequence[Row],
    *,
    of: Mapping[str, Sequence[Family]] | None = None,
    faint: Sequence[str] = (),
    gave: Sequence[str] = (),
    busy: Sequence[str] = (),
    known: Mapping[str, Mapping[str, object]] | None = None,
    farm: Sequence[str] = tuple(FARM),
) -> dict[str, Tier]:
    """How far each account of a campaign goes, of which two families are beyond chance.

    `of` names who shows which families, `faint` for whom the first of these is too faint to act on (all of them, for
    those who only `gave` work). The `busy` ones pass half of what they send.
    """
    traffic = traffic_of(rows)
    roster = roster_of(traffic, **(known or {}))
    group = group_of(codes_of(roster, farm), {Family.THINGS: 60.0, Family.HAND_OFFS: 60.0})
    speaking = group.speaking.copy()
    for name, families in (of or {}).items():
        place = int(np.flatnonzero(group.members == roster.ids.index(name))[0])
        speaking[:, place] = [family in families for family in Family]
    names = [roster.ids[code] for code in group.members.tolist()]
    giving = np.array([name in gave for name in names])
    first = (np.cumsum(speaking, axis=0) == 1) & speaking
    faintly = (first & np.array([name in faint for name in names])) | (speaking & giving)
    passed = np.array([0.5 if name in busy else 0.0 for name in names])
    campaign = campaign_of(
        replace(group, speaking=speaking, faint=faintly, gave=giving, passed=passed), roster, traffic
    )

    assert campaign.tier is Tier.ACT
    return {member.account_id: member.tier for member in campaign.members}


def test_a_rotating_campaign_is_acted_on_whole() -> None:
    """Many exits and one tooling make no victims."""
    assert tiers(farm_rows()) == dict.fromkeys(FARM, Tier.ACT)


def test_a_stolen_keys_owner_is_watched_while_the_others_are_acted_on() -> None:
    """Law 5: the account that is also used from a home with software of its own is a victim's."""
    found = tiers([*farm_rows(), *([{"account_id": STOLEN, **HOME}] * 12)])

    assert found.pop(STOLEN) is Tier.WATCH
    assert found == dict.fromkeys(set(FARM) - {STOLEN}, Tier.ACT)


@pytest.mark.parametrize("visits", [1, 2])
def test_a_visit_as_if_by_somebody_else_goes_to_a_person(visits: int) -> None:
    """Too few requests from another network with other software to make a victim are enough to ask."""
    found = tiers([*farm_rows(), *([{"account_id": STOLEN, **HOME}] * visits)])

    assert found.pop(STOLEN) is Tier.REVIEW
    assert found == dict.fromkeys(set(FARM) - {STOLEN}, Tier.ACT)


def test_an_account_that_two_networks_use_with_one_software_is_asked_about_where_keys_are_stolen() -> None:
    """A thief's client may be the owner's by luck; beside other stolen keys that is likely enough to ask."""
    farm = [{**row, "client_ip": "198.51.100.4"} for row in farm_rows()]
    same = [{"account_id": FARM[1], "client_ip": HOME["client_ip"], **TOOLING}] * 12
    stolen = [{"account_id": STOLEN, **HOME}] * 12

    alone, beside, among_many = tiers([*farm, *same]), tiers([*farm, *same, *stolen]), tiers([*farm_rows(), *stolen])

    assert alone[FARM[1]] is Tier.ACT
    assert (beside[FARM[1]], beside[STOLEN], beside[FARM[0]]) == (Tier.REVIEW, Tier.WATCH, Tier.ACT)
    assert among_many[FARM[1]] is Tier.ACT  # where all go through many networks, that is how they work


@pytest.mark.parametrize("visits", [1, 2])
def test_a_visit_as_if_by_somebody_else_makes_a_victim_where_keys_are_stolen(visits: int) -> None:
    """An owner who hardly works looks like a visitor; beside other stolen keys it is likelier the owner than not."""
    farm = [{**row, "client_ip": "198.51.100.4"} for row in farm_rows()]
    stolen = [{"account_id": STOLEN, **HOME}] * 12

    found = tiers([*farm, *([{"account_id": FARM[1], **HOME}] * visits), *stolen])

    assert (found[FARM[1]], found[STOLEN], found[FARM[0]]) == (Tier.WATCH, Tier.WATCH, Tier.ACT)


def test_who_shares_no_things_as_the_others_do_is_asked_about_where_keys_are_stolen() -> None:
    """A thief uses a key and has no part in its account; where few share things, that says nothing."""
    farm = [{**row, "client_ip": "198.51.100.4"} for row in farm_rows()]
    stolen = [{"account_id": STOLEN, **HOME}] * 12
    does = [Family.HAND_OFFS, Family.RHYTHM]

    alone = tiers(farm, of={FARM[1]: does})
    beside = tiers([*farm, *stolen], of={FARM[1]: does})
    nobody_shares = tiers([*farm, *stolen], of=dict.fromkeys(FARM, does))

    assert alone[FARM[1]] is Tier.ACT
    assert (beside[FARM[1]], beside[STOLEN], beside[FARM[0]]) == (Tier.REVIEW, Tier.WATCH, Tier.ACT)
    assert nobody_shares[FARM[1]] is Tier.ACT


def test_who_is_watched_in_a_group_that_goes_further_is_no_surer_than_in_one_that_is_watched() -> None:
    """A class on one campus network: who shows nothing but that is listed, not believed to be of a campaign."""
    traffic = traffic_of(farm_rows())
    roster = roster_of(traffic)
    group = group_of(codes_of(roster, FARM), {Family.THINGS: 60.0, Family.WORDS: 60.0})
    speaking = group.speaking.copy()
    speaking[:, :3] = np.array([family is Family.THINGS for family in Family])[:, None]
    quiet = {roster.ids[code] for code in group.members[:3].tolist()}

    campaign = campaign_of(replace(group, speaking=speaking), roster, traffic)

    assert campaign.tier is Tier.REVIEW
    assert {one.account_id for one in campaign.members if one.tier is Tier.WATCH} == quiet
    assert all((one.confidence <= 0.1) == (one.account_id in quiet) for one in campaign.members)


def test_a_victim_of_a_verified_organisation_is_still_only_watched() -> None:
    """The owner who could be asked is told, not reviewed."""
    rows = [*farm_rows(), *([{"account_id": STOLEN, **HOME}] * 12)]
    known = {
        "organisation": {STOLEN: "Plain Bakery Ltd", FARM[5]: "Plain Robots Ltd"},
        "verification_level": {STOLEN: "business", FARM[5]: "business"},
    }

    found = tiers(rows, known=known)

    assert (found[STOLEN], found[FARM[5]], found[FARM[0]]) == (Tier.WATCH, Tier.REVIEW, Tier.ACT)


@pytest.mark.parametrize("alike", [0, 1])
def test_who_only_gives_work_beside_a_core_that_shows_more_is_watched(alike: int) -> None:
    """A relay's customers have conversations go on in its accounts and share nothing else, but for one its software."""
    customers = {name: [Family.HAND_OFFS] for name in FARM[5:]}
    customers |= {name: [Family.WORDS, Family.HAND_OFFS] for name in FARM[5 : 5 + alike]}

    found = tiers(farm_rows(), of=customers, gave=list(customers))

    assert {name for name, tier in found.items() if tier is Tier.WATCH} == set(customers)
    assert {name for name, tier in found.items() if tier is Tier.ACT} == set(FARM[:5])


@pytest.mark.parametrize(("core", "tier"), [(Family.WORDS, Tier.REVIEW), (Family.THINGS, Tier.WATCH)])
def test_who_only_gives_and_uses_the_groups_software_as_all_who_give_do_goes_to_a_person(
    core: Family, tier: Tier
) -> None:
    """A reseller's quiet accounts are told from customers by their software, unless all others share cards as well."""
    quiet = {name: [Family.WORDS, Family.HAND_OFFS] for name in FARM[5:]}
    others = {name: [core, Family.HAND_OFFS] for name in FARM[:5]}

    found = tiers(farm_rows(), of=quiet | others, gave=list(quiet))

    assert {found[name] for name in quiet} == {tier}


def test_however_many_customers_a_relay_has_they_are_watched() -> None:
    """More customers than accounts of the relay make the relay no group of customers."""
    customers = {name: [Family.HAND_OFFS] for name in FARM[3:]}

    found = tiers(farm_rows(), of=customers, gave=list(customers))

    assert {name for name, tier in found.items() if tier is Tier.WATCH} == set(customers)


@pytest.mark.parametrize(("passing", "tier"), [(1, Tier.WATCH), (3, Tier.REVIEW)])
def test_who_takes_work_over_as_well_is_out_of_line_only_where_nearly_all_show_more(passing: int, tier: Tier) -> None:
    """A customer may go on with what the relay was told; many who do so are how a reseller's quiet accounts work."""
    only_pass = {name: [Family.HAND_OFFS] for name in WIDE_FARM[-passing:]}

    found = tiers(farm_rows(WIDE_FARM), of=only_pass, farm=WIDE_FARM)

    assert {found[name] for name in only_pass} == {tier}


@pytest.mark.parametrize(("does", "tier"), [("takes over", Tier.REVIEW), ("gives", Tier.WATCH), ("seems", Tier.WATCH)])
def test_who_passes_a_good_part_of_what_it_sends_by_its_own_deed_is_no_customer(does: str, tier: Tier) -> None:
    """A customer has conversations of its own; one that only gives may have moved away, and others can make retries."""
    one = WIDE_FARM[-1]
    marked = [one]

    found = tiers(
        farm_rows(WIDE_FARM),
        of={one: [Family.HAND_OFFS]},
        busy=marked,
        gave=marked if does == "gives" else (),
        faint=marked if does == "seems" else (),
        farm=WIDE_FARM,
    )

    assert found[one] == tier


def test_where_nobody_shows_more_than_hand_offs_they_go_to_a_person() -> None:
    """Without a core there are no customers beside it: each is looked at and none is acted on."""
    assert set(tiers(farm_rows(), of={name: [Family.HAND_OFFS] for name in FARM}).values()) == {Tier.REVIEW}


def test_one_family_of_its_own_is_not_enough_for_an_account() -> None:
    """Law 1 holds for the account as for its campaign."""
    assert tiers(farm_rows(), of={FARM[1]: [Family.THINGS], FARM[2]: []}) == dict.fromkeys(FARM, Tier.ACT) | {
        FARM[1]: Tier.REVIEW,
        FARM[2]: Tier.REVIEW,
    }


def test_an_account_that_one_of_two_families_ties_in_faintly_goes_to_a_person() -> None:
    """Colleagues use one software, too: request parameters are no second family to act on."""
    both = {FARM[1]: [Family.WORDS, Family.HAND_OFFS], FARM[2]: [Family.WORDS, Family.HAND_OFFS]}

    found = tiers(farm_rows(), of=both, faint=[FARM[1]])

    assert (found[FARM[1]], found[FARM[2]]) == (Tier.REVIEW, Tier.ACT)


def test_what_is_faint_in_one_family_takes_nothing_from_what_an_account_did_itself() -> None:
    """It sends the group's text and passed work on by its own deed; that it shares a thing too faintly is no matter."""
    shown = {FARM[1]: [Family.THINGS, Family.WORDS, Family.HAND_OFFS]}

    assert tiers(farm_rows(), of=shown, faint=[FARM[1]])[FARM[1]] is Tier.ACT


def test_who_only_shares_things_and_words_needs_much_of_them_to_be_acted_on() -> None:
    """Neighbours share a card and a tool: beside a campaign that passes work on, that is for a person to look at."""
    traffic = traffic_of(farm_rows())
    roster = roster_of(traffic)
    group = group_of(codes_of(roster, FARM), {Family.THINGS: 60.0, Family.HAND_OFFS: 60.0})
    speaking, bits = group.speaking.copy(), group.bits.copy()
    for name, own in ((FARM[1], 15.0), (FARM[2], 30.0)):
        place = int(np.flatnonzero(group.members == roster.ids.index(name))[0])
        speaking[:, place] = [family in (Family.THINGS, Family.WORDS) for family in Family]
        bits[place] = own

    campaign = campaign_of(replace(group, speaking=speaking, bits=bits), roster, traffic)
    found = {member.account_id: member.tier for member in campaign.members}

    assert (found[FARM[1]], found[FARM[2]]) == (Tier.REVIEW, Tier.ACT)


def test_a_campaign_whose_accounts_all_look_stolen_excuses_nobody_from_a_persons_look() -> None:
    """Camouflage: an exchange or three from elsewhere on every account is how the group works."""
    homes = [
        {**HOME, "account_id": name, "client_ip": f"192.0.{i}.7"} for i, name in enumerate(WIDE_FARM) for _ in range(3)
    ]
    traffic = traffic_of([*farm_rows(WIDE_FARM), *homes])
    roster = roster_of(traffic)
    group = group_of(codes_of(roster, WIDE_FARM), {Family.THINGS: 60.0, Family.HAND_OFFS: 60.0})

    found = {member.tier for member in campaign_of(group, roster, traffic).members}

    assert found == {Tier.REVIEW}


def test_owners_whose_stolen_keys_are_a_group_of_their_own_are_excused_beside_the_thiefs_accounts() -> None:
    """One hand moves both groups, and the thief's own accounts do not look stolen: it is not how that hand works."""
    owners, thieves = WIDE_FARM, [f"thief-{i}" for i in range(8)]
    homes = [
        {**HOME, "account_id": name, "client_ip": f"192.0.{i}.7"} for i, name in enumerate(owners) for _ in range(3)
    ]
    traffic = traffic_of([*farm_rows(owners), *farm_rows(thieves), *homes])
    roster = roster_of(traffic)
    bits = {Family.THINGS: 60.0, Family.HAND_OFFS: 60.0}
    groups = [group_of(codes_of(roster, names), bits) for names in (owners, thieves)]

    def tiers_of(*hands: int) -> dict[str, Tier]:
        linked = Linked(groups=tuple(replace(group, hand=hand) for group, hand in zip(groups, hands, strict=True)))
        accused, _ = judge(linked, roster, traffic, JudgeOptions())
        return {member.account_id: member.tier for one in accused for member in one.members}

    together, apart = tiers_of(4, 4), tiers_of(4, 5)

    assert {together[name] for name in owners} == {Tier.WATCH}
    assert {apart[name] for name in owners} == {Tier.REVIEW}
    assert {together[name] for name in thieves} == {apart[name] for name in thieves} == {Tier.ACT}


def test_what_chance_does_not_make_is_told_before_what_it_makes_however_many_bits_that_has() -> None:
    """One family finds a group and cannot also say that it is beyond chance; of two the weaker one does."""
    rows = [{"account_id": name} for name in (*FARM, *WIDE_FARM) for _ in range(3)]
    traffic = traffic_of(rows)
    roster = roster_of(traffic)
    one_family = group_of(codes_of(roster, WIDE_FARM[:3]), {Family.THINGS: 500.0})
    two_families = group_of(codes_of(roster, WIDE_FARM[3:6]), {Family.THINGS: 40.0, Family.WORDS: 35.0})

    accused, _ = judge(Linked(groups=(one_family, two_families), tries=100), roster, traffic, JudgeOptions())

    assert [one.tier for one in accused] == [Tier.WATCH, Tier.WATCH]
    assert [one.made_by_chance() for one in accused] == [False, True]
    assert accused[0].counted_bits() < accused[1].counted_bits()
