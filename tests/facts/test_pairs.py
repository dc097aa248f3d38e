"""Pairs against plain Python: order, folding, sharing, meeting."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.facts.holdings import Holdings
from stillwatch.facts.pairs import is_among
from stillwatch.facts.quotes import Quotes

TOKENS = st.one_of(st.integers(0, 3), st.integers(0, 2**64 - 1))
ROWS = st.lists(st.tuples(TOKENS, st.integers(0, 4), st.integers(1, 9)), max_size=200)


def columns(rows: Sequence[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows as columns."""
    token, account, value = zip(*rows, strict=True) if rows else ((), (), ())
    return np.array(token, np.uint64), np.array(account, np.uint64), np.array(value, np.int64)


def listed(pairs: Holdings | Quotes) -> list[tuple[int, int, int]]:
    """Pairs as rows."""
    return list(zip(pairs.token.tolist(), pairs.account.tolist(), pairs.value.tolist(), strict=True))


@settings(deadline=None)
@given(rows=ROWS)
def test_repeated_pairs_fold_as_their_kind_says(rows: list[tuple[int, int, int]]) -> None:
    """Exchanges add up, of times the earliest stays, and rows are in order."""
    sums: Counter[tuple[int, int]] = Counter()
    first: dict[tuple[int, int], int] = {}
    for token, account, value in rows:
        sums[token, account] += value
        first[token, account] = min(value, first.get((token, account), value))

    assert listed(Holdings.of(*columns(rows))) == [(*pair, sums[pair]) for pair in sorted(sums)]
    assert listed(Quotes.of(*columns(rows))) == [(*pair, first[pair]) for pair in sorted(first)]


@settings(deadline=None)
@given(rows=ROWS, cut=st.integers(0, 200))
def test_merging_is_folding_all_at_once(rows: list[tuple[int, int, int]], cut: int) -> None:
    """Two sorted halves make what all rows make."""
    for kind in (Holdings, Quotes):
        one: Any = kind.of(*columns(rows[:cut]))
        other = kind.of(*columns(rows[cut:]))

        assert listed(one.merge(other)) == listed(kind.joined([one, other])) == listed(kind.of(*columns(rows)))


@settings(deadline=None)
@given(rows=ROWS, cut=st.integers(0, 200))
def test_sharing_and_meeting(rows: list[tuple[int, int, int]], cut: int) -> None:
    """A token is shared when two accounts hold it, in whatever part; two tables meet where both hold a token."""
    one, other = (Holdings.of(*columns(part)) for part in (rows[:cut], rows[cut:]))
    holders = defaultdict(set)
    for token, account, _ in rows:
        holders[token].add(account)

    shared = Holdings.shared_in([one, other])
    ours, theirs = Holdings.met_in([[one]], [other], shared=(False, False))
    *sides, kept = Holdings.met_in([[one], []], [one, other], shared=(False, False, True))
    side, _ = Holdings.met_in([[one, other]], [one], shared=(True, False))

    assert listed(shared) == [row for row in listed(one.merge(other)) if len(holders[row[0]]) > 1]
    both = set(one.token.tolist()) & set(other.token.tolist())
    assert listed(ours) == [row for row in listed(one) if row[0] in both]
    assert listed(theirs) == [row for row in listed(other) if row[0] in both]
    assert [listed(side) for side in sides] == [listed(one), []]
    more = [row for row in listed(one.merge(other)) if row[0] in one.token or len(holders[row[0]]) > 1]
    assert listed(kept) == listed(side) == more


@settings(deadline=None)
@given(keys=st.lists(TOKENS), wanted=st.lists(TOKENS))
def test_is_among_is_membership(keys: list[int], wanted: list[int]) -> None:
    """As Python's `in` says it, zero included."""
    found = is_among(np.array(keys, np.uint64), np.array(wanted, np.uint64))

    assert found.tolist() == [key in wanted for key in keys]


def test_order_is_checked() -> None:
    """Rows that are out of order, or a pair twice, are known for what they are."""
    token = np.array([1, 2, 2], dtype=np.uint64)

    assert Holdings(token, np.array([5, 1, 2], np.uint64), token.astype(np.int32)).is_in_order()
    assert not Holdings(token, np.array([5, 2, 2], np.uint64), token.astype(np.int32)).is_in_order()
    assert not Holdings(token[::-1].copy(), np.array([5, 1, 2], np.uint64), token.astype(np.int32)).is_in_order()
