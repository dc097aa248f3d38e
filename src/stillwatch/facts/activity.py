"""What each account did, in sums: volume, hours, statuses, purposes, and the mix of words it asked with."""

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stillwatch.facts.content import ContentState
from stillwatch.facts.exchange import MIX_WIDTH
from stillwatch.facts.purpose import Purpose

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

HOURS: Final = 24

_FOLD: Final = {"first": np.minimum, "last": np.maximum}
_NOTHING_YET: Final = {"first": np.iinfo(np.int64).max, "last": np.iinfo(np.int64).min}


@dataclass(frozen=True, slots=True)
class Activity:
    """One row an account, sorted by key. All columns but the first and last times are sums."""

    account: npt.NDArray[np.uint64]
    exchanges: Ints
    tokens: Ints
    limited: Ints
    """Answers with status 429."""
    banned: Ints
    """Answers with status 401 or 403."""
    refused: Ints
    first: Ints
    """Earliest start, microseconds since 1970."""
    last: Ints
    busy_us: Ints
    """Time spent inside requests, microseconds."""
    hours: Ints
    """(n, 24): exchanges by hour of the day, UTC."""
    states: Ints
    """(n, 3): exchanges by ContentState."""
    purposes: Ints
    """(n, len(Purpose)): exchanges that show a purpose's cues."""
    mix: Floats
    """(n, MIX_WIDTH): sum of the exchanges' word mixes, each scaled to length 1 and rounded to a multiple of 2**-24, so
    that sums are exact and the order of adding never shows."""
    mixed: Ints
    """Exchanges that had a mix: each adds exactly 1 to the sum of squared lengths."""

    @classmethod
    def empty(cls) -> "Activity":
        """The summary of nothing."""
        none = np.zeros(0, dtype=np.int64)
        return cls(
            np.zeros(0, dtype=np.uint64), none, none, none, none, none, none, none, none,
            np.zeros((0, HOURS), dtype=np.int64), np.zeros((0, len(ContentState)), dtype=np.int64),
            np.zeros((0, len(Purpose)), dtype=np.int64), np.zeros((0, MIX_WIDTH)), none,
        )  # fmt: skip

    def merge(self, other: "Activity") -> "Activity":
        """The accounts of both; sums add, times widen."""
        if len(self) == 0 or len(other) == 0:
            return other if len(self) == 0 else self
        account = np.union1d(self.account, other.account)
        ours, theirs = np.searchsorted(account, self.account), np.searchsorted(account, other.account)
        merged: dict[str, npt.NDArray[Any]] = {"account": account}
        for field in fields(self):
            if field.name == "account":
                continue
            mine, more = getattr(self, field.name), getattr(other, field.name)
            rows = np.full((len(account), *mine.shape[1:]), _NOTHING_YET.get(field.name, 0), dtype=mine.dtype)
            rows[ours] = mine
            rows[theirs] = _FOLD.get(field.name, np.add)(rows[theirs], more)
            merged[field.name] = rows
        return Activity(**merged)

    def __len__(self) -> int:
        """Accounts seen."""
        return len(self.account)
