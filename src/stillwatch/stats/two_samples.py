"""Are two samples from one distribution? The unbiased MMD² between them, against all ways of dealing them out."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def distance(one: Floats, other: Floats) -> float:
    """How far two samples' distributions are apart: the unbiased MMD² between (n, d) and (m, d), linear kernel.

    Source: Gretton et al. 2012, Lemma 6. Near zero, and as often below it, where they are one; 0 where either has fewer
    than two rows.
    """
    if min(len(one), len(other)) < 2:
        return 0.0
    return _among(one) + _among(other) - 2.0 * float(one.mean(axis=0) @ other.mean(axis=0))


def _among(rows: Floats) -> float:
    """The mean product of two different rows."""
    total, n = rows.sum(axis=0), len(rows)
    return (float(total @ total) - float((rows * rows).sum())) / (n * (n - 1))


def p_of_difference(values: npt.NDArray[np.float64], first: int, rounds: int, rng: np.random.Generator) -> float:
    """How often chance makes two samples differ as much as these, or more.

    `values` is (n, d): the first sample's `first` rows, then the second's. Their distance is the unbiased estimate of
    MMD² with the linear kernel (Gretton, Borgwardt, Rasch, Schölkopf and Smola 2012, "A Kernel Two-Sample Test",
    Lemma 6), compared with that of `rounds` random divisions of the same rows (permutation test, section 5). Null: the
    rows are exchangeable. Returns a p-value, never below 1 / (rounds + 1); 1 where either sample has fewer than two
    rows, or all rows are equal.
    """
    n = len(values)
    second = n - first
    if min(first, second) < 2 or np.ptp(values, axis=0).max(initial=0.0) == 0.0:
        return 1.0
    # The centre adds the same to every pair, and takes digits away.
    values = values - values.mean(axis=0)
    kernel = values @ values.T
    np.fill_diagonal(kernel, 0.0)
    inside = np.zeros((rounds + 1, n))
    inside[:, :first] = 1.0
    inside[1:] = rng.permuted(inside[1:], axis=1)
    among_first = np.einsum("ij,ij->i", inside @ kernel, inside)
    across = inside @ kernel.sum(axis=1) - among_first
    among_second = kernel.sum() - 2.0 * across - among_first
    distance = (
        among_first / (first * (first - 1)) + among_second / (second * (second - 1)) - 2.0 * across / (first * second)
    )
    # A division that is the real one, or its mirror, differs in the last digits only.
    least = distance[0] - 1e-9 * float(np.abs(kernel).max())
    return float((distance >= least).sum()) / (rounds + 1)
