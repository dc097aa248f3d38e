"""Timelines keep every request of an account in order, but for what took something over within a group."""

import numpy as np

from tests.link.test_rhythm import clocked, codes
from tests.profile.exchanges import START


def test_what_was_taken_over_within_a_group_is_left_out_of_it() -> None:
    """One event speaks for one family; another account's request of the same moment stays."""
    timelines, known = clocked([(0, 5.0, 1.0), (0, 9.0, 1.0), (1, 5.0, 1.0), (1, 7.0, 1.0), (2, 1.0, 1.0)])
    one, other, third = (codes(known, [k]) for k in range(3))

    told = timelines.taking_over(other, one, np.array([START + 5_000_000]))

    assert (told.of([one, other])[0] - START).tolist() == [9_000_000, 5_000_000, 7_000_000]
    assert (told.of([one], other)[0] - START).tolist() == [9_000_000]
    assert (told.of([one, third])[0] - START).tolist() == [5_000_000, 9_000_000, 1_000_000]
    assert (told.only(np.ones(5, dtype=np.bool_)).of([one, other])[0] - START).tolist()[0] == 9_000_000
    assert len(timelines.of([one, other])[0]) == 4


def test_strangers_cannot_take_a_groups_rhythm_from_it() -> None:
    """Whoever sends its conversations before it makes its requests seem to be taken over from him."""
    timelines, known = clocked([(0, 5.0, 1.0), (1, 7.0, 1.0), (2, 1.0, 1.0)])
    group, stranger = codes(known, [0, 1]), codes(known, [2])

    told = timelines.taking_over(np.repeat(stranger, 2), group, np.array([START + 5_000_000, START + 7_000_000]))

    assert len(told.of([group])[0]) == 2
    assert len(told.of([np.concatenate([group, stranger])])[0]) == 1
