"""Writing a range to disk: Parquet files of about a hundred thousand rows, filled as time passes."""

from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from stillwatch.errors import OutputFailed

ROWS_PER_FILE = 100_000
ROWS_PER_GROUP = 25_000
BYTES_PER_EXCHANGE = 450  # measured: zstd Parquet, histories and truth included


class Writer:
    """Holds what the log has released until it fills a file."""

    def __init__(self, out: Path) -> None:
        """Write into `out`."""
        self.rows = 0
        self._out = out
        self._files = 0
        self._held: list[tuple[pa.Table, pa.Table]] = []

    def __enter__(self) -> Self:
        """Make the folders."""
        try:
            (self._out / "exchanges").mkdir(parents=True)
            (self._out / "truth_exchanges").mkdir()
        except OSError as why:
            raise OutputFailed(self._out, str(why)) from why
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        """Write what is still held, unless something went wrong."""
        if kind is None:
            self._flush()

    def add(self, exchanges: pa.Table, truth: pa.Table) -> None:
        """Take exchanges and their truth, and write a file once there are enough."""
        self._held.append((exchanges, truth))
        if sum(table.num_rows for table, _ in self._held) >= ROWS_PER_FILE:
            self._flush()

    def write(self, table: pa.Table, name: str) -> None:
        """Write one table."""
        try:
            pq.write_table(
                table, self._out / name, compression="zstd", compression_level=3, row_group_size=ROWS_PER_GROUP
            )
        except OSError as why:
            raise OutputFailed(self._out, str(why)) from why

    def _flush(self) -> None:
        if not self._held:
            return
        exchanges, truth = (pa.concat_tables(tables) for tables in zip(*self._held, strict=True))
        self.write(exchanges, f"exchanges/part-{self._files:05d}.parquet")
        self.write(truth, f"truth_exchanges/part-{self._files:05d}.parquet")
        self.rows += exchanges.num_rows
        self._files += 1
        self._held = []
