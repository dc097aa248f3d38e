"""Columns of numbers as one Parquet file: written whole, read in bounded pieces, and checked for what was promised."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from stillwatch.errors import InputUnusable

Columns = Mapping[str, npt.NDArray[Any]]

PIECE_ROWS: Final = 1 << 16
"""Rows read at once."""

_GROUP_ROWS: Final = 1 << 20
_BUFFER: Final = 1 << 20
"""Bytes of a column read from disk at once, in place of the whole column of a row group."""
_MODE: Final = 0o600
_REPETITIVE: Final = ("value", "outcome")
"""Columns of few distinct values, which a dictionary makes small."""
_DAMAGE: Final = (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError)


def write_columns(path: Path, pieces: Iterable[Columns], *, rising: str | None = None) -> int:
    """Write a table piece by piece, readable by the owner only, and return its rows; `rising` names a sorted column.

    Columns are (n,) or (n, width) numbers, or (n,) texts; all pieces have the same columns.
    """
    rows = 0
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    with os.fdopen(handle, "wb") as file, ExitStack() as stack:
        writer = None
        for piece in pieces:
            table = pa.Table.from_arrays([_array(column) for column in piece.values()], names=list(piece))
            if writer is None:
                writer = pq.ParquetWriter(
                    file, table.schema, compression="none", write_statistics=False, write_page_checksum=True,
                    use_dictionary=[name for name in _REPETITIVE if name in piece],
                    column_encoding=None if rising is None else {rising: "DELTA_BINARY_PACKED"},
                )  # fmt: skip
                stack.enter_context(writer)
            writer.write_table(table, row_group_size=_GROUP_ROWS)
            rows += table.num_rows
    return rows


def read_columns(path: Path, like: Columns, rows: int) -> Iterator[dict[str, npt.NDArray[Any]]]:
    """Yield pieces of the columns that `like` has, of its types and widths; there must be `rows` rows in all.

    InputUnusable where the file holds anything else.
    """
    found = 0
    try:
        with pq.ParquetFile(path, page_checksum_verification=True, buffer_size=_BUFFER, pre_buffer=False) as file:
            wanted = pa.schema([pa.field(name, _array(column).type) for name, column in like.items()])
            if not file.schema_arrow.remove_metadata().equals(wanted) or file.metadata.num_rows != rows:
                raise InputUnusable(_damaged(path, "it holds another table"))
            for piece in file.iter_batches(PIECE_ROWS, use_threads=False):
                piece.validate(full=True)
                if any(column.null_count for column in piece.columns):
                    raise InputUnusable(_damaged(path, "a value is missing"))
                found += piece.num_rows
                yield {name: _numbers(piece.column(name), column) for name, column in like.items()}
    except _DAMAGE as error:
        raise InputUnusable(_damaged(path, "it cannot be read to its end")) from error
    if found != rows:
        raise InputUnusable(_damaged(path, "rows are missing"))


def _damaged(path: Path, why: str) -> str:
    return f"{path} is damaged: {why}. Delete {path.parent} and scan all logs again."


def _array(column: npt.NDArray[Any]) -> pa.Array:
    """A column as Arrow holds it: numbers, rows of numbers, or texts (object arrays)."""
    if column.dtype == object:
        return pa.array(column, pa.string())
    flat = pa.array(np.ascontiguousarray(column).reshape(-1))
    return flat if column.ndim == 1 else pa.FixedSizeListArray.from_arrays(flat, column.shape[1])


def _numbers(column: pa.Array, like: npt.NDArray[Any]) -> npt.NDArray[Any]:
    numbers: npt.NDArray[Any]
    if like.dtype == object:
        numbers = column.to_numpy(zero_copy_only=False)
    elif like.ndim == 1:
        numbers = column.to_numpy()
    else:
        numbers = column.flatten().to_numpy().reshape(-1, like.shape[1])
    return numbers
