"""A share with its uncertainty."""

import math
from dataclasses import dataclass
from typing import Final

Z_95: Final = 1.959964
"""Two-sided 95 % of the normal distribution."""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """So many of so many, with Wilson's 95 % interval."""

    hits: int
    of: int
    share: float | None
    low: float
    high: float


def rate(hits: int, of: int) -> Rate:
    """Return a share with Wilson's score interval at 95 %.

    Assumes independent trials. Accounts of one campaign are found or missed together, so intervals over several
    campaigns are narrower than what another range would show.
    Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".
    """
    if of == 0:
        return Rate(hits=hits, of=of, share=None, low=0.0, high=1.0)
    share = hits / of
    middle = (share + Z_95**2 / (2 * of)) / (1 + Z_95**2 / of)
    half = Z_95 / (1 + Z_95**2 / of) * math.sqrt(share * (1 - share) / of + Z_95**2 / (4 * of * of))
    low = middle - half if hits else 0.0  # exactly, where rounding would leave a little
    high = middle + half if hits < of else 1.0
    return Rate(hits=hits, of=of, share=share, low=max(0.0, low), high=min(1.0, high))
