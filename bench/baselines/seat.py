"""SEAT, adapted: how many pairs of an account's requests are similar.

Zhang et al. 2021, "SEAT: Similarity encoder by adversarial training for detecting model extraction attack queries":
an account that sends more similar pairs than allowed is cancelled. Its encoder is trained against one image
classifier; here texts' vectors take its place, similar are two requests nearer than nearly all pairs of requests of
different honest accounts, and, as in arXiv:2606.05725, the share is compared with honest accounts in both directions.
"""

from dataclasses import dataclass

import numpy as np

from bench.baselines.norms import FEWEST_REQUESTS, MOST_REQUESTS, Norms
from bench.baselines.requests import Floats
from bench.baselines.vectors import Encoded, Vectors


@dataclass(frozen=True, kw_only=True, slots=True)
class SeatOptions:
    """What is similar."""

    similar_by_chance: float = 0.001
    """Share of pairs of different honest accounts' requests that count as similar."""
    pairs: int = 200_000
    """Drawn to find the similarity that so few pairs exceed."""


def score_accounts(traffic: Encoded, honest: Encoded, rng: np.random.Generator, options: SeatOptions) -> Floats:
    """How far each account's share of similar pairs lies from that of honest accounts of its size."""
    least = similarity_of_strangers(honest, rng, options)
    norms = Norms.of(honest.requests.sizes(), _of_accounts(honest, least))
    return np.abs(norms.deviation(traffic.requests.sizes(), _of_accounts(traffic, least)))


def similarity_of_strangers(honest: Encoded, rng: np.random.Generator, options: SeatOptions) -> float:
    """The cosine that requests of two different honest accounts exceed in `similar_by_chance` of the pairs."""
    a = rng.integers(0, len(honest.requests), options.pairs)
    b = rng.integers(0, len(honest.requests), options.pairs)
    strangers = honest.requests.account[a] != honest.requests.account[b]
    cosines = np.einsum("ij,ij->i", honest.vectors[a[strangers]], honest.vectors[b[strangers]])
    return float(np.quantile(cosines, 1.0 - options.similar_by_chance))


def similar_share(vectors: Vectors, least: float) -> float:
    """The share of pairs whose cosine exceeds `least`; NaN where there are too few requests."""
    if len(vectors) < FEWEST_REQUESTS:
        return float("nan")
    cosines = vectors @ vectors.T
    return float((cosines[np.triu_indices(len(vectors), 1)] > least).mean())


def _of_accounts(traffic: Encoded, least: float) -> Floats:
    return np.array([similar_share(own, least) for own in traffic.of_each_account(MOST_REQUESTS)])
