"""Sorted runs: summaries that grew too large for memory, laid down on disk and read again in order."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np

from stillwatch.errors import InputUnusable
from stillwatch.facts.pairs import Keys, Pairs
from stillwatch.facts.traces import TRACE, Traces
from stillwatch.facts.traffic import PAIRS, Traffic
from stillwatch.store.columns import PIECE_ROWS, Columns, read_columns, write_columns

TRACES: Final = "traces"


@dataclass(frozen=True, slots=True)
class Run:
    """The traces and pairs of some exchanges, one file a table; a table without rows has no file."""

    folder: Path
    name: str
    rows: dict[str, int]
    """Rows of each table that has any: `traces` and the names in PAIRS."""

    @classmethod
    def write(cls, folder: Path, name: str, traces: Iterable[Traces], tables: Mapping[str, Iterable[Pairs]]) -> "Run":
        """Lay down traces in any order, and pairs that are in order piece after piece."""
        run = cls(folder, name, {})
        columns = (each.rows for each in traces if len(each))
        run._write(TRACES, columns)
        for table, pieces in tables.items():
            pairs = ({"token": each.token, "account": each.account, "value": each.value} for each in pieces)
            run._write(table, pairs, rising="token")
        return run

    def _write(self, table: str, pieces: Iterable[Columns], rising: str | None = None) -> None:
        rest = iter(pieces)
        first = next(rest, None)
        if first is not None:
            self.rows[table] = write_columns(self.path(table), chain([first], rest), rising=rising)

    def path(self, table: str) -> Path:
        """Where a table lies."""
        return self.folder / f"{self.name}-{table}.parquet"

    def pieces(self, table: str) -> Iterator[Pairs]:
        """The pairs of a table in order, piece by piece."""
        if table not in self.rows:
            return
        kind = PAIRS[table]
        empty = kind.empty()
        like = {"token": empty.token, "account": empty.account, "value": empty.value}
        last = (-1, -1)
        for columns in read_columns(self.path(table), like, self.rows[table]):
            piece = kind(columns["token"], columns["account"], columns["value"])
            if (int(piece.token[0]), int(piece.account[0])) <= last or not piece.is_in_order():
                raise InputUnusable(
                    f"{self.path(table)} is damaged: it is out of order. Delete {self.folder} and scan all logs again."
                )
            last = (int(piece.token[-1]), int(piece.account[-1]))
            yield piece

    def traces(self) -> Traces:
        """The traces, in memory."""
        rows = len(self)
        columns = {name: np.empty(rows, dtype=kind) for name, kind in TRACE.items()}
        done = 0
        for piece in self.trace_pieces():
            for name, column in columns.items():
                column[done : done + len(piece)] = piece.rows[name]
            done += len(piece)
        return Traces(columns)

    def trace_pieces(self) -> Iterator[Traces]:
        """The traces, piece by piece."""
        if len(self):
            for piece in read_columns(self.path(TRACES), Traces.empty().rows, len(self)):
                yield Traces(piece)

    def exchange_keys(self) -> Keys:
        """The keys of the run's exchanges."""
        return np.concatenate([Traces.empty().rows["exchange"], *(p.rows["exchange"] for p in self.trace_pieces())])

    def files(self) -> list[Path]:
        """What the run consists of."""
        return [self.path(table) for table in self.rows]

    def __len__(self) -> int:
        """Exchanges in the run."""
        return self.rows.get(TRACES, 0)


@dataclass(frozen=True, slots=True)
class Held:
    """The same in memory."""

    traffic: Traffic

    def pieces(self, table: str) -> Iterator[Pairs]:
        """The pairs of a table in order, piece by piece."""
        pairs: Pairs = getattr(self.traffic, table)
        for low in range(0, len(pairs), PIECE_ROWS):
            yield pairs.cut(low, low + PIECE_ROWS)

    def traces(self) -> Traces:
        """The traces."""
        return self.traffic.traces

    def trace_pieces(self) -> Iterator[Traces]:
        """The traces, as one piece."""
        yield self.traffic.traces

    def __len__(self) -> int:
        """Exchanges."""
        return len(self.traffic)
