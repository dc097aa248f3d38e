"""Pairs of nodes: how seldom so few lie between two sets of them by chance, and whether a few nodes are in all."""

import math

import numpy as np
import numpy.typing as npt
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


def covered_by(ours: npt.NDArray[np.int32], theirs: npt.NDArray[np.int32], most: int) -> bool:
    """Whether one of at most so many nodes is in each of some pairs, (n,) one end and (n,) the other.

    The busiest are taken first, which may take more than the fewest that would do.
    """
    nodes, place = np.unique(np.concatenate([ours, theirs]), return_inverse=True)
    one, other = np.split(place, 2)
    for _ in range(most):
        busy = np.bincount(np.concatenate([one, other]), minlength=len(nodes))
        if int(np.sort(busy)[-most:].sum()) < len(one):  # not even if no two were in one pair
            return False
        hub = int(busy.argmax())
        left = (one != hub) & (other != hub)
        one, other = one[left], other[left]
        if len(one) == 0:
            return True
    return False


def _log_pairings(ends: npt.NDArray[np.float64] | np.float64) -> npt.NDArray[np.float64]:
    """The natural logarithm of how many ways there are to pair an even number of ends."""
    pairs = np.asarray(ends) / 2.0
    out: npt.NDArray[np.float64] = gammaln(2.0 * pairs + 1) - pairs * math.log(2.0) - gammaln(pairs + 1)
    return out
