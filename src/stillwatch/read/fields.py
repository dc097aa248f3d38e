"""Fields of records whose types nobody promises: each is read as what it should be, or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

MAX_COUNT: Final = 2**63 - 1
"""Largest number of tokens that the contract's int64 columns hold."""
MAX_ID: Final = 1024
"""An identifier is at most this long (characters): longer ones are no identifiers."""

_NOTHING: Final[Mapping[str, object]] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceTable:
    """Where one version of a source keeps what the contract asks for.

    `columns` maps a column to the places it may be in, best first: `a | b/c` reads key `a`, else key `c` inside `b`.
    Names that are not the contract's own are steps on the way to one (`peer` and `forwarded` make `client_ip`).
    """

    version: str
    """The first release of the source, or of its conventions, that writes records this way."""
    known_by: tuple[str, ...] = ()
    """Keys that a record of this version has; with several tables the first one whose keys are there is taken."""
    columns: Mapping[str, str]
    _places: tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...] = field(init=False, repr=False)

    _heads: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Cut the places into steps once, so that reading a million records does not."""
        steps = {
            column: tuple(tuple(place.strip().split("/")) for place in text.split("|"))
            for column, text in self.columns.items()
        }
        cut = tuple((column, tuple((place[0], place[1:]) for place in places)) for column, places in steps.items())
        object.__setattr__(self, "_places", cut)
        object.__setattr__(self, "_heads", frozenset(place[0] for places in steps.values() for place in places))

    def touches(self, record: Mapping[str, object]) -> bool:
        """Whether a record has any of the keys that the table reads; cheaper than reading it."""
        return not self._heads.isdisjoint(record)

    def knows(self, record: Mapping[str, object]) -> bool:
        """Whether a record has the keys that mark this version."""
        return all(key in record for key in self.known_by)

    def read(self, record: Mapping[str, object]) -> dict[str, object]:
        """Return by column what the first of its places that holds anything holds.

        `None`, empty texts, empty lists and empty objects hold nothing; a column without anything is left out.
        """
        found: dict[str, object] = {}
        get = record.get
        for column, places in self._places:
            for head, rest in places:
                value = get(head)
                if rest:
                    for key in rest:
                        value = value.get(key) if type(value) is dict else None
                if value or value == 0:
                    found[column] = value
                    break
        return found


def table_for(record: Mapping[str, object], tables: Sequence[SourceTable]) -> SourceTable:
    """Choose the table of the version that wrote this record; the last one is for what none of the others knows."""
    for table in tables:
        if table.knows(record):
            return table
    return tables[-1]


def text_of(value: object) -> str | None:
    """Read a text; whole numbers (ids are often written so) become their digits, anything else is no text."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_COUNT:
        return str(value)
    return None


def count_of(value: object) -> int | None:
    """Read a number of tokens: whole, not negative, no larger than an int64; CSV and OTLP write them as text."""
    number = value if type(value) is int else -1
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(MAX_COUNT)):
        number = int(value)
    if isinstance(value, float) and value.is_integer():  # no infinity is one
        number = int(value)
    return number if 0 <= number <= MAX_COUNT else None


def mapping_of(value: object) -> Mapping[str, object]:
    """Read an object, be it one already or JSON text (as database exports write it); else an empty one."""
    if isinstance(value, dict):
        return value
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        inner = parsed(value)
        return inner if isinstance(inner, dict) else _NOTHING
    return _NOTHING


def list_of(value: object) -> Sequence[object]:
    """Read a list, be it one already or JSON text; else an empty one."""
    if isinstance(value, list):
        return value
    if isinstance(value, str) and value.lstrip()[:1] == "[":
        inner = parsed(value)
        return inner if isinstance(inner, list) else ()
    return ()


def opened(value: object) -> object:
    """Turn text that is a JSON object or list into that; leave everything else as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        inner = parsed(value)
        return value if inner is None else inner
    return value


def parsed(text: str) -> object:
    """Decode JSON text; `None` when it is not JSON, or nests deeper than the interpreter can follow."""
    try:
        inner: object = msgspec.json.decode(text)
    except (ValueError, RecursionError):  # DecodeError and UnicodeEncodeError are ValueErrors
        return None
    return inner


def canonical(value: object) -> str | None:
    """Write JSON the one way: sorted keys, no spaces; `None` when the value cannot be written."""
    try:
        return msgspec.json.encode(value, order="sorted").decode()
    except (ValueError, TypeError, RecursionError, OverflowError):
        return None


_NOT_PARAMETERS: Final = frozenset(
    {
        "contents", "extra_body", "extra_headers", "input", "instructions", "messages", "metadata", "model", "prompt",
        "proxy_server_request", "safety_identifier", "secret_fields", "system", "systemInstruction",
        "system_instruction", "user",
    }
)  # fmt: skip
_INTERNAL: Final = ("litellm_", "_litellm_")
"""What LiteLLM adds to the body of a request for itself."""


def request_params(value: object) -> str | None:
    """Write a request's parameters as canonical JSON, without what holds text or says who asks."""
    params = mapping_of(value)
    kept = {
        key: item
        for key, item in params.items()
        if item is not None and key not in _NOT_PARAMETERS and not key.startswith(_INTERNAL)
    }
    return canonical(kept) if kept else None
