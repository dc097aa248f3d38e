"""Rows of a table that is sorted by account, cut out for some of the accounts at once."""

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]


def rows_of(bounds: Places, accounts: Codes) -> tuple[Places, Places]:
    """The places of the accounts' rows, in the accounts' order, and the place in `accounts` that each row belongs to.

    `bounds` is (n + 1,): the rows of the account with code k lie from `bounds[k]` up to `bounds[k + 1]`.
    """
    low = bounds[accounts]
    sizes = bounds[accounts + 1] - low
    rows = np.repeat(low - (np.cumsum(sizes) - sizes), sizes) + np.arange(int(sizes.sum()))
    return rows, np.repeat(np.arange(len(accounts)), sizes)
