"""The same prompt from different accounts within a window, counted pair by pair as coordination toolkits do.

Source: Graham and QUT 2022, coordination-network-toolkit, "co-tweet"; Pacheco et al. 2021, "Uncovering coordinated
networks on social media", section 4. An account's score is its heaviest tie: it is named where any pair that it is in
exceeds the number of coincidences allowed.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np

from bench.baselines.ranking import by_both
from bench.baselines.requests import Floats, Requests


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowOptions:
    """What counts as together."""

    seconds: float = 3_600.0
    """Between two requests; toolkits take a second to a day for posts, scheduled work passes within the hour."""


def score_accounts(requests: Requests, options: WindowOptions) -> Floats:
    """The most coincidences that each account has with any one other, ties ranked by all it has."""
    heaviest, total = np.zeros(len(requests.names)), np.zeros(len(requests.names))
    for (a, b), count in coincidences(requests, options).items():
        for account in (a, b):
            heaviest[account] = max(heaviest[account], count)
            total[account] += count
    return by_both(heaviest, total)


def coincidences(requests: Requests, options: WindowOptions) -> Counter[tuple[int, int]]:
    """For each pair of accounts (smaller number first), pairs of equal requests not further apart than the window."""
    asked: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for text, at, account in zip(requests.text, requests.at.tolist(), requests.account.tolist(), strict=True):
        if text:
            asked[text].append((at, account))
    pairs: Counter[tuple[int, int]] = Counter()
    for occasions in asked.values():
        first = 0  # requests are in time order, so those within the window of the next one are a run
        for later, (at, account) in enumerate(occasions):
            while at - occasions[first][0] > options.seconds:
                first += 1
            pairs.update(
                (min(account, other), max(account, other)) for _, other in occasions[first:later] if other != account
            )
    return pairs
