"""What the tests of reading share: lines of the contract, and a whole reading with its rejects."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stillwatch.read.batches import read_raw
from stillwatch.read.quarantine import Rejects
from stillwatch.read.raw import ReadOptions

START = "2026-03-01T12:00:00Z"
START_MICROS = 1_772_366_400_000_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reading gave: rows of the contract, and rows of `rejects.jsonl`."""

    rows: list[dict[str, Any]]
    rejects: list[dict[str, Any]]

    @property
    def ids(self) -> list[str]:
        """The exchanges that were read, in order."""
        return [row["exchange_id"] for row in self.rows]

    @property
    def reasons(self) -> list[str]:
        """Why records were set aside, in order."""
        return [reject["reason"] for reject in self.rejects]

    @property
    def lines(self) -> list[int | None]:
        """Where records were set aside, in order."""
        return [reject["line"] for reject in self.rejects]


def record(number: int = 0, **changes: object) -> dict[str, Any]:
    """Make a record of the contract, with some fields changed."""
    return {"exchange_id": f"e{number}", "account_id": "acct", "started_at": START, "model": "m"} | changes


def line(number: int = 0, **changes: object) -> bytes:
    """Make a line of the contract's JSON Lines."""
    return json.dumps(record(number, **changes)).encode() + b"\n"


def log(path: Path, *lines: bytes) -> str:
    """Write lines to a file and give its name."""
    path.write_bytes(b"".join(lines))
    return str(path)


def read(inputs: str | Sequence[str], rejects: Rejects | None = None, **options: Any) -> Reading:  # noqa: ANN401 - as ReadOptions has them
    """Read inputs to their end."""
    out = io.StringIO()
    rejects = rejects or Rejects(out)
    given = [inputs] if isinstance(inputs, str) else inputs
    rows = [row for batch in read_raw(given, ReadOptions(**options), rejects) for row in batch.to_pylist()]
    return Reading(rows, [json.loads(row) for row in out.getvalue().splitlines()])
