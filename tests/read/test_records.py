"""A file's records find their format one by one; what is no log is told once, what is damaged line by line."""

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from stillwatch.errors import BadRecord, InputUnusable
from stillwatch.read.quarantine import Rejects
from stillwatch.read.raw import RawExchange, ReadOptions
from stillwatch.read.records import DETECTION_RECORDS, FileRecords, UnknownFile
from tests.read.reading import START_MICROS, line, log, read


class Stumbling:
    """A format whose reader gives one exchange and then fails in some way."""

    name: Final = "stumbling"

    def __init__(self, failure: Exception) -> None:
        """Fail so."""
        self.failure = failure

    def recognises(self, record: Mapping[str, object]) -> bool:
        """Whether the record is for us."""
        return "stumble" in record

    def exchanges(self, record: Mapping[str, object], options: ReadOptions) -> Iterator[RawExchange]:
        """Give one, then fail."""
        del record, options
        yield RawExchange(exchange_id="e", started_at=START_MICROS, account_id="a")
        raise self.failure


@pytest.mark.parametrize(
    ("failure", "words"),
    [(BadRecord("no model"), "no model"), (KeyError("secret"), "stumbling: KeyError while reading the record")],
)
def test_what_came_before_a_fault_in_a_record_is_kept(failure: Exception, words: str) -> None:
    """A record of many exchanges gives those before the fault; a reader's own failure is told and not raised."""
    out = io.StringIO()
    records = FileRecords("f", [Stumbling(failure)], ReadOptions(), Rejects(out))

    found = records.exchanges(3, b'{"stumble": 1}')

    assert len(found) == 1
    assert [json.loads(row) for row in out.getvalue().splitlines()] == [{"file": "f", "line": 3, "reason": words}]


def test_damage_before_the_first_record_is_listed(tmp_path: Path) -> None:
    """A log that starts with other lines has each of them set aside by its number."""
    got = read(log(tmp_path / "a", b"starting up\n", b'{"msg":"ready"}\n', b'{"a":\n', line(1), b'{"msg":"x"}\n'))

    assert got.ids == ["e1"]
    assert got.lines == [1, 2, 3, 5]
    assert got.reasons[1] == got.reasons[3]
    assert got.reasons[1].startswith("of no format that is read (contract, litellm")


def test_a_readme_among_logs_is_one_reject(tmp_path: Path) -> None:
    """A text that holds no records is told once, not line by line."""
    (tmp_path / "logs").mkdir()
    log(tmp_path / "logs" / "README.md", b"# Logs\n\n" + b"These are our logs.\n" * 500)
    log(tmp_path / "logs" / "picture.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    log(tmp_path / "logs" / "noise.bin", b"\x03" + bytes(range(256)) * 20)
    log(tmp_path / "logs" / "empty.log")
    log(tmp_path / "logs" / "x.log", line(1))

    got = read(str(tmp_path / "logs"))

    assert got.ids == ["e1"]
    assert [(Path(row["file"]).name, row["line"], row["reason"]) for row in got.rejects] == [
        ("README.md", None, "no log: it holds no JSON records"),
        ("empty.log", None, "empty file"),
        ("noise.bin", None, "no log: it holds no JSON records"),
        ("picture.png", None, "no log: an image"),
    ]


def test_json_of_something_else_is_given_up_early(tmp_path: Path) -> None:
    """After enough records of no known format the file is set aside as a whole, naming the formats."""
    (tmp_path / "logs").mkdir()
    log(tmp_path / "logs" / "app.log", *[b'{"msg":"hello"}\n'] * DETECTION_RECORDS, line(1))
    log(tmp_path / "logs" / "few.log", b'{"msg":"hello"}\n')
    log(tmp_path / "logs" / "gw.log", line(2))

    got = read(str(tmp_path / "logs"))

    assert got.ids == ["e2"]
    assert got.lines == [None, None]
    assert all("langfuse" in reason for reason in got.reasons)


def test_formats_may_be_mixed(tmp_path: Path) -> None:
    """Logs of several gateways joined into one stream are each read as what they are."""
    other = {"id": "x", "startTime": START_MICROS / 1e6, "endTime": START_MICROS / 1e6 + 1, "call_type": "acompletion"}
    other |= {"model": "m", "metadata": {"user_api_key_user_id": "u"}, "messages": [], "status": "success"}
    mixed = json.dumps(other).encode() + b"\n"

    got = read(log(tmp_path / "a", line(1), mixed, line(2), mixed.replace(b'"x"', b'"y"'), line(3)))

    assert len(got.rows) == 5
    assert {row["account_id"] for row in got.rows} == {"acct", "u"}


def test_a_chosen_format_explains_every_record(tmp_path: Path) -> None:
    """With the format given, nothing is guessed: each record that does not fit says why."""
    got = read(log(tmp_path / "a", b'{"msg":"hello"}\n', line(1)), format="contract")

    assert got.ids == ["e1"]
    assert got.reasons == ["Object missing required field `exchange_id`"]


def test_only_damaged_lines_are_listed_one_by_one(tmp_path: Path) -> None:
    """A log of nothing but broken records ends the run, and its rejects say where each one is."""
    out = io.StringIO()

    with pytest.raises(InputUnusable, match="malformed JSON"):
        read(log(tmp_path / "a", b'{"a": NaN}\n', b'{"b"\n'), Rejects(out))

    assert [json.loads(row)["line"] for row in out.getvalue().splitlines()] == [1, 2]


def test_a_long_stretch_without_records_ends_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is no log is not read to its end, however large it is."""
    monkeypatch.setattr("stillwatch.read.records.DETECTION_BYTES", 1_000)
    records = FileRecords("f", [Stumbling(BadRecord(""))], ReadOptions(), Rejects())

    with pytest.raises(UnknownFile):
        [records.exchanges(number, b"x" * 50) for number in range(100)]
