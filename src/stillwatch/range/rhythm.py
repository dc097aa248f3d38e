"""When people and machines are busy: weights over the hours of a week, and where on the globe the clocks stand."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from stillwatch.range.marks import assumed

HOUR = 3600.0
Week = npt.NDArray[np.float64]
"""168 weights with mean 1, Monday 00:00 local time first."""


@dataclass(frozen=True, slots=True)
class Country:
    """Where somebody is billed, and how far the clocks there run ahead of UTC."""

    code: str
    utc_offset: float


@dataclass(frozen=True, kw_only=True)
class Rhythms:
    """When people and machines are busy, by their own clocks: weights of the 24 hours of a working day."""

    office: str = assumed(
        ".05 .05 .05 .05 .05 .05 .05 .3 1 1.8 2.2 2 1.1 1.6 2.1 2 1.7 1 .5 .4 .3 .2 .1 .05", "people at work"
    )
    evening: str = assumed(
        ".5 .3 .15 .08 .05 .05 .1 .3 .7 1 1.1 1.1 1 1 1.1 1.1 1.1 1.2 1.3 1.6 1.9 2 1.7 1.1", "people at home"
    )
    student: str = assumed(
        ".8 .4 .2 .1 .05 .05 .1 .2 .6 1 1.3 1.2 1 1.3 1.5 1.5 1.4 1.2 1.2 1.5 1.9 2.1 2 1.5", "students and pupils"
    )
    machine: str = assumed("1 " * 23 + "1", "machines")
    nightly: str = assumed(".2 3 5 5 4 2 .6" + " .15" * 16 + " .2", "nightly jobs")
    weekend: tuple[tuple[str, float], ...] = assumed(
        (("office", 0.15), ("evening", 1.1), ("student", 0.8), ("machine", 1.0), ("nightly", 1.0)),
        "what a weekend day has of a working day's traffic",
    )

    def weeks(self) -> dict[str, Week]:
        """Return each rhythm as the hours of a week."""
        return {name: _week(getattr(self, name), share) for name, share in self.weekend}


def hours_of_week(utc_offsets: npt.NDArray[np.int64], first_hour: int, last_hour: int) -> npt.NDArray[np.int64]:
    """Return, for each local clock, which hours of the week the given hours of Unix time are."""
    # Unix time began on a Thursday: hour 0 is the 72nd of a week that starts on Monday.
    return (np.arange(first_hour, last_hour)[None, :] + 72 + utc_offsets[:, None]) % 168


def read_curves(path: Path) -> list[Week]:
    """Read hourly rates of real production clients, each relative to its own mean."""
    table = pq.read_table(path, columns=["client", "rate"])
    clients = len(set(table["client"].to_pylist()))
    return list(table["rate"].to_numpy().astype(np.float64).reshape(clients, -1))


def _week(hours: str, weekend: float) -> Week:
    """Return a week from the 24 weights of a working day and what a weekend day has of them."""
    day = np.array(hours.split(), np.float64)
    weights: Week = np.concatenate([np.tile(day, 5), np.tile(day, 2) * weekend])
    return np.asarray(weights / weights.mean(), np.float64)
