"""A stream of bytes to its records: lines as a rule, and the elements of a JSON array or of documents in a row."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

Note = Callable[[int, str], None]
"""Told the number of a line that is set aside, and why."""

_BOM: Final = b"\xef\xbb\xbf"
_BLANK: Final = b" \t\r\n\0"


def split_lines(
    chunks: Iterable[bytes], *, limit: int, note: Note, first: int = 1, verbatim: bool = False
) -> Iterator[tuple[int, bytes]]:
    """Yield (number, line) of every line that is not blank, without the blanks around it; or `verbatim`, but its end.

    A line longer than `limit` bytes is noted and skipped without being kept. NUL bytes before a line are dropped: a log
    that was cut while its writer went on (`copytruncate`) starts its next record behind a hole of them.
    """
    number = first
    parts: list[bytes] = []  # of a line that goes on in the next chunk
    held = 0  # bytes of that line so far
    for chunk in chunks:
        for index, piece in enumerate(chunk.split(b"\n")):
            if index:  # a line ended before this piece
                if held > limit:
                    note(number, too_long(limit))
                elif (line := _joined(parts, verbatim)) or verbatim:
                    yield number, line
                number += 1
                parts, held = [], 0
            part = piece if held else piece.lstrip(b"\0")
            held += len(part)
            if held <= limit:
                parts.append(part)
            else:
                parts.clear()
    if held > limit:
        note(number, too_long(limit))
    elif (line := _joined(parts, verbatim)) or (verbatim and held):
        yield number, line


def too_long(limit: int) -> str:
    """Say that a record was longer than allowed."""
    return f"longer than {limit:,} bytes"


def without_bom(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Drop the byte order mark that some editors put before UTF-8."""
    stream = iter(chunks)
    yield next(stream, b"").removeprefix(_BOM)
    yield from stream


def _joined(parts: list[bytes], verbatim: bool) -> bytes:  # noqa: FBT001 - the caller hands on its own
    line = parts[0] if len(parts) == 1 else b"".join(parts)
    return line if verbatim else line.strip(_BLANK)
