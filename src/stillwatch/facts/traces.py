"""When each exchange happened and which digests it carried: the rows that hand-offs and rhythm are read from."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

ANSWERED, LIMITED, BANNED, REFUSED, FAILED = 0, 1, 2, 3, 4
"""How an exchange ended: answered, 429, 401/403, declined by the model, any other error."""

TRACE: Final = np.dtype(
    [
        ("exchange", np.uint64),
        ("account", np.uint64),
        ("start", np.int64),
        ("end", np.int64),  # equal to start when the log does not say
        ("request", np.uint64),
        ("history", np.uint64),
        ("closing", np.uint64),
        ("outcome", np.uint8),
    ]
)


@dataclass(frozen=True, slots=True)
class Traces:
    """One row an exchange, in no promised order until `sorted_by_time`."""

    rows: npt.NDArray[np.void]

    @classmethod
    def empty(cls) -> "Traces":
        """The summary of nothing."""
        return cls(np.zeros(0, dtype=TRACE))

    def merge(self, other: "Traces") -> "Traces":
        """The rows of both."""
        return Traces(np.concatenate([self.rows, other.rows]))

    def __len__(self) -> int:
        """Exchanges seen."""
        return len(self.rows)

    def in_order(self) -> npt.NDArray[np.void]:
        """The rows by start time; ties by exchange key, so that the order never depends on how they were read."""
        return self.rows[np.lexsort((self.rows["exchange"], self.rows["start"]))]
