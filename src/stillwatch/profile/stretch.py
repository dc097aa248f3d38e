"""A stretch of traffic: some batches of exchanges that are summarised together, one column at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from stillwatch.facts.exchange import EXCHANGE
from stillwatch.facts.pairs import Keys

Times = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Batches of schema EXCHANGE; sorting many rows once costs less than sorting few and merging."""

    batches: tuple[pa.RecordBatch, ...]
    account: Keys
    start: Times
    """When each exchange started, microseconds since 1970."""
    end: Times
    """When it ended, never before it started; its start where the log does not say."""

    @classmethod
    def of(cls, batches: Sequence[pa.RecordBatch]) -> Self:
        """Take batches in the order in which they were read."""
        account = _joined(batches, "account_key").to_numpy()
        start = _joined(batches, "started_at").cast(pa.int64()).to_numpy()
        end = pc.fill_null(_joined(batches, "ended_at").cast(pa.int64()), 0).to_numpy()
        return cls(tuple(batches), account, start, np.maximum(start, end))

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
