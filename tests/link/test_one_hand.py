"""Groups are one where one hand moves both, and only there."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.facts.token import TokenKind
from stillwatch.link.hand_offs import HandOff, HandOffs
from stillwatch.link.one_hand import Hands
from stillwatch.link.ties import JoinOptions, Ties
from stillwatch.link.views import Views
from tests.link.test_joining import FARM, OFFICE, Held, confirmed, joined, joiner


def office_with_thieves(office: Sequence[int], stolen: int) -> Held:
    """A farm and an office, with their own cards and networks; some of the office's accounts are used by both."""
    return {
        TokenKind.PAYMENT: [FARM, office],
        TokenKind.CLIENT_ADDRESS: [[*FARM, *office[:stolen]], office],
        TokenKind.SETTINGS: [[*FARM, *office[:stolen]]],
    }


@pytest.mark.parametrize(
    ("office", "hand_offs"),
    [(8, 0), (8, 6), (10, 0), (25, 0), (10, 6), (25, 6)],
)
def test_two_accounts_in_both_hands_do_not_make_an_office_part_of_a_campaign(office: int, hand_offs: int) -> None:
    """Stolen keys keep the farm's pace and hand work to and fro; the owners' colleagues have nothing to do with it."""
    people = list(range(20, 20 + office))
    passes = [(i, 20 + i % 2) for i in range(hand_offs)] + [(20 + i % 2, 9 - i) for i in range(hand_offs)]
    by = joiner(office_with_thieves(people, 2), passes, together=40.0)

    found = joined(by, [confirmed(FARM), confirmed(people)])

    assert set(people[2:]) <= next(one for one in found if people[-1] in one)
    assert not any({0, people[-1]} <= one for one in found)


def test_an_office_some_of_whose_accounts_the_farms_hand_moves_is_known_to_be_beside_it() -> None:
    """They stay two groups, and what is said of one may be weighed with the other; a stranger's group is not."""
    people, strangers = list(range(20, 28)), list(range(40, 48))
    held = office_with_thieves(people, 2)
    held = {**held, TokenKind.PAYMENT: [*held[TokenKind.PAYMENT], strangers]}
    by = joiner(held, [], together=40.0)

    found = by.join([confirmed(some) for some in (FARM, people, strangers)], 3)
    hand = {account: one.hand for one in found for account in one.members.tolist()}

    assert len(found) == 3
    assert hand[FARM[0]] == hand[people[-1]] != hand[strangers[0]]


def test_only_the_share_of_tied_accounts_keeps_an_office_apart() -> None:
    """The same two groups are one where the guard is off, and where half of the office is in both hands."""
    people = list(range(20, 28))
    groups = [confirmed(FARM), confirmed(people)]
    unguarded = joiner(office_with_thieves(people, 2), [], together=40.0, options=JoinOptions(taking_part=0.2))
    half = joiner(office_with_thieves(people, 4), [], together=40.0)

    assert joined(unguarded, groups) == joined(half, groups) == [{*FARM, *people}]


def test_groups_with_nothing_in_common_stay_apart() -> None:
    """However surely one scheduler would seem to run both, nothing else has asked."""
    by = joiner({TokenKind.PAYMENT: [FARM, OFFICE]}, [], together=60.0)

    assert joined(by, [confirmed(FARM), confirmed(OFFICE)]) == [set(FARM), set(OFFICE)]


def test_an_office_that_shares_a_tool_and_a_network_with_another_stays_apart() -> None:
    """What both share may be what neighbours share: without common work or rhythm, two groups are two."""
    both = [*FARM, *OFFICE]
    held: Held = {TokenKind.PAYMENT: [FARM, OFFICE], TokenKind.CLIENT_BLOCK: [both], TokenKind.TEMPLATE: [both]}
    groups = [confirmed(FARM), confirmed(OFFICE)]

    assert joined(joiner(held, []), groups) == [set(FARM), set(OFFICE)]
    assert joined(joiner(held, [], together=20.0), groups) == [set(both)]


@pytest.mark.parametrize(("within", "one"), [(15, True), (200, False)], ids=["as seldom within", "far oftener within"])
def test_pieces_of_a_pool_that_passes_little_are_one_where_as_much_passes_between_them(within: int, one: bool) -> None:
    """Of thirty accounts each, six ever passed work to the other piece: fewer than are asked for otherwise."""
    first, second = np.arange(30, dtype=np.int32), np.arange(40, 70, dtype=np.int32)
    passes = [(first[k], second[k]) for k in range(6)]
    passes += [(some[k % 30], some[(k + 1 + k // 30) % 30]) for some in (first, second) for k in range(within)]
    giver, taker = np.array(passes, dtype=np.int32).T
    passed = HandOffs.of(giver, taker, np.full(len(giver), HandOff.RETRY, dtype=np.int8))
    views = Views([], passed, np.full(2_000, 20, dtype=np.int64))
    ties = Ties(views, JoinOptions(), lambda accounts, *_: np.zeros(len(accounts)))

    found = Hands(views, ties, JoinOptions(), lambda *_: 0.0).merged([first, second])

    assert len(found) == (1 if one else 2)


@given(
    sizes=st.lists(st.integers(3, 6), min_size=2, max_size=7),
    crossings=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12),
    together=st.sampled_from([0.0, 30.0]),
)
@settings(max_examples=60, deadline=None)
def test_groups_are_joined_in_any_number_and_tied_in_any_way(
    sizes: list[int], crossings: list[tuple[int, int]], together: float
) -> None:
    """Equal ties, ties told anew after a join, and pairs of which one is gone: everybody is in one campaign at most."""
    ends = np.cumsum([0, *sizes]).tolist()
    groups = [range(low, high) for low, high in pairwise(ends)]
    passes = [
        (one, other)
        for a, b in crossings
        if a != b and max(a, b) < len(groups)
        for one, other in zip(groups[a], groups[b], strict=False)
    ]
    by = joiner({TokenKind.TEMPLATE: [range(ends[-1])], TokenKind.PAYMENT: groups}, passes, together)

    found = joined(by, [confirmed(group) for group in groups])

    assert sum(len(group) for group in found) == len(set().union(*found))
