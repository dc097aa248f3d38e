"""When people and machines are busy: weights over the hours of a week, and where on the globe the clocks stand."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from stillwatch.range.chance import Urn

HOUR = 3600.0
Week = npt.NDArray[np.float64]
"""168 weights with mean 1, Monday 00:00 local time first."""


def _week(hours: str, weekend: float) -> Week:
    """Return a week from the 24 weights of a working day and what a weekend day has of them."""
    day = np.array(hours.split(), np.float64)
    weights: Week = np.concatenate([np.tile(day, 5), np.tile(day, 2) * weekend])
    return np.asarray(weights / weights.mean(), np.float64)


# Assumptions: the hourly shapes of people at work, of people at home, of students, of machines, of nightly jobs.
OFFICE = _week(".05 .05 .05 .05 .05 .05 .05 .3 1 1.8 2.2 2 1.1 1.6 2.1 2 1.7 1 .5 .4 .3 .2 .1 .05", 0.15)
EVENING = _week(".5 .3 .15 .08 .05 .05 .1 .3 .7 1 1.1 1.1 1 1 1.1 1.1 1.1 1.2 1.3 1.6 1.9 2 1.7 1.1", 1.1)
STUDENT = _week(".8 .4 .2 .1 .05 .05 .1 .2 .6 1 1.3 1.2 1 1.3 1.5 1.5 1.4 1.2 1.2 1.5 1.9 2.1 2 1.5", 0.8)
MACHINE = _week("1 " * 24, 1.0)
NIGHTLY = _week(".2 3 5 5 4 2 .6" + " .15" * 16 + " .2", 1.0)


@dataclass(frozen=True, slots=True)
class Country:
    """Where somebody is billed, and how far the clocks there run ahead of UTC."""

    code: str
    utc_offset: float


# Assumption: a plausible spread of an API's customers. The same spread serves both sides: geography is never evidence.
_SPREAD = (
    ("US", -5, 0.17), ("US", -8, 0.1), ("GB", 0, 0.07), ("DE", 1, 0.07), ("FR", 1, 0.05), ("IN", 5.5, 0.09),
    ("JP", 9, 0.09), ("SG", 8, 0.1), ("BR", -3, 0.05), ("CA", -5, 0.04), ("KR", 9, 0.05), ("NL", 1, 0.03),
    ("AU", 10, 0.03), ("ID", 7, 0.02), ("PL", 1, 0.02), ("ES", 1, 0.02),
)  # fmt: skip
COUNTRIES = Urn([Country(code, offset) for code, offset, _ in _SPREAD], [weight for _, _, weight in _SPREAD])


def hours_of_week(utc_offsets: npt.NDArray[np.int64], first_hour: int, last_hour: int) -> npt.NDArray[np.int64]:
    """Return, for each local clock, which hours of the week the given hours of Unix time are."""
    # Unix time began on a Thursday: hour 0 is the 72nd of a week that starts on Monday.
    return (np.arange(first_hour, last_hour)[None, :] + 72 + utc_offsets[:, None]) % 168


def read_curves(path: Path) -> list[Week]:
    """Read hourly rates of real production clients, each relative to its own mean."""
    table = pq.read_table(path, columns=["client", "rate"])
    clients = len(set(table["client"].to_pylist()))
    return list(table["rate"].to_numpy().astype(np.float64).reshape(clients, -1))
