"""When each account first showed a token in a stretch of traffic."""

import numpy as np

from stillwatch.facts.pairs import Flags
from stillwatch.facts.quotes import Quotes, Times
from stillwatch.profile.stretch import Stretch


def quotes_in_lists(
    stretch: Stretch, column: str, time: Times, bound: int = 2**64, rows: Flags | None = None
) -> Quotes:
    """The tokens under `bound` in a list column, of all `rows` or some, shown by each row's account at its time."""
    lists = stretch.column(column)
    offsets = np.asarray(lists.offsets)
    tokens = lists.values.to_numpy()[offsets[0] : offsets[-1]]
    row = np.repeat(np.arange(len(stretch), dtype=np.int32), np.diff(offsets))
    if bound < 2**64:
        kept = tokens < np.uint64(bound)
        tokens, row = tokens[kept], row[kept]
    if rows is not None:
        tokens, row = tokens[rows[row]], row[rows[row]]
    return Quotes.of(tokens, stretch.account[row], time[row])
