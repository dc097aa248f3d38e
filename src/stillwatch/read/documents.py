"""JSON that is not one record a line: one array, a pretty-printed document, or documents in a row."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Final

import msgspec
import numpy as np

from stillwatch.read.lines import Note, split_lines, too_long
from stillwatch.stats.json_kernel import (
    COLUMN,
    DEPTH,
    ESCAPED,
    IN_JUNK,
    IN_STRING,
    JUNK,
    LINE,
    LINE_START,
    START,
    START_LINE,
    STATE_SIZE,
    WHOLE,
    cut_objects,
)

_SPANS: Final = 4096
"""Objects found in one pass."""
_LEVELS: Final = 512
"""Levels of nesting at which a bracket closed by the wrong kind is noticed while cutting; deeper, by the decoder."""
_RESCANS: Final = 512 * 1024 * 1024
"""Bytes that may be gone over again behind broken objects, before the rest is read as lines."""
_WIDEST: Final = 1000
"""Deepest indentation at which the next object is looked for (bytes)."""
_RAW: Final = msgspec.json.Decoder(msgspec.Raw)  # looks a document through without building it
_BLANK: Final = b" \t\r\n\0\x1e"


def is_documents(head: bytes) -> bool:
    """Tell from a stream's first bytes whether its records are found by their brackets, not by their lines."""
    text = head.lstrip(_BLANK)
    if text.startswith(b"["):
        line, _, _ = text[1:].partition(b"\n")
        return line.strip(_BLANK)[:1] in (b"{", b"[", b"]", b"")
    if not text.startswith(b"{"):
        return False
    line, _, rest = text.partition(b"\n")
    objects, left = _objects_in(line)
    if objects:
        return objects > 1 or left == b","
    return _goes_on(line.rstrip(), rest.lstrip(_BLANK))


def split_documents(chunks: Iterable[bytes], *, limit: int, note: Note) -> Iterator[tuple[int, bytes]]:
    """Yield (line where it starts, object) of every object of the stream, wherever its lines end.

    An object longer than `limit` bytes, or so broken that its end cannot be found, is noted; reading goes on at the
    next line that starts an object and is indented no deeper.
    """
    return _Cutter(limit, note).cut(chunks)


class _Cutter:
    """Cuts objects out of chunks, keeping at most one object and one chunk in memory."""

    def __init__(self, limit: int, note: Note) -> None:
        self._limit = limit
        self._note = note
        self._data = b""
        self._at = 0  # how far the data has been gone over
        self._state = _fresh_state()
        self._brackets = np.zeros(_LEVELS, dtype=np.uint8)
        self._spans = np.zeros((_SPANS, 5), dtype=np.int64)
        self._skipping = False  # the open object is too long and is not kept
        self._hunting = False  # the last object was given up, and the next line that starts one is looked for
        self._rescanned = 0
        self._broke = 0  # how far the data had been gone over when an object was given up
        self._passed_over = False  # whether something like an object was passed over since

    def cut(self, chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
        stream = iter(chunks)
        for chunk in stream:
            self._take(chunk)
            yield from self._scan()
            if self._rescanned > _RESCANS:
                yield from self._as_lines(stream)
                return
        while self._state[DEPTH] and not self._hunting:
            self._give_up("cut off: its end is missing")
            yield from self._scan()
            if self._rescanned > _RESCANS:
                yield from self._as_lines(())
                return
        if self._state[IN_JUNK]:
            self._note(int(self._state[START_LINE]), "not a JSON object")
        if self._hunting and self._passed_over:
            self._note(
                int(self._state[START_LINE]), "no line behind a broken object starts another: the rest was not read"
            )

    def _take(self, chunk: bytes) -> None:
        """Add a chunk and forget what is no longer needed."""
        kept = int(self._state[START]) if self._state[DEPTH] and not self._skipping else self._at
        self._data = self._data[kept:] + chunk
        self._at -= kept
        self._broke -= kept
        self._state[START] -= kept
        self._state[LINE_START] -= kept

    def _scan(self) -> Iterator[tuple[int, bytes]]:
        """Yield the objects that end in the data."""
        while self._rescanned <= _RESCANS and (not self._hunting or self._hunt(self._at)):
            # An object that is being skipped ends, at the latest, where its line does: behind that are its neighbours.
            line_end = self._data.find(b"\n", self._at) if self._skipping else -1
            view = np.frombuffer(self._data, dtype=np.uint8)[: line_end if line_end >= 0 else None]
            count, self._at = cut_objects(view, self._at, self._state, self._brackets, self._spans)
            for start, end, line, column, kind in self._spans[:count].tolist():
                if kind == JUNK:
                    self._note(line, "not a JSON object")
                elif kind == WHOLE and (self._skipping or end - start > self._limit):
                    self._note(line, too_long(self._limit))
                    self._skipping = False
                elif kind == WHOLE and not self._swallowed_others(start, end, column):
                    yield line, self._data[start:end]
                else:
                    self._state[[START, START_LINE, COLUMN]] = start, line, column
                    self._give_up("malformed JSON: a text or a bracket is not closed")
                    break
            if not count and self._is_spent(line_end):
                return

    def _swallowed_others(self, start: int, end: int, column: int) -> bool:
        """Whether brackets that only seem to match have made one object of what were several."""
        return _next_object(column).search(self._data, start, end) is not None and not _is_json(self._data[start:end])

    def _is_spent(self, line_end: int) -> bool:
        """Whether nothing more can be told without more data; an object that has grown too long is given up here."""
        if not self._state[DEPTH]:
            return self._at >= len(self._data)
        if self._skipping:
            if line_end >= 0:
                self._give_up(too_long(self._limit))
            return line_end < 0
        if len(self._data) - self._state[START] <= self._limit:
            return True
        if self._data.find(b"\n", self._state[START]) >= 0:
            self._give_up(too_long(self._limit))
        else:
            self._skipping = True
        return False

    def _give_up(self, reason: str) -> None:
        """Set the open object aside, and look for the next one behind the line where it started."""
        self._note(int(self._state[START_LINE]), reason)
        begin = self._at if self._skipping else int(self._state[START])
        self._rescanned += self._at - begin
        self._broke, self._passed_over = self._at, False
        self._at = begin
        self._state[LINE] = self._state[START_LINE]
        self._state[[DEPTH, IN_STRING, ESCAPED, IN_JUNK]] = 0
        self._skipping = False
        self._hunting = True

    def _hunt(self, begin: int) -> bool:
        """Go to the end of the last line before one that starts an object no deeper than the one given up."""
        found = _next_object(int(self._state[COLUMN])).search(self._data, begin)
        if found:
            stop = found.start()
            self._hunting = False
        else:
            # A line that is only begun may still turn out to start one; what stands before it cannot.
            stop = self._data.rfind(b"\n", begin)
            if stop < 0 or len(self._data) - stop > 2 * _WIDEST:
                stop = len(self._data)
            self._passed_over = self._passed_over or self._data.find(b"{", max(begin, self._broke), stop) >= 0
        self._state[LINE] += self._data.count(b"\n", begin, stop)
        self._at = stop
        return not self._hunting

    def _as_lines(self, stream: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
        """Read the rest as one object a line, as most arrays are written."""
        first = int(self._state[LINE])
        rest = chain([self._data[self._at :]], stream)
        for number, line in split_lines(rest, limit=self._limit, note=self._note, first=first):
            if bare := line.strip(b",[] \t\r"):
                yield number, bare


@lru_cache(64)
def _next_object(column: int) -> re.Pattern[bytes]:
    """Find a line that starts an object, indented no deeper than so many bytes."""
    return re.compile(rb"\n[ \t\r\0,\[]{0,%d}\{" % min(column, _WIDEST))


def _is_json(data: bytes) -> bool:
    try:
        _RAW.decode(data)
    except msgspec.DecodeError:
        return False
    except RecursionError:
        pass  # too deep to look through, and refused for that later
    return True


def _fresh_state() -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    state = np.zeros(STATE_SIZE, dtype=np.int64)
    state[LINE] = 1
    return state


def _objects_in(line: bytes) -> tuple[int, bytes]:
    """Count the objects that a line holds whole, and give what stands behind the first."""
    spans = np.zeros((2, 5), dtype=np.int64)
    count, _ = cut_objects(
        np.frombuffer(line, dtype=np.uint8), 0, _fresh_state(), np.zeros(_LEVELS, dtype=np.uint8), spans
    )
    whole = [end for _, end, _, _, kind in spans[:count].tolist() if kind == WHOLE]
    return len(whole), line[whole[0] :].strip(_BLANK) if whole else line


def _goes_on(line: bytes, rest: bytes) -> bool:
    """Whether an object that its first line does not end goes on in the next, and is not just damaged."""
    following = rest[:1]
    if following in (b"{", b"["):
        # Lines that each hold one object: the first of them is damaged. Else it is an object inside the first.
        return line[-1:] in (b"[", b",", b":") and _objects_in(rest.partition(b"\n")[0]) != (1, b"")
    return following in (b'"', b"}", b"]", b",") or (following != b"" and line[-1:] in (b"[", b",", b":"))
