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


def _week(day: list[float], weekend: float) -> Week:
    weights = np.concatenate([np.tile(day, 5), np.tile(day, 2) * weekend])
    return weights / weights.mean()


# Assumption: hourly shapes of a working day, an evening person's day, a student's day, and a machine's.
OFFICE = _week([0.05] * 7 + [0.3, 1, 1.8, 2.2, 2, 1.1, 1.6, 2.1, 2, 1.7, 1, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05], 0.15)
EVENING = _week([0.5, 0.3, 0.15, 0.08, 0.05, 0.05, 0.1, 0.3, 0.7, 1, 1.1, 1.1, 1, 1, 1.1, 1.1, 1.1, 1.2, 1.3, 1.6, 1.9, 2, 1.7, 1.1], 1.1)
STUDENT = _week([0.8, 0.4, 0.2, 0.1, 0.05, 0.05, 0.1, 0.2, 0.6, 1, 1.3, 1.2, 1, 1.3, 1.5, 1.5, 1.4, 1.2, 1.2, 1.5, 1.9, 2.1, 2, 1.5], 0.8)
MACHINE = _week([1.0] * 24, 1.0)
NIGHTLY = _week([0.2, 3, 5, 5, 4, 2, 0.6] + [0.15] * 16 + [0.2], 1.0)


@dataclass(frozen=True, slots=True)
class Country:
    """Where somebody is billed, and how far the clocks there run ahead of UTC."""

    code: str
    utc_offset: float


# Assumption: a plausible spread of an API's customers. The same spread serves both sides: geography is never evidence.
COUNTRIES = Urn(
    [Country("US", -5), Country("US", -8), Country("GB", 0), Country("DE", 1), Country("FR", 1), Country("IN", 5.5), Country("JP", 9), Country("SG", 8),
     Country("BR", -3), Country("CA", -5), Country("KR", 9), Country("NL", 1), Country("AU", 10), Country("ID", 7), Country("PL", 1), Country("ES", 1)],
    [0.17, 0.1, 0.07, 0.07, 0.05, 0.09, 0.09, 0.1, 0.05, 0.04, 0.05, 0.03, 0.03, 0.02, 0.02, 0.02],
)  # fmt: skip


def hours_of_week(utc_offsets: npt.NDArray[np.int64], first_hour: int, last_hour: int) -> npt.NDArray[np.int64]:
    """Return, for each local clock, which hours of the week the given hours of Unix time are."""
    # Unix time began on a Thursday: hour 0 is the 72nd of a week that starts on Monday.
    return (np.arange(first_hour, last_hour)[None, :] + 72 + utc_offsets[:, None]) % 168


def read_curves(path: Path) -> list[Week]:
    """Read hourly rates of real production clients, each relative to its own mean."""
    table = pq.read_table(path, columns=["client", "rate"])  # type: ignore[no-untyped-call]
    clients = len(set(table["client"].to_pylist()))
    return list(table["rate"].to_numpy().astype(np.float64).reshape(clients, -1))
