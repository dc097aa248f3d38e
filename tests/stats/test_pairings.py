"""Pairs of nodes: at random, and around a few."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from stillwatch.stats.pairings import covered_by, log2_few_between


@pytest.mark.parametrize(("within", "others", "between"), [(1, 1, 0), (2, 2, 0), (1, 3, 1), (1, 2, 2), (2, 1, 3)])
def test_the_probability_is_the_share_of_all_pairings(within: int, others: int, between: int) -> None:
    """Against every pairing of the ends, one by one."""
    ours = 2 * within + between
    ends = range(2 * (within + others + between))

    crossing = [sum((a < ours) != (b < ours) for a, b in pairing) for pairing in _pairings(list(ends))]
    share = sum(n <= between for n in crossing) / len(crossing)

    assert 2.0 ** log2_few_between(within, others, between) == pytest.approx(share)


@given(within=st.integers(0, 500), others=st.integers(0, 500), between=st.integers(0, 200))
def test_it_is_a_probability_the_same_from_both_sides(within: int, others: int, between: int) -> None:
    """However many there are, and none: where nothing passes, nothing is told."""
    told = log2_few_between(within, others, between)

    assert told <= 0.0
    assert told == pytest.approx(log2_few_between(others, within, between), abs=1e-6)
    if not within or not others:
        assert told == pytest.approx(0.0, abs=1e-6)


def test_a_few_ends_that_find_each_other_among_many_are_rarer_than_poisson_says() -> None:
    """Five pairs of their own beside 371: 2**-38, where the Poisson law of the mean has 2**-14."""
    told = log2_few_between(5, 371, 0)

    assert told == pytest.approx(math.log2(math.comb(376, 5) / math.comb(752, 10)))
    assert told < 2.0 * poisson.logcdf(0, 10 * 742 / 752) / math.log(2.0)


@given(pairs=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda p: p[0] != p[1]), max_size=20))
def test_pairs_that_few_nodes_cover_are_left_with_none_when_these_go(pairs: list[tuple[int, int]]) -> None:
    """As many nodes as there are pairs cover any, and whatever so many cover, more do."""
    one, other = (np.array([pair[i] for pair in pairs], dtype=np.int32) for i in range(2))

    told = [covered_by(one, other, most) for most in range(len(pairs) + 1)]

    assert told == sorted(told)
    assert told[-1] == (len(pairs) > 0)


def test_two_stars_have_two_hubs_and_pairs_have_one_each() -> None:
    """The busiest nodes are what tells the two."""
    stars = np.array([0, 0, 0, 9, 9], dtype=np.int32), np.array([1, 2, 3, 4, 5], dtype=np.int32)
    apart = np.array([0, 2, 4, 6, 8], dtype=np.int32), np.array([1, 3, 5, 7, 9], dtype=np.int32)

    assert [covered_by(*stars, most) for most in (1, 2)] == [False, True]
    assert [covered_by(*apart, most) for most in (2, 4, 5)] == [False, False, True]


def _pairings(ends: Sequence[int]) -> Iterator[list[tuple[int, int]]]:
    """Every way to pair the ends."""
    if not ends:
        yield []
    for k in range(1, len(ends)):
        for rest in _pairings([*ends[1:k], *ends[k + 1 :]]):
            yield [(ends[0], ends[k]), *rest]
