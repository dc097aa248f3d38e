"""Every format and version has small logs whose reading is written down, row by row, reject by reject.

`python -m tests.read.test_golden` writes the expectations anew; look at what changed before you keep it.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from stillwatch.errors import BadRecord
from stillwatch.read.formats import RecordFormat
from stillwatch.read.raw import RawExchange, ReadOptions

GOLDEN = Path(__file__).parent.parent / "golden" / "read"
CASES = sorted(
    path for path in GOLDEN.glob("*/*") if path.suffix in (".jsonl", ".csv") and ".expected" not in path.suffixes
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def expectations(path: Path) -> list[dict[str, Any]]:
    """Read a log as its folder's format, under the options beside it, into rows that are easy to look at."""
    form = cast("RecordFormat", import_module(f"stillwatch.read.{path.parent.name.replace('-', '_')}").FORMAT)
    beside = path.with_suffix(".options.json")
    options = ReadOptions(**(json.loads(beside.read_text()) if beside.exists() else {}))
    return [row for number, record in enumerate(records(path), 1) for row in rows(form, record, options, number)]


def records(path: Path) -> Iterator[Mapping[str, object]]:
    """Decode a log's records."""
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines) if path.suffix == ".csv" else map(json.loads, lines)


def rows(
    form: RecordFormat, record: Mapping[str, object], options: ReadOptions, number: int
) -> Iterator[dict[str, Any]]:
    """Show a record's exchanges, its reject, or that it was passed over."""
    assert form.recognises(record), number
    found = False
    try:
        for exchange in form.exchanges(record, options):
            found = True
            yield {"record": number, **readable(exchange)}
    except BadRecord as bad:
        yield {"record": number, "rejected": bad.reason}
    else:
        if not found:
            yield {"record": number, "passed_over": True}


def readable(exchange: RawExchange) -> dict[str, Any]:
    """Show an exchange with its times as people write them, without what is null."""
    row = {key: value for key, value in msgspec.to_builtins(exchange).items() if value is not None}
    for name in ("started_at", "ended_at"):
        if name in row:
            row[name] = (EPOCH + timedelta(microseconds=row[name])).isoformat(timespec="microseconds")
    return row


def expected_path(path: Path) -> Path:
    """Say where the expectations of a log are kept."""
    return path.with_suffix(".expected.jsonl")


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_logs_read_as_written_down(path: Path) -> None:
    """A log of each format and version gives the rows and rejects that were looked at and kept."""
    kept = [json.loads(line) for line in expected_path(path).read_text(encoding="utf-8").splitlines()]

    assert expectations(path) == kept


def test_every_format_has_golden_logs() -> None:
    """No gateway format goes without a golden log."""
    assert {path.parent.name for path in CASES} >= {
        "litellm",
        "litellm-spend",
        "otel",
        "openinference",
        "envoy",
        "langfuse",
    }


if __name__ == "__main__":
    for case in CASES:
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in expectations(case)]
        expected_path(case).write_text("".join(lines), encoding="utf-8")
