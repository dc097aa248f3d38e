"""Who holds what: for one kind of token, which accounts showed it and in how many exchanges."""

from dataclasses import dataclass

import numba as nb
import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Holdings:
    """Rows (token, account, exchanges), sorted by token and then account, no pair twice."""

    token: Keys
    account: Keys
    exchanges: Counts

    @classmethod
    def empty(cls) -> "Holdings":
        """Nobody holds anything."""
        none = np.zeros(0, dtype=np.uint64)
        return cls(none, none, np.zeros(0, dtype=np.int32))

    @classmethod
    def of(cls, token: Keys, account: Keys, exchanges: Counts | None = None) -> "Holdings":
        """Make holdings of pairs in any order; repeated pairs add up (each row counts one exchange by default)."""
        if exchanges is None:
            exchanges = np.ones(len(token), dtype=np.int32)
        order = np.lexsort((account, token))
        return cls(*_add_runs(token[order], account[order], exchanges[order]))

    def merge(self, other: "Holdings") -> "Holdings":
        """The holdings of both; the same pair's exchanges add up."""
        if len(self) == 0 or len(other) == 0:
            return other if len(self) == 0 else self
        return Holdings(
            *_merge_sorted(self.token, self.account, self.exchanges, other.token, other.account, other.exchanges)
        )

    def __len__(self) -> int:
        """Pairs held."""
        return len(self.token)

    def habitual(self, least: int) -> "Holdings":
        """Only the pairs that were seen in at least `least` exchanges."""
        keep = self.exchanges >= least
        return Holdings(self.token[keep], self.account[keep], self.exchanges[keep])

    def shared(self, least: int = 2) -> "Holdings":
        """Only the tokens that at least `least` accounts hold."""
        if len(self) == 0:
            return self
        starts = np.flatnonzero(np.concatenate([[True], self.token[1:] != self.token[:-1]]))
        holders = np.diff(np.concatenate([starts, [len(self)]]))
        keep = np.repeat(holders >= least, holders)
        return Holdings(self.token[keep], self.account[keep], self.exchanges[keep])


@nb.njit(cache=True, nogil=True)
def _add_runs(token, account, exchanges):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """Sum the exchanges of equal neighbours."""
    n = len(token)
    out_token = np.empty(n, dtype=np.uint64)
    out_account = np.empty(n, dtype=np.uint64)
    out_exchanges = np.empty(n, dtype=np.int32)
    k = -1
    for i in range(n):
        if k >= 0 and out_token[k] == token[i] and out_account[k] == account[i]:
            out_exchanges[k] += exchanges[i]
        else:
            k += 1
            out_token[k] = token[i]
            out_account[k] = account[i]
            out_exchanges[k] = exchanges[i]
    return out_token[: k + 1].copy(), out_account[: k + 1].copy(), out_exchanges[: k + 1].copy()


@nb.njit(cache=True, nogil=True)
def _merge_sorted(token_a, account_a, n_a, token_b, account_b, n_b):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913
    """Merge two sorted holdings into one, in time linear in both."""
    size = len(token_a) + len(token_b)
    token = np.empty(size, dtype=np.uint64)
    account = np.empty(size, dtype=np.uint64)
    exchanges = np.empty(size, dtype=np.int32)
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
            token[k], account[k], exchanges[k] = token_a[i], account_a[i], n_a[i]
            i += 1
            if before == 0:
                exchanges[k] += n_b[j]
                j += 1
        else:
            token[k], account[k], exchanges[k] = token_b[j], account_b[j], n_b[j]
            j += 1
        k += 1
    return token[:k].copy(), account[:k].copy(), exchanges[:k].copy()
