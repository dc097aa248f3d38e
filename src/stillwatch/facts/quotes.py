"""What was said and what was asked, by sampled shingle: the first time each account showed it."""

from dataclasses import dataclass

import numba as nb
import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Times = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Quotes:
    """Rows (token, account, first time in microseconds), sorted by token and then account, no pair twice."""

    token: Keys
    account: Keys
    time: Times

    @classmethod
    def empty(cls) -> "Quotes":
        """Nobody said anything."""
        none = np.zeros(0, dtype=np.uint64)
        return cls(none, none, np.zeros(0, dtype=np.int64))

    @classmethod
    def of(cls, token: Keys, account: Keys, time: Times) -> "Quotes":
        """Make quotes of rows in any order; of a repeated pair the earliest time stays."""
        order = np.lexsort((time, account, token))
        token, account, time = token[order], account[order], time[order]
        first = np.ones(len(token), dtype=np.bool_)
        first[1:] = (token[1:] != token[:-1]) | (account[1:] != account[:-1])
        return cls(token[first], account[first], time[first])

    def merge(self, other: "Quotes") -> "Quotes":
        """The quotes of both; the earliest time of a pair stays."""
        if len(self) == 0 or len(other) == 0:
            return other if len(self) == 0 else self
        return Quotes(*_merge_sorted(self.token, self.account, self.time, other.token, other.account, other.time))

    def __len__(self) -> int:
        """Pairs seen."""
        return len(self.token)


@nb.njit(cache=True, nogil=True)
def _merge_sorted(token_a, account_a, time_a, token_b, account_b, time_b):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913
    size = len(token_a) + len(token_b)
    token = np.empty(size, dtype=np.uint64)
    account = np.empty(size, dtype=np.uint64)
    time = np.empty(size, dtype=np.int64)
    i = j = k = 0
    while i < len(token_a) or j < len(token_b):
        if j == len(token_b):
            before = -1
        elif i == len(token_a):
            before = 1
        elif token_a[i] != token_b[j]:
            before = -1 if token_a[i] < token_b[j] else 1
        elif account_a[i] != account_b[j]:
            before = -1 if account_a[i] < account_b[j] else 1
        else:
            before = 0
        if before <= 0:
            token[k], account[k], time[k] = token_a[i], account_a[i], time_a[i]
            i += 1
            if before == 0:
                time[k] = min(time[k], time_b[j])
                j += 1
        else:
            token[k], account[k], time[k] = token_b[j], account_b[j], time_b[j]
            j += 1
        k += 1
    return token[:k].copy(), account[:k].copy(), time[:k].copy()
