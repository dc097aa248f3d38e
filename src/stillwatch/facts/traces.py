"""When each exchange happened and which digests it carried: the rows that hand-offs and rhythm are read from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

ANSWERED, LIMITED, BANNED, REFUSED, FAILED = 0, 1, 2, 3, 4
"""How an exchange ended: answered, 429, 401/403, declined by the model, any other error."""
WITHHELD: Final = (LIMITED, BANNED, REFUSED)
"""The outcomes that somebody decided on, and that another account may go round."""

TRACE: Final[Mapping[str, type[np.integer[Any]]]] = {
    "exchange": np.uint64,
    "account": np.uint64,
    "start": np.int64,
    "end": np.int64,  # equal to start when the log does not say
    "request": np.uint64,
    "history": np.uint64,
    "closing": np.uint64,
    "turn": np.uint64,
    "earlier": np.uint64,
    "outcome": np.uint8,
}
"""The columns of a trace; times are microseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Traces:
    """One row an exchange, in no promised order."""

    rows: Mapping[str, npt.NDArray[Any]]
    """The columns of TRACE, (n,) each."""

    @classmethod
    def empty(cls) -> "Traces":
        """The summary of nothing."""
        return cls({name: np.zeros(0, dtype=kind) for name, kind in TRACE.items()})

    @classmethod
    def joined(cls, parts: Sequence["Traces"]) -> "Traces":
        """The rows of all parts."""
        if len(parts) == 1:
            return parts[0]
        parts = [*parts, cls.empty()]
        return cls({name: np.concatenate([one.rows[name] for one in parts]) for name in TRACE})

    def merge(self, other: "Traces") -> "Traces":
        """The rows of both."""
        return Traces.joined([self, other])

    def __len__(self) -> int:
        """Exchanges seen."""
        return len(self.rows["exchange"])
