"""The contract's JSON Lines: strict in types, generous in how a time is written."""

import json
from pathlib import Path
from typing import Any

import pytest

from stillwatch.errors import BadRecord
from stillwatch.read.contract import FORMAT
from stillwatch.read.raw import RAW, RawExchange, ReadOptions
from tests.read.reading import START_MICROS, line, log, read, record

FULL = {
    "exchange_id": "e1",
    "source": "gw",
    "started_at": "2026-03-01T12:00:00Z",
    "ended_at": "2026-03-01T12:00:03.5Z",
    "account_id": "a",
    "credential_id": "k",
    "end_user_id": "u",
    "session_id": "s",
    "channel": "api",
    "model": "m",
    "operation": "chat",
    "client_ip": "2001:db8::1",
    "user_agent": "ua",
    "tls_fingerprint": "t13d",
    "input_messages": [{"role": "system", "text": "be brief"}, {"role": "user", "text": "grüß\nGott"}],
    "output_text": "ok",
    "request_params": '{"temperature":0}',
    "reasoning_signatures": ["s1", "s2"],
    "output_signature": "s3",
    "input_tokens": 1,
    "cached_input_tokens": 2,
    "output_tokens": 3,
    "reasoning_tokens": 4,
    "status": 200,
    "finish_reason": "stop",
}


def test_every_column_of_the_contract_is_read(tmp_path: Path) -> None:
    """A line with all fields gives a row with all columns."""
    got = read(log(tmp_path / "a", json.dumps(FULL).encode())).rows[0]

    assert list(got) == RAW.names
    for name in set(RAW.names) - {"started_at", "ended_at"}:
        assert got[name] == FULL[name], name
    assert (got["ended_at"] - got["started_at"]).total_seconds() == 3.5


def test_a_record_and_a_line_are_read_alike() -> None:
    """The format gives the same exchange from a decoded record as the fast way gives from bytes."""
    got = next(FORMAT.exchanges(FULL, ReadOptions()))

    assert {name: getattr(got, name) for name in ("exchange_id", "status", "input_tokens")} == {
        "exchange_id": "e1",
        "status": 200,
        "input_tokens": 1,
    }
    assert [field for field in RawExchange.__struct_fields__ if not hasattr(got, field)] == []


@pytest.mark.parametrize(
    ("written", "micros"),
    [
        ("2026-03-01T12:00:00Z", 0),
        ("2026-03-01T13:30:00+01:30", 0),
        ("2026-03-01 12:00:00.000001Z", 1),
        ("2026-03-01T12:00:00.1234567Z", 123_457),
        ("2026-03-01T12:00:00", 0),
        (START_MICROS // 1_000_000, 0),
        (START_MICROS / 1_000_000 + 0.5, 500_000),
        (START_MICROS // 1_000 + 1, 1_000),
        (START_MICROS + 1, 1),
        (START_MICROS * 1_000 + 1_999, 1),
    ],
)
def test_times_are_understood(tmp_path: Path, written: object, micros: int) -> None:
    """RFC 3339 with any offset, and numbers in seconds, milliseconds, micro- or nanoseconds, name the same instant."""
    got = read(log(tmp_path / "a", line(started_at=written, ended_at=written))).rows[0]

    assert round(got["started_at"].timestamp() * 1_000_000) == START_MICROS + micros
    assert got["ended_at"] == got["started_at"]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"started_at": "yesterday"}, "started_at"),
    ({"started_at": 17}, "started_at"),
    ({"started_at": 10**30}, "started_at"),
    ({"started_at": "1999-12-31T23:59:59Z"}, "started_at is out of range"),
    ({"started_at": "0001-01-01T00:00:00+14:00"}, "started_at is out of range"),
    ({"started_at": None}, "started_at"),
    ({"started_at": True}, "started_at"),
    ({"ended_at": "x"}, "ended_at"),
    ({"account_id": 7}, "account_id"),
    ({"account_id": None}, "account_id"),
    ({"account_id": "  "}, "account_id is missing"),
    ({"exchange_id": ["e"]}, "exchange_id"),
    ({"exchange_id": "x" * 1025}, "exchange_id is too long"),
    ({"input_messages": "hello"}, "input_messages"),
    ({"input_messages": [{"role": "user"}]}, "text"),
    ({"input_messages": [{"role": "user", "text": ["part"]}]}, "text"),
    ({"reasoning_signatures": [1]}, "reasoning_signatures"),
    ({"input_tokens": "12"}, "input_tokens"),
    ({"input_tokens": 1.5}, "input_tokens"),
    ({"input_tokens": 10**40}, "input_tokens"),
    ({"output_tokens": -1}, "output_tokens is out of range"),
    ({"status": 2**40}, "status"),
    ({"schema_version": 2}, "schema_version is not 1"),
    ({"schema_version": "9.1"}, "schema_version is not 1"),
]


@pytest.mark.parametrize(("changes", "words"), BAD)
def test_a_wrong_value_is_set_aside_by_name(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    """A field of the wrong type or range costs its line, is named, and its value is not repeated."""
    got = read(log(tmp_path / "a", line(1), line(2, **changes), line(3)))

    assert got.ids == ["e1", "e3"]
    assert got.lines == [2]
    assert words in got.reasons[0]
    assert "yesterday" not in got.reasons[0]


@pytest.mark.parametrize("missing", ["exchange_id", "account_id", "started_at"])
def test_a_missing_field_is_named(tmp_path: Path, missing: str) -> None:
    """What the contract demands and a line lacks is said."""
    lacking = {name: value for name, value in record(2).items() if name != missing}

    got = read(log(tmp_path / "a", line(1), json.dumps(lacking).encode()), format="contract")

    assert got.ids == ["e1"]
    assert f"`{missing}`" in got.reasons[0]


@pytest.mark.parametrize("version", [1, "1", None])
def test_our_own_version_is_read(tmp_path: Path, version: object) -> None:
    """A record that says the version of this contract is read, and one that says nothing too."""
    assert read(log(tmp_path / "a", line(1, schema_version=version))).ids == ["e1"]


def test_unknown_fields_are_ignored(tmp_path: Path) -> None:
    """Columns may be added to the contract: what is not known yet does no harm."""
    assert read(log(tmp_path / "a", line(1, colour={"deep": [1, 2, {"x": None}]}))).ids == ["e1"]


def test_a_wrong_version_is_not_guessed_at() -> None:
    """A decoded record of another version is refused too."""
    with pytest.raises(BadRecord, match="schema_version is not 1"):
        list(FORMAT.exchanges(record(schema_version="2"), ReadOptions()))
