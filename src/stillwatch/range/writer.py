"""Writing a range to disk: Parquet files of about a hundred thousand rows, filled as time passes."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from stillwatch.errors import OutputFailed
from stillwatch.range.tables import EXCHANGES, TRUTH_OF_EXCHANGES

ROWS_PER_FILE = 100_000
ROWS_PER_GROUP = 25_000
COMPRESSION, COMPRESSION_LEVEL = "zstd", 3
BYTES_PER_EXCHANGE = 450  # measured: zstd Parquet, histories and truth included


class Writer:
    """Writes what the log releases, a row group at a time, so that no more than one of them waits in memory."""

    def __init__(self, out: Path) -> None:
        """Write into `out`."""
        self.rows = 0
        self._out = out
        self._files = 0
        self._rows_in_file = 0
        self._exchanges = _Part(EXCHANGES)
        self._truth = _Part(TRUTH_OF_EXCHANGES)

    def __enter__(self) -> Self:
        """Make the folders."""
        with _told(self._out):
            (self._out / "exchanges").mkdir(parents=True)
            (self._out / "truth_exchanges").mkdir()
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        """Finish the file begun last; where something went wrong, leave it as it is."""
        with _told(self._out) if kind is None else suppress(OSError):
            self._exchanges.close()
            self._truth.close()

    def add(self, exchanges: pa.Table, truth: pa.Table) -> None:
        """Take exchanges and their truth."""
        with _told(self._out):
            if not self._rows_in_file:
                self._exchanges.open(self._out / "exchanges" / f"part-{self._files:05d}.parquet")
                self._truth.open(self._out / "truth_exchanges" / f"part-{self._files:05d}.parquet")
            self._exchanges.add(exchanges)
            self._truth.add(truth)
            self.rows += exchanges.num_rows
            self._rows_in_file += exchanges.num_rows

    def roll(self) -> None:
        """Begin another file if this one is full."""
        if self._rows_in_file >= ROWS_PER_FILE:
            with _told(self._out):
                self._exchanges.close()
                self._truth.close()
            self._files += 1
            self._rows_in_file = 0

    def write(self, table: pa.Table, name: str) -> None:
        """Write one table."""
        with _told(self._out):
            pq.write_table(
                table,
                self._out / name,
                compression=COMPRESSION,
                compression_level=COMPRESSION_LEVEL,
                row_group_size=ROWS_PER_GROUP,
            )


class _Part:
    """One file while it is filled."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._file: pq.ParquetWriter | None = None
        self._waiting = schema.empty_table()

    def open(self, path: Path) -> None:
        if self._file is None:
            self._file = pq.ParquetWriter(
                path, self._schema, compression=COMPRESSION, compression_level=COMPRESSION_LEVEL
            )

    def add(self, table: pa.Table) -> None:
        """Keep rows back until they fill a row group."""
        self._waiting = pa.concat_tables([self._waiting, table])
        while self._waiting.num_rows >= ROWS_PER_GROUP:
            self._write(self._waiting.slice(0, ROWS_PER_GROUP))
            self._waiting = self._waiting.slice(ROWS_PER_GROUP)

    def close(self) -> None:
        """Write the last, smaller row group and the file's foot."""
        if self._file is None:
            return
        if self._waiting.num_rows:
            self._write(self._waiting)
        self._file.close()
        self._file = None
        self._waiting = self._schema.empty_table()

    def _write(self, group: pa.Table) -> None:
        if self._file is not None:
            self._file.write_table(group, row_group_size=ROWS_PER_GROUP)


@contextmanager
def _told(out: Path) -> Iterator[None]:
    """Tell a refusal of the operating system as the failure of the whole range."""
    try:
        yield
    except OSError as why:
        raise OutputFailed(out, why.strerror or str(why)) from why
