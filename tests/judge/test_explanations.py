"""Honest explanations are found by name, and each accounts for its own evidence only."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from stillwatch.facts.campaign import Findings, Tier
from stillwatch.facts.group import Drawn, SharedToken
from stillwatch.facts.token import Family, TokenKind
from stillwatch.judge.explanations import ExplanationOptions, find_explanations
from stillwatch.judge.look import Look
from stillwatch.judge.verdict import JudgeOptions, judge_group
from tests.judge.groups import group_of, roster_of, traffic_of
from tests.link.worlds import World
from tests.profile.exchanges import START
from tests.test_pipeline import accused, scan_world

DEFAULT = ExplanationOptions()


def crowd(seed: int) -> World:
    """A world with enough people in it."""
    world = World(seed=seed)
    world.honest(150)
    return world


def names_of(findings: Findings, prefix: str) -> set[str]:
    """The explanations of the groups that were set aside and hold accounts of a prefix."""
    return {
        each.name
        for group in findings.set_aside
        for each in group.explanations
        if any(member.account_id.startswith(prefix) for member in group.members)
    }


def test_an_agency_pays_for_separate_customers(tmp_path: Path) -> None:
    """One card, one office, one tool, and verified customers who each want something else: nobody is accused."""
    world = crowd(21)
    office, tool = world.address(), world.talk(30)
    for i in range(15):
        name = world.account(
            f"client-{i:02d}",
            payment_fingerprint="agency-card",
            organisation=f"customer {i}",
            verification_level="business",
        )
        subject = world.talk(4)
        for _ in range(20):
            at = int(world.rng.integers(3)) * 86_400 + world.rng.uniform(8, 18) * 3_600
            world.ask(name, float(at), f"{tool} {' '.join([subject] * 6)} {world.talk(6)}", client_ip=office)

    findings = scan_world(world.write(tmp_path / "w"))

    assert not {name for name in accused(findings, Tier.ACT) if name.startswith("client")}


def test_verified_owners_with_one_tool_are_separate(tmp_path: Path) -> None:
    """Several organisations, each with its own card and network, that use one product's prompt."""
    world = crowd(22)
    prompt = world.talk(40)
    for owner in range(5):
        exit_ = world.address()
        for i in range(4):
            name = world.account(
                f"bot-{owner}-{i}",
                payment_fingerprint=f"owner-{owner}",
                organisation=f"owner {owner}",
                verification_level="business",
            )
            for _ in range(20):
                world.ask(name, float(world.rng.uniform(0, 3 * 86_400)), f"{prompt} {world.talk(8)}", client_ip=exit_)

    findings = scan_world(world.write(tmp_path / "w"))

    assert not accused(findings)
    assert names_of(findings, "bot") <= {"separate owners", "one disclosed owner"}


def test_a_class_that_shares_cards_is_no_class(tmp_path: Path) -> None:
    """The explanation accounts for the campus and the sheet of assignments, not for cards passed around."""
    world = crowd(23)
    students = world.course(25)
    for place, row in enumerate(row for row in world.accounts if row["account_id"] in students):
        row["payment_fingerprint"] = f"passed-around-{place // 8}"

    findings = scan_world(world.write(tmp_path / "w"))

    assert "one class" not in names_of(findings, "student")


def test_a_claimed_owner_is_not_a_disclosed_one(tmp_path: Path) -> None:
    """An organisation's name that nobody verified excuses nobody."""
    world = crowd(24)
    farm = world.careless(20, organisation="Trust Us Ltd", verification_level="email")

    findings = scan_world(world.write(tmp_path / "w"))

    assert accused(findings, Tier.ACT) == set(farm)


def test_an_account_of_a_verified_organisation_goes_no_further_than_review(tmp_path: Path) -> None:
    """Its owner can be asked; a stolen key may be all that ties it in."""
    world = crowd(25)
    farm = world.careless(20)
    victim = next(row for row in world.accounts if row["account_id"] == farm[3])
    victim |= {"organisation": "Plain Bakery Ltd", "verification_level": "business"}

    findings = scan_world(world.write(tmp_path / "w"))

    tiers = {member.account_id: member.tier for campaign in findings.campaigns for member in campaign.members}
    assert tiers[farm[3]] is Tier.REVIEW
    assert {tiers[name] for name in farm if name != farm[3]} == {Tier.ACT}


@pytest.mark.parametrize(
    ("places", "is_class"), [((40, 30), True), ((50, 20), True), ((62, 8), True), ((24, 23, 23), False)]
)
def test_two_classes_with_the_same_exercises_are_classes(places: tuple[int, ...], is_class: bool) -> None:
    """Each works from a network of its own by day, and signed up together; three such networks are a pool's exits."""
    day, n = 86_400_000_000, sum(places)
    rows = [
        {"account_id": f"a{k:02d}", "started_at": START + turn * day + hour * day // 24}
        for k in range(n)
        for turn in range(3)
        for hour in range(9, 17)
    ]
    traffic = traffic_of(rows)
    ends = np.cumsum(places).tolist()
    nets = [tuple(range(end - size, end)) for size, end in zip(places, ends, strict=True)]
    tokens = [
        SharedToken(kind=kind, token=k, inside=len(codes), outside=0, account_codes=codes)
        for k, codes in enumerate([*nets, tuple(range(n // 2 + 3))])
        for kind in [TokenKind.CLIENT_ADDRESS if k < len(nets) else TokenKind.SIGNUP_BURST]
    ]
    bits = {Family.THINGS: 90.0, Family.WORDS: 90.0}
    group = group_of(np.arange(n, dtype=np.int32), bits, tokens=tokens)

    found = {one.explanation.name for one in find_explanations(group, roster_of(traffic), traffic, DEFAULT)}

    assert ("one class" in found) is is_class
    assert "networks and texts only" in found
    assert ("one network" in found) is is_class  # one place has two exits, and who is there need not sign up together


@pytest.mark.parametrize(
    ("kind", "holders", "acts", "tier"),
    [
        (TokenKind.SIGNUP_BURST, 20, False, Tier.WATCH),  # a hackathon, or a class: all of it in one place
        (TokenKind.SIGNUP_DEVICE, 4, False, Tier.WATCH),
        (TokenKind.SIGNUP_DEVICE, 5, False, Tier.REVIEW),  # a quarter were signed up on one device
        (TokenKind.EMAIL_DOMAIN, 20, False, Tier.REVIEW),  # throw-away addresses
        (TokenKind.PAYMENT, 9, False, Tier.REVIEW),
        (TokenKind.SIGNUP_BURST, 20, True, Tier.ACT),  # they pass work on
    ],
)
def test_neighbours_who_share_nothing_but_networks_and_texts_are_watched(
    kind: TokenKind, holders: int, acts: bool, tier: Tier
) -> None:
    """They work day and night on what the place works on. What accounts do together is not said to be its."""
    rows = [
        {"account_id": f"a{k:02d}", "started_at": START + hour * 3_600_000_000}
        for k in range(20)
        for hour in range(k, 24 * 6, 3)
    ]
    traffic = traffic_of(rows)
    tokens = [
        SharedToken(kind=of, token=7, inside=size, outside=0, account_codes=tuple(range(size)))
        for of, size in ((TokenKind.CLIENT_ADDRESS, 18), (kind, holders))
    ]
    bits = {Family.THINGS: 90.0, Family.WORDS: 90.0} | ({Family.HAND_OFFS: 90.0} if acts else {})
    group = group_of(np.arange(20, dtype=np.int32), bits, tokens=tokens)

    assert judge_group(group, roster_of(traffic), traffic, JudgeOptions()).tier is tier


@pytest.mark.parametrize("n", [240, 1_000])
@pytest.mark.parametrize(
    ("known", "tokens", "tier"),
    [
        ({}, [TokenKind.CLIENT_ADDRESS], Tier.WATCH),
        ({}, [TokenKind.CLIENT_ADDRESS, TokenKind.PAYMENT], Tier.REVIEW),
        ({"payment_fingerprint": 4}, [TokenKind.CLIENT_ADDRESS], Tier.REVIEW),
        ({"signup_device": 4}, [TokenKind.CLIENT_ADDRESS], Tier.REVIEW),
        ({"payment_fingerprint": 1}, [TokenKind.CLIENT_ADDRESS], Tier.WATCH),
    ],
    ids=["networks only", "one card", "a card for four", "a device for four", "a card each"],
)
def test_what_a_wide_group_shares_is_known_beyond_the_tokens_and_holders_that_it_names(
    known: dict[str, int], tokens: list[TokenKind], tier: Tier, n: int
) -> None:
    """Of any number of accounts a token names two hundred holders, and cards of four are not among the telling ones."""
    names = [f"a{k:04d}" for k in range(n)]
    traffic = traffic_of([{"account_id": name, "started_at": START + k} for k, name in enumerate(names)])
    held = [
        SharedToken(kind=kind, token=7, inside=n - 10, outside=0, account_codes=tuple(range(200))) for kind in tokens
    ]
    group = group_of(np.arange(n, dtype=np.int32), {Family.THINGS: 90.0, Family.WORDS: 90.0}, tokens=held)
    said = {column: {name: f"{column}-{k // each}" for k, name in enumerate(names)} for column, each in known.items()}

    assert judge_group(group, roster_of(traffic, **said), traffic, JudgeOptions()).tier is tier


def test_a_benchmark_is_a_list_that_each_runs_once_and_no_stock_that_requests_are_drawn_from() -> None:
    """Twenty prompts that half of a group share and no thing: published, unless two requests of one draw as two do."""
    traffic = traffic_of([{"account_id": f"a{i}", "started_at": START + i} for i in range(8)])
    members = np.arange(8, dtype=np.int32)
    tokens = [
        SharedToken(kind=TokenKind.TEMPLATE, token=k, inside=6, outside=0, account_codes=tuple(range(6)))
        for k in range(20)
    ]

    def found(drawn: Drawn) -> set[str]:
        group = group_of(members, {Family.WORDS: 90.0}, tokens=tokens, drawn=drawn)
        return {one.explanation.name for one in find_explanations(group, roster_of(traffic), traffic, DEFAULT)}

    assert found(Drawn()) == {"one benchmark"}
    assert found(Drawn(bits=40.0, texts=60, a_request=3.0, ratio=1.0)) == set()


@pytest.mark.parametrize(
    ("at_night", "people"), [([3, 3, 3, 2, 2, 2], True), ([9] * 6, False)], ids=["by luck", "too many"]
)
def test_a_night_that_luck_could_have_filled_is_a_night(at_night: list[int], people: bool) -> None:
    """Fifteen of some two hundred requests in the six quietest hours are few enough for people, fifty-four are not."""
    assert like_people(np.array([*at_night, *[11] * 18])) is people


@pytest.mark.parametrize(("sleepless", "people"), [(1, True), (4, False)], ids=["a visitor", "half of them"])
def test_a_visitor_who_never_sleeps_does_not_keep_a_class_awake(sleepless: int, people: bool) -> None:
    """One account in eight asks around the clock and more than the others do; the night is most of the group's."""
    day = 86_400_000_000
    rows = [
        {"account_id": f"a{k}", "started_at": START + turn * day + hour * day // 24}
        for k in range(8)
        for turn in range(6 if k < sleepless else 3)
        for hour in (range(24) if k < sleepless else range(8, 20))
    ]

    assert looks_like_people(rows) is people


def like_people(by_hour: npt.NDArray[np.int64]) -> bool:
    """Whether eight accounts with so many requests in each hour of the day, over three days, look like people."""
    day = 86_400_000_000
    hours = np.repeat(np.arange(24), by_hour).tolist()
    return looks_like_people(
        [
            {"account_id": f"a{k % 8}", "started_at": START + k % 3 * day + hour * day // 24}
            for k, hour in enumerate(hours)
        ]
    )


def looks_like_people(rows: list[dict[str, Any]]) -> bool:
    """Whether eight accounts that made these requests look like people."""
    traffic = traffic_of(rows)
    group = group_of(np.arange(8, dtype=np.int32), {Family.THINGS: 60.0})
    return Look(group, roster_of(traffic), traffic, ExplanationOptions()).like_people()
