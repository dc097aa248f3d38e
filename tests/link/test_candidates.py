"""Groups are proposed from tokens and circles, and never from what everybody holds."""

import numpy as np
import pytest

from stillwatch.facts.incidence import Incidence
from stillwatch.facts.token import Family, TokenKind
from stillwatch.link.candidates import Candidate, CandidateOptions, candidates
from stillwatch.link.hand_offs import HandOff, HandOffs

NOBODY = HandOffs.of(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int8))


def cards(holders: list[list[int]], accounts: int) -> Incidence:
    """Payment tokens with these holders."""
    return held(TokenKind.PAYMENT, holders, accounts)


def held(kind: TokenKind, holders: list[list[int]], accounts: int) -> Incidence:
    """Tokens of a kind with these holders."""
    token = np.concatenate([np.full(len(one), place, dtype=np.uint64) for place, one in enumerate(holders)])
    account = np.concatenate([np.array(one, dtype=np.int32) for one in holders])
    return Incidence.of(kind, token, account, np.ones(len(token), dtype=np.float32), np.ones(accounts, dtype=np.bool_))


def propose(views: list[Incidence], passed: HandOffs, accounts: int) -> list[Candidate]:
    """All candidates under the default options."""
    return candidates(views, passed, accounts, CandidateOptions(), np.random.default_rng(0))


def members(found: list[Candidate]) -> set[tuple[int, ...]]:
    """The proposed sets."""
    return {tuple(one.members.tolist()) for one in found}


def test_the_holders_of_a_token_are_a_candidate_from_three_on() -> None:
    """Two accounts with one card are a couple; four are worth a look."""
    found = propose([cards([[1, 2], [4, 5, 6, 7]], 30)], NOBODY, 30)

    assert members(found) == {(4, 5, 6, 7)}


def test_what_nearly_everybody_holds_proposes_nobody() -> None:
    """Common property is no tie, and a network without any surprise in it is no error."""
    assert propose([cards([list(range(30))], 30)], NOBODY, 30) == []


@pytest.mark.parametrize("seed", range(3))
def test_paraphrases_of_one_template_propose_the_circle_of_those_who_send_them(seed: int) -> None:
    """Twelve wordings, four to an account: none of them has most of the pool. Others share texts, too."""
    rng = np.random.default_rng(seed)
    sent = [set(rng.choice(12, 4, replace=False).tolist()) for _ in range(30)]
    wordings = [[code for code in range(30) if wording in sent[code]] for wording in range(12)]
    others = [rng.choice(np.arange(25, 400), 12, replace=False).tolist() for _ in range(40)]

    found = propose([held(TokenKind.TEMPLATE, [*wordings, *others], 400)], NOBODY, 400)

    assert max(len(one) for one in wordings) < 20
    assert any(len(set(one) & set(range(30))) >= 27 and len(one) <= 33 for one in members(found))
    assert {one.family for one in found} == {Family.WORDS}


def test_one_software_is_no_circle() -> None:
    """Colleagues send the same parameters; its users are a candidate, as those of any token are."""
    found = propose([held(TokenKind.SETTINGS, [list(range(12)), list(range(6, 18))], 60)], NOBODY, 60)

    assert members(found) == {tuple(range(12)), tuple(range(6, 18))}


def test_hand_offs_propose_the_circle_they_run_in() -> None:
    """Two rings of accounts that pass work on are two candidates of the hand-off family."""
    ring = np.arange(6)
    giver = np.concatenate([ring, ring + 10, ring, ring + 10]).astype(np.int32)
    taker = np.concatenate([(ring + 1) % 6, (ring + 1) % 6 + 10, (ring + 2) % 6, (ring + 2) % 6 + 10]).astype(np.int32)
    passed = HandOffs.of(giver, taker, np.full(24, HandOff.RETRY, dtype=np.int8))

    found = propose([], passed, 40)

    assert {(0, 1, 2, 3, 4, 5), (10, 11, 12, 13, 14, 15)} <= members(found)
    assert {one.family for one in found} == {Family.HAND_OFFS}


@pytest.mark.parametrize("seed", range(8))
def test_any_small_structure_is_survived(seed: int) -> None:
    """Random incidences and hand-offs, down to a single pair, never stop a scan."""
    rng = np.random.default_rng(seed)
    accounts = int(rng.integers(3, 12))
    holders = [rng.choice(accounts, int(rng.integers(2, accounts + 1)), replace=False).tolist() for _ in range(3)]
    pairs = rng.integers(0, accounts, (int(rng.integers(0, 5)), 2)).astype(np.int32)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    passed = HandOffs.of(pairs[:, 0], pairs[:, 1], np.full(len(pairs), HandOff.QUOTED, dtype=np.int8))

    found = propose([cards([sorted(one) for one in holders], accounts)], passed, accounts)

    assert all(len(one.members) >= 3 for one in found)


def ring(holders: list[int], outside: list[int], kind: HandOff) -> HandOffs:
    """Work that goes round some accounts, each of which also hands over to one account outside."""
    giver = np.array([*holders, *holders], dtype=np.int32)
    taker = np.array([*holders[1:], holders[0], *outside], dtype=np.int32)
    return HandOffs.of(giver, taker, np.full(len(giver), kind, dtype=np.int8))


def test_holders_of_one_token_that_hand_over_to_each_other_are_a_candidate() -> None:
    """Neither common settings nor a wide circle of hand-offs picks out the five who show both."""
    settings = held(TokenKind.SETTINGS, [list(range(30))], 40)

    found = propose([settings], ring([0, 1, 2, 3, 4], [30, 31, 32, 33, 34], HandOff.RETRY), 40)

    hands = [one for one in found if one.members.tolist() == [0, 1, 2, 3, 4]]
    assert [(one.family, one.view, one.token, one.passing) for one in hands] == [(Family.WORDS, 0, 0, False)]
    assert len(found) > len(hands)


@pytest.mark.parametrize("kind", HandOff)
def test_quotations_among_holders_propose_nobody(kind: HandOff) -> None:
    """Strangers with one popular set of parameters quote the same public texts; only stronger hand-offs propose."""
    settings = held(TokenKind.SETTINGS, [list(range(30))], 40)

    found = propose([settings], ring([0, 1, 2, 3, 4], [30, 31, 32, 33, 34], kind), 40)

    assert ((0, 1, 2, 3, 4) in members(found)) == (kind is not HandOff.QUOTED)


def test_hand_offs_between_holders_of_different_tokens_pick_out_nobody() -> None:
    """Both sides must hold the same token, and three of its holders must take part."""
    settings = held(TokenKind.SETTINGS, [list(range(15)), list(range(15, 30))], 40)
    giver = np.array([0, 1, 2, 3, 4, 5], dtype=np.int32)
    taker = np.array([1, 15, 16, 17, 18, 19], dtype=np.int32)

    found = propose([settings], HandOffs.of(giver, taker, np.full(6, HandOff.RETRY, dtype=np.int8)), 40)

    assert {tuple(one.members.tolist()) for one in found if one.family is Family.WORDS} == {
        tuple(range(15)),
        tuple(range(15, 30)),
    }


@pytest.mark.parametrize("seed", range(3))
def test_a_pool_under_cover_is_proposed_by_the_texts_of_its_work_list(seed: int) -> None:
    """Forty accounts send four of five texts, and five of the people whom they hide among; ten of these send one."""
    rng = np.random.default_rng(seed)
    pool, people = range(40), 600
    work: list[list[int]] = [[] for _ in range(5)]
    cover: list[list[int]] = [rng.choice(np.arange(40, people), 25, replace=False).tolist() for _ in range(20)]
    for code in pool:
        for text in rng.choice(5, 4, replace=False).tolist():
            work[text].append(code)
        for text in rng.choice(20, 5, replace=False).tolist():
            cover[text].append(code)
    for place, code in enumerate(range(40, 50)):
        work[place % 5].append(code)

    found = propose([held(TokenKind.TEMPLATE, [*work, *cover], people)], NOBODY, people)

    assert tuple(pool) in members([one for one in found if one.bundled])
    assert tuple(pool) not in members([one for one in found if not one.bundled])
