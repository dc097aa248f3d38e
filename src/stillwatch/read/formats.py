"""The log formats that we read, in the order in which a record is tried for them."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Final, Protocol, cast

from stillwatch.errors import InputUnusable
from stillwatch.read.raw import RawExchange, ReadOptions

AUTO: Final = "auto"


class RecordFormat(Protocol):
    """One log format: how its records are told from others, and which exchanges a record holds."""

    @property
    def name(self) -> str:
        """How `--format` names it."""

    def recognises(self, record: Mapping[str, object]) -> bool:
        """Whether the record has this format's shape. Must never raise."""

    def exchanges(self, record: Mapping[str, object], options: ReadOptions) -> Iterator[RawExchange]:
        """Yield the record's exchanges, none where it is about something else; BadRecord where it cannot be read."""


_HOMES: Final = {
    "contract": "stillwatch.read.contract",
    "litellm": "stillwatch.read.litellm",
    "litellm-spend": "stillwatch.read.litellm_spend",
    "otel": "stillwatch.read.otel",
    "openinference": "stillwatch.read.openinference",
    "envoy": "stillwatch.read.envoy",
    "langfuse": "stillwatch.read.langfuse",
}
"""Where each format lives, as `FORMAT`. Most particular first: a record belongs to the first that recognises it."""

FORMAT_NAMES: Final = tuple(_HOMES)


def formats_for(name: str) -> Sequence[RecordFormat]:
    """Give the formats to try: the one that was asked for, or all of them for `auto`."""
    if name == AUTO:
        return _all_formats()
    for each in _all_formats():
        if each.name == name:
            return (each,)
    raise InputUnusable(f"the format {name!r} is not known: choose {AUTO} or one of {', '.join(FORMAT_NAMES)}")


def recognise(record: Mapping[str, object], formats: Sequence[RecordFormat]) -> RecordFormat | None:
    """Find the first format whose shape the record has."""
    return next((each for each in formats if each.recognises(record)), None)


@cache
def _all_formats() -> tuple[RecordFormat, ...]:
    return tuple(cast("RecordFormat", import_module(home).FORMAT) for home in _HOMES.values())
