"""The same exchange is counted once: a growing set of exchange keys, asked batch by batch."""

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from stillwatch.facts.pairs import Keys

_FULL_ABOVE = 0.6
"""Share of slots in use at which the table doubles: open addressing slows down beyond."""


class SeenExchanges:
    """Remembers exchange keys; 8 bytes each and as much again to spare."""

    def __init__(self) -> None:
        """Nothing has been seen."""
        self._slots = np.zeros(1 << 16, dtype=np.uint64)
        self._used = 0
        self.duplicates = 0

    def remember(self, keys: Keys) -> None:
        """Take in the keys of exchanges that an earlier scan read."""
        self._used += int(self._fresh(keys).sum())

    def only_new(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The rows of a batch that were not seen before, in this batch or an earlier one."""
        new = self._fresh(batch.column("exchange_key").to_numpy())
        fresh = int(new.sum())
        self._used += fresh
        self.duplicates += len(new) - fresh
        return batch if fresh == len(new) else batch.filter(pa.array(new))

    def _fresh(self, keys: Keys) -> npt.NDArray[np.bool_]:
        """Put keys into the table, which grows before it is full; return which were new."""
        room = len(self._slots)
        while self._used + len(keys) > _FULL_ABOVE * room:
            room *= 2
        if room > len(self._slots):
            grown = np.zeros(room, dtype=np.uint64)
            _insert(grown, self._slots[self._slots != 0])
            self._slots = grown
        new: npt.NDArray[np.bool_] = _insert(self._slots, keys)
        return new


@nb.njit(cache=True, nogil=True)
def _insert(slots, keys):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """Put keys into the open-addressing table; return which were new. Key 0 is stored as 1."""
    mask = np.uint64(len(slots) - 1)
    new = np.zeros(len(keys), dtype=np.bool_)
    for i in range(len(keys)):
        key = keys[i] if keys[i] != 0 else np.uint64(1)
        slot = np.int64(key & mask)
        while slots[slot] != 0 and slots[slot] != key:
            slot = (slot + 1) & np.int64(mask)
        if slots[slot] == 0:
            slots[slot] = key
            new[i] = True
    return new
