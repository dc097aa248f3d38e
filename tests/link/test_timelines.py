"""Timelines keep every request of an account in order, or those that were asked for."""

import numpy as np

from tests.link.test_rhythm import clocked, codes
from tests.profile.exchanges import START


def test_requests_are_left_out_by_whose_they_are_and_when_they_began() -> None:
    """Another account's request of the same moment stays."""
    timelines, known = clocked([(0, 5.0, 1.0), (0, 9.0, 1.0), (1, 5.0, 1.0), (1, 7.0, 1.0)])
    one, other = codes(known, [0]), codes(known, [1])

    left = timelines.without(one, np.array([START + 5_000_000]))

    assert (left.of([one])[0] - START).tolist() == [9_000_000]
    assert (left.of([other])[0] - START).tolist() == [5_000_000, 7_000_000]


def test_a_request_that_nobody_made_leaves_all_in() -> None:
    """What was taken over may be told of a request whose account is not asked about."""
    timelines, known = clocked([(0, 5.0, 1.0), (1, 7.0, 1.0)])

    left = timelines.without(codes(known, [1, 0]), np.array([START + 5_000_000, START + 7_000_000]))

    assert left.exchanges(codes(known, [0, 1])) == 2
