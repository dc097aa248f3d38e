"""Fields are read as what they should be, or not at all."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.read.fields import (
    MAX_COUNT,
    SourceTable,
    canonical,
    count_of,
    list_of,
    mapping_of,
    opened,
    request_params,
    table_for,
    text_of,
)

TABLE = SourceTable(version="1", known_by=("new",), columns={"a": "x | y/z", "b": "c.d"})


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"x": 1, "y": {"z": 2}}, {"a": 1}),
        ({"x": None, "y": {"z": 2}}, {"a": 2}),
        ({"x": "", "y": {"z": 2}}, {"a": 2}),
        ({"x": {}, "y": {"z": []}}, {}),
        ({"x": 0, "y": {"z": 2}}, {"a": 0}),
        ({"y": "no object"}, {}),
        ({"c.d": "dots are part of a key"}, {"b": "dots are part of a key"}),
        ({}, {}),
    ],
)
def test_the_first_place_that_holds_anything_counts(record: dict[str, object], expected: dict[str, object]) -> None:
    """A column is read from the first of its places that is not empty; zero is not empty."""
    assert TABLE.read(record) == expected


def test_the_version_is_told_by_its_keys() -> None:
    """A record is read by the first table whose marks it has, else by the last."""
    old = SourceTable(version="0", columns={})

    assert table_for({"new": None}, (TABLE, old)) is TABLE
    assert table_for({}, (TABLE, old)) is old
    assert TABLE.touches({"y": 1})
    assert not TABLE.touches({"z": 1})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", "a"),
        ("", None),
        (" \t", None),
        (7, "7"),
        (True, None),
        (1.5, None),
        (None, None),
        (10**30, None),
        ([], None),
    ],
)
def test_texts(value: object, expected: str | None) -> None:
    """Texts and whole numbers are texts; nothing else is."""
    assert text_of(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        (7, 7),
        ("7", 7),
        (7.0, 7),
        (MAX_COUNT, MAX_COUNT),
        (MAX_COUNT + 1, None),
        (-1, None),
        (7.5, None),
        (float("inf"), None),
        (float("nan"), None),
        ("-7", None),
        ("7.0", None),
        ("9" * 5000, None),
        ("\u0667", None),
        (True, None),
        (None, None),
    ],
)
def test_counts(value: object, expected: int | None) -> None:
    """Counts are whole, not negative, and fit an int64."""
    assert count_of(value) == expected


def test_json_text_is_as_good_as_json() -> None:
    """Database exports keep objects as text: both are read; what is broken or too deep is left alone."""
    assert mapping_of('{"a": 1}') == mapping_of({"a": 1}) == {"a": 1}
    assert mapping_of("[1]") == mapping_of("{broken") == mapping_of(None) == {}
    assert list_of("[1]") == list_of([1]) == [1]
    assert list(list_of("{}")) == list(list_of("[" * 100_000)) == []
    assert opened("[" * 100_000) == "[" * 100_000
    assert opened('"text"') == '"text"'


@given(value=st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), st.lists))
def test_canonical_json_is_json(value: object) -> None:
    """What is written the one way means the same."""
    written = canonical(value)

    assert written is not None
    assert json.loads(written) == value


def test_parameters_hold_no_text_and_no_names() -> None:
    """Parameters are sorted, and without prompts, users and what a gateway adds for itself."""
    params: dict[str, object] = {
        "top_p": 1,
        "max_tokens": None,
        "instructions": "Be brief.",
        "messages": [],
        "user": "u",
        "litellm_call_id": "c",
        "n": 2,
    }

    assert request_params(params) == request_params(json.dumps(params)) == '{"n":2,"top_p":1}'
    assert request_params({"user": "u"}) is None
    assert request_params("no object") is None
