"""The outline of JSON agrees with a decoder that takes its time."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.stats.json_kernel import REPEATED, TOO_DEEP, name_table, outline

NAMES = name_table(["id", "user", "time"])


def shape(data: bytes, levels: int = 50) -> int:
    """Outline bytes with room for so many levels."""
    return int(outline(data, NAMES, np.zeros(levels + 1, dtype=np.uint64)))


def depth_of(value: object) -> int:
    """Count levels of nesting the slow way."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth_of, inner), default=0)


JSON = st.recursive(
    st.none() | st.integers() | st.text(alphabet='a"\\{[]}:,ü\n', max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=2), inner, max_size=3),
    max_leaves=12,
)


@given(JSON, st.booleans())
def test_depth_is_that_of_the_decoded_value(value: object, compact: bool) -> None:
    """Brackets inside texts do not count, brackets outside do."""
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":") if compact else None).encode()

    assert shape(data) == depth_of(value)


@pytest.mark.parametrize(
    ("data", "repeated"),
    [
        (b'{"id":1,"id":2}', True),
        (b'{"id" : 1, "x": {"id":2}, "user":3}', False),
        (b'[{"id":1},{"id":2}]', False),
        (b'{"a":{"id":1,"b":[{"id":2}],"id" \n:3}}', True),
        (b'{"x":1,"x":2}', False),
        (b'{"a":"id","id":"id","b":["id","id"]}', False),
        (b'{"a":"\\"id\\":","id":1}', False),
        (b'{"id":1,"i\\u0064":2}', True),
        (b'{"note\\n":1}', True),
    ],
)
def test_a_watched_name_twice_in_one_object_is_seen(data: bytes, repeated: bool) -> None:
    """A name counts as a key of its own object only; a key with escapes is left to a decoder."""
    assert (shape(data) == REPEATED) is repeated


def test_depth_is_bounded() -> None:
    """Exactly so many levels pass, one more does not, and what never closes ends at once."""
    assert shape(b"[" * 10 + b"]" * 10, 10) == 10
    assert shape(b"[" * 11 + b"]" * 11, 10) == TOO_DEEP
    assert shape(b'{"a":' * 200_000) == TOO_DEEP


def test_no_more_names_than_bits() -> None:
    """More names than can be told apart are refused."""
    with pytest.raises(ValueError, match="at most 64"):
        name_table(str(number) for number in range(65))


@given(st.binary(max_size=60))
def test_any_bytes_have_an_outline(data: bytes) -> None:
    """No bytes lead out of bounds."""
    assert shape(data, 5) <= 5
