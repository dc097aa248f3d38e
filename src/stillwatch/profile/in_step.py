"""Many sorted runs read side by side, a range of tokens at a time, so that no more than a range is in memory."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from stillwatch.facts.pairs import Pairs

_RANGE_ROWS: Final = 1 << 16
"""Rows that are handed on together, where the runs allow it: hash tables of them fit into the processor's cache."""

Ranges = Iterator[tuple[list[Pairs], ...]]


def in_step(*groups: Sequence[Iterator[Pairs]]) -> Ranges:
    """Yield, range after range of tokens, the pieces of each group of runs that lie in it.

    A token is whole in its range: no later range holds it again. Each run yields non-empty pieces in order.
    """
    heads = [[_Head(run) for run in group] for group in groups]
    taken: tuple[list[Pairs], ...] = tuple([] for _ in groups)
    rows = 0
    while True:
        live = [head for group in heads for head in group if head.more]
        # Tokens below the smallest of the last ones read cannot come again in any run.
        limit = min((head.last for head in live), default=None)
        for pieces, group in zip(taken, heads, strict=True):
            for head in group:
                piece = head.take_below(limit)
                if piece is not None:
                    pieces.append(piece)
                    rows += len(piece)
        if rows and (rows >= _RANGE_ROWS or not live):
            yield taken
            taken, rows = tuple([] for _ in groups), 0
        if not live:
            return
        for head in live:
            if head.last == limit:
                head.read_on()


class _Head:
    """How far a run has been read."""

    def __init__(self, run: Iterator[Pairs]) -> None:
        self._run = run
        self._rest: Pairs | None = None
        self.more = True
        self.last = -1
        self.read_on()

    def read_on(self) -> None:
        """Read one piece more."""
        piece = next(self._run, None)
        if piece is None:
            self.more = False
            return
        self._rest = piece if self._rest is None or not len(self._rest) else _end_to_end(self._rest, piece)
        self.last = int(piece.token[-1])

    def take_below(self, limit: int | None) -> Pairs | None:
        """Take what was read of the tokens below `limit`, all where there is none."""
        rest = self._rest
        if rest is None or not len(rest):
            return None
        place = len(rest) if limit is None else int(np.searchsorted(rest.token, np.uint64(limit), side="left"))
        self._rest = rest.cut(place, len(rest))
        return rest.cut(0, place) if place else None


def _end_to_end(one: Pairs, other: Pairs) -> Pairs:
    return type(one)(
        np.concatenate([one.token, other.token]),
        np.concatenate([one.account, other.account]),
        np.concatenate([one.value, other.value]),
    )
