"""MMD² between two samples, against brute force, and an honest p-value."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.stats.two_samples import distance, p_of_difference


def brute(values: np.ndarray, ours: np.ndarray) -> float:
    """The unbiased MMD² by its definition (Gretton et al. 2012, equation 3): means over pairs of different rows."""
    one, other = values[ours], values[~ours]

    def among(rows: np.ndarray) -> float:
        pairs = [float(a @ b) for i, a in enumerate(rows) for j, b in enumerate(rows) if i != j]
        return float(np.mean(pairs))

    return among(one) + among(other) - 2.0 * float(np.mean([float(a @ b) for a in one for b in other]))


@given(ours=st.integers(2, 6), theirs=st.integers(2, 6), seed=st.integers(0, 99))
def test_the_distance_is_the_definitions(ours: int, theirs: int, seed: int) -> None:
    """Means over pairs of different rows."""
    values = np.random.default_rng(seed).normal(size=(ours + theirs, 3))

    told = distance(values[:ours], values[ours:])

    assert told == pytest.approx(brute(values, np.arange(ours + theirs) < ours))
    assert distance(values[:1], values[1:]) == 0.0


def exact(values: np.ndarray, first: int) -> float:
    """The share of all divisions whose distance is at least the real one's."""
    n = len(values)
    real = np.arange(n) < first
    all_of = [
        np.array([bool(code >> place & 1) for place in range(n)]) for code in range(2**n) if code.bit_count() == first
    ]
    least = brute(values, real) - 1e-9
    return float(np.mean([brute(values, one) >= least for one in all_of]))


@pytest.mark.parametrize("seed", range(6))
def test_random_divisions_give_what_all_divisions_give(seed: int) -> None:
    """With eight rows all divisions can be looked at one by one."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(8, 3))
    values[:3] += rng.normal(size=3)

    found = p_of_difference(values, 3, 4_000, rng)

    assert found == pytest.approx(exact(values, 3), abs=0.03)


def test_samples_of_one_distribution_differ_as_seldom_as_the_value_says() -> None:
    """Of 400 pairs of samples of one distribution about one in ten has a value of at most 0.1."""
    rng = np.random.default_rng(1)

    seldom = [p_of_difference(rng.normal(size=(30, 5)), 12, 99, rng) <= 0.1 for _ in range(400)]

    assert 0.06 <= np.mean(seldom) <= 0.14


def test_samples_of_two_distributions_are_told_apart() -> None:
    """A shift of one deviation in every coordinate, fifteen rows each."""
    rng = np.random.default_rng(1)
    values = np.concatenate([rng.normal(size=(15, 5)), rng.normal(size=(15, 5)) + 1.0])

    assert p_of_difference(values, 15, 499, rng) == pytest.approx(1 / 500)


@given(rows=st.integers(0, 6), first=st.integers(0, 6), offset=st.floats(-1e6, 1e6), seed=st.integers(0, 2**32 - 1))
def test_it_is_a_probability_wherever_the_values_lie(rows: int, first: int, offset: float, seed: int) -> None:
    """Any rows give more than 0 and at most 1, and 1 where a sample has no pair or nothing varies."""
    first = min(first, rows)
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, 2)) + offset

    found = p_of_difference(values, first, 49, rng)

    assert 0.0 < found <= 1.0
    if min(first, rows - first) < 2:
        assert found == 1.0
    assert p_of_difference(np.full((rows, 2), offset), first, 49, rng) == 1.0
