"""Groups that only a common text holds together are parted, and no others."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.facts.token import TokenKind
from stillwatch.link.hand_offs import HandOffs
from stillwatch.link.mixture import Views
from stillwatch.link.parting import parts_of
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
