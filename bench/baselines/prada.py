"""PRADA, adapted: whether distances between an account's requests are distributed as honest accounts' are.

Juuti et al. 2019, "PRADA: Protecting against DNN model stealing attacks", section 5: of each query the smallest
distance to the account's earlier ones, and Shapiro and Wilk's test of normality on these. The paper asks for a normal
distribution, which texts do not give even where nobody attacks (51.6 % false alarms in arXiv:2606.05725); therefore,
as there, the statistic is compared with honest accounts, in both directions.
"""

import warnings

import numpy as np
from scipy.stats import shapiro

from bench.baselines.norms import FEWEST_REQUESTS, MOST_REQUESTS, Norms
from bench.baselines.requests import Floats
from bench.baselines.vectors import Encoded, Vectors


def score_accounts(traffic: Encoded, honest: Encoded) -> Floats:
    """How far each account's normality lies from that of honest accounts of its size, in either direction."""
    norms = Norms.of(honest.requests.sizes(), _of_accounts(honest))
    return np.abs(norms.deviation(traffic.requests.sizes(), _of_accounts(traffic)))


def nearest_earlier(vectors: Vectors) -> Floats:
    """Of each request but the first, the distance to the nearest earlier one."""
    gram = vectors @ vectors.T
    squared = np.square(vectors).sum(axis=1)
    distances = squared[:, None] + squared[None, :] - 2.0 * gram
    distances[np.triu_indices(len(vectors))] = np.inf
    return np.asarray(np.sqrt(np.maximum(distances[1:].min(axis=1), 0.0)), np.float64)


def normality(vectors: Vectors) -> float:
    """Shapiro and Wilk's W of the nearest distances: 1 where they are normal, NaN where there is nothing to test."""
    if len(vectors) < FEWEST_REQUESTS:
        return float("nan")
    distances = nearest_earlier(vectors)
    if np.ptp(distances) == 0:
        return 0.0  # one distance over and over is as far from normal as can be
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nearly constant distances: W is low, which is what we ask for
        return float(shapiro(distances).statistic)


def _of_accounts(traffic: Encoded) -> Floats:
    return np.array([normality(own) for own in traffic.of_each_account(MOST_REQUESTS)])
