"""The records of one file: which format they are of, which exchanges they hold, and which are set aside."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from stillwatch.errors import BadRecord
from stillwatch.read.contract import FORMAT as CONTRACT
from stillwatch.read.contract import decode_row
from stillwatch.read.decode import RecordDecoder, refuse
from stillwatch.read.formats import AUTO, FORMAT_NAMES, RecordFormat, recognise
from stillwatch.read.quarantine import ROWS_PER_FILE, Rejects
from stillwatch.read.raw import RawExchange, ReadOptions

DETECTION_RECORDS: Final = 50
"""Records that decode and are of no known format, before the file is given up as something else."""
DETECTION_BYTES: Final = 64 * 1024 * 1024
"""Bytes that hold no record at all, before the file is given up as no log."""

_UNKNOWN: Final = f"of no format that is read ({', '.join(FORMAT_NAMES)})"
_NO_RECORDS: Final = "no log: it holds no JSON records"


class UnknownFile(BadRecord):
    """The file as a whole is nothing that we read: stop reading it."""


class FileRecords:
    """Understands one file's records, whatever mixture of formats they are.

    Until the first record is recognised, faults are kept back: a README in a folder of logs is one reject, not one
    for each of its lines, while a log that starts with damage has each of its lines listed.
    """

    def __init__(self, label: str, formats: Sequence[RecordFormat], options: ReadOptions, rejects: Rejects) -> None:
        """Read records as one of `formats`, setting aside to `rejects` under the file's `label`."""
        self._label = label
        self._formats = formats
        self._options = options
        self._rejects = rejects
        self._decoder = RecordDecoder(options.max_depth)
        self._current = None if options.format == AUTO else formats[0]
        self._kept_back: list[tuple[int, str]] = []
        self._strangers = 0
        self._barren = 0  # bytes of lines that were no records
        self._empty = True
        self._damaged = False  # a line that was meant to be a record is none

    def note(self, number: int, reason: str) -> None:
        """Set one line aside."""
        self._empty = False
        if self._current is not None:
            self._rejects.add(self._label, reason, number)
        elif len(self._kept_back) < ROWS_PER_FILE:
            self._kept_back.append((number, reason))

    def exchanges(self, number: int, record: bytes) -> Sequence[RawExchange]:
        """Give the exchanges that a record holds; UnknownFile once the file is clearly no log of ours."""
        self._empty = False
        try:
            if self._current is CONTRACT or (self._current is None and CONTRACT in self._formats):
                row = self._contract_row(record)
                if row is not None:
                    return (row,)
            fields = self._decoder.decode(record)
        except BadRecord as bad:
            self.note(number, bad.reason)
            self._count_barren(record)
            return ()
        return self.understood(number, fields)

    def understood(self, number: int, fields: Mapping[str, object]) -> Sequence[RawExchange]:
        """Give the exchanges that a decoded record holds."""
        self._empty = False
        found: list[RawExchange] = []
        form = self._format_of(fields)
        if form is None:
            self._count_stranger(number)
            return found
        self._recognised(form)
        try:
            for exchange in form.exchanges(fields, self._options):
                found.append(exchange)  # noqa: PERF402 - those before a fault are kept
        except BadRecord as bad:
            self.note(number, bad.reason)
        except Exception as error:  # noqa: BLE001 - a record that a format's reader stumbles over must not end the scan
            self.note(number, f"{form.name}: {type(error).__name__} while reading the record")
        return found

    def finish(self) -> None:
        """Settle what was kept back when no record was recognised to the end; UnknownFile where that says it all."""
        if self._empty:
            raise UnknownFile("empty file")
        if self._current is not None:
            return
        if self._damaged or not (self._strangers or self._barren):
            self._settle()
        else:
            raise UnknownFile(_UNKNOWN if self._strangers else _NO_RECORDS)

    def _contract_row(self, record: bytes) -> RawExchange | None:
        """Decode a line of the contract's in one go; None where it is of another shape."""
        self._decoder.check(record)
        try:
            row = decode_row(record)
        except msgspec.ValidationError:
            return None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            refuse(error)
        except BadRecord:
            self._recognised(CONTRACT)
            raise
        if self._current is None:
            self._recognised(CONTRACT)
        return row

    def _format_of(self, fields: Mapping[str, object]) -> RecordFormat | None:
        if self._options.format != AUTO:
            return self._formats[0]
        if self._current is not None and self._current.recognises(fields):
            return self._current
        return recognise(fields, self._formats)

    def _recognised(self, form: RecordFormat) -> None:
        first = self._current is None
        self._current = form
        if first:
            self._settle()

    def _settle(self) -> None:
        for number, reason in self._kept_back:
            self._rejects.add(self._label, reason, number)
        self._kept_back.clear()

    def _count_stranger(self, number: int) -> None:
        self.note(number, _UNKNOWN)
        self._strangers += 1
        if self._current is None and self._strangers >= DETECTION_RECORDS:
            raise UnknownFile(_UNKNOWN)

    def _count_barren(self, record: bytes) -> None:
        self._damaged = self._damaged or record.startswith(b"{")
        self._barren += len(record)
        if self._current is None and self._barren >= DETECTION_BYTES:
            raise UnknownFile(_NO_RECORDS)
