"""Which tokens each account showed in a stretch of traffic."""

import numpy as np

from stillwatch.facts.holdings import Holdings
from stillwatch.profile.stretch import Stretch


def held_in_lists(stretch: Stretch, column: str) -> Holdings:
    """The tokens in a list column, each row's list held by that row's account."""
    lists = stretch.column(column)
    offsets = np.asarray(lists.offsets)
    tokens = lists.values.to_numpy()[offsets[0] : offsets[-1]]
    return Holdings.shown(tokens, np.repeat(stretch.account, np.diff(offsets)))


def held_in_column(stretch: Stretch, column: str) -> Holdings:
    """A digest column, one token a row; nulls and zeros are nobody's."""
    tokens = stretch.digests(column)
    held = tokens != 0
    return Holdings.shown(tokens[held], stretch.account[held])
