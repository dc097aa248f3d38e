"""The contract's exchanges as Parquet: read in bounded pieces, cast to our types, bad rows set aside by number."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stillwatch.errors import BadRecord
from stillwatch.facts.exchange import SCHEMA_VERSION, TIME
from stillwatch.read.columns import joined, sift
from stillwatch.read.contract import instant
from stillwatch.read.raw import RAW

Note = Callable[[int | None, str], None]
"""Told the number of a row that is set aside (from 1; None for the file), and why."""

_PIECE_ROWS: Final = 512
"""Rows decoded at once. A text repeated in every row is stored once and decoded into each, so rows bound memory
where bytes on disk cannot: writers keep dictionaries of up to 1 MiB, and 512 of those are 512 MiB."""
_GATHER_ROWS: Final = 16_384
_GATHER_BYTES: Final = 16 << 20
_BUFFER: Final = 1 << 20
"""Bytes of a column read from disk at once, in place of the whole column of a row group."""
_REQUIRED: Final = ("exchange_id", "started_at", "account_id")
_VERSION: Final = "schema_version"
_MICROS_PER: Final = {"s": 1_000_000, "ms": 1_000, "us": 1}
_NANOS_PER_MICRO: Final = 1_000
_MESSAGES: Final = RAW.field("input_messages").type
_DAMAGE: Final = (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError)
_UNFIT: Final = (pa.ArrowException, ValueError, OverflowError, BadRecord)


def read_parquet(path: Path, note: Note) -> Iterator[tuple[pa.RecordBatch, float]]:
    """Yield small batches of schema RAW, each with the share of the file that is read by then (0-1)."""
    with _opened(path) as file:
        wanted = _wanted(file)
        spelled = not any(pa.types.is_dictionary(file.schema_arrow.field(name).type) for name in wanted)
        row = 0
        total = max(1, file.metadata.num_rows)
        for group in range(file.num_row_groups):
            first = row
            try:
                pieces = file.iter_batches(_PIECE_ROWS, row_groups=[group], columns=wanted, use_threads=False)
                for batch in _gathered(pieces if spelled else map(_spelled_out, pieces)):
                    yield _fitting(batch, row + 1, note), min(1.0, (row + batch.num_rows) / total)
                    row += batch.num_rows
            except BadRecord:
                note(row + 1, f"damaged Parquet: the rest of row group {group + 1} was not read")
            row = first + file.metadata.row_group(group).num_rows


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    try:
        file = pq.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False, page_checksum_verification=True)
    except _DAMAGE as error:
        raise BadRecord("damaged or truncated Parquet: write the file again") from error
    with file:
        yield file


def _wanted(file: pq.ParquetFile) -> list[str]:
    """Choose the columns to read; BadRecord when this is another table, another version, or another type."""
    version = (file.schema_arrow.metadata or {}).get(_VERSION.encode())
    if version is not None and version.decode(errors="replace") != SCHEMA_VERSION:
        raise BadRecord(f"{_VERSION} is not {SCHEMA_VERSION}")
    names = file.schema_arrow.names
    missing = [name for name in _REQUIRED if name not in names]
    if missing:
        raise BadRecord(f"no table of exchanges: the column {missing[0]} is missing")
    wanted = [name for name in (*RAW.names, _VERSION) if name in names]
    for name in wanted:
        if names.count(name) > 1:
            raise BadRecord(f"the column {name} comes twice")
        stored = file.schema_arrow.field(name).type
        try:
            _cast(pa.array([], stored), name)
        except (*_UNFIT, TypeError, NotImplementedError) as error:
            raise BadRecord(f"the column {name} cannot be read as {_type_of(name)}") from error
    return wanted


def _gathered(pieces: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Join pieces up to a size at which the work on a batch outweighs starting it; keep what came before damage."""
    waiting: list[pa.RecordBatch] = []
    size = 0
    damage: BaseException | None = None
    try:
        for piece in pieces:
            waiting.append(piece)
            size += piece.nbytes
            if len(waiting) * _PIECE_ROWS >= _GATHER_ROWS or size >= _GATHER_BYTES:
                yield joined(waiting)
                waiting, size = [], 0
    except _DAMAGE as error:
        damage = error
    if waiting:
        yield joined(waiting)
    if damage is not None:
        raise BadRecord("damaged Parquet") from damage


def _spelled_out(piece: pa.RecordBatch) -> pa.RecordBatch:
    """Put texts in place of a dictionary's numbers while the piece is small, so that its size is its true size."""
    columns = [each.dictionary_decode() if pa.types.is_dictionary(each.type) else each for each in piece.columns]
    return pa.RecordBatch.from_arrays(columns, names=piece.schema.names)


def _fitting(piece: pa.RecordBatch, first: int, note: Note) -> pa.RecordBatch:
    """Cast a piece to RAW; the rows that do not fit are found by halving and told to `note`."""
    try:
        batch = _cast_piece(piece)
    except _UNFIT as error:
        if piece.num_rows == 1:
            note(first, error.reason if isinstance(error, BadRecord) else _unfit_reason(piece))
            return piece_of_nothing()
        middle = piece.num_rows // 2
        halves = (_fitting(piece.slice(0, middle), first, note), _fitting(piece.slice(middle), first + middle, note))
        return joined(halves)
    return sift(batch, lambda index, reason: note(first + index, reason))


def piece_of_nothing() -> pa.RecordBatch:
    """Make a batch of RAW without rows."""
    return pa.RecordBatch.from_pylist([], schema=RAW)


def _cast_piece(piece: pa.RecordBatch) -> pa.RecordBatch:
    names = piece.schema.names
    if _VERSION in names and not pc.all(pc.equal(_cast(piece.column(_VERSION), _VERSION), SCHEMA_VERSION)).as_py():
        raise BadRecord(f"{_VERSION} is not {SCHEMA_VERSION}")
    columns = [
        _cast(piece.column(field.name), field.name) if field.name in names else pa.nulls(piece.num_rows, field.type)
        for field in RAW
    ]
    batch = pa.RecordBatch.from_arrays(columns, schema=RAW)
    batch.validate(full=True)  # Parquet may hold anything where it promises UTF-8
    return batch


def _unfit_reason(row: pa.RecordBatch) -> str:
    for name in row.schema.names:
        try:
            _cast(row.column(name), name).validate(full=True)
        except _UNFIT:
            return f"{name} does not fit {_type_of(name)}"
    return "a value does not fit its column"


def _type_of(name: str) -> pa.DataType:
    return pa.string() if name == _VERSION else RAW.field(name).type


def _cast(column: pa.Array, name: str) -> pa.Array:
    """Cast one column to the contract's type, refusing what would change its meaning."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    wanted = _type_of(name)
    if pa.types.is_null(column.type) or (name == _VERSION and pa.types.is_integer(column.type)):
        cast = column.cast(wanted)
    elif wanted == TIME:
        cast = _times(column, name)
    elif pa.types.is_integer(wanted):
        cast = _numbers(column, wanted)
    elif wanted == _MESSAGES:
        cast = _messages(column)
    elif pa.types.is_list(wanted):
        cast = _relist(column, pc.fill_null(_strings(_as_list(column).flatten()), ""))
    else:
        cast = _strings(column)
    return cast


def _strings(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _strings(column.dictionary_decode())
    if not (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_binary_view(kind)
        or pa.types.is_null(kind)
    ):
        raise BadRecord("not a text")
    return column if pa.types.is_string(kind) else column.cast(pa.string())


def _numbers(column: pa.Array, wanted: pa.DataType) -> pa.Array:
    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        raise BadRecord("not a number")
    return column.cast(wanted)


def _times(column: pa.Array, name: str) -> pa.Array:
    kind = column.type
    if kind == TIME:
        return column
    if pa.types.is_timestamp(kind):
        since = column.cast(pa.int64())
        micros = (
            pc.divide(since, _NANOS_PER_MICRO)
            if kind.unit == "ns"
            else pc.multiply_checked(since, _MICROS_PER[kind.unit])
        )
        return micros.cast(TIME)
    values = column if pa.types.is_integer(kind) or pa.types.is_floating(kind) else _strings(column)
    micros = [None if value is None else instant(value, name) for value in values.to_pylist()]
    return pa.array(micros, pa.int64()).cast(TIME)


def _messages(column: pa.Array) -> pa.Array:
    column = _as_list(column)
    if not pa.types.is_struct(column.type.value_type):
        raise BadRecord("no list of messages")
    messages = column.flatten()
    parts = dict(zip((field.name for field in column.type.value_type), messages.flatten(), strict=True))
    if "role" not in parts or "text" not in parts:
        raise BadRecord("no list of messages with role and text")
    role, text = (pc.fill_null(_strings(parts[name]), "") for name in ("role", "text"))
    return _relist(column, pa.StructArray.from_arrays([role, text], fields=list(_MESSAGES.value_type)))


def _as_list(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_list(kind):
        return column
    if (
        pa.types.is_large_list(kind)
        or pa.types.is_fixed_size_list(kind)
        or pa.types.is_list_view(kind)
        or pa.types.is_large_list_view(kind)
    ):
        return column.cast(pa.list_(kind.value_type))
    raise BadRecord("not a list")


def _relist(column: pa.Array, values: pa.Array) -> pa.Array:
    """Put cast values back into the lists that they were flattened from."""
    lengths = pc.fill_null(pc.list_value_length(_as_list(column)), 0)
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum_checked(lengths.cast(pa.int32()))])
    kind = pa.list_(values.type)
    return pa.ListArray.from_arrays(offsets, values, type=kind, mask=column.is_null())
