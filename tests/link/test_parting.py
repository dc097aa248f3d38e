"""Groups that only a common text, or what passes in another part of them, holds together are parted, and no others."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.facts.token import TokenKind
from stillwatch.link.hand_offs import HandOff, HandOffs
from stillwatch.link.parting import parts_of, without_passing_apart
from stillwatch.link.views import Views
from tests.link.test_joining import ACCOUNTS, Held, confirmed, incidence, joined, joiner, ring

OFFICE, FARM = range(6), range(6, 14)
BOTH = [*OFFICE, *FARM]


def parts(held: Held, members: Iterable[int], *, tied: bool = False, least: int = 3) -> list[set[int]]:
    """What a group falls into."""
    nobody = np.zeros(0, dtype=np.int32)
    views = Views(
        [incidence(kind, tokens) for kind, tokens in held.items()],
        HandOffs(nobody, nobody, nobody.astype(np.int8), nobody),
        np.full(ACCOUNTS, 20, dtype=np.int64),
    )

    def act_as_one(_one: npt.NDArray[np.int32], _other: npt.NDArray[np.int32]) -> bool:
        return tied

    codes = np.array(sorted(members), dtype=np.int32)
    return [set(part.tolist()) for part in parts_of(views, codes, act_as_one, least)]


def test_an_office_and_a_campaign_with_one_tool_are_two_groups() -> None:
    """Each pays with a card of its own; the text is all that they have in common."""
    held: Held = {TokenKind.PAYMENT: [OFFICE, FARM], TokenKind.TEMPLATE: [BOTH]}

    assert parts(held, BOTH) == [set(FARM), set(OFFICE)]


def test_parts_that_act_as_one_stay_together() -> None:
    """A campaign may have a card for every few accounts."""
    held: Held = {TokenKind.PAYMENT: [OFFICE, FARM], TokenKind.TEMPLATE: [BOTH]}

    assert parts(held, BOTH, tied=True) == [set(BOTH)]


@pytest.mark.parametrize("kind", [TokenKind.CLIENT_ADDRESS, TokenKind.SIGNUP_DEVICE, TokenKind.CREDENTIAL])
def test_one_thing_in_common_keeps_them_together(kind: TokenKind) -> None:
    """What is shared at one remove is shared."""
    held: Held = {TokenKind.PAYMENT: [OFFICE, FARM], kind: [(5, 6)]}

    assert parts(held, BOTH) == [set(BOTH)]


def test_whoever_shares_nothing_stays_with_the_rest() -> None:
    """A group that only words tie has no parts, and pairs are too few to be one."""
    assert parts({TokenKind.TEMPLATE: [BOTH]}, BOTH) == [set(BOTH)]
    assert parts({TokenKind.PAYMENT: [(0, 1), (2, 3)], TokenKind.TEMPLATE: [BOTH]}, BOTH) == [set(BOTH)]


@given(cards=st.lists(st.sets(st.integers(0, 19), min_size=1), max_size=6), tied=st.booleans())
def test_nobody_is_lost_or_counted_twice(cards: Sequence[set[int]], tied: bool) -> None:
    """Parts are disjoint and make up the group."""
    found = parts({TokenKind.PAYMENT: cards} if cards else {}, range(20), tied=tied)

    assert sorted(code for part in found for code in part) == list(range(20))


def test_joining_parts_a_group_by_what_its_accounts_do() -> None:
    """One retry across keeps an office with a campaign; with none, and no pace, they are two groups."""
    held: Held = {TokenKind.PAYMENT: [OFFICE, FARM], TokenKind.TEMPLATE: [BOTH]}
    within = [*ring(OFFICE), *ring(FARM)]

    apart = joined(joiner(held, within), [confirmed(BOTH)])
    together = joined(joiner(held, [*within, (0, 6)]), [confirmed(BOTH)])

    assert apart == [set(FARM), set(OFFICE)]
    assert together == [set(BOTH)]


def rest_of(
    passes: Sequence[tuple[int, int]], members: Iterable[int], *, kind: HandOff = HandOff.CONTINUED, tie: float = 0.0
) -> set[int]:
    """Whom a group keeps, where each part of it is tied to the others by so much (bits)."""
    giver, taker = (np.array([one[i] for one in passes], dtype=np.int32) for i in range(2))
    passed = HandOffs.of(giver, taker, np.full(len(passes), kind, dtype=np.int8))
    views = Views([], passed, np.full(ACCOUNTS, 20, dtype=np.int64))

    def tied(_one: npt.NDArray[np.int32], _other: npt.NDArray[np.int32]) -> float:
        return tie

    codes = np.array(sorted(members), dtype=np.int32)
    return set(without_passing_apart(views, codes, tied, least_bits=0.5).tolist())


def test_a_circle_that_passes_nothing_to_the_rest_and_has_nothing_in_common_with_it_leaves_it() -> None:
    """Two resellers' accounts met in one group: neither ever took over what the other was sent."""
    assert rest_of([*ring(OFFICE), *ring(FARM)], BOTH) == set(FARM)


@pytest.mark.parametrize("passes", [[*ring(OFFICE), *ring(FARM), (0, 6)], [*ring(FARM)]])
def test_one_pass_between_them_keeps_a_circle_and_whoever_passes_nothing_is_in_none(
    passes: Sequence[tuple[int, int]],
) -> None:
    """One conversation that went on across is what strangers do not do."""
    assert rest_of(passes, BOTH) == set(BOTH)


def test_what_else_ties_a_circle_to_the_others_keeps_it() -> None:
    """A slow pool's accounts are limited now and then, two of them each time; the work is the same."""
    assert rest_of([*ring(OFFICE), *ring(FARM)], BOTH, tie=0.6) == set(BOTH)


def test_words_that_pass_make_no_circle() -> None:
    """Public text passes between strangers."""
    assert rest_of([*ring(OFFICE), *ring(FARM)], BOTH, kind=HandOff.QUOTED) == set(BOTH)


@given(
    passes=st.lists(
        st.tuples(st.integers(0, 19), st.integers(0, 19)).filter(lambda one: one[0] != one[1]), min_size=1, max_size=25
    )
)
def test_somebody_stays_and_no_circle_is_divided(passes: Sequence[tuple[int, int]]) -> None:
    """Accounts between which work passes leave a group together or not at all."""
    rest = rest_of(passes, range(20))

    assert rest
    assert all((giver in rest) == (taker in rest) for giver, taker in passes)


def test_joining_gives_two_pools_that_met_in_one_circle_back_as_two() -> None:
    """A confirmed circle mixed them; each goes on as what passes within it."""
    held: Held = {TokenKind.TEMPLATE: [OFFICE, FARM]}

    found = joined(joiner(held, [*ring(OFFICE), *ring(FARM)]), [confirmed(BOTH)])

    assert sorted(found, key=len) == [set(OFFICE), set(FARM)]
