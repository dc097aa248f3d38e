"""Marginal Mahalanobis distance, adapted: how far an account's requests lie from the cloud of honest requests.

One Gaussian is fitted to all benign vectors (Lee et al. 2018, "A simple unified framework for detecting
out-of-distribution samples", without classes), and a window's score is the mean distance of its queries, upper tail, as
in arXiv:2606.05725. Here a window is an account's requests. The covariance is shrunk (Ledoit and Wolf 2004).
"""

import numpy as np
from sklearn.covariance import LedoitWolf

from bench.baselines.norms import FEWEST_REQUESTS, Norms
from bench.baselines.requests import Floats
from bench.baselines.vectors import Encoded, Vectors


def score_accounts(traffic: Encoded, honest: Encoded) -> Floats:
    """How far each account's mean distance lies above that of honest accounts of its size."""
    cloud = LedoitWolf().fit(honest.vectors)
    norms = Norms.of(honest.requests.sizes(), _of_accounts(honest, cloud))
    return norms.deviation(traffic.requests.sizes(), _of_accounts(traffic, cloud))


def distances(vectors: Vectors, cloud: LedoitWolf) -> Floats:
    """Mahalanobis distance of each vector to the fitted cloud."""
    return np.sqrt(np.asarray(cloud.mahalanobis(vectors), np.float64))


def _of_accounts(traffic: Encoded, cloud: LedoitWolf) -> Floats:
    sizes = traffic.requests.sizes()
    far = distances(traffic.vectors, cloud)
    total = np.bincount(traffic.requests.account, far, len(sizes))
    return np.where(sizes >= FEWEST_REQUESTS, total / np.maximum(sizes, 1), np.nan)
