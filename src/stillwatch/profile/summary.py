"""What every summary can do, and how many small ones become one without copying the large one each time."""

from collections.abc import Iterable
from typing import Protocol, Self, TypeVar


class Summary(Protocol):
    """A value that stands for the exchanges folded into it."""

    def merge(self, other: Self) -> Self:
        """The summary of both inputs' exchanges; commutative and associative."""
        ...

    def __len__(self) -> int:
        """How many rows it holds: what merging it costs."""
        ...


S = TypeVar("S", bound=Summary)


def merge_all(parts: Iterable[S], empty: S) -> S:
    """Merge many parts, small ones first, so that each row is copied a logarithmic number of times."""
    stack: list[S] = []
    for part in parts:
        pile_up(stack, part)
    merged = empty
    while stack:
        merged = stack.pop().merge(merged)
    return merged


def pile_up(stack: list[S], part: S) -> None:
    """Put one part on a stack, merging those on top that are no more than twice as large as what lies on them."""
    stack.append(part)
    while len(stack) > 1 and len(stack[-2]) <= 2 * len(stack[-1]):
        last = stack.pop()
        stack[-1] = stack[-1].merge(last)
