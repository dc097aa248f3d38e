"""Where a number comes from: every parameter of the range is a fact, derived, or an assumption, and says so."""

from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeVar, cast

T = TypeVar("T")
Mark = Literal["fact", "derived", "assumption"]
Shares = tuple[tuple[str, float], ...]
"""Names, each with its share, its weight or whatever else is said of it; drawn from in this order."""


def fact(value: T, source: str) -> T:
    """Declare a dataclass field whose default somebody published; `source` says where."""
    return _marked(value, "fact", source)


def derived(value: T, source: str) -> T:
    """Declare a field whose default is arithmetic on published figures; `source` shows it."""
    return _marked(value, "derived", source)


def assumed(value: T, why: str) -> T:
    """Declare a field that no source states; `why` gives the reasoning, and callers may vary it."""
    return _marked(value, "assumption", why)


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One number of an archetype or class, with its standing."""

    name: str
    value: object
    mark: Mark
    source: str


def parameters(owner: object) -> tuple[Parameter, ...]:
    """List what `owner` (a dataclass or an instance of one) assumes, in the order it declares it."""
    return tuple(
        Parameter(
            name=each.name,
            value=getattr(owner, each.name, each.default),
            mark=cast("Mark", each.metadata["mark"]),
            source=each.metadata["source"],
        )
        for each in fields(cast("Any", owner))
        if "mark" in each.metadata
    )


def _marked(value: T, mark: Mark, source: str) -> T:
    declared: T = field(default=value, metadata={"mark": mark, "source": source})
    return declared
