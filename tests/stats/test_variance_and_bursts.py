"""Intraclass correlation and bursts, against brute force and known answers."""

import numpy as np
import pytest

from stillwatch.stats.bursts import burst_labels
from stillwatch.stats.variance import intraclass_correlation


def anova_icc(groups: list[np.ndarray]) -> float:
    """ICC(1) from the textbook's sums of squares, coordinates added."""
    n = np.array([len(g) for g in groups], dtype=float)
    grand = np.concatenate(groups).mean(axis=0)
    between = sum(len(g) * ((g.mean(axis=0) - grand) ** 2).sum() for g in groups) / (len(groups) - 1)
    within = sum(((g - g.mean(axis=0)) ** 2).sum() for g in groups) / (n.sum() - len(groups))
    k = (n.sum() - (n**2).sum() / n.sum()) / (len(groups) - 1)
    return float((between - within) / (between + (k - 1) * within))


def unit(rng: np.random.Generator, size: int, centre: np.ndarray) -> np.ndarray:
    """Random unit vectors around a centre."""
    x = rng.normal(size=(size, len(centre))) + centre
    return np.asarray(x / np.linalg.norm(x, axis=1, keepdims=True))


@pytest.mark.parametrize("seed", range(5))
def test_the_correlation_is_that_of_the_analysis_of_variance(seed: int) -> None:
    """Sums and counts alone give what all vectors give."""
    rng = np.random.default_rng(seed)
    groups = [unit(rng, int(rng.integers(2, 30)), rng.normal(size=8)) for _ in range(6)]

    found = intraclass_correlation(np.stack([g.sum(axis=0) for g in groups]), np.array([len(g) for g in groups]))

    assert found == pytest.approx(anova_icc(groups))


def test_samples_of_one_mix_correlate_by_nothing() -> None:
    """Accounts behind one load balancer are interchangeable."""
    rng = np.random.default_rng(1)
    groups = [unit(rng, 200, np.ones(16)) for _ in range(20)]

    found = intraclass_correlation(np.stack([g.sum(axis=0) for g in groups]), np.full(20, 200))

    assert abs(found) < 0.005


def test_one_source_cannot_be_compared() -> None:
    """Nothing to compare is not a number, never zero."""
    assert np.isnan(intraclass_correlation(np.ones((1, 4)), np.array([3])))


def test_a_farm_of_sign_ups_is_one_burst_and_steady_ones_are_none() -> None:
    """Twenty within an hour among one a day stand out; one a day does not."""
    rng = np.random.default_rng(3)
    steady = np.sort(rng.uniform(0, 365 * 86_400.0, 365))
    farm = 100 * 86_400.0 + np.sort(rng.uniform(0, 3_000.0, 20))

    labels = burst_labels(np.concatenate([steady, farm]), window=3_600.0, alpha=1e-6)

    assert set(labels[365:].tolist()) == {0}
    assert (labels[:365] >= 0).sum() <= 1


def test_steady_sign_ups_make_a_burst_no_oftener_than_promised() -> None:
    """At alpha 0.05 at most about one flow in twenty shows one."""
    rng = np.random.default_rng(4)
    shown = sum(
        bool((burst_labels(rng.uniform(0, 1e6, 300), window=2_000.0, alpha=0.05) >= 0).any()) for _ in range(200)
    )

    assert shown <= 20
