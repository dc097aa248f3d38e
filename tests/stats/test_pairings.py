"""Pairings at random."""

import math
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from stillwatch.stats.pairings import log2_few_between


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


def _pairings(ends: Sequence[int]) -> Iterator[list[tuple[int, int]]]:
    """Every way to pair the ends."""
    if not ends:
        yield []
    for k in range(1, len(ends)):
        for rest in _pairings([*ends[1:k], *ends[k + 1 :]]):
            yield [(ends[0], ends[k]), *rest]
