r"""Makes a foreign string inert: what a log says can be looked at, and cannot act on whoever looks.

Account ids, model names and the like come from logs, and logs are written by strangers. Here control characters,
terminal escapes, marks that reorder text and characters that show as nothing become visible escapes (`\x1b`, `\u202e`),
and length is bounded. Two different strings never look the same, unless they are too long to be shown whole.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

ELLIPSIS: Final = "…"

_SHORT_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

_UNSEEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
"""Controls, format marks, unassigned, private, surrogates, separators: none shows as itself (the plain space does)."""

_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
"""What is drawn as nothing though it is a letter or a mark (Default_Ignorable_Code_Point; the blank Braille cell)."""

_MOST_MARKS: Final = 4
"""So many combining marks may stand on one letter; more of them would be drawn over the neighbouring lines."""

_PLAIN: Final = re.compile(r"[!-~]+(?: [!-~]+)*")
"""Printable ASCII with single spaces inside: nearly every string there is, so it is told apart quickly."""

_LOOKS_ESCAPED: Final = re.compile(r"\\[\\nrtxuU]")
_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "|", "%")


def inert(text: str, limit: int | None = None) -> str:
    """Show `text` on one line with everything that could act or hide made visible, in at most `limit` columns."""
    if limit is None:
        return "".join(_pieces(text))
    if len(text) > 8 * limit:
        # Only the two ends are drawn, so a gigabyte of an identifier costs no more than a kilobyte.
        return _shortened(_pieces(text[: 4 * limit]), _pieces(text[-4 * limit :]), limit)
    pieces = _pieces(text)
    return "".join(pieces) if _columns(pieces) <= limit else _shortened(pieces, pieces, limit)


def inert_lines(text: str) -> str:
    """Make a message of ours that quotes foreign strings inert, keeping its lines and their indents."""
    lines = [(line, line.lstrip(" ")) for line in text.split("\n")]
    return "\n".join(" " * (len(line) - len(words)) + inert(words) for line, words in lines)


def spreadsheet_cell(text: str) -> str:
    """Make `text` inert for a spreadsheet, too: nothing in it is computed (OWASP, CSV injection)."""
    shown = inert(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def columns(text: str) -> int:
    """Columns that an inert string takes on a terminal."""
    return _columns([*text])


def _pieces(text: str) -> list[str]:
    """What to draw for each character; a piece is never cut in two."""
    if _PLAIN.fullmatch(text) and not _LOOKS_ESCAPED.search(text):
        return [*text]
    hidden = [not seen or crowded for seen, crowded in zip(_seen(text), _crowding(text), strict=True)]
    # A backslash is doubled where it could be taken for an escape of ours, and left alone in `CORP\\alice`.
    double = any(hidden) or _LOOKS_ESCAPED.search(text) is not None
    return [
        _escape(character) if unseen else "\\\\" if double and character == "\\" else character
        for character, unseen in zip(text, hidden, strict=True)
    ]


def _seen(text: str) -> Iterator[bool]:
    """Tell for each character whether it shows as itself; a space does between two characters that are not spaces."""
    for place, character in enumerate(text):
        if character == " ":
            yield 0 < place < len(text) - 1 and text[place - 1] != " "
        else:
            yield unicodedata.category(character) not in _UNSEEN_CATEGORIES and not _UNSEEN.match(character)


def _crowding(text: str) -> Iterator[bool]:
    """Tell for each character whether it is a combining mark with no letter to stand on, or too many on one letter."""
    marks = _MOST_MARKS
    for character in text:
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        yield marks > _MOST_MARKS


def _escape(character: str) -> str:
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    point = ord(character)
    if point <= 0xFF:  # noqa: PLR2004 -- what two hexadecimal digits hold
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"  # noqa: PLR2004 -- and what four hold


def _width(piece: str) -> int:
    if len(piece) > 1:
        return len(piece)
    if unicodedata.category(piece) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(piece) in "WF" else 1


def _columns(pieces: list[str]) -> int:
    return sum(map(_width, pieces))


def _shortened(head: list[str], tail: list[str], limit: int) -> str:
    """Keep both ends: identifiers made by one machine often differ only in their last characters."""
    room = max(0, limit - 1)
    return "".join([*_fitting(head, room - room // 3), ELLIPSIS, *_fitting(tail[::-1], room // 3)[::-1]])


def _fitting(pieces: list[str], room: int) -> list[str]:
    fitting = []
    for piece in pieces:
        room -= _width(piece)
        if room < 0:
            break
        fitting.append(piece)
    return fitting
