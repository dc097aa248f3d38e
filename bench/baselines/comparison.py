"""Every baseline on the same traffic: what each has to say about each account."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np

from bench.baselines import co_occurrence, dense_blocks, mahalanobis, mmd, prada, seat, thresholds
from bench.baselines.requests import Floats, Requests, read_requests
from bench.baselines.vectors import Encoded, Encoder

METHODS: Final = {
    "MMD, windows of all traffic": "arXiv:2606.05725",
    "MMD, an account's own requests": "arXiv:2606.05725",
    "Mahalanobis, adapted": "Lee et al. 2018",
    "SEAT, adapted": "Zhang et al. 2021",
    "PRADA, adapted": "Juuti et al. 2019",
    "dense blocks of exact prompts": "FRAUDAR, Hooi et al. 2016",
    "the same prompt within an hour": "co-tweet; Pacheco et al. 2021",
}
"""Name and source of each method that `score_all` runs, in the order of the page; limits come on top."""

LEARN_FROM: Final = 0.3
"""Share of the honest accounts that vectors are learnt from."""


@dataclass(frozen=True, slots=True)
class Benign:
    """Honest traffic of another seed, from which methods learn what is normal."""

    encoder: Encoder
    traffic: Encoded

    @classmethod
    def learn(cls, folder: Path, seed: int) -> Self:
        """Read an honest-only range; vectors are learnt from some of its accounts, what is normal from the others.

        A vector fits the texts it was learnt from better than any other, so that texts of strangers would all look
        unusual beside these.
        """
        rng = np.random.default_rng(seed)
        requests = read_requests(folder)
        accounts = rng.permutation(len(requests.names)).astype(np.int64)
        first, rest = np.split(accounts, [int(LEARN_FROM * len(accounts))])
        encoder = Encoder.learn(requests.of_accounts(first).text, rng)
        normal = requests.of_accounts(np.sort(rest))
        return cls(encoder, Encoded(normal, encoder.encode(normal.text)))


def score_all(requests: Requests, benign: Benign, seed: int) -> dict[str, Floats]:
    """The score that each method gives each account; chance comes from `seed`, for each method anew."""
    traffic, honest = Encoded(requests, benign.encoder.encode(requests.text)), benign.traffic

    def dice() -> np.random.Generator:
        return np.random.default_rng(seed)

    scores = (
        mmd.score_by_traffic(traffic, honest, dice(), mmd.MmdOptions()),
        mmd.score_by_account(traffic, honest, dice(), mmd.MmdOptions()),
        mahalanobis.score_accounts(traffic, honest),
        seat.score_accounts(traffic, honest, dice(), seat.SeatOptions()),
        prada.score_accounts(traffic, honest),
        dense_blocks.score_accounts(requests, dense_blocks.BlockOptions()),
        co_occurrence.score_accounts(requests, co_occurrence.WindowOptions()),
    )
    return dict(zip(METHODS, scores, strict=True))


def score_limits(requests: Requests) -> dict[str, Floats]:
    """The score of each account under each limit, named in words."""
    numbers = thresholds.numbers_of(requests)
    return {limit.words: limit.score(numbers) for limit in thresholds.limits_of(numbers)}
