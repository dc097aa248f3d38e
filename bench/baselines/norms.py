"""What is normal for an account of its size: a statistic of few requests varies more than one of many."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from bench.baselines.requests import Floats, Ints

FEWEST_REQUESTS: Final = 8
"""Below these an account is passed over: pairs, distances and normality mean nothing on fewer."""
MOST_REQUESTS: Final = 1_500
"""Of one account that are looked at: the window of the MMD paper (arXiv:2606.05725), which also bounds the work."""
_FEWEST_IN_BAND: Final = 40
"""Honest accounts that a band needs; bands that hold fewer grow towards larger sizes."""
_TO_SIGMA: Final = 1.4826
"""Median absolute deviation to standard deviation, for a normal distribution."""


@dataclass(frozen=True, slots=True)
class Norms:
    """Median and spread of a statistic among honest accounts, in bands of size."""

    upper: Floats
    """The largest size of each band but the last, which has no end."""
    median: Floats
    spread: Floats

    @classmethod
    def of(cls, sizes: Ints, values: Floats) -> Self:
        """Learn from honest accounts; those without a value are passed over."""
        known = np.isfinite(values)
        order = np.argsort(sizes[known], kind="stable")
        ordered, given = sizes[known][order], values[known][order]
        edges = [0]
        while len(ordered) - edges[-1] >= 2 * _FEWEST_IN_BAND:
            size = ordered[edges[-1] + _FEWEST_IN_BAND - 1]
            # A band ends where sizes have doubled, or later where too few accounts are in it.
            last = max(int(np.searchsorted(ordered, size, "right")), int(np.searchsorted(ordered, 2 * size, "left")))
            if len(ordered) - last < _FEWEST_IN_BAND:
                break
            edges.append(last)
        bands = [given[a:b] for a, b in zip(edges, [*edges[1:], len(given)], strict=True)]
        middle = np.array([np.median(band) if len(band) else 0.0 for band in bands])
        spread = np.array(
            [
                _TO_SIGMA * np.median(np.abs(band - m)) if len(band) else 0.0
                for band, m in zip(bands, middle, strict=True)
            ]
        )
        smallest = float(np.finfo(np.float32).eps)
        return cls(ordered[np.array(edges[1:], np.int64) - 1].astype(np.float64), middle, np.maximum(spread, smallest))

    def deviation(self, sizes: Ints, values: Floats) -> Floats:
        """How many spreads each value lies above the median of its band (below: negative)."""
        band = np.searchsorted(self.upper, sizes, "left")
        return np.asarray((values - self.median[band]) / self.spread[band], np.float64)
