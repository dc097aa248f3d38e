"""The same traffic, written as each format, is read back as the same exchanges."""

import csv
import json
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import cast

import msgspec
import pyarrow.parquet as pq
import pytest

from stillwatch.read.batches import read_raw
from stillwatch.read.columns import to_batch
from stillwatch.read.formats import RecordFormat
from stillwatch.read.quarantine import Rejects
from stillwatch.read.raw import RAW, RawExchange, ReadOptions
from tests.read.same_traffic import same_traffic
from tests.read.writers import CANNOT_CARRY, FORMATS, as_read_back, write_as

LINES = tuple(name for name in FORMATS if name != "parquet")


def form(name: str) -> RecordFormat:
    """Return a format by its name."""
    return cast("RecordFormat", import_module(f"stillwatch.read.{name.replace('-', '_')}").FORMAT)


def records(path: Path) -> Iterator[Mapping[str, object]]:
    """Decode a file of JSON Lines, or of CSV."""
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines) if path.suffix == ".csv" else map(json.loads, lines)


def without_source(row: Mapping[str, object]) -> Mapping[str, object]:
    """Leave out which log a row came from: that is the reader's to say."""
    return {**row, "source": None}


def fail(index: int, reason: str) -> None:
    """Stop at a row that no column can hold."""
    raise AssertionError((index, reason))


def read_back(name: str, path: Path) -> list[RawExchange]:
    """Read a file that was written as one format."""
    return [each for record in records(path) for each in form(name).exchanges(record, ReadOptions())]


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_gives_back_what_it_can_carry(name: str, tmp_path: Path) -> None:
    """Reading a file gives back every exchange, but for the columns that the format has no place for."""
    traffic = same_traffic()
    path = tmp_path / "a log of no telling name"
    write_as(name, traffic, path)
    rejects = Rejects()

    found = [row for batch in read_raw([str(path)], ReadOptions(), rejects) for row in batch.to_pylist()]

    written = to_batch([as_read_back(name, each) for each in traffic], fail).to_pylist()
    assert rejects.total == 0
    assert [without_source(row) for row in found] == [without_source(row) for row in written]


@pytest.mark.parametrize("name", ["litellm-spend", "langfuse"])
def test_tables_of_text_read_as_their_json(name: str, tmp_path: Path) -> None:
    """A CSV export, where every value is text, gives the same exchanges as JSON Lines."""
    traffic = same_traffic()
    write_as(name, traffic, tmp_path / "log.csv")
    write_as(name, traffic, tmp_path / "log.jsonl")

    from_csv = read_back(name, tmp_path / "log.csv")

    assert [msgspec.to_builtins(each) for each in from_csv] == [
        msgspec.to_builtins(each) for each in read_back(name, tmp_path / "log.jsonl")
    ]


def test_parquet_has_the_contracts_columns(tmp_path: Path) -> None:
    """The Parquet file has the contract's schema and every exchange in it."""
    traffic = same_traffic()
    write_as("parquet", traffic, tmp_path / "log.parquet")

    table = pq.read_table(tmp_path / "log.parquet")

    assert table.schema.equals(RAW)
    assert table.column("exchange_id").to_pylist() == [each.exchange_id for each in traffic]


@pytest.mark.parametrize("name", LINES)
def test_a_format_recognises_its_own_records_only(name: str, tmp_path: Path) -> None:
    """A record is recognised by its own format, and no other format that is tried before it claims it."""
    path = tmp_path / "log.jsonl"
    write_as(name, same_traffic(), path)

    claimed = {other for other in LINES for record in records(path) if form(other).recognises(record)}

    assert claimed == {name}


def test_losses_are_named_for_every_format() -> None:
    """For each format it is written down what it cannot carry, in the contract's words."""
    assert CANNOT_CARRY.keys() == set(FORMATS)
    assert all(lost <= set(RAW.names) for lost in CANNOT_CARRY.values())
