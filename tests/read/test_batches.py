"""From inputs to batches: valid neighbours are never lost, memory is bounded, and every fault has its words."""

import gzip
import io
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.errors import InputUnusable, StillwatchError
from stillwatch.read import batches
from stillwatch.read.batches import input_size, read_raw
from stillwatch.read.columns import to_batch
from stillwatch.read.quarantine import Rejects
from stillwatch.read.raw import RAW, RawExchange, ReadOptions
from stillwatch.read.sources import Packing
from tests.read.reading import START_MICROS, line, log, read, record
from tests.read.test_unpack import bomb

HUGE = b'{"exchange_id":"' + b"x" * (10 << 20) + b'"}\n'
DEEP = b'{"exchange_id":"e","account_id":' + b"[" * 200_000 + b"]" * 200_000 + b"}\n"

FAULTS = {
    "malformed line": (b'{"exchange_id": "e9", "account_id"\n', "malformed JSON"),
    "cut line": (line(9)[:30] + b"\n", "malformed JSON"),
    "NaN": (line(9, input_tokens=float("nan")), "malformed JSON"),
    "Infinity": (line(9, input_tokens=float("inf")), "malformed JSON"),
    "a float out of range": (line(9).replace(b'"m"', b'"m","input_tokens":1e999'), "out of range"),
    "invalid UTF-8": (line(9).replace(b"acct", b"ac\xff\xfe"), "not UTF-8"),
    "an encoded surrogate": (line(9).replace(b"acct", b"ac\xed\xa0\x80"), "not UTF-8"),
    "a lone surrogate": (line(9).replace(b"acct", b"ac\\ud800"), "malformed JSON"),
    "10 MB line": (HUGE, "longer than 8,388,608 bytes"),
    "200,000 levels of arrays": (DEEP, "nested deeper than 128 levels"),
    "200,000 levels of objects": (b'{"a":' * 200_000 + b"\n", "nested deeper than 128 levels"),
    "a huge integer": (line(9, input_tokens=10**3000), "input_tokens"),
    "a huge time": (line(9, started_at=10**300), "started_at"),
    "wrong types": (line(9, account_id={"id": 1}), "account_id"),
    "a duplicate key": (line(9).replace(b"{", b'{"account_id":"other",', 1), "the key account_id comes twice"),
    "an escaped duplicate": (line(9).replace(b"{", b'{"account\\u005fid":"other",', 1), "account_id comes twice"),
    "an unknown version": (line(9, schema_version="99"), "schema_version is not 1"),
    "an array": (b"[1,2,3]\n", "not a JSON object"),
    "NUL inside": (b'{"exchange_id":"e\x009"}\n', "malformed JSON"),
    "two records on a line": (line(8).strip() + line(9), "malformed JSON"),
}


@pytest.mark.parametrize("packing", ["plain", "gzip", "zstd"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_costs_its_line_and_no_neighbour(tmp_path: Path, fault: str, packing: str) -> None:
    """The bad line is set aside with file, line and reason; the lines around it are read, packed or not."""
    bad, words = FAULTS[fault]
    data = line(1) + bad + line(2)
    packed = {"plain": bytes, "gzip": lambda text: gzip.compress(text, 1), "zstd": zstandard.compress}[packing](data)
    name = log(tmp_path / "a.txt", packed)

    got = read(name)

    assert got.ids == ["e1", "e2"]
    assert [(row["file"], row["line"]) for row in got.rejects] == [(name, 2)]
    assert words in got.reasons[0]


@pytest.mark.parametrize("fault", [each for each in FAULTS if each != "two records on a line"])
def test_a_fault_in_the_first_line_is_no_worse(tmp_path: Path, fault: str) -> None:
    """What a file is, is not decided by its first line alone."""
    got = read(log(tmp_path / "a", FAULTS[fault][0], line(1), line(2)))

    assert got.ids == ["e1", "e2"]
    assert got.lines == [1]


@pytest.mark.parametrize("fault", [each for each in FAULTS if each not in ("two records on a line", "an array")])
@pytest.mark.parametrize("layout", [b"[\n%s\n]", b"%s"])
def test_a_fault_in_an_array_costs_its_element(tmp_path: Path, fault: str, layout: bytes) -> None:
    """In a JSON array of one record a line, neighbours are kept as they are in lines."""
    elements = [line(1).strip(), FAULTS[fault][0].strip(), line(2).strip()]

    got = read(log(tmp_path / "a", layout % (b",\n" if layout != b"%s" else b"\n").join(elements)))

    assert got.ids == ["e1", "e2"]
    assert len(got.rejects) == 1


def test_two_records_on_the_first_line_are_both_read(tmp_path: Path) -> None:
    """Records that stand in a row from the start are told apart by their brackets."""
    assert read(log(tmp_path / "a", line(1).strip() + line(2), line(3))).ids == ["e1", "e2", "e3"]


def test_a_pretty_printed_array_is_read(tmp_path: Path) -> None:
    """Records over many lines are read, and a bad one is told by the line where it starts."""
    text = json.dumps([record(1), record(2, status="x"), record(3)], indent=2)

    got = read(log(tmp_path / "a", text.encode()))

    assert got.ids == ["e1", "e3"]
    assert got.lines == [8]


def test_utf8_with_a_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    """What Windows tools write is read like anything else."""
    assert read(log(tmp_path / "a", b"\xef\xbb\xbf" + line(1).replace(b"\n", b"\r\n"), line(2))).ids == ["e1", "e2"]


def test_truncated_gzip_gives_what_it_holds(tmp_path: Path) -> None:
    """The records before the cut are read, and the file is called truncated."""
    lines = [line(number, model=os.urandom(20).hex()) for number in range(2_000)]
    packed = gzip.compress(b"".join(lines))

    got = read(log(tmp_path / "a", packed[: len(packed) // 2]))

    assert got.ids == [f"e{number}" for number in range(len(got.ids))]
    assert len(got.ids) > 800
    assert "truncated gzip: what could be unpacked was read" in got.reasons


@pytest.mark.parametrize("packing", [Packing.GZIP, Packing.ZSTD])
def test_a_bomb_does_not_cost_its_neighbours(tmp_path: Path, packing: Packing) -> None:
    """One MB that becomes one GiB is stopped in little time and memory; the other files are read."""
    (tmp_path / "logs").mkdir()
    log(tmp_path / "logs" / "a.log", line(1))
    log(tmp_path / "logs" / "b.log", bomb(packing))
    log(tmp_path / "logs" / "c.log", line(2))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.process_time()

    got = read(str(tmp_path / "logs"))

    assert time.process_time() - begin < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 << 10
    assert got.ids == ["e1", "e2"]
    assert any("decompression bomb" in reason for reason in got.reasons)


def test_parquet_may_be_packed_or_piped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parquet inside gzip, and on standard input, is laid down first and read like a file."""
    pq.write_table(_table(3), tmp_path / "a")
    data = (tmp_path / "a").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    assert read(log(tmp_path / "b", gzip.compress(data))).ids == ["p0", "p1", "p2"]
    assert read("-").ids == ["p0", "p1", "p2"]


def _table(rows: int) -> pa.Table:
    exchanges = [RawExchange(exchange_id=f"p{n}", started_at=START_MICROS, account_id="a") for n in range(rows)]
    return pa.Table.from_batches([to_batch(exchanges, lambda *_: None)])


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
def test_standard_input_is_read(pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` takes a log, packed or not."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(pack(line(1) + b"bad\n" + line(2)))))

    assert read("-").ids == ["e1", "e2"]


def test_a_pipe_is_read_to_its_end() -> None:
    """A log that another process pipes in slowly is waited for and read whole."""
    reader, writer = os.pipe()
    code = "import tests.read.reading as r; print(*r.read('-').ids)"
    path = os.pathsep.join(["src", ".", os.environ.get("PYTHONPATH", "")])

    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], stdin=reader, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
    ) as process:
        os.close(reader)
        for number in range(3):
            os.write(writer, line(number))
            time.sleep(0.05)
        os.close(writer)
        out, _ = process.communicate()

    assert out.split() == [b"e0", b"e1", b"e2"]


def test_packed_twice_is_refused_in_words(tmp_path: Path) -> None:
    """A packed file inside a packed file is not followed."""
    with pytest.raises(InputUnusable, match="packed more than once"):
        read(log(tmp_path / "a", gzip.compress(gzip.compress(line(1)))))


@pytest.mark.parametrize(
    "data",
    [b"", b"\n \n", b"\xef\xbb\xbf", gzip.compress(b""), b"\0" * 100],
    ids=["nothing", "blanks", "mark", "packed", "zeros"],
)
def test_an_empty_file_is_refused_in_words(tmp_path: Path, data: bytes) -> None:
    """Nothing, blanks and a packed nothing are called empty."""
    with pytest.raises(InputUnusable, match="empty file"):
        read(log(tmp_path / "a", data))


def test_a_folder_without_logs_is_refused_in_words(tmp_path: Path) -> None:
    """A folder that holds only other things says so and what it holds."""
    log(tmp_path / "README.md", b"# Nothing here\n")

    with pytest.raises(InputUnusable, match=r"no exchange could be read from .*: no log: it holds no JSON records"):
        read(str(tmp_path))


def test_an_unknown_format_is_refused_before_reading(tmp_path: Path) -> None:
    """A mistyped --format is answered at once."""
    with pytest.raises(InputUnusable, match="choose auto or one of"):
        read(log(tmp_path / "a", line(1)), format="csv")


def test_batches_have_the_size_that_was_asked_for(tmp_path: Path) -> None:
    """Rows of many small files fill common batches, none larger than asked; order is that of the inputs."""
    names = [log(tmp_path / f"{n:02}", *(line(n * 10 + i) for i in range(10))) for n in range(25)]

    sizes = []
    ids: list[str] = []
    for batch in read_raw(names, ReadOptions(batch_rows=64), Rejects()):
        assert batch.schema == RAW
        sizes.append(batch.num_rows)
        ids += batch.column("exchange_id").to_pylist()

    assert sizes == [64, 64, 64, 58]
    assert ids == [f"e{n}" for n in range(250)]


def test_rejects_of_joined_files_name_their_own(tmp_path: Path) -> None:
    """A row that is found bad only when its batch is built is told with its own file and line."""
    names = [log(tmp_path / n, line(1), line(2, account_id="" if n == "b" else "a"), line(3)) for n in "abc"]

    got = read(names)

    assert len(got.ids) == 8
    assert [(row["file"], row["line"]) for row in got.rejects] == [(names[1], 2)]


def test_large_rows_end_a_batch_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is handed on when its bytes, not only its rows, are many."""
    monkeypatch.setattr(batches, "BATCH_BYTES", 10_000)
    name = log(tmp_path / "a", *(line(n, output_text="x" * 3_000) for n in range(10)))

    sizes = [batch.num_rows for batch in read_raw([name], ReadOptions(), Rejects())]

    assert sum(sizes) == 10
    assert max(sizes) <= 4


def test_progress_adds_up_to_the_size_of_the_inputs(tmp_path: Path) -> None:
    """Bytes told to progress are those that `input_size` promised, whatever the packing."""
    log(tmp_path / "a.jsonl", line(1))
    log(tmp_path / "b.gz", gzip.compress(line(2)))
    pq.write_table(_table(3), tmp_path / "c.parquet")
    told: list[int] = []

    list(read_raw([str(tmp_path)], ReadOptions(), Rejects(), told.append))

    assert sum(told) == input_size([str(tmp_path)])
    assert min(told) >= 0


def test_a_disk_that_fails_half_way_keeps_what_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An input that breaks off gives what came before, with the reason beside it."""
    name = log(tmp_path / "a", line(1), line(2))
    monkeypatch.setattr(batches, "PIECE", len(line(1)))
    monkeypatch.setattr("stillwatch.read.sources._open_regular", lambda _: Failing(line(1)))

    got = read(name)

    assert got.ids == ["e1"]
    assert got.reasons == ["could not be read to its end: Input/output error"]


class Failing(io.BytesIO):
    """A stream that gives its bytes and then fails, as a bad disk does."""

    def read(self, size: int | None = -1) -> bytes:
        """Read, and fail at the end."""
        data = super().read(size)
        if not data:
            raise OSError(5, "Input/output error")
        return data


def test_file_names_are_inert_in_rejects(tmp_path: Path) -> None:
    """A file's name cannot carry escapes into what is shown."""
    name = log(tmp_path / "a\x1b[31m\u202e.log", line(1), b"{bad\n")

    got = read(name)

    assert got.rejects[0]["file"].endswith(r"a\x1b[31m\u202e.log")


JUNK = st.one_of(
    st.binary(max_size=40).map(lambda raw: raw.replace(b"\n", b"")),
    st.sampled_from([b'{"a":', b"[", b"]", b"{", b"}", b'"', b"[{", b"},{", b"\x1f\x8b", b"PAR1", b"null", b"\\", b""]),
)


@settings(max_examples=200)
@given(junk=st.lists(JUNK, min_size=3, max_size=3))
def test_any_lines_between_valid_ones_cost_nothing_but_themselves(
    tmp_path_factory: pytest.TempPathFactory, junk: list[bytes]
) -> None:
    """Whatever stands between valid lines, they are all read."""
    path = tmp_path_factory.getbasetemp() / "mixed.log"

    got = read(log(path, line(1), junk[0] + b"\n", line(2), junk[1] + b"\n", junk[2] + b"\n", line(3)))

    assert got.ids == ["e1", "e2", "e3"]


@settings(max_examples=200)
@given(junk=st.lists(JUNK, min_size=1, max_size=3))
def test_any_lines_before_valid_ones_cost_nothing_but_themselves(
    tmp_path_factory: pytest.TempPathFactory, junk: list[bytes]
) -> None:
    """Whatever a file starts with, unless it is the mark of another kind of file, valid lines behind it are read."""
    path = tmp_path_factory.getbasetemp() / "start.log"
    name = log(path, b" " + b"\n".join(junk) + b"\n", line(1), line(2))

    assert read(name).ids == ["e1", "e2"]


@settings(max_examples=300)
@given(
    head=st.sampled_from(
        [b"", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1", b"[", b"{", b"request_id,startTime,api_key\n"]
    ),
    data=st.binary(max_size=200),
)
def test_any_bytes_at_all_raise_nothing_but_our_errors(
    tmp_path_factory: pytest.TempPathFactory, head: bytes, data: bytes
) -> None:
    """No file, whatever it holds, leads to anything but exchanges, rejects and an error that says what to do."""
    path = tmp_path_factory.getbasetemp() / "bytes.log"

    with suppress(StillwatchError):
        read(log(path, head + data))
