"""When each account first showed a token in a stretch of traffic."""

import numpy as np

from stillwatch.facts.quotes import Quotes, Times
from stillwatch.profile.stretch import Stretch


def quotes_in_lists(stretch: Stretch, column: str, time: Times, bound: int = 2**64) -> Quotes:
    """The tokens under `bound` in a list column, shown by each row's account at each row's time."""
    lists = stretch.column(column)
    offsets = np.asarray(lists.offsets)
    tokens = lists.values.to_numpy()[offsets[0] : offsets[-1]]
    row = np.repeat(np.arange(len(stretch), dtype=np.int32), np.diff(offsets))
    if bound < 2**64:
        kept = tokens < np.uint64(bound)
        tokens, row = tokens[kept], row[kept]
    return Quotes.of(tokens, stretch.account[row], time[row])
