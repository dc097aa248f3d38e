"""Maximum mean discrepancy of traffic windows to benign traffic.

The detector of "An Embarrassingly Simple Detector for Model Extraction Attacks in Large Language Model API Traffic"
(arXiv:2606.05725): embed each query, compare a window with benign reference queries by the unbiased estimate of MMD
squared under an RBF kernel whose width is the median distance of benign queries, and raise an alarm above the 95th
percentile of what benign windows show. Statistic: Gretton et al. 2012, "A kernel two-sample test", lemma 6.

It names windows, never accounts. Two adaptations do: `score_by_traffic` and `score_by_account`.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from bench.baselines.norms import FEWEST_REQUESTS, MOST_REQUESTS, Norms
from bench.baselines.ranking import by_both
from bench.baselines.requests import Floats, Ints
from bench.baselines.vectors import Encoded, Vectors


@dataclass(frozen=True, kw_only=True, slots=True)
class MmdOptions:
    """As published, where something was."""

    window: int = 1_500
    """Requests in a window (arXiv:2606.05725, main table)."""
    reference: int = 1_500
    """Benign requests that a window is compared with; as many as are in a window."""
    percentile: float = 95.0
    """Of the statistic on benign windows: above it a window raises an alarm."""


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Measures the distance of samples to one benign reference sample."""

    reference: Vectors
    gamma: float
    within: float
    """Mean kernel of two different reference requests."""

    @classmethod
    def to(cls, reference: Vectors) -> Self:
        """Take a reference sample of at least two requests; the median heuristic sets the kernel's width."""
        distances = _squared_distances(reference, reference)[np.triu_indices(len(reference), 1)]
        median = float(np.median(distances))
        gamma = 1.0 / median if median > 0 else 1.0
        return cls(reference, gamma, float(np.exp(-gamma * distances).mean(dtype=np.float64)))

    def of(self, sample: Vectors) -> float:
        """The unbiased estimate of MMD squared; below zero where a sample is nearer than chance makes it."""
        own = rbf(sample, sample, self.gamma)
        n = len(sample)
        within = (float(own.sum(dtype=np.float64)) - float(np.trace(own))) / (n * (n - 1))
        across = float(rbf(sample, self.reference, self.gamma).mean(dtype=np.float64))
        return within + self.within - 2.0 * across


def rbf(a: Vectors, b: Vectors, gamma: float) -> npt.NDArray[np.float32]:
    """The kernel exp(-gamma |a - b|^2) of every pair of rows."""
    distances = _squared_distances(a, b)
    distances *= -gamma
    return np.exp(distances, out=distances)


def score_by_traffic(traffic: Encoded, honest: Encoded, rng: np.random.Generator, options: MmdOptions) -> Floats:
    """For each account the share of its requests that lie in windows with an alarm.

    Windows are consecutive requests of everybody, as the paper's mixed setting has them. Accounts with equal shares
    are ranked by the mean statistic of their windows, for where campaigns send much, every window raises an alarm.
    """
    chosen = _sample(len(honest.vectors), options.reference, rng)
    discrepancy = Discrepancy.to(honest.vectors[chosen])
    unseen = np.delete(honest.vectors, chosen, axis=0)
    null = [discrepancy.of(unseen[a:b]) for a, b in windows(len(unseen), options.window)]
    threshold = float(np.percentile(null, options.percentile))
    alarms = np.zeros(len(traffic.requests))
    statistic = np.zeros(len(traffic.requests))
    for a, b in windows(len(traffic.requests), options.window):
        found = discrepancy.of(traffic.vectors[a:b])
        alarms[a:b], statistic[a:b] = found > threshold, found
    return by_both(_mean_by_account(traffic, alarms), _mean_by_account(traffic, statistic))


def score_by_account(traffic: Encoded, honest: Encoded, rng: np.random.Generator, options: MmdOptions) -> Floats:
    """For each account, how far the statistic of its own requests lies above that of honest accounts of its size."""
    discrepancy = Discrepancy.to(honest.vectors[_sample(len(honest.vectors), options.reference, rng)])
    norms = Norms.of(honest.requests.sizes(), _of_accounts(honest, discrepancy))
    return norms.deviation(traffic.requests.sizes(), _of_accounts(traffic, discrepancy))


def windows(count: int, size: int) -> list[tuple[int, int]]:
    """Consecutive windows of `size`; the last takes what is left over, and a short log is one window."""
    starts = range(0, max(1, count - size + 1), size)
    return [(a, a + size if k + 1 < len(starts) else count) for k, a in enumerate(starts)]


def _of_accounts(traffic: Encoded, discrepancy: Discrepancy) -> Floats:
    return np.array(
        [
            discrepancy.of(own) if len(own) >= FEWEST_REQUESTS else np.nan
            for own in traffic.of_each_account(MOST_REQUESTS)
        ]
    )


def _mean_by_account(traffic: Encoded, values: Floats) -> Floats:
    accounts = len(traffic.requests.names)
    total = np.bincount(traffic.requests.account, values, accounts)
    sizes = traffic.requests.sizes()
    return np.where(sizes > 0, total / np.maximum(sizes, 1), np.nan)


def _sample(count: int, size: int, rng: np.random.Generator) -> Ints:
    """Places of a sample; half of what there is where `size` is more, so that a null can be had from the rest."""
    return np.sort(rng.choice(count, min(size, count // 2), replace=False)).astype(np.int64)


def _squared_distances(a: Vectors, b: Vectors) -> npt.NDArray[np.float32]:
    distances: npt.NDArray[np.float32] = a @ b.T
    distances *= -2.0
    distances += np.square(a).sum(axis=1)[:, None]
    distances += np.square(b).sum(axis=1)[None, :]
    np.maximum(distances, 0.0, out=distances)  # rounding can leave a distance to itself below zero
    return distances
