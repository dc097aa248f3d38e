"""What accounts share, cut down to some of them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.facts.incidence import Incidence
from stillwatch.facts.token import TokenKind

ACCOUNTS = 12
HOLDERS = st.lists(st.sets(st.integers(0, ACCOUNTS - 1), min_size=2), max_size=8)


def held(holders: list[set[int]], among: set[int] | None = None, *, beside: bool = False) -> Incidence:
    """Tokens with these holders, of whom those `among` some are left; a token counts half for its odd holders.

    The others are not known, or stand `beside` them with empty hands.
    """
    left = [sorted(one if among is None else one & among) for one in holders]
    token = np.repeat(np.arange(len(left), dtype=np.uint64), [len(one) for one in left])
    account = np.array([one for some in left for one in some], dtype=np.int32)
    known = np.array([beside or among is None or code in among for code in range(ACCOUNTS)])
    return Incidence.of(TokenKind.PAYMENT, token, account, np.where(account % 2, 0.5, 1.0).astype(np.float32), known)


@given(HOLDERS, st.sets(st.integers(0, ACCOUNTS - 1)), st.booleans())
def test_some_accounts_share_what_they_would_if_the_others_were_not_there(
    holders: list[set[int]], among: set[int], beside: bool
) -> None:
    """Tokens that only one of them holds are gone; nothing is known of the others, or that they hold nothing."""
    chosen = np.array([code in among for code in range(ACCOUNTS)])

    found = held(holders).among(chosen, np.ones(ACCOUNTS, dtype=np.bool_) if beside else chosen)
    alone = held(holders, among, beside=beside)

    for column in ("tokens", "by_token", "holders", "by_account", "held", "weight", "known"):
        assert np.array_equal(getattr(found, column), getattr(alone, column)), column


@given(HOLDERS, st.lists(st.integers(0, 7), max_size=8))
def test_how_many_hold_some_tokens_is_what_is_told_of_all(holders: list[set[int]], places: list[int]) -> None:
    """Only those asked about are looked at."""
    incidence = held(holders)
    asked = np.array([place for place in places if place < len(incidence.tokens)], dtype=np.int32)

    assert incidence.sizes_of(asked).tolist() == [len(incidence.holders_of(place)) for place in asked.tolist()]
    assert incidence.sizes_of(asked).tolist() == incidence.sizes[asked].tolist()
