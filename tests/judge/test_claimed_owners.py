"""Owners that nobody verified account for nothing, but what hides nothing is not acted on."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from stillwatch.facts.campaign import Campaign, Tier
from stillwatch.facts.group import Linked, Passing, SharedToken
from stillwatch.facts.token import Family, TokenKind
from stillwatch.judge.campaigns import judge
from stillwatch.judge.verdict import JudgeOptions
from tests.judge.groups import codes_of, group_of, roster_of, traffic_of

NAMES = [f"a{i}" for i in range(10)]
TOGETHER = {Family.THINGS: 60.0, Family.HAND_OFFS: 60.0}
SHARING = {Family.THINGS: 60.0, Family.WORDS: 60.0}


def judged(
    bits: Mapping[Family, float],
    owners: list[str],
    *,
    cards: tuple[int, ...] = (10,),
    networks: int = 0,
    level: str | list[str] = "email",
    retries: int = 0,
    sameness: float = 0.0,
    domain: str | list[str] | None = None,
    unpaid: int = 0,
    address: int = 0,
    others: int = 0,
    payers: int = 0,
) -> Campaign:
    """Accounts of `owners` that share cards, the first so many accounts one each, and networks with each other.

    The last `unpaid` of them pay nothing. All of them go by so many addresses, which so many others use as well,
    and so many others pay with their cards.
    """
    names = NAMES[: len(owners)]
    rows = [{"account_id": name, "client_ip": f"198.51.{100 + i}.4"} for i, name in enumerate(names) for _ in range(20)]
    # Others, so that a domain of all of the group is not everybody's.
    rows += [{"account_id": f"z{i:03d}", "client_ip": f"203.0.113.{i % 250}"} for i in range(300)]
    traffic = traffic_of(rows)
    pays = [number for number, count in enumerate(cards) for _ in range(count)] or list(range(len(names)))
    roster = roster_of(
        traffic,
        payment_fingerprint={
            name: f"card-{pay}" for name, pay in list(zip(names, pays, strict=True))[: len(names) - unpaid]
        },
        organisation=dict(zip(names, owners, strict=True)),
        verification_level=dict(zip(names, [level] * len(names) if isinstance(level, str) else level, strict=True)),
        email_domain=dict(zip(names, [domain] * len(names) if isinstance(domain, str) else domain or [], strict=False)),
    )
    codes = codes_of(roster, names)
    tokens, first = [], 0
    for number, count in enumerate(cards):
        card = token(TokenKind.PAYMENT, number, [roster.ids.index(name) for name in names[first:][:count]])
        tokens.append(replace(card, outside=payers))
        first += count
    tokens += [token(TokenKind.CLIENT_BLOCK, (203 << 24) + (k << 8), codes.tolist()) for k in range(networks)]
    for k in range(address):
        users = [roster.ids.index(name) for name in names][k::address]
        shared = token(TokenKind.CLIENT_ADDRESS, (198 << 24) + k, users)
        tokens.append(replace(shared, outside=others))
    group = group_of(codes, bits, tokens=tokens, speaking=list(bits))
    passed = Passing(words="tried again elsewhere", pairs=retries, times=retries, evades=True)
    group = replace(group, sameness=sameness, passings=(passed,) if retries else ())
    accused, _ = judge(Linked(groups=(group,), tries=group.tries), roster, traffic, JudgeOptions())

    return accused[0]


def token(kind: TokenKind, number: int, codes: list[int]) -> SharedToken:
    """A thing that some accounts share, and nobody else."""
    return SharedToken(kind=kind, token=number, inside=len(codes), outside=0, account_codes=tuple(codes))


def test_one_declared_owner_who_pays_for_all_is_watched() -> None:
    """Whoever runs many accounts so that nobody sees they are one does not say so on paper; nobody is sure of them."""
    campaign = judged(TOGETHER, ["Open Robots Ltd"] * 10)

    assert campaign.tier is Tier.WATCH
    assert {member.tier for member in campaign.members} == {Tier.WATCH}
    assert max(member.confidence for member in campaign.members) <= 0.1
    assert [one.name for one in campaign.explanations] == ["one declared owner"]


def test_one_declared_owner_whose_accounts_go_round_limits_is_reviewed() -> None:
    """A request that was limited on one account and tried again on another went round what the provider decided."""
    campaign = judged(TOGETHER, ["Open Robots Ltd"] * 10, retries=3)

    assert campaign.tier is Tier.REVIEW
    assert max(member.confidence for member in campaign.members) > 0.9


def test_a_domain_of_its_own_declares_an_owner_as_a_name_does() -> None:
    """Half of a firm's keys name nobody, but all have its domain; that of many others is a mail service's."""
    unnamed = ["Open Robots Ltd"] * 5 + [""] * 5

    assert judged(TOGETHER, unnamed, domain="openrobots.example").tier is Tier.WATCH
    assert judged(TOGETHER, unnamed, domain="openrobots.example", retries=3).tier is Tier.REVIEW
    assert judged(TOGETHER, unnamed).tier is Tier.ACT


def test_keys_of_one_name_and_one_network_that_many_cards_pay_for_go_to_a_person() -> None:
    """The agents of one product have accounts of their own: its name and its network hide nothing, its cards may."""
    ten, own = ["Open Robots Ltd"] * 10, ["openrobots.example"]

    declared = judged(TOGETHER, ten, cards=(), networks=1, domain=own)
    unnamed = judged(TOGETHER, ten, cards=(), networks=1)

    assert declared.tier is Tier.REVIEW
    assert "one declared owner" in {one.name for one in declared.explanations}
    assert "one declared owner" not in {one.name for one in unnamed.explanations}
    assert judged(TOGETHER, ten, cards=(), domain=own).tier is Tier.ACT
    assert judged(TOGETHER, ten, cards=(), networks=1, domain="openrobots.example").tier > Tier.WATCH


@pytest.mark.parametrize(("owners", "cards"), [(7, (10,)), (10, (5, 5))], ids=["few name it", "two cards"])
def test_a_name_that_few_give_or_one_payer_does_not_stand_behind_excuses_nobody(
    owners: int, cards: tuple[int, ...]
) -> None:
    """Anybody can claim an organisation's name for some accounts, or for all of several cards' accounts."""
    campaign = judged(TOGETHER, [*["Trust Us Ltd"] * owners, *[f"other {i}" for i in range(10 - owners)]], cards=cards)

    assert campaign.tier is Tier.ACT


def test_claimed_owners_who_share_a_hosted_tool_only_are_watched() -> None:
    """Companies that nobody verified, each with a card of its own, whose reviews one tool makes from one network."""
    owners = [f"owner {i // 5}" for i in range(10)]

    assert judged(SHARING, owners, cards=(5, 5), networks=1).tier is Tier.WATCH
    # Verified or not: networks that all of them share, and not each its own, leave them tied by what they share.
    assert judged(SHARING, owners, cards=(5, 5), networks=2, level="business").tier is Tier.WATCH
    assert judged(TOGETHER, owners, cards=(5, 5), networks=1).tier is Tier.ACT
    assert judged(SHARING, [f"owner {i}" for i in range(10)], cards=(5, 5)).tier is Tier.REVIEW  # cards go round


@pytest.mark.parametrize("sameness", [0.12, 0.0], ids=["each its own work", "one service"])
def test_claimed_customers_of_one_payer_are_watched_unless_they_act_together(sameness: float) -> None:
    """An agency whose customers nobody verified: one payer stands behind all, which the provider sees without us."""
    owners = [f"customer {i}" for i in range(10)]

    assert judged(SHARING, owners, sameness=sameness).tier is Tier.WATCH
    assert judged(SHARING, [*owners[:6], "", "", "", ""], sameness=sameness).tier is Tier.WATCH
    assert judged(SHARING, [*owners[:4], *[""] * 6], sameness=sameness).tier is Tier.REVIEW
    assert judged(SHARING, [f"customer {i // 2}" for i in range(10)], sameness=sameness).tier is Tier.REVIEW
    assert judged(TOGETHER, owners, sameness=sameness).tier is Tier.ACT


def test_customers_of_two_agencies_with_one_tool_are_watched_where_half_were_verified() -> None:
    """Two cards with a quarter of the accounts each; made-up names on cards that go round are another matter."""
    owners = [f"customer {i}" for i in range(10)]
    half = ["business"] * 5 + ["email"] * 5

    assert judged(SHARING, owners, cards=(5, 5), level=half).tier is Tier.WATCH
    assert judged(TOGETHER, owners, cards=(5, 5), level=half).tier is Tier.ACT
    assert judged(SHARING, owners, cards=(4, 2, 2, 2), level=half).tier is Tier.REVIEW
    assert judged(SHARING, owners, cards=(8, 2), level=["email"] * 10).tier is Tier.WATCH  # one of them is most
    assert judged(SHARING, owners, cards=(5, 5), level=[*half[1:], "email"]).tier is Tier.REVIEW


def test_a_customers_own_domain_is_a_name_as_well() -> None:
    """An agency's customers with a domain and no organisation; two domains for all say little of whose they are."""
    few = ["customer 0", "customer 1", *[""] * 8]

    assert judged(SHARING, few, domain=[f"shop{i}.example" for i in range(10)]).tier is Tier.WATCH
    assert judged(SHARING, few, domain=["post.example"] * 5 + ["mail.example"] * 5).tier is Tier.REVIEW


def test_accounts_with_one_card_and_one_address_are_one_customer_whatever_they_are_called() -> None:
    """A fleet of agents with an account each: nothing is hidden, unless they act together or others are there, too."""
    nameless = [""] * 10

    assert judged(SHARING, nameless, address=1).tier is Tier.WATCH
    assert [one.name for one in judged(SHARING, nameless, address=1).explanations] == ["one customer"]
    assert judged(SHARING, nameless, cards=(8, 1, 1), address=1).tier is Tier.WATCH
    assert judged(SHARING, nameless, cards=(5, 5), address=1).tier is Tier.REVIEW
    assert judged(SHARING, nameless, address=2).tier is Tier.REVIEW
    assert judged(SHARING, nameless).tier is Tier.REVIEW
    assert judged(SHARING, nameless, address=1, others=1).tier is Tier.REVIEW
    assert judged(SHARING, nameless, address=1, payers=1).tier is Tier.REVIEW  # the card is not theirs alone
    assert judged(TOGETHER, nameless, address=1).tier is Tier.ACT


def test_customers_of_one_hosted_service_are_watched() -> None:
    """They pay each by itself, and share the exit of the runner that works for them around the clock, and prompts."""
    strangers = [""] * 10

    assert judged(SHARING, strangers, cards=(), networks=1).tier is Tier.WATCH
    assert [one.name for one in judged(SHARING, strangers, cards=(), networks=1).explanations] == [
        "networks and texts only"
    ]
    assert judged(SHARING, strangers, cards=(), networks=1, unpaid=10).tier is Tier.WATCH  # they try it for nothing
    assert judged(SHARING, strangers, cards=()).tier is Tier.REVIEW  # what they share is no network
    assert judged(SHARING, strangers, cards=(3, 1, 1, 1, 1, 1, 1, 1), networks=1).tier is Tier.REVIEW
    assert judged(TOGETHER, strangers, cards=(), networks=1).tier > Tier.WATCH


def test_agencies_that_do_the_same_for_verified_customers_are_watched() -> None:
    """One job goes through all customers of one payer, or two agencies use one tool: hands that nobody hides."""
    owners = [f"customer {i}" for i in range(10)]

    assert judged(TOGETHER, owners, level="business").tier is Tier.WATCH
    assert judged(TOGETHER, owners, level="business", cards=(5, 5)).tier is Tier.WATCH
    assert judged(TOGETHER, owners, level="business", retries=3).tier is Tier.REVIEW
    assert judged(TOGETHER, owners, level="business", cards=()).tier is Tier.ACT  # nobody pays for others
