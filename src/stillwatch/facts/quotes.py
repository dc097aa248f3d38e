"""What was said and what was asked, by sampled shingle: the first time each account showed it."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from stillwatch.facts.pairs import Keys, Pairs

__all__ = ["Keys", "Quotes", "Times"]

Times = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Quotes(Pairs):
    """Rows (token, account, first time in microseconds), sorted by token and then account, no pair twice."""

    smallest: ClassVar[bool] = True

    @property
    def time(self) -> Times:
        """(n,): when each account first showed each token, microseconds since 1970."""
        return self.value.astype(np.int64, copy=False)
