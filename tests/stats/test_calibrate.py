"""p-values and bits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from stillwatch.stats.calibrate import MOST_BITS, bits_of_p, expected_by_chance, log2_choose, more_than


def test_under_the_null_evidence_is_worth_no_more_than_one_on_average() -> None:
    """The mean of 2**bits over uniform p-values is at most 1 (Vovk and Wang 2021): integrated over log p."""
    log = np.linspace(-60.0, -1e-6, 200_001)
    p = np.exp(log)

    mean = float(np.trapezoid([2.0 ** bits_of_p(x) * x for x in p], log))

    assert 0.95 < mean <= 1.0


@given(p=st.floats(0.0, 1.0))
def test_evidence_is_bounded_and_falls_with_p(p: float) -> None:
    """No single test is trusted without limit."""
    assert -1.0 <= bits_of_p(p) <= MOST_BITS
    assert bits_of_p(p) >= bits_of_p(min(1.0, p + 0.01))


def test_more_tries_expect_more_by_chance() -> None:
    """Ten bits are one in 1,024 for one try, and one for 1,024 tries."""
    assert expected_by_chance(10.0, 1) == pytest.approx(1 / 1024)
    assert expected_by_chance(10.0, 1024) == pytest.approx(1.0)


def test_naming_k_of_n_costs_the_logarithm_of_the_choices() -> None:
    """Against the exact binomial coefficient."""
    assert log2_choose(40, 7) == pytest.approx(math.log2(math.comb(40, 7)))
    assert log2_choose(5, 5) == pytest.approx(0.0)


@pytest.mark.parametrize("expected", [0.02, 0.5, 3.0])
@pytest.mark.parametrize("mean", [0.5, 1.0, 4.0])
def test_a_count_by_chance_is_worth_no_more_than_one_on_average(expected: float, mean: float) -> None:
    """Under a Poisson null the factors average to one, whatever was expected otherwise; more is worth more."""
    seen = np.arange(60)
    worth = np.array([2.0 ** more_than(int(k), expected, mean) for k in seen])

    assert float((poisson.pmf(seen, expected) * worth).sum()) == pytest.approx(1.0, abs=1e-3)
    assert (np.diff(worth[int(expected * (1.0 + 1.0 / mean)) + 1 :]) > 0.0).all()
