"""Rows become columns exactly; a row that no column can hold costs only itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.read.columns import EARLIEST, LATEST, to_batch
from stillwatch.read.raw import RAW, RawExchange, RawMessage

NOW = 1_772_366_400_000_000


def row(number: int = 0, **changes: Any) -> RawExchange:  # noqa: ANN401 - values that do not belong are the point
    """Make an exchange, with some fields changed."""
    fields: dict[str, Any] = {"exchange_id": f"e{number}", "started_at": NOW, "account_id": "a"}
    return RawExchange(**(fields | changes))


def batch_of(rows: list[RawExchange]) -> tuple[list[dict[str, Any]], list[tuple[int, str]]]:
    """Build a batch; give its rows and what was set aside."""
    rejects: list[tuple[int, str]] = []
    batch = to_batch(rows, lambda index, reason: rejects.append((index, reason)))
    assert batch.schema == RAW
    batch.validate(full=True)
    return batch.to_pylist(), rejects


MESSAGES = st.none() | st.lists(st.tuples(st.sampled_from(["user", "system"]), st.text("aü😀", max_size=4)), max_size=3)


@given(
    st.lists(
        st.tuples(
            MESSAGES, st.none() | st.lists(st.text("ab", max_size=2), max_size=2), st.none() | st.text("é", max_size=3)
        ),
        max_size=6,
    )
)
def test_every_value_arrives(values: list[tuple[Any, Any, Any]]) -> None:
    """Lists, empty lists, nulls and texts of any script are in the batch as they were in the rows."""
    rows = [
        row(
            number,
            input_messages=None if said is None else [RawMessage(*each) for each in said],
            reasoning_signatures=signatures,
            output_text=text,
        )
        for number, (said, signatures, text) in enumerate(values)
    ]

    built, rejects = batch_of(rows)

    assert rejects == []
    assert [each["exchange_id"] for each in built] == [f"e{number}" for number in range(len(values))]
    for each, (said, signatures, text) in zip(built, values, strict=True):
        assert each["input_messages"] == (None if said is None else [{"role": r, "text": t} for r, t in said])
        assert each["reasoning_signatures"] == signatures
        assert each["output_text"] == text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"account_id": ""}, "account_id is missing"),
        ({"account_id": " \t"}, "account_id is missing"),
        ({"account_id": "\u2003\u00a0"}, "account_id is missing"),
        ({"account_id": None}, "account_id is missing"),
        ({"exchange_id": ""}, "exchange_id is missing"),
        ({"account_id": "é" * 513}, "account_id is too long"),
        ({"exchange_id": "e" * 1025}, "exchange_id is too long"),
        ({"started_at": None}, "started_at is missing"),
        ({"started_at": EARLIEST - 1}, "started_at is out of range"),
        ({"started_at": LATEST + 1}, "started_at is out of range"),
        ({"started_at": 2**80}, "started_at holds a value"),
        ({"ended_at": 0}, "ended_at is out of range"),
        ({"status": 2**31}, "status holds a value"),
        ({"input_tokens": -1}, "input_tokens is out of range"),
        ({"output_tokens": 2**62}, "output_tokens is out of range"),
        ({"output_tokens": 2**64}, "output_tokens holds a value"),
        ({"output_text": "\ud800"}, "output_text holds a value"),
        ({"model": 7}, "model holds a value"),
        ({"input_messages": [RawMessage("user", "\udfff")]}, "input_messages holds a value"),
        ({"input_messages": ["text"]}, "input_messages holds a value"),
    ],
)
def test_a_bad_row_costs_only_itself(changes: dict[str, Any], words: str) -> None:
    """Between good rows the bad one is told by its place, in words, and the others stay."""
    built, rejects = batch_of([row(0), row(1, **changes), row(2)])

    assert [each["exchange_id"] for each in built] == ["e0", "e2"]
    assert len(rejects) == 1
    assert rejects[0][0] == 1
    assert rejects[0][1].startswith(words)


def test_the_edges_of_every_range_are_inside() -> None:
    """The longest identifiers, and the first and last time, are read."""
    built, rejects = batch_of(
        [row(account_id="a" * 1024, exchange_id="e" * 1024, started_at=EARLIEST, ended_at=LATEST, input_tokens=0)]
    )

    assert len(built) == 1
    assert rejects == []


def test_an_identifier_may_begin_with_anything_and_be_of_any_script() -> None:
    """What is not blank is an identifier, also where its first character prints nothing or is beyond ASCII."""
    names = [" a", "\u00e9", "\u8bf7", "\x7f", "\u2003b"]

    built, rejects = batch_of([row(n, account_id=name) for n, name in enumerate(names)])

    assert [each["account_id"] for each in built] == names
    assert rejects == []


def test_many_bad_rows_among_many_good_ones_are_all_found() -> None:
    """Faults of several kinds in one batch are each told once."""
    rows = [
        row(n, status=2**40) if n % 7 == 0 else row(n, account_id="") if n % 5 == 0 else row(n) for n in range(2000)
    ]

    built, rejects = batch_of(rows)

    assert [each["exchange_id"] for each in built] == [f"e{n}" for n in range(2000) if n % 7 and n % 5]
    assert sorted(index for index, _ in rejects) == [n for n in range(2000) if not (n % 7 and n % 5)]


def test_no_rows_make_an_empty_batch() -> None:
    """Nothing in, nothing out, with the schema."""
    assert batch_of([]) == ([], [])
