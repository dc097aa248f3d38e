"""Whatever stands in a field of a record: exchanges that columns can hold, or a BadRecord, and nothing else."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stillwatch.errors import BadRecord
from stillwatch.read.columns import to_batch
from stillwatch.read.raw import RawExchange, ReadOptions
from tests.read.test_golden import CASES, records
from tests.read.test_writers import form

FORMATS = ("litellm", "litellm-spend", "otel", "openinference", "envoy", "langfuse")
SAMPLES = {name: [dict(r) for path in CASES if path.parent.name == name for r in records(path)] for name in FORMATS}
CHOICES = [
    ReadOptions(),
    ReadOptions(trusted_hops=2),
    ReadOptions(account_by="team"),
    ReadOptions(account_by="field:metadata.a.0.b"),
]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=20),
    st.text(alphabet='\ud800\udfff\x00{}[]",:\\', max_size=8),
    st.sampled_from(
        [
            "",
            " ",
            "-",
            "{}",
            "[]",
            "[[[[",
            '{"a":' * 500,
            "[" * 5000,
            "redacted-by-litellm",
            "1e999",
            "9" * 5000,
            10**4000,
        ]
    ),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=8,
)
KEYS = (
    "role", "content", "type", "tool_calls", "function_call", "parts", "thinking_blocks", "refusal", "audio",
    "provider_specific_fields", "name", "output", "input", "arguments", "text", "message", "choices", "delta",
    "source", "image_url", "file", "signature", "data", "functionCall", "inlineData", "candidates",
)  # fmt: skip
messages = st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, values))


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - any JSON
    """List every place in a JSON value."""
    if path:
        yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*path, key))
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from places(value[index], (*path, index))


def damaged(record: dict[str, Any], path: tuple[Any, ...], value: object) -> dict[str, Any]:
    """Put a value at a place of a copy of the record."""
    record = copy.deepcopy(record)
    holder: Any = record
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return record


def read(name: str, record: dict[str, Any], options: ReadOptions) -> tuple[list[RawExchange], str]:
    """Read a record as far as it can be read, and say why no further."""
    found: list[RawExchange] = []
    form(name).recognises(record)
    try:
        for exchange in form(name).exchanges(record, options):
            found.append(exchange)  # noqa: PERF402 - those before a fault are kept
    except BadRecord as bad:
        return found, bad.reason
    return found, ""


def check(name: str, record: dict[str, Any], options: ReadOptions) -> None:
    """Read a record, and make columns of what it gives: no value may be one that no column can hold."""
    reasons: list[str] = []
    found, reason = read(name, record, options)
    to_batch(found, lambda _, why: reasons.append(why))

    assert len(reason) < 200
    assert not any("that its column cannot" in why for why in reasons) or has_broken_text(record)


def has_broken_text(record: dict[str, Any]) -> bool:
    """Whether a text holds half a character (a lone surrogate), which no decoder lets pass."""
    try:
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_value_in_any_field(name: str, data: st.DataObject) -> None:
    """Any JSON value in any place of a record is read or rejected, and raises nothing else."""
    record = data.draw(st.sampled_from(SAMPLES[name]))
    path = data.draw(st.sampled_from(list(places(record)) or [("id",)]))
    value = data.draw(st.one_of(values, messages, st.lists(messages, max_size=3), values.map(json_text)))

    check(name, damaged(record, path, value), data.draw(st.sampled_from(CHOICES)))


def json_text(value: object) -> str:
    """Write a value as JSON text, as database exports do."""
    try:
        return json.dumps(value)
    except ValueError:
        return "{"


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=40, deadline=None)
@given(record=st.dictionaries(st.text(max_size=12), values, max_size=4))
def test_any_object_as_a_record(name: str, record: dict[str, Any]) -> None:
    """Any JSON object, forced to be of a format, is read or rejected."""
    check(name, record, ReadOptions())


@pytest.mark.parametrize("name", FORMATS)
def test_reasons_quote_nothing(name: str) -> None:
    """A reject's reason is one of our own sentences: nothing of a customer's text or names is in it."""
    secret = "0xSECRET0"
    for record in SAMPLES[name]:
        for path in places(record):
            _, reason = read(name, damaged(record, path, secret), ReadOptions())

            assert secret not in reason
