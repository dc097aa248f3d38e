"""A limit on one account: what it does by itself, one number after another.

Every rate limit and most abuse rules in use are of this kind. Each number is tried in both directions, and the best is
chosen on another seed than the one it is judged on: to choose it on the same would be to know the answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from bench.baselines.requests import Floats, Requests

_HOUR: Final = 3_600.0
_DAY: Final = 86_400.0
_NIGHT: Final = (0.0, 6.0)
"""Hours of UTC; an account's own time zone is not known to a threshold."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A number of an account and the direction in which it is suspicious."""

    name: str
    sign: int
    """1 where more is suspicious, -1 where less is."""

    def score(self, numbers: Mapping[str, Floats]) -> Floats:
        """The score of each account."""
        return self.sign * numbers[self.name]

    @property
    def words(self) -> str:
        """The limit as a person says it."""
        return f"{'most' if self.sign > 0 else 'least'} {self.name}"


def numbers_of(requests: Requests) -> dict[str, Floats]:
    """What one account does by itself, each as one number an account; NaN where it sent nothing."""
    sizes = requests.sizes().astype(np.float64)
    sent = sizes > 0
    per = np.where(sent, sizes, np.nan)

    def mean(values: npt.ArrayLike) -> Floats:
        total = np.bincount(requests.account, np.asarray(values, np.float64), len(sizes))
        return np.asarray(total / per, np.float64)

    hour = requests.at % _DAY / _HOUR
    distinct = _distinct(
        requests.account, np.unique(np.array(requests.text, object), return_inverse=True)[1], len(sizes)
    )
    days = _distinct(requests.account, (requests.at // _DAY).astype(np.int64), len(sizes))
    hours = _distinct(requests.account, (requests.at // _HOUR).astype(np.int64), len(sizes))
    return {
        "requests": np.where(sent, sizes, np.nan),
        "requests on the busiest day": _busiest(requests, _DAY),
        "requests in the busiest hour": _busiest(requests, _HOUR),
        "days active": np.where(sent, days, np.nan),
        "hours active": np.where(sent, hours, np.nan),
        "distinct prompts": np.where(sent, distinct, np.nan),
        "share of distinct prompts": distinct / per,
        "share of requests at night": mean((hour >= _NIGHT[0]) & (hour < _NIGHT[1])),
        "mean length of prompts": mean([len(text) for text in requests.text]),
        "mean input tokens": mean(requests.input_tokens),
        "mean output tokens": mean(requests.output_tokens),
        "share of requests that failed": mean(~requests.answered),
    }


def limits_of(names: Iterable[str]) -> list[Limit]:
    """Every number as a limit in both directions."""
    return [Limit(name, sign) for name in names for sign in (1, -1)]


def _distinct(account: npt.NDArray[np.int64], values: npt.NDArray[np.int64], accounts: int) -> Floats:
    pairs = np.unique(np.stack([account, values]), axis=1)
    return np.bincount(pairs[0], minlength=accounts).astype(np.float64)


def _busiest(requests: Requests, seconds: float) -> Floats:
    accounts = len(requests.names)
    pairs, counts = np.unique(
        np.stack([requests.account, (requests.at // seconds).astype(np.int64)]), axis=1, return_counts=True
    )
    most = np.full(accounts, np.nan)
    np.fmax.at(most, pairs[0], counts.astype(np.float64))
    return most
