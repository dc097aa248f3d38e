"""The outline of JSON bytes in one pass: how deep, which keys come twice, where each object of a stream ends.

Nothing here decides whether JSON is valid; a decoder does that afterwards. What these passes give is what must be
known before a decoder may be let loose: depth, size, and names that a decoder would silently overwrite.
"""

from collections.abc import Iterable
from typing import Final

import numba as nb
import numpy as np
import numpy.typing as npt

TOO_DEEP: Final = -1
REPEATED: Final = -2

WHOLE: Final = 0
JUNK: Final = 1
BROKEN: Final = 2

# What a scan of a stream remembers between two chunks, by position in `state`.
DEPTH: Final = 0
START: Final = 1  # where the open object starts in the data
START_LINE: Final = 2
COLUMN: Final = 3  # of the start in its line
LINE: Final = 4  # number of the current line
LINE_START: Final = 5  # where the current line starts in the data
IN_STRING: Final = 6
ESCAPED: Final = 7  # the next byte belongs to an escape
IN_JUNK: Final = 8
STATE_SIZE: Final = 9

MAX_NAMES: Final = 64
_SLOTS: Final = 512
_LONGEST_NAME: Final = 64

_QUOTE: Final = 34
_BACKSLASH: Final = 92
_COLON: Final = 58
_OPEN_OBJECT: Final = 123  # { is [ with bit 32 set, } is ] with bit 32 set, and nothing else differs so
_CLOSE_OBJECT: Final = 125
_OPEN_ARRAY: Final = 91
_CLOSE_ARRAY: Final = 93
_COMMA: Final = 44
_NEWLINE: Final = 10


def name_table(names: Iterable[str]) -> npt.NDArray[np.uint64]:
    """Prepare the names that `outline` watches: an open-addressed table of their hashes and numbers."""
    table = np.zeros((_SLOTS, 2), dtype=np.uint64)
    for number, name in enumerate(names):
        raw = name.encode()
        if number >= MAX_NAMES or len(raw) > _LONGEST_NAME:
            raise ValueError(f"at most {MAX_NAMES} names of at most {_LONGEST_NAME} bytes can be watched")
        digest = 0xCBF29CE484222325
        for byte in raw:
            digest = ((digest ^ byte) * 0x100000001B3) % (1 << 64)
        slot = digest % _SLOTS
        while table[slot, 0]:
            slot = (slot + 1) % _SLOTS
        table[slot, 0] = digest
        table[slot, 1] = number
    return table


@nb.njit(cache=True, nogil=True)
def outline(data, names, seen):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers
    """The depth of nesting of `data`, or TOO_DEEP at len(seen) levels, or REPEATED.

    REPEATED: an object has one of `names` twice, or has a key written with escapes, which may be one of them. A hash
    (FNV-1a, 64 bit) stands for a name, so a caller who must be certain decodes the keys.
    """
    depth = 0
    deepest = 0
    start = -1  # where the current string starts, or -1 outside one
    escaped = False  # whether the current string holds an escape
    i = 0
    size = len(data)
    while i < size:
        c = data[i]
        if start >= 0:
            if c == _BACKSLASH:
                escaped = True
                i += 1
            elif c == _QUOTE:
                j = i + 1
                while j < size and (data[j] == 32 or data[j] == 9 or data[j] == 13 or data[j] == _NEWLINE):
                    j += 1
                if j < size and data[j] == _COLON:
                    if escaped:
                        return REPEATED
                    if i - start <= _LONGEST_NAME:
                        digest = np.uint64(0xCBF29CE484222325)
                        for k in range(start, i):
                            digest = (digest ^ np.uint64(data[k])) * np.uint64(0x100000001B3)
                        slot = np.int64(digest % np.uint64(_SLOTS))
                        while names[slot, 0] != 0:
                            if names[slot, 0] == digest:
                                bit = np.uint64(1) << names[slot, 1]
                                if seen[depth] & bit:
                                    return REPEATED
                                seen[depth] |= bit
                                break
                            slot = (slot + 1) % _SLOTS
                start = -1
        elif c == _QUOTE:
            start = i + 1
            escaped = False
        elif c | 32 == _OPEN_OBJECT:
            depth += 1
            if depth >= len(seen):
                return TOO_DEEP
            seen[depth] = 0
            deepest = max(deepest, depth)
        elif c | 32 == _CLOSE_OBJECT:
            depth = max(depth - 1, 0)
        i += 1
    return deepest


@nb.njit(cache=True, nogil=True)
def cut_objects(data, begin, state, brackets, spans):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers
    """Find the objects of a stream: an array's elements, or documents in a row.

    Between objects white space, control characters (RFC 7464 marks records with one), commas and square brackets mean
    nothing; whatever else stands there is junk up to the next comma or line. Fills `spans` with (start, end, line,
    column, kind) and returns how many, and where the scan stopped: at the end, when `spans` is full, or in a BROKEN
    object: a line ends inside a string, or a bracket is closed by one of the other kind. `brackets` remembers the kind
    of as many levels as it is long.
    """
    count = 0
    broken = False
    size = len(data)
    i = begin
    depth = state[DEPTH]
    in_string = state[IN_STRING]
    while i < size and count < len(spans):
        c = data[i]
        if in_string:
            if state[ESCAPED]:
                state[ESCAPED] = 0
            elif c == _BACKSLASH:
                state[ESCAPED] = 1
            elif c == _QUOTE:
                in_string = 0
            if c == _NEWLINE:
                in_string = 0
                state[ESCAPED] = 0
                if depth > 0:
                    broken = True
                    break
                continue  # junk ends at this line's end, below
        elif depth > 0:
            if c == _QUOTE:
                in_string = 1
            elif c | 32 == _OPEN_OBJECT:
                if depth < len(brackets):
                    brackets[depth] = c + 2  # in ASCII each bracket is closed by the one two further on
                depth += 1
            elif c | 32 == _CLOSE_OBJECT:
                depth -= 1
                if depth < len(brackets) and brackets[depth] != c:
                    broken = True
                    break
                if depth == 0:
                    spans[count, 0] = state[START]
                    spans[count, 1] = i + 1
                    spans[count, 2] = state[START_LINE]
                    spans[count, 3] = state[COLUMN]
                    spans[count, 4] = WHOLE
                    count += 1
            elif c == _NEWLINE:
                state[LINE] += 1
                state[LINE_START] = i + 1
        elif state[IN_JUNK]:
            if c == _QUOTE:
                in_string = 1
            elif c in (_NEWLINE, _COMMA):
                spans[count, 0] = state[START]
                spans[count, 1] = i
                spans[count, 2] = state[START_LINE]
                spans[count, 3] = state[COLUMN]
                spans[count, 4] = JUNK
                count += 1
                state[IN_JUNK] = 0
                continue  # the newline counts, below
        elif c == _NEWLINE:
            state[LINE] += 1
            state[LINE_START] = i + 1
        elif c == _OPEN_OBJECT:
            depth = 1
            brackets[0] = _CLOSE_OBJECT
            state[START] = i
            state[START_LINE] = state[LINE]
            state[COLUMN] = i - state[LINE_START]
        elif c > 32 and c not in (_COMMA, _OPEN_ARRAY, _CLOSE_ARRAY):
            state[IN_JUNK] = 1
            state[START] = i
            state[START_LINE] = state[LINE]
            if c == _QUOTE:
                in_string = 1
        i += 1
    if broken:
        spans[count, 0] = state[START]
        spans[count, 1] = i
        spans[count, 2] = state[START_LINE]
        spans[count, 3] = state[COLUMN]
        spans[count, 4] = BROKEN
        count += 1
        depth = 0
        in_string = 0
    state[DEPTH] = depth
    state[IN_STRING] = in_string
    return count, i
