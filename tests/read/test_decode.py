"""Records are decoded strictly: what two readers could understand differently is set aside, without its content."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.errors import BadRecord
from stillwatch.read.decode import IDENTITY_KEYS, RecordDecoder

DEPTH = 32
SECRET = "hunter2"


def decode(data: bytes) -> dict[str, object]:
    """Decode one record."""
    return RecordDecoder(DEPTH).decode(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"a": "hunter2"', "malformed JSON"),
        (b'{"a": "hunter2"} x', "malformed JSON"),
        (b'{"a": NaN, "b": "hunter2"}', "malformed JSON"),
        (b'{"a": -Infinity}', "malformed JSON"),
        (b'{"a": 1e999}', "out of range"),
        (b'{"hunter2": 1e999}', "out of range"),
        (b'{"a": "hunter2\xff"}', "not UTF-8"),
        (b'{"hunter2\xc3": 1}', "not UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "not UTF-8"),
        (b'{"a": "\\ud800hunter2"}', "malformed JSON"),
        (b'{"a": "hunter2\\ud800"}', "malformed JSON"),
        (b'{"a": "hunter2\\q"}', "malformed JSON"),
        (b'{"a": "hunter2\x00"}', "malformed JSON"),
        (b'{"a": 01}', "malformed JSON"),
        (b"['hunter2']", "malformed JSON"),
        (b'["hunter2"]', "not a JSON object"),
        (b'"hunter2"', "not a JSON object"),
        (b"17", "not a JSON object"),
        (b"", "malformed JSON"),
        (b'{"a":' * 200_000, "nested deeper than 32 levels"),
        (b"[" * 200_000 + b"]" * 200_000, "nested deeper than 32 levels"),
        (b'{"a":1' + b"0" * 5000 + b"}", "out of range"),
        (b'{"account_id":"hunter2","account_id":"b"}', "the key account_id comes twice"),
        (b'{"metadata":{"user":"hunter2","x":{},"user":"b"}}', "the key user comes twice"),
        (b'{"account_id":"a","account\\u005fid":"hunter2"}', "the key account_id comes twice"),
        (b'{"metadata":{"user":"a"},"metadata":{"user":"hunter2"}}', "the key metadata comes twice"),
    ],
)
def test_bad_records_are_refused_without_their_content(data: bytes, words: str) -> None:
    """Each kind of damage has its words, and they hold nothing of the record."""
    with pytest.raises(BadRecord) as caught:
        decode(data)

    assert words in caught.value.reason
    assert SECRET not in caught.value.reason
    assert len(caught.value.reason) < 120


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":2}',
        b'{"id":1,"x":{"id":2},"y":[{"id":3},{"id":4}]}',
        b'{"content":"{\\"account_id\\":1,\\"account_id\\":2}"}',
        b'{"messages":[{"role":"user"},{"role":"user"}],"user":"u"}',
        b'{"caf\\u00e9 \\"quoted\\"":1}',
    ],
)
def test_harmless_repetition_is_let_through(data: bytes) -> None:
    """A repeated key that says nothing about identity, or that belongs to another object or text, is no fault."""
    assert decode(data) == json.loads(data)


def test_numbers_keep_every_digit() -> None:
    """An identifier that was written as a number is not rounded to a float."""
    assert decode(b'{"id":12345678901234567890123}') == {"id": 12345678901234567890123}


def test_depth_up_to_the_limit_is_read() -> None:
    """The deepest record that is allowed is decoded."""
    data = b'{"a":' + b"[" * (DEPTH - 1) + b"]" * (DEPTH - 1) + b"}"

    assert decode(data)
    with pytest.raises(BadRecord, match="nested deeper"):
        decode(data.replace(b"[]", b"[[]]"))


@given(
    st.dictionaries(st.text(max_size=9), st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False))
)
def test_what_others_write_is_what_we_read(record: dict[str, object]) -> None:
    """A record of any keys and values decodes to itself."""
    data = json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass")

    try:
        data.decode()
    except UnicodeDecodeError:
        with pytest.raises(BadRecord):
            decode(data)
    else:
        assert decode(data) == record


@given(
    keys=st.lists(st.sampled_from([*IDENTITY_KEYS[:4], "x", "y"]), max_size=6),
    escaped=st.booleans(),
    nested=st.booleans(),
)
def test_repeated_identity_is_refused_exactly(keys: list[str], escaped: bool, nested: bool) -> None:
    """Refused is a record that says an identity twice in one object, however its keys are written, and no other."""
    pairs = [(json.dumps(key) if not escaped else f'"\\u{ord(key[0]):04x}{key[1:]}"') for key in keys]
    data = ("{" + ", ".join(f"{key} : 1" for key in pairs) + "}").encode()
    data = b'{"in":[' + data + b"]}" if nested else data
    watched = [key for key in keys if key in IDENTITY_KEYS]

    if len(set(watched)) < len(watched):
        with pytest.raises(BadRecord, match="comes twice"):
            decode(data)
    else:
        assert decode(data) == json.loads(data)


@given(st.binary(max_size=80))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    """Nothing but a BadRecord comes out of damaged bytes."""
    with suppress(BadRecord):
        decode(data)
