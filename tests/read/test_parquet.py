"""Parquet of the contract is read in bounded pieces from any writer's types; bad rows and damage are told by number."""

import datetime as dt
import decimal
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch.errors import InputUnusable
from stillwatch.facts.exchange import TIME
from stillwatch.read.columns import to_batch
from stillwatch.read.parquet import read_parquet
from stillwatch.read.raw import RAW, RawExchange, RawMessage
from tests.read.reading import START_MICROS, line, log, read

ROWS = 5
MESSAGE = pa.struct([("role", pa.string()), ("text", pa.string())])


def columns(rows: int = ROWS, **changes: pa.Array) -> dict[str, pa.Array]:
    """Make the columns that the contract demands, with some changed or added."""
    return {
        "exchange_id": pa.array([f"e{number}" for number in range(rows)]),
        "account_id": pa.array(["a"] * rows),
        "started_at": pa.array([START_MICROS] * rows, TIME),
    } | changes


def table(path: Path, metadata: dict[str, str] | None = None, **changes: pa.Array) -> str:
    """Write a Parquet file and give its name."""
    written = pa.table(columns(**changes)).replace_schema_metadata(metadata)
    pq.write_table(written, path)
    return str(path)


def test_every_column_survives(tmp_path: Path) -> None:
    """What the contract's own writer wrote comes back value for value."""
    rows = [
        RawExchange(
            exchange_id=f"e{number}",
            source="s",
            started_at=START_MICROS + number,
            ended_at=START_MICROS + number + 1 if number else None,
            account_id="a",
            input_messages=[RawMessage("user", "ü" * number)] * (number % 3) if number != 4 else None,
            output_text=None if number % 2 else "out",
            reasoning_signatures=["x"] * (number % 2),
            input_tokens=number,
            status=200,
        )
        for number in range(10)
    ]
    batch = to_batch(rows, lambda *_: None)
    pq.write_table(pa.Table.from_batches([batch]), tmp_path / "a", compression="zstd")

    assert read(str(tmp_path / "a")).rows == batch.to_pylist()


def test_absent_columns_are_null_and_others_ignored(tmp_path: Path) -> None:
    """A table with only what is demanded, and something of its own, is enough."""
    got = read(table(tmp_path / "a", colour=pa.array(["red"] * ROWS)))

    assert len(got.rows) == ROWS
    assert list(got.rows[0]) == RAW.names
    assert got.rows[0]["model"] is None


INSTANT = dt.datetime.fromtimestamp(START_MICROS / 1e6, dt.UTC)
MICROS = [START_MICROS] * ROWS
MILLIS = START_MICROS // 1_000


@pytest.mark.parametrize(
    "times",
    [
        pa.array(MICROS, pa.timestamp("us")),
        pa.array([each // 1_000_000 for each in MICROS], pa.timestamp("s", "UTC")),
        pa.array([each // 1_000 for each in MICROS], pa.timestamp("ms", "Asia/Tokyo")),
        pa.array([each * 1_000 + 999 for each in MICROS], pa.timestamp("ns", "UTC")),
        pa.array([each // 1_000 for each in MICROS], pa.int64()),
        pa.array([each / 1_000_000 for each in MICROS], pa.float64()),
        pa.array([INSTANT.isoformat()] * ROWS, pa.string()),
        pa.array([INSTANT.isoformat()] * ROWS, pa.string()).dictionary_encode(),
    ],
    ids=lambda times: str(times.type),
)
def test_times_of_any_unit_name_the_same_instant(tmp_path: Path, times: pa.Array) -> None:
    """Seconds to nanoseconds, any zone or none (UTC), numbers and texts are understood alike."""
    got = read(table(tmp_path / "a", started_at=times))

    assert [row["started_at"] for row in got.rows] == [INSTANT] * ROWS


SAID = [[{"role": "user", "text": "hi"}], None, [], [{"role": "a", "text": "b"}] * 2, [{"role": "x", "text": "y"}]]


@pytest.mark.parametrize(
    ("name", "array", "expected"),
    [
        ("model", pa.array(["m", None, "m", "n", "n"]).dictionary_encode(), ["m", None, "m", "n", "n"]),
        ("model", pa.array(["m", None, "m", "n", "n"], pa.large_string()), ["m", None, "m", "n", "n"]),
        ("model", pa.array([b"m", None, b"m", b"n", b"n"], pa.binary()), ["m", None, "m", "n", "n"]),
        ("model", pa.nulls(ROWS), [None] * ROWS),
        ("status", pa.array([200, None, 429, 500, 0], pa.uint16()), [200, None, 429, 500, 0]),
        ("input_tokens", pa.array([1.0, None, 3.0, 4.0, 5.0]), [1, None, 3, 4, 5]),
        ("input_tokens", pa.array([decimal.Decimal(each) for each in range(5)], pa.decimal128(38, 0)), list(range(5))),
        ("input_messages", pa.array(SAID, pa.large_list(MESSAGE)), SAID),
        (
            "input_messages",
            pa.array(
                [None if each is None else [{"n": 1, **message} for message in each] for each in SAID],
                pa.list_(pa.struct([("n", pa.int8()), ("text", pa.large_string()), ("role", pa.string())])),
            ),
            SAID,
        ),
        (
            "input_messages",
            pa.array([[None], [{"role": None, "text": "t"}], None, [], []], pa.list_(MESSAGE)),
            [[{"role": "", "text": ""}], [{"role": "", "text": "t"}], None, [], []],
        ),
        (
            "reasoning_signatures",
            pa.array([["a", None], None, [], ["b"], []], pa.large_list(pa.large_string())),
            [["a", ""], None, [], ["b"], []],
        ),
        ("schema_version", pa.array([1] * ROWS), None),
        ("schema_version", pa.array(["1"] * ROWS).dictionary_encode(), None),
    ],
)
def test_types_of_other_writers_are_cast(
    tmp_path: Path, name: str, array: pa.Array, expected: list[Any] | None
) -> None:
    """Large, binary and dictionary texts, other widths of numbers, and lists with more or less in them are read."""
    got = read(table(tmp_path / "a", **{name: array}))

    assert got.rejects == []
    assert len(got.rows) == ROWS
    if expected is not None:
        assert [row[name] for row in got.rows] == expected


@pytest.mark.parametrize(
    ("name", "array", "words"),
    [
        ("account_id", pa.array(["a", None, "a", "a", "a"]), "account_id is missing"),
        ("account_id", pa.array(["a", "", "a", "a", "a"]), "account_id is missing"),
        ("exchange_id", pa.array(["a", "x" * 1025, "c", "d", "e"]), "exchange_id is too long"),
        ("started_at", pa.array([START_MICROS, None, *MICROS[:3]], TIME), "started_at is missing"),
        ("started_at", pa.array([START_MICROS, 0, *MICROS[:3]], TIME), "started_at is out of range"),
        ("started_at", pa.array([MILLIS, 2**62, *[MILLIS] * 3], pa.timestamp("ms")), "started_at does not"),
        ("started_at", pa.array([1_772_366_400, 7, *[1_772_366_400] * 3]), "started_at is no time"),
        ("output_tokens", pa.array([1, -1, 1, 1, 1]), "output_tokens is out of range"),
        ("output_tokens", pa.array([1, 1.5, 1, 1, 1]), "output_tokens does not fit int64"),
        ("status", pa.array([1, 2**40, 1, 1, 1]), "status does not fit int32"),
        ("model", pa.array([b"m", b"\xff", b"m", b"m", b"m"]), "model does not fit string"),
        ("schema_version", pa.array(["1", "2", "1", "1", "1"]), "schema_version is not 1"),
    ],
)
def test_a_bad_row_is_told_by_its_number(tmp_path: Path, name: str, array: pa.Array, words: str) -> None:
    """The second row is set aside in words, its neighbours are kept."""
    got = read(table(tmp_path / "a", **{name: array}))

    assert len(got.rows) == ROWS - 1
    assert got.lines == [2]
    assert got.reasons[0].startswith(words)


def test_invalid_utf8_inside_a_text_column_costs_its_row(tmp_path: Path) -> None:
    """Parquet may promise UTF-8 and hold something else: the row is set aside before anything reads it."""
    broken = pa.Array.from_buffers(
        pa.string(), ROWS, pa.array([b"ok", b"\xff\xfe", b"ok", b"ok", b"ok"], pa.binary()).buffers()
    )

    got = read(table(tmp_path / "a", output_text=broken))

    assert (len(got.rows), got.lines) == (ROWS - 1, [2])


def test_rows_are_numbered_through_the_whole_file(tmp_path: Path) -> None:
    """Row numbers go on over batches and row groups."""
    count = 20_000
    accounts = ["" if number in (0, 700, 9_000, 19_999) else "a" for number in range(count)]
    changed = columns(count, account_id=pa.array(accounts))
    pq.write_table(pa.table(changed), tmp_path / "a", row_group_size=7_000)

    got = read(str(tmp_path / "a"), batch_rows=3_000)

    assert got.lines == [1, 701, 9_001, 20_000]
    assert len(got.rows) == count - 4


@pytest.mark.parametrize(
    ("name", "array", "words"),
    [
        ("account_id", pa.array(range(ROWS)), "the column account_id cannot be read as string"),
        ("started_at", pa.array([True] * ROWS), "the column started_at cannot be read as timestamp"),
        ("status", pa.array(["200"] * ROWS), "the column status cannot be read as int32"),
        ("status", pa.array([True] * ROWS), "the column status cannot be read as int32"),
        ("input_messages", pa.array(["hi"] * ROWS), "the column input_messages cannot be read as list"),
        ("input_messages", pa.array([["hi"]] * ROWS), "the column input_messages cannot be read as list"),
        ("input_messages", pa.array([[{"role": "u"}]] * ROWS), "the column input_messages cannot be read as list"),
    ],
)
def test_a_column_of_the_wrong_type_is_named(tmp_path: Path, name: str, array: pa.Array, words: str) -> None:
    """A file whose column means something else is set aside as a whole, its neighbours are read."""
    (tmp_path / "logs").mkdir()
    table(tmp_path / "logs" / "a", **{name: array})
    log(tmp_path / "logs" / "b", line(1))

    got = read(str(tmp_path / "logs"))

    assert got.ids == ["e1"]
    assert got.reasons[0].startswith(words)


def test_another_table_is_not_taken_for_exchanges(tmp_path: Path) -> None:
    """The accounts table beside the logs is noted and left alone."""
    (tmp_path / "logs").mkdir()
    pq.write_table(pa.table({"account_id": ["a"], "plan": ["free"]}), tmp_path / "logs" / "accounts.parquet")
    log(tmp_path / "logs" / "b", line(1))

    got = read(str(tmp_path / "logs"))

    assert got.ids == ["e1"]
    assert got.reasons == ["no table of exchanges: the column exchange_id is missing"]


def test_another_version_is_refused(tmp_path: Path) -> None:
    """A file that says another version of the contract is not guessed at."""
    assert len(read(table(tmp_path / "a", {"schema_version": "1"})).rows) == ROWS
    with pytest.raises(InputUnusable, match="schema_version is not 1"):
        read(table(tmp_path / "b", {"schema_version": "2"}))


def test_a_column_that_comes_twice_is_refused(tmp_path: Path) -> None:
    """Which of two columns of one name is meant cannot be known."""
    twice = pa.Table.from_arrays([*columns().values(), pa.array(["b"] * ROWS)], names=[*columns(), "account_id"])
    pq.write_table(twice, tmp_path / "a")

    with pytest.raises(InputUnusable, match="comes twice"):
        read(str(tmp_path / "a"))


@pytest.mark.parametrize("cut", [4, 100, -1, -8])
def test_a_truncated_file_is_refused(tmp_path: Path, cut: int) -> None:
    """Parquet without its end cannot be read, and that is said of the file."""
    whole = Path(table(tmp_path / "a")).read_bytes()
    (tmp_path / "a").write_bytes(whole[:cut])

    with pytest.raises(InputUnusable, match="damaged or truncated Parquet"):
        read(str(tmp_path / "a"))


def test_a_damaged_row_group_costs_only_itself(tmp_path: Path) -> None:
    """Row groups before and behind the damaged one are read."""
    ids = pa.array([os.urandom(16).hex() for _ in range(3_000)])
    pq.write_table(pa.table(columns(3_000, exchange_id=ids)), tmp_path / "a", row_group_size=1_000, compression="zstd")
    where = pq.ParquetFile(tmp_path / "a").metadata.row_group(1).column(0)
    data = bytearray((tmp_path / "a").read_bytes())
    start = where.dictionary_page_offset or where.data_page_offset
    data[start : start + where.total_compressed_size] = bytes(where.total_compressed_size)
    (tmp_path / "a").write_bytes(data)

    got = read(str(tmp_path / "a"))

    assert got.ids == ids[:1_000].to_pylist() + ids[2_000:].to_pylist()
    assert (got.lines, got.reasons) == ([1_001], ["damaged Parquet: the rest of row group 2 was not read"])


@pytest.mark.parametrize("store_schema", [False, True])
def test_a_text_that_every_row_repeats_does_not_fill_memory(tmp_path: Path, store_schema: bool) -> None:
    """A prompt of 200 kB in 20,000 rows is 4 GB as text and little on disk: it is read in pieces."""
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), pa.array(["x" * 200_000]))
    written = pa.table(columns(20_000, output_text=text))
    pq.write_table(written, tmp_path / "a", store_schema=store_schema)
    before = pa.default_memory_pool().max_memory()
    largest = 0

    for batch, _ in read_parquet(tmp_path / "a", lambda *_: None):
        largest = max(largest, batch.nbytes)
        if largest > 64 << 20:
            break

    assert largest < 256 << 20
    assert pa.default_memory_pool().max_memory() - before < 700 << 20
