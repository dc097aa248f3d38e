"""What could not be read, and why: counted by reason, listed row by row, never lost in silence."""

import json
import unicodedata
from collections import Counter
from typing import Final, TextIO

ROWS_PER_FILE: Final = 10_000
"""Rows listed of one file: enough to see what is wrong, too few for a broken file to fill a disk."""

_REASONS: Final = 1_000
"""Distinct reasons counted apart; reasons are ours and few, but a plug-in's may not be."""
_OTHER: Final = "other reasons"
_REASON_LENGTH: Final = 200
_FILE_LENGTH: Final = 1_000
_ACTIVE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def inert(text: str) -> str:
    """Spell out what could steer a terminal or turn text around: control characters, bidi marks, broken bytes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_spell(mark) if unicodedata.category(mark) in _ACTIVE else mark for mark in text)


class Rejects:
    """Set-aside records: counted by reason, and listed as JSON Lines `{file, line, reason}` where a stream is given.

    Rows hold no content of a log: a file's name, a line's number, and one of our own sentences.
    """

    def __init__(self, out: TextIO | None = None, *, rows_per_file: int = ROWS_PER_FILE) -> None:
        """List at most `rows_per_file` rows of each file on `out`; count all of them."""
        self._out = out
        self._rows_per_file = rows_per_file
        self._by_file: Counter[str] = Counter()
        self.by_reason: Counter[str] = Counter()

    @property
    def total(self) -> int:
        """How many records or files were set aside so far."""
        return self.by_reason.total()

    def add(self, file: str, reason: str, line: int | None = None) -> None:
        """Set one record aside; without a `line` (or row) the reason is about the file as a whole."""
        reason = inert(reason)[:_REASON_LENGTH]
        if reason not in self.by_reason and len(self.by_reason) >= _REASONS:
            reason = _OTHER
        self.by_reason[reason] += 1
        self._by_file[file] += 1
        if self._by_file[file] <= self._rows_per_file:
            self._write(file, reason, line)

    def finish(self) -> None:
        """Say of each file that overflowed how many of its rejects are counted but not listed."""
        for file, count in self._by_file.items():
            if count > self._rows_per_file:
                self._write(file, f"{count - self._rows_per_file:,} more rejects of this file are not listed", None)
        self._by_file.clear()

    def _write(self, file: str, reason: str, line: int | None) -> None:
        if self._out is not None:
            row = {"file": inert(file)[:_FILE_LENGTH], "line": line, "reason": reason}
            self._out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _spell(mark: str) -> str:
    return mark.encode("unicode_escape", "surrogatepass").decode("ascii")
