"""All inputs to one stream of raw batches: the way in, from a path on the command line to rows of the contract."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

import pyarrow as pa

from stillwatch.errors import BadRecord, InputUnusable
from stillwatch.read.columns import joined, to_batch
from stillwatch.read.documents import is_documents, split_documents
from stillwatch.read.formats import RecordFormat, formats_for
from stillwatch.read.lines import split_lines, without_bom
from stillwatch.read.parquet import read_parquet
from stillwatch.read.quarantine import Rejects, inert
from stillwatch.read.raw import RawExchange, ReadOptions
from stillwatch.read.records import FileRecords
from stillwatch.read.rows import header_of, split_rows
from stillwatch.read.sources import Packing, Source, find_sources, input_size, open_source, packing_of
from stillwatch.read.unpack import PIECE, unpack

__all__ = ["input_size", "read_raw"]

BATCH_BYTES: Final = 64 * 1024 * 1024
"""A batch is handed on at this size even when it has few rows."""

Progress = Callable[[int], None]
"""Told how many more bytes of the inputs, as stored, have been read."""


def read_raw(
    inputs: Sequence[str], options: ReadOptions, rejects: Rejects, progress: Progress | None = None
) -> Iterator[pa.RecordBatch]:
    """Yield the exchanges of all inputs in batches of schema RAW; what cannot be read goes to `rejects`.

    InputUnusable when an input that was named cannot be opened, or when nothing at all could be read.
    """
    sources = find_sources(inputs, rejects)
    reader = _Reader(options, rejects, progress or (lambda _: None))
    found = 0
    for batch in _regroup(reader.read(sources), options.batch_rows):
        found += batch.num_rows
        yield batch
    rejects.finish()
    if not found:
        raise InputUnusable(_nothing_read(inputs, rejects))


class _Reader:
    """Reads sources one after another, collecting rows across small files into full batches."""

    def __init__(self, options: ReadOptions, rejects: Rejects, progress: Progress) -> None:
        self._options = options
        self._rejects = rejects
        self._progress = progress
        self._formats: Sequence[RecordFormat] = formats_for(options.format)
        self._rows: list[RawExchange] = []
        self._labels: list[str] = []  # of the rows' files, beside the rows' lines: no tuple for each row, which the
        self._lines: list[int] = []  # garbage collector would have to walk over again and again
        self._held = 0  # bytes of the records behind the rows

    def read(self, sources: Iterable[Source]) -> Iterator[pa.RecordBatch]:
        for source in sources:
            try:
                yield from self._source(source)
            except BadRecord as bad:
                self._rejects.add(source.label, bad.reason, bad.line)
        yield from self._flush()

    def _source(self, source: Source) -> Iterator[pa.RecordBatch]:
        with open_source(source) as stream:
            packed = self._chunks(stream, source)
            head = next(packed, b"")
            packing = packing_of(head)
            if packing is Packing.PARQUET and source.path is not None:
                yield from self._parquet(source, source.path, source.size - len(head))
                return
            chunks: Iterator[bytes] = chain([head], packed)
            if packing in (Packing.GZIP, Packing.ZSTD):
                chunks = self._unpacked(chunks, packing, source)
                head = next(chunks, b"")
                packing = packing_of(head)
                chunks = chain([head], chunks)
            if packing is Packing.PARQUET:
                with _spooled(chunks) as path:
                    yield from self._parquet(source, path, 0)
            elif packing is Packing.PLAIN:
                yield from self._records(source, chunks)
            else:
                raise BadRecord("packed more than once: unpack it first")

    def _chunks(self, stream: BinaryIO, source: Source) -> Iterator[bytes]:
        while True:
            try:
                chunk = stream.read(PIECE)
            except OSError as error:
                self._rejects.add(source.label, f"could not be read to its end: {error.strerror}")
                return
            if not chunk:
                return
            self._progress(len(chunk))
            yield chunk

    def _unpacked(self, packed: Iterable[bytes], packing: Packing, source: Source) -> Iterator[bytes]:
        return unpack(packed, packing, self._options, lambda reason: self._rejects.add(source.label, reason))

    def _parquet(self, source: Source, path: Path, size: int) -> Iterator[pa.RecordBatch]:
        """Read a Parquet file, telling progress `size` bytes in all."""
        told = 0
        for batch, share in read_parquet(path, lambda row, reason: self._rejects.add(source.label, reason, row)):
            self._progress(int(share * size) - told)
            told = int(share * size)
            yield batch
        self._progress(size - told)

    def _records(self, source: Source, chunks: Iterator[bytes]) -> Iterator[pa.RecordBatch]:
        records = FileRecords(source.label, self._formats, self._options, self._rejects)
        for number, exchanges, size in self._exchanges(records, without_bom(chunks)):
            for exchange in exchanges:
                self._rows.append(exchange)
                self._labels.append(source.label)
                self._lines.append(number)
            self._held += size
            if len(self._rows) >= self._options.batch_rows or self._held >= BATCH_BYTES:
                yield from self._flush()
        records.finish()

    def _exchanges(
        self, records: FileRecords, chunks: Iterator[bytes]
    ) -> Iterator[tuple[int, Sequence[RawExchange], int]]:
        """Yield (line, exchanges, bytes) of each record, however the text is laid out."""
        limit = self._options.max_line_bytes
        head = next(chunks, b"")
        chunks = chain([head], chunks)
        header = header_of(head, self._formats)
        if header is not None:
            for number, fields, size in split_rows(chunks, *header, limit=limit, note=records.note):
                yield number, records.understood(number, fields), size
            return
        split = split_documents if is_documents(head) else split_lines
        for number, record in split(chunks, limit=limit, note=records.note):
            # An array whose first line is damaged is read as lines, and those end in commas.
            yield number, records.exchanges(number, record.rstrip(b",")), len(record)

    def _flush(self) -> Iterator[pa.RecordBatch]:
        self._held = 0
        if not self._rows:
            return
        labels, lines = self._labels, self._lines
        batch = to_batch(self._rows, lambda index, reason: self._rejects.add(labels[index], reason, lines[index]))
        self._rows, self._labels, self._lines = [], [], []  # before the batch is worked on, not after
        yield batch


def _regroup(pieces: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """Join small batches and cut large ones, to at most `rows` each."""
    waiting: list[pa.RecordBatch] = []
    count = size = 0
    for piece in pieces:
        for start in range(0, piece.num_rows, rows):
            part = piece.slice(start, rows) if piece.num_rows > rows else piece
            part_size = part.nbytes
            if waiting and (count + part.num_rows > rows or size + part_size > BATCH_BYTES):
                yield joined(waiting)
                waiting, count, size = [], 0, 0
            waiting.append(part)
            count += part.num_rows
            size += part_size
    if waiting:
        yield joined(waiting)


@contextmanager
def _spooled(chunks: Iterable[bytes]) -> Iterator[Path]:
    """Lay a stream down in a temporary file: Parquet is read from its end."""
    try:
        file = tempfile.NamedTemporaryFile(prefix="stillwatch-", suffix=".parquet", buffering=0)  # noqa: SIM115 - closed below
    except OSError as error:
        raise BadRecord(f"found no place for a temporary file: {error.strerror}") from error
    with file:
        for chunk in chunks:
            try:
                file.write(chunk)
            except OSError as error:
                raise BadRecord(f"could not be laid down in {tempfile.gettempdir()}: {error.strerror}") from error
        yield Path(file.name)


def _nothing_read(inputs: Sequence[str], rejects: Rejects) -> str:
    """Say that nothing was read, and the most frequent reasons."""
    names = ", ".join(inert(each) for each in inputs[:3]) + (", …" if len(inputs) > 3 else "")  # noqa: PLR2004
    reasons = "; ".join(f"{reason} ({count:,}×)" for reason, count in rejects.by_reason.most_common(3))
    return f"no exchange could be read from {names}: {reasons or 'the logs hold none'}"
