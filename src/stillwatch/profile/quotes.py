"""When each account first showed a token in one batch."""

import numpy as np
import pyarrow as pa

from stillwatch.facts.quotes import Keys, Quotes, Times


def quotes_in_lists(lists: pa.ListArray, account: Keys, time: Times, bound: int = 2**64) -> Quotes:
    """The tokens under `bound` in a list column, shown by each row's account at each row's time."""
    offsets = np.asarray(lists.offsets)
    tokens = lists.values.to_numpy()[offsets[0] : offsets[-1]]
    sizes = np.diff(offsets)
    keep = tokens < np.uint64(bound) if bound < 2**64 else np.ones(len(tokens), dtype=np.bool_)
    return Quotes.of(tokens[keep], np.repeat(account, sizes)[keep], np.repeat(time, sizes)[keep])
