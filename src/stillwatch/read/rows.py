"""Comma-separated exports: rows as dicts of text, line breaks inside quotes allowed, damage kept to its own row."""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from stillwatch.errors import BadRecord
from stillwatch.read.formats import RecordFormat, recognise
from stillwatch.read.lines import Note, split_lines, too_long

_DELIMITERS: Final = (",", ";", "\t")
_NAME: Final = re.compile(r"[\w. -]+")
_REREADS: Final = 64
"""Rows with a quote too many that are gone over again line by line, before the rest is set aside."""


def header_of(head: bytes, formats: Sequence[RecordFormat]) -> tuple[list[str], str] | None:
    """Read the names of the columns and the delimiter from a stream's first bytes; None when it is no export we know.

    Which format it is, is known by the names alone: a header is taken as a record without values.
    """
    line = head.lstrip(b"\r\n").partition(b"\n")[0].rstrip(b"\r")
    if line[:1] in (b"{", b"["):
        return None
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return None
    for delimiter in _DELIMITERS:
        try:
            names = next(csv.reader([text], delimiter=delimiter, strict=True), [])
        except csv.Error:
            continue
        if len(names) > 1 and all(map(_NAME.fullmatch, names)) and recognise(dict.fromkeys(names, ""), formats):
            return names, delimiter
    return None


def split_rows(
    chunks: Iterable[bytes], names: Sequence[str], delimiter: str, *, limit: int, note: Note
) -> Iterator[tuple[int, Mapping[str, object], int]]:
    """Yield (line where it starts, record, bytes) of every row behind the header."""
    if len(set(names)) < len(names):
        raise BadRecord("the header names a column twice")
    # The reader's own bound is 128 KiB for each field and holds for the whole process; a prompt may be longer.
    csv.field_size_limit(max(csv.field_size_limit(), limit))
    records = _records(split_lines(chunks, limit=limit, note=note, verbatim=True), names, delimiter, limit, note)
    next(records, None)  # the header
    yield from records


def _record(row: bytes, names: Sequence[str], delimiter: str, limit: int) -> Mapping[str, object]:
    if len(row) > limit:
        raise BadRecord(too_long(limit))
    try:
        values = next(csv.reader([row.decode()], delimiter=delimiter, strict=True), [])
    except UnicodeDecodeError:
        raise BadRecord("not UTF-8") from None
    except csv.Error:
        raise BadRecord("malformed CSV: its quotes do not match") from None
    if len(values) != len(names):
        raise BadRecord("malformed CSV: another number of columns than the header names")
    return dict(zip(names, values, strict=True))


def _records(
    lines: Iterator[tuple[int, bytes]], names: Sequence[str], delimiter: str, limit: int, note: Note
) -> Iterator[tuple[int, Mapping[str, object], int]]:
    """Join lines until their quotes are even; of several lines that make no sense together only the first is lost."""
    again: deque[tuple[int, bytes]] = deque()
    rereads = 0
    while row := _row(chain(_drained(again), lines), limit):
        first = row[0][0]
        text = b"\n".join(line for _, line in row).rstrip(b"\r")
        try:
            if text.strip():
                yield first, _record(text, names, delimiter, limit), len(text)
        except BadRecord as bad:
            note(first, bad.reason)
            if len(row) > 1:
                rereads += 1
                again.extendleft(reversed(row[1:]))
            if rereads > _REREADS:
                note(first, "too many quotes that are not closed: the rest was not read")
                return


def _row(lines: Iterator[tuple[int, bytes]], limit: int) -> list[tuple[int, bytes]]:
    """Take lines until their quotes are even, one is missing, or they grow too long."""
    row: list[tuple[int, bytes]] = []
    quotes = size = 0
    for number, line in lines:
        row.append((number, line))
        quotes += line.count(b'"')
        size += len(line)
        if quotes % 2 == 0 or size > limit or number != row[0][0] + len(row) - 1:
            break
    return row


def _drained(waiting: "deque[tuple[int, bytes]]") -> Iterator[tuple[int, bytes]]:
    while waiting:
        yield waiting.popleft()
