"""A stretch of traffic: some batches of exchanges that are summarised together, one column at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from stillwatch.facts.exchange import EXCHANGE
from stillwatch.facts.pairs import Keys

Times = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Batches of schema EXCHANGE; sorting many rows once costs less than sorting few and merging."""

    batches: tuple[pa.RecordBatch, ...]
    account: Keys
    start: Times
    """When each exchange started, microseconds since 1970."""
    end: Times
    """When it ended, never before it started; its start where the log does not say."""
    accounts: Keys
    """The accounts, each once, rising."""
    code: Codes
    """(n,): the place in `accounts` of each exchange's account."""
    first: Codes
    """The row in which each of `accounts` comes first."""

    @classmethod
    def of(cls, batches: Sequence[pa.RecordBatch]) -> Self:
        """Take batches in the order in which they were read."""
        account = _joined(batches, "account_key").to_numpy()
        start = _joined(batches, "started_at").cast(pa.int64()).to_numpy()
        end = pc.fill_null(_joined(batches, "ended_at").cast(pa.int64()), 0).to_numpy()
        first, code = _numbered(account)
        order = np.argsort(account[first])
        place = np.empty(len(first), dtype=np.int64)
        place[order] = np.arange(len(first))
        first = first[order]
        return cls(tuple(batches), account, start, np.maximum(start, end), account[first], place[code], first)

    def column(self, name: str) -> pa.Array:
        """One column of all batches."""
        return _joined(self.batches, name)

    def digests(self, name: str) -> Keys:
        """A column of digests, 0 where there is none."""
        digests: Keys = self.column(name).fill_null(0).to_numpy()
        return digests

    def __len__(self) -> int:
        """Exchanges."""
        return len(self.account)


def _joined(batches: Sequence[pa.RecordBatch], name: str) -> pa.Array:
    columns = [batch.column(name) for batch in batches]
    if len(columns) == 1:
        return columns[0]
    return pa.concat_arrays(columns) if columns else pa.array([], EXCHANGE.field(name).type)


@nb.njit(cache=True, nogil=True)
def _numbered(keys):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """The row in which each key comes first, and for each row which of these its key is: numbered as they come."""
    room = 1 << 10
    slots = np.full(room, -1, dtype=np.int64)
    first = np.empty(len(keys), dtype=np.int64)
    code = np.empty(len(keys), dtype=np.int64)
    n = 0
    for i in range(len(keys)):
        if 2 * n > room:
            room *= 4
            slots = np.full(room, -1, dtype=np.int64)
            for k in range(n):
                slot = np.int64(keys[first[k]] & np.uint64(room - 1))
                while slots[slot] >= 0:
                    slot = (slot + 1) & (room - 1)
                slots[slot] = k
        slot = np.int64(keys[i] & np.uint64(room - 1))  # keys are digests: any bits of them will do
        while slots[slot] >= 0 and keys[first[slots[slot]]] != keys[i]:
            slot = (slot + 1) & (room - 1)
        if slots[slot] < 0:
            slots[slot] = n
            first[n] = i
            n += 1
        code[i] = slots[slot]
    return first[:n].copy(), code
