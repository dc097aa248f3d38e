"""Raw exchanges to Arrow batches, with the checks of range that every format's rows must pass."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import accumulate
from operator import attrgetter
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from stillwatch.read.raw import RAW, RawExchange, RawMessage
from stillwatch.stats.siphash import string_buffers

EARLIEST: Final = 946_684_800_000_000
"""2000-01-01 in microseconds since 1970: no language model was served before it."""
LATEST: Final = 4_102_444_800_000_000
"""2100-01-01 in microseconds since 1970: behind it lie only mistaken units."""
MAX_ID_BYTES: Final = 1024
"""Identifiers longer than this are content in the wrong place (bytes)."""
MAX_TOKENS: Final = 1_000_000_000
"""More tokens than this in one exchange are a mistake, and their sum over a large scan could overflow."""

_SPACE, _DELETE = 0x20, 0x7F
"""What lies between them is printed."""

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.integer[Any]]
Reject = Callable[[int, str], None]
"""Told the index of a row that is set aside, and why."""

_TOKENS: Final = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens")
_TIMES: Final = ("started_at", "ended_at")
_MESSAGE: Final = RAW.field("input_messages").type.value_type


def to_batch(rows: Sequence[RawExchange], reject: Reject) -> pa.RecordBatch:
    """Make one batch of schema RAW; rows that no column can hold or no exchange can have are told to `reject`."""
    try:
        batch = _build(rows)
    except _UNFIT:
        origins = []
        for index, row in enumerate(rows):
            if reason := _misfit(row):
                reject(index, reason)
            else:
                origins.append(index)
        return sift(_build([rows[index] for index in origins]), lambda index, why: reject(origins[index], why))
    return sift(batch, reject)


def joined(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    """Join batches of one schema, without copying when there is but one."""
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)


def sift(batch: pa.RecordBatch, reject: Reject) -> pa.RecordBatch:
    """Keep the rows of a RAW batch whose identifiers, times and counts an exchange can have."""
    keep = np.ones(batch.num_rows, dtype=bool)
    for name in ("exchange_id", "account_id"):
        column = batch.column(name)
        if not _all_begin_in_print(column):
            _drop(keep, _lengths(pc.utf8_trim_whitespace(column)) == 0, f"{name} is missing", reject)
        _drop_outside(keep, pc.binary_length(column), 0, MAX_ID_BYTES, f"{name} is too long", reject)
    if batch.column("started_at").null_count:
        _drop(keep, _flags(batch.column("started_at").is_null()), "started_at is missing", reject)
    for name in _TIMES:
        times = batch.column(name).cast(pa.int64())
        _drop_outside(keep, times, EARLIEST, LATEST, f"{name} is out of range", reject)
    for name in _TOKENS:
        _drop_outside(keep, batch.column(name), 0, MAX_TOKENS, f"{name} is out of range", reject)
    return batch if keep.all() else batch.filter(pa.array(keep))


def _all_begin_in_print(texts: pa.Array) -> bool:
    """Whether all texts begin with a printed ASCII character, as identifiers do: then none is missing or blank."""
    data, offsets, present = string_buffers(texts)
    if not present.all() or not len(present) or (offsets[1:] == offsets[:-1]).any():
        return False
    first = data[offsets[:-1]]
    return bool(((first > _SPACE) & (first < _DELETE)).all())


def _lengths(column: pa.Array) -> Counts:
    return _numbers(pc.binary_length(column), 0)


def _drop_outside(  # noqa: PLR0913 - what is dropped, and why
    keep: Flags, column: pa.Array, low: int, high: int, reason: str, reject: Reject
) -> None:
    """Drop the rows with numbers outside of a range; a look at the ends of the range spares looking at each row."""
    ends = pc.min_max(column)
    smallest, largest = ends["min"].as_py(), ends["max"].as_py()
    if smallest is not None and not low <= smallest <= largest <= high:
        numbers = _numbers(column, low)
        _drop(keep, (numbers < low) | (numbers > high), reason, reject)


def _numbers(column: pa.Array, null: int) -> Counts:
    if column.null_count:
        column = pc.fill_null(column, pa.scalar(null, column.type))
    return cast("Counts", column.to_numpy(zero_copy_only=False))


def _flags(column: pa.Array) -> Flags:
    return cast("Flags", column.to_numpy(zero_copy_only=False))


def _drop(keep: Flags, bad: Flags, reason: str, reject: Reject) -> None:
    for index in np.flatnonzero(bad & keep):
        keep[index] = False
        reject(int(index), reason)


def _misfit(row: RawExchange) -> str | None:
    """Name the first value that its column cannot hold. Slow, and asked only when Arrow has refused a batch."""
    for name, kind in _KINDS.items():
        value = getattr(row, name)
        if value is not None and not _fits(value, kind):
            return f"{name} holds a value that its column cannot"
    return None


def _fits(value: object, kind: pa.DataType) -> bool:
    if pa.types.is_string(kind):
        return isinstance(value, str) and _is_utf8(value)
    if pa.types.is_list(kind):
        return isinstance(value, Sequence) and all(_fits(each, kind.value_type) for each in value)
    if pa.types.is_struct(kind):
        return isinstance(value, RawMessage) and all(_fits(getattr(value, part.name), part.type) for part in kind)
    if isinstance(value, datetime):
        return bool(pa.types.is_timestamp(kind))
    limit: int = 2 ** (kind.bit_width - 1)
    return type(value) is int and abs(value) < limit


def _is_utf8(text: str) -> bool:
    try:
        return text.isascii() or text.encode() != b""
    except UnicodeEncodeError:
        return False


def _build(rows: Sequence[RawExchange]) -> pa.RecordBatch:
    if not rows:
        return _EMPTY
    # Column by column and without a tuple for each row: fewer objects for the garbage collector to walk over.
    columns = [_column(name, list(map(read, rows))) for name, read in _READERS.items()]
    return pa.RecordBatch.from_arrays(columns, schema=RAW)


def _column(name: str, values: Sequence[Any]) -> pa.Array:
    if name == "input_messages":
        return _messages(values)
    return pa.array(values, RAW.field(name).type)


def _messages(values: Sequence[Sequence[RawMessage] | None]) -> pa.Array:
    """Build the lists from their parts: Arrow takes four times as long to do it from objects."""
    ends = list(accumulate(0 if messages is None else len(messages) for messages in values))
    offsets: list[int | None] = [0, *ends]
    for index, messages in enumerate(values):
        if messages is None:
            offsets[index] = None  # a null offset is how Arrow is told of a null list
    flat = [message for messages in values if messages for message in messages]
    structs = pa.StructArray.from_arrays(
        [
            pa.array([message.role for message in flat], pa.string()),
            pa.array([message.text for message in flat], pa.string()),
        ],
        fields=list(_MESSAGE),
    )
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), structs, type=RAW.field("input_messages").type)


_UNFIT: Final = (pa.ArrowException, TypeError, ValueError, OverflowError, AttributeError)
_KINDS: Final = {field.name: field.type for field in RAW}
_READERS: Final = {name: attrgetter(name) for name in RAW.names}
_EMPTY: Final = pa.RecordBatch.from_pylist([], schema=RAW)
