"""One customer's accounts: what they do among themselves ties nobody else."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from stillwatch.facts.campaign import Tier
from stillwatch.facts.incidence import Incidence
from stillwatch.facts.token import TokenKind
from stillwatch.link.customers import (
    between_customers,
    beyond_customers,
    customers,
    each_customer,
    few_of_one_name,
    firms,
    houses,
    of_one_payer,
    own_pairs,
    payers,
    together,
)
from stillwatch.link.hand_offs import HandOff, HandOffs
from stillwatch.link.pace import GroupPace
from stillwatch.link.rhythm import RhythmOptions, group_rhythm
from tests.link.test_pace import by_turns
from tests.link.test_rhythm import DAY, Request, clocked, codes
from tests.link.worlds import World
from tests.test_pipeline import accused, scan_world

Codes = npt.NDArray[np.int32]
ACCOUNTS = 12


def held(kind: TokenKind, holders: Sequence[Sequence[int]]) -> Incidence:
    """Which of twelve accounts hold each token of a kind."""
    pairs = [(token, account) for token, who in enumerate(holders) for account in who]
    token, account = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    weight = np.ones(len(pairs), dtype=np.float32)
    return Incidence.of(kind, token.astype(np.uint64), account.astype(np.int32), weight, np.ones(ACCOUNTS, np.bool_))


def pairs_of(*views: Incidence, least_kinds: int = 2) -> list[tuple[int, int]]:
    """The pairs that are one customer's."""
    return [(int(a), int(b)) for a, b in own_pairs(views, payers(views, ACCOUNTS), least_kinds)]


def test_accounts_of_one_payment_instrument_have_one_payer() -> None:
    """At one remove, too: an account with two cards is of both."""
    payer = payers([held(TokenKind.PAYMENT, [(0, 1, 2), (2, 3), (7, 8)])], ACCOUNTS)

    assert len(set(payer[[0, 1, 2, 3]].tolist())) == 1
    assert payer[7] == payer[8] != payer[0]
    assert len(set(payer.tolist())) == ACCOUNTS - 4
    assert payers([], 3).tolist() == [0, 1, 2]


def test_accounts_of_one_payer_are_one_customers_where_their_names_agree() -> None:
    """All, or half and the others none, or a few; a card that pays for several names or for many without goes round."""
    of = {"one": [5, 5, 5, -1], "two": [6, 7], "few": [-1, -1], "many": [-1, -1, -1, 8], "half": [9, 9, -1, -1]}
    payer = np.repeat(np.arange(len(of)), [len(owners) for owners in of.values()]).astype(np.int32)
    owner = np.array([owner for owners in of.values() for owner in owners], dtype=np.int32)

    alone = np.arange(len(payer), dtype=np.int32)
    found = customers(payer, owner, alone, alone, 2)

    whole = {name for k, name in enumerate(of) if len(set(found[payer == k].tolist())) == 1}
    assert whole == {"one", "few", "half"}
    assert len(set(found.tolist())) == len(whole) + len(of["two"]) + len(of["many"])


def test_two_accounts_that_share_two_kinds_of_things_alone_are_one_customers() -> None:
    """A person's private and working account; one address alone may be a household's, what three share anybody's."""
    device = held(TokenKind.SIGNUP_DEVICE, [(0, 1), (2, 3), (4, 5, 6)])
    home = held(TokenKind.CLIENT_ADDRESS, [(0, 1), (4, 5, 6), (7, 8)])

    assert pairs_of(device, home) == [(0, 1)]


def test_many_addresses_are_one_kind() -> None:
    """Two accounts that move about together share addresses, which is one thing in common."""
    assert pairs_of(held(TokenKind.CLIENT_ADDRESS, [(0, 1), (0, 1), (0, 1)])) == []


def test_who_pays_for_a_third_account_is_no_pair() -> None:
    """A hand's accounts do not become pairs by having two devices and exits each."""
    device, home = (held(kind, [(0, 1), (2, 3)]) for kind in (TokenKind.SIGNUP_DEVICE, TokenKind.CLIENT_ADDRESS))

    assert pairs_of(device, home) == [(0, 1), (2, 3)]
    assert pairs_of(device, home, held(TokenKind.PAYMENT, [(0, 1, 2, 3)])) == []


def test_what_passes_within_a_pair_is_left_out_and_nothing_else() -> None:
    """Either way round; the two may still pass work to others."""
    giver, taker = np.array([0, 1, 0, 2], np.int32), np.array([1, 0, 2, 3], np.int32)
    passed = HandOffs(giver, taker, np.full(4, HandOff.RETRY, np.int8), np.arange(1, 5, dtype=np.int32))

    apart = np.arange(ACCOUNTS, dtype=np.int32)
    left = between_customers(passed, np.array([[0, 1]], np.int32), apart, apart)

    assert list(zip(left.giver.tolist(), left.taker.tolist(), left.count.tolist(), strict=True)) == [
        (0, 2, 3),
        (2, 3, 4),
    ]
    assert len(between_customers(passed, np.zeros((0, 2), np.int32), apart, apart)) == 4
    firm = np.where(apart <= 2, ACCOUNTS, apart).astype(np.int32)
    assert between_customers(passed, np.zeros((0, 2), np.int32), firm, firm).giver.tolist() == [2]


def test_a_domain_and_a_thing_of_its_own_make_a_firm() -> None:
    """Nobody else has either: not a mail service's users, nor who shares nothing, nor who is paid for with others."""
    domain = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2, 2, 3, 3], dtype=np.int32)
    office = held(TokenKind.CLIENT_ADDRESS, [(0, 1), (3, 5), (6, 7), (10, 11)])

    def firm_of(*more: Incidence) -> list[set[int]]:
        views = (office, *more)
        found = firms((domain,), views, payers(views, ACCOUNTS), 4).tolist()
        return [
            {code for code in range(ACCOUNTS) if found[code] == one}
            for one in sorted(set(found))
            if found.count(one) > 1
        ]

    assert firm_of() == [{0, 1}, {10, 11}]
    assert firm_of(held(TokenKind.PAYMENT, [(1, 2), (5, 10)])) == [
        {0, 1, 2}
    ]  # one more by its card, two less by theirs
    assert firm_of(held(TokenKind.EMAIL_DOMAIN, [(10, 11)])) == [{0, 1}]


def test_a_firm_may_be_told_by_its_name_and_by_its_domain() -> None:
    """One of its people signed up with a private address, another gave no name."""
    nothing = np.full(ACCOUNTS, -1, dtype=np.int32)
    name, domain = nothing.copy(), nothing.copy()
    name[[0, 1]], domain[[1, 2]] = 5, 7
    office = held(TokenKind.CLIENT_ADDRESS, [(0, 1), (1, 2)])

    found = firms((name, domain), (office,), payers((), ACCOUNTS), 4)

    assert len(set(found[:3].tolist())) == 1
    assert len(set(found.tolist())) == ACCOUNTS - 2


@pytest.mark.parametrize(
    ("owner", "payer", "domain", "one"),
    [
        ([0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, -1], True),
        ([0, 0, 0, -1], [0, 0, 0, 0], [0, 0, 0, 0], True),  # one names nobody
        ([0, -1, -1, -1], [0, 0, 0, 0], [0, 0, 0, 0], False),  # most name nobody
        ([0, 0, 0, 0], [0, 0, 0, 0], [0, -1, -1, -1], False),  # most have no domain of its own
        ([0, 0, 0, 0], [0, 1, 2, 3], [0, 0, 0, 0], False),  # each has a card of its own
        ([0, 0, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0], False),  # the domain is of two
        ([-1, -1, -1, -1], [0, 0, 0, 0], [0, 0, 0, 0], False),  # nobody names an organisation
    ],
)
def test_a_firms_few_keys_have_its_name_its_domain_and_its_card(
    owner: list[int], payer: list[int], domain: list[int], one: bool
) -> None:
    """All three say the same: what passes between them behind one router is its own; of nine a pool may be made."""
    names, cards, mail = (np.array(values, dtype=np.int32) for values in (owner, payer, domain))
    house = houses(names, mail, ())

    assert (len(set(of_one_payer(names, cards, house, 8).tolist())) == 1) is one
    assert len(set(of_one_payer(names, cards, house, 3).tolist())) == len(owner)


def test_what_passes_within_a_customer_tells_of_a_group_that_is_mostly_his() -> None:
    """Of a group of eight, four of which are one firm's, only what passes between others tells."""
    customer = np.array([0, 0, 0, 0, 1, 2, 3, 4], dtype=np.int32)
    account, partner = np.array([0, 1, 4, 5], dtype=np.int32), np.array([1, 4, 5, 4], dtype=np.int32)
    everybody = np.arange(8, dtype=np.int32)

    told = beyond_customers(account, partner, customer, everybody, 0.8)

    assert told.tolist() == [False, True, True, True]
    assert beyond_customers(account, partner, customer, everybody[:5], 0.7).all()
    assert beyond_customers(account[:0], partner[:0], customer, everybody[:0], 0.8).tolist() == []


def test_accounts_that_any_of_several_numbers_puts_together_are_together() -> None:
    """At one remove, too."""
    found = together(np.array([7, 7, 1, 2], dtype=np.int32), np.array([0, 5, 5, 3], dtype=np.int32))

    assert found[0] == found[1] == found[2] != found[3]


def test_a_firms_accounts_are_one_customers_whatever_they_pay_with() -> None:
    """Each key may have a card of its own."""
    payer, owner = np.arange(6, dtype=np.int32), np.full(6, -1, dtype=np.int32)
    firm = np.array([6, 6, 6, 3, 4, 5], dtype=np.int32)

    found = customers(payer, owner, firm, np.arange(6, dtype=np.int32), 4).tolist()

    assert len(set(found[:3])) == 1
    assert len(set(found)) == 4


@pytest.mark.parametrize(
    ("payer", "parts"),
    [([0, 0, 1, 1, 2, 2], [[0, 1], [2, 3], [4, 5]]), ([0, 0, 0, 0, 1, 2], [[0], [1], [2], [3], [4], [5]])],
    ids=["several", "one pays for most"],
)
def test_a_group_is_tested_by_customer_unless_most_of_it_is_ones(payer: list[int], parts: list[list[int]]) -> None:
    """What ties one customer's accounts is what the test of that customer asks."""
    members = np.arange(6, dtype=np.int32)

    assert [part.tolist() for part in each_customer(members, np.array(payer, np.int32), 0.5)] == parts


def at_their_own_times(rng: np.random.Generator) -> list[Request]:
    """Four firms, each with three keys: a push sets the three going within two seconds, at the firm's own times."""
    out = []
    for firm in range(4):
        for _ in range(40):
            at = float(DAY * rng.integers(0, 6) + rng.uniform(30_000, 80_000))
            out += [(3 * firm + key, at + float(rng.uniform(0, 2)), float(rng.gamma(3.0, 3.0))) for key in range(3)]
    return out


@pytest.mark.parametrize("seed", range(3))
def test_jobs_that_each_firm_starts_on_its_own_keys_are_no_common_scheduler(seed: int) -> None:
    """Key by key the firms look like one pool; firm by firm nothing ties them, nor any account to the others' firms."""
    timelines, known = clocked(at_their_own_times(np.random.default_rng(seed)))
    members = codes(known, range(ACCOUNTS))
    payer = np.zeros(ACCOUNTS, dtype=np.int32)
    for firm in range(4):
        payer[codes(known, range(3 * firm, 3 * firm + 3))] = firm
    alone, together = ([members[i : i + 1] for i in range(ACCOUNTS)], each_customer(members, payer, 0.5))
    rng = np.random.default_rng(seed)

    assert group_rhythm(timelines, alone, RhythmOptions(), rng).bits > 30
    assert group_rhythm(timelines, together, RhythmOptions(), rng).bits < 6
    assert float(np.median(GroupPace.of(timelines, members, RhythmOptions()).bits(members))) > 4
    assert float(np.median(GroupPace.of(timelines, members, RhythmOptions(), payer).bits(members))) < 1


@pytest.mark.parametrize("seed", range(3))
def test_an_owners_own_bursts_are_none_of_others(seed: int) -> None:
    """With each account its own owner, under whatever number, a pace says what it says without owners."""
    work, _ = by_turns(np.random.default_rng(seed))
    timelines, known = clocked(work)
    members = codes(known, range(ACCOUNTS))
    alone = np.arange(ACCOUNTS, dtype=np.int32) + 1_000
    options = RhythmOptions()

    without = GroupPace.of(timelines, members, options).bits(members)
    with_owners = GroupPace.of(timelines, members, options, alone).bits(members)

    assert with_owners.tolist() == without.tolist()


@pytest.mark.parametrize("own", ["domain and exit", "name and one domain", "nothing"])
def test_keys_of_small_firms_that_take_over_from_each_other_accuse_nobody(tmp_path: Path, own: str) -> None:
    """Three keys with a domain and an exit of their firm, or with its name, though each is paid for by another card.

    The same work without either is a hand's, though so few of each are only watched.
    """
    world = World(seed=3)
    world.honest(300, each=6)
    texts = [world.talk(24) for _ in range(4)]
    names = []
    for firm in range(8):
        exit_ = world.address()
        for key in range(3):
            known = {"organisation": f"Firm {firm}"} if own == "name and one domain" else {}
            if own == "domain and exit" or (known and key == 0):
                known["email_domain"] = f"firm-{firm}.example"
            name = world.account(f"key-{firm}-{key}", **known)
            names.append((name, exit_ if own == "domain and exit" else world.address()))
    for turn in range(240):
        firm, key = turn % 8, int(world.rng.integers(3))
        (giver, there), (taker, elsewhere) = names[3 * firm + key], names[3 * firm + (key + 1) % 3]
        at, words = float(world.rng.uniform(0, 3 * 86_400)), f"{texts[turn % 4]} {world.talk(12)}"
        world.ask(giver, at, words, 0.2, client_ip=there, status=429, output_text=None)
        world.ask(taker, at + 1.5, words, client_ip=elsewhere)

    named = accused(scan_world(world.write(tmp_path)), Tier.WATCH)

    assert named == ({name for name, _ in names} if own == "nothing" else set())


def test_colleagues_who_name_one_organisation_at_its_own_domain_are_one_house() -> None:
    """A domain where others name something else is a mail service's, and a disposable one is nobody's."""
    owner = np.array([0, 0, 0, 1, 1, 2, 3, -1, -1, 4, 4], dtype=np.int32)
    domain = np.array([0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4], dtype=np.int32)

    found = houses(owner, domain, (held(TokenKind.EMAIL_DOMAIN, [(9, 10)]),)).tolist()

    assert len(set(found[:3])) == 1
    assert len(set(found[3:5])) == 1
    assert len(set(found)) == 2 + 6


def test_a_house_that_pays_with_many_cards_is_one_customer_and_so_is_who_shares_a_card_with_it() -> None:
    """A push sets the jobs of all developers going, whoever pays for each."""
    payer = np.array([0, 1, 2, 2, 4], dtype=np.int32)
    owner = np.array([0, 0, 0, -1, -1], dtype=np.int32)
    alone = np.arange(5, dtype=np.int32)
    house = np.array([5, 5, 5, 3, 4], dtype=np.int32)

    found = customers(payer, owner, alone, house, 4).tolist()

    assert len(set(found[:4])) == 1
    assert len(set(found)) == 2


def test_few_that_name_one_organisation_are_one_firm_where_one_writes_from_its_own_domain() -> None:
    """Not where the domain is that of another, too, or a disposable one, nor beyond so many."""
    owner = np.array([0, 0, 0, 1, 1, 2, 2, 3, 3, 3, 3, -1], dtype=np.int32)
    domain = np.array([0, 9, -1, 9, 9, 2, 9, 3, 3, 3, 3, 9], dtype=np.int32)
    disposable = held(TokenKind.EMAIL_DOMAIN, [(5, 11)])

    found = few_of_one_name(owner, domain, (disposable,), 3).tolist()

    assert len(set(found[:3])) == 1
    assert len(set(found)) == 1 + 9


def test_what_one_customers_jobs_ask_in_other_words_is_no_hand_off() -> None:
    """They ask much the same all the time; the same request, tried again elsewhere, is one."""
    giver, taker = np.array([0, 0, 0], np.int32), np.array([1, 2, 1], np.int32)
    kind = np.array([HandOff.REWORDED, HandOff.REWORDED, HandOff.RETRY], np.int8)
    passed = HandOffs(giver, taker, kind, np.ones(3, dtype=np.int32))
    apart = np.arange(ACCOUNTS, dtype=np.int32)
    customer = np.where(apart <= 1, ACCOUNTS, apart).astype(np.int32)

    left = between_customers(passed, np.zeros((0, 2), np.int32), apart, customer)

    assert list(zip(left.taker.tolist(), left.kind.tolist(), strict=True)) == [
        (2, HandOff.REWORDED),
        (1, HandOff.RETRY),
    ]


@pytest.mark.parametrize("one_house", [True, False])
def test_review_jobs_of_firms_whose_developers_each_pay_themselves_accuse_nobody(
    tmp_path: Path, one_house: bool
) -> None:
    """A push sets a firm's jobs going on a runner that many use; without firms it is one hand that does so."""
    world = World(seed=5)
    world.honest(300, each=6)
    prompt, runners = world.talk(30), [world.address() for _ in range(6)]
    firms_keys = [
        [
            world.account(
                f"job-{firm}-{key}",
                **({"organisation": f"firm {firm}", "email_domain": f"firm-{firm}.example"} if one_house else {}),
            )
            for key in range(7)
        ]
        for firm in range(6)
    ]
    for keys in firms_keys:
        for _ in range(16):
            push = float(world.rng.uniform(0, 3 * 86_400))
            for key in keys:
                at, text = push + float(world.rng.uniform(0, 4)), f"{prompt} {world.talk(20)}"
                net = runners[int(world.rng.integers(6))]
                world.ask(key, at, text, 6.0, client_ip=net)

    named = accused(scan_world(world.write(tmp_path / "w")), Tier.REVIEW)

    assert bool(named) is not one_house
