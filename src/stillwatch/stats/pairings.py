"""Pairings at random: how seldom so few of the pairs that ends are tied into lie between two sets of them."""

import math

import numpy as np
from scipy.special import gammaln, logsumexp


def log2_few_between(within: int, others: int, between: int) -> float:
    """log2 of the probability that at most `between` pairs have an end in each of two sets.

    The first set has `2 * within + between` ends, the second `2 * others + between`, and all pairings of all ends are
    as likely (the configuration model: Bollobas 1980, "A probabilistic proof of an asymptotic formula for the number of
    labelled regular graphs"). Where one set has few ends this is far from the Poisson law of its mean: nearly each of
    them must find another of the few.
    """
    ours, theirs = 2 * within + between, 2 * others + between
    crossing = np.arange(between % 2, between + 1, 2, dtype=np.float64)
    ways = (
        gammaln(ours + 1) - gammaln(ours - crossing + 1)
        + gammaln(theirs + 1) - gammaln(theirs - crossing + 1)
        - gammaln(crossing + 1)
        + _log_pairings(ours - crossing) + _log_pairings(theirs - crossing)
        - _log_pairings(np.float64(ours + theirs))
    )  # fmt: skip
    return min(0.0, float(logsumexp(ways)) / math.log(2.0))


def _log_pairings(ends: np.typing.NDArray[np.float64] | np.float64) -> np.typing.NDArray[np.float64]:
    """The natural logarithm of how many ways there are to pair an even number of ends."""
    pairs = np.asarray(ends) / 2.0
    out: np.typing.NDArray[np.float64] = gammaln(2.0 * pairs + 1) - pairs * math.log(2.0) - gammaln(pairs + 1)
    return out
