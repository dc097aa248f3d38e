"""Which tokens each account showed in one batch."""

import numpy as np
import pyarrow as pa

from stillwatch.facts.holdings import Holdings, Keys


def held_in_lists(lists: pa.ListArray, account: Keys) -> Holdings:
    """The tokens in a list column, each row's list held by that row's account."""
    offsets = np.asarray(lists.offsets)
    tokens = lists.values.to_numpy()[offsets[0] : offsets[-1]]
    return Holdings.of(tokens, np.repeat(account, np.diff(offsets)))


def held_in_column(column: pa.Array, account: Keys) -> Holdings:
    """A digest column, one token a row; nulls and zeros are nobody's."""
    tokens = column.fill_null(0).to_numpy()
    held = tokens != 0
    return Holdings.of(tokens[held], account[held])
