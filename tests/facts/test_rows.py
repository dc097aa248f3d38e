"""Rows of a table sorted by account are cut out for some accounts at once."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.facts.rows import rows_of


@given(sizes=st.lists(st.integers(0, 4), min_size=1, max_size=8), data=st.data())
def test_the_rows_are_those_that_a_loop_over_the_accounts_would_take(sizes: list[int], data: st.DataObject) -> None:
    """In the order in which the accounts are asked for, with the place of the account each row belongs to."""
    bounds = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    some = data.draw(st.lists(st.integers(0, len(sizes) - 1), max_size=8))

    rows, owner = rows_of(bounds, np.array(some, dtype=np.int32))

    expected = [(row, k) for k, code in enumerate(some) for row in range(bounds[code], bounds[code + 1])]
    assert list(zip(rows.tolist(), owner.tolist(), strict=True)) == expected
