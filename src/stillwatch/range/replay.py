"""A range scanned again and again, each time with the log as it stood then, to see when it would have been noticed."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stillwatch.errors import InputUnusable, OutputFailed
from stillwatch.range.score.leaks import MICROSECONDS, Scan
from stillwatch.range.tables import TIME

MOST_SCANS: Final = 12
"""Assumption: twice a day over the five days of a small range; each scan reads everything before it again."""

ScanLog = Callable[[Sequence[Path], Path], bytes]
"""Scans log files and an accounts table, and returns the members table in Parquet."""

Progress = Callable[[int, int], None]
"""Told how many scans are done, and of how many."""


def timetable(data: Path, *, every: timedelta | None = None, most: int = MOST_SCANS) -> list[datetime]:
    """Plan when to scan the range in `data`: every so often, or `most` times in all; the last has the whole log.

    Raises InputUnusable where `data` is no range, or where `every` would take more than `most` scans.
    """
    begin, end = _span(data)
    whole = end - begin
    step = whole / most if every is None else every
    if step <= timedelta(0):
        raise InputUnusable("the time between two scans must be more than nothing")
    scans = math.ceil(whole / step)
    if scans > most and every is not None:
        hours = whole / timedelta(hours=1)
        raise InputUnusable(
            f"{data} lasts {hours:,.1f} hours, which makes {scans:,} scans: scan it less often (every "
            f"{math.ceil(hours / most):,} hours makes at most {most}), or allow more scans"
        )
    return [*(begin + k * step for k in range(1, min(scans, most))), end]


def replay(
    data: Path, times: Sequence[datetime], scan_log: ScanLog, workspace: Path, *, progress: Progress | None = None
) -> Iterator[Scan]:
    """Scan the range in `data` at each of `times`, and yield each scan with its members table in `workspace`.

    An exchange is in the log from its end on (from its start where no end is known), an account from its opening on.
    The log is cut into one file for each stretch between two scans, row group by row group, so that memory stays flat
    and the log is written once; the pieces are removed when the last scan is done.
    Raises OutputFailed where there is no room for them.
    """
    with TemporaryDirectory(prefix="log-", dir=workspace) as folder:
        pieces = _cut(data, times, Path(folder))
        for number, (at, logs) in enumerate(zip(times, pieces, strict=True)):
            if progress is not None:
                progress(number, len(times))
            accounts = Path(folder) / "accounts.parquet"
            _accounts_before(data, at, accounts)
            members = workspace / f"members-{number + 1:02d}.parquet"
            members.write_bytes(scan_log(logs, accounts))
            yield Scan(at=at, members=members)


def _cut(data: Path, times: Sequence[datetime], folder: Path) -> list[list[Path]]:
    """Write the log in pieces, one for each stretch between scans; return those that lie before each scan."""
    bounds = np.array([round(at.timestamp() * MICROSECONDS) for at in times], np.int64)
    paths = [folder / f"piece-{number:02d}.parquet" for number in range(len(bounds))]
    with ExitStack() as open_files:
        writers: dict[int, pq.ParquetWriter] = {}
        for batch in _log(data):
            piece_of = np.searchsorted(bounds, _known_at(batch), side="right")
            for number in np.unique(piece_of[piece_of < len(bounds)]).tolist():
                try:
                    if number not in writers:
                        writer = pq.ParquetWriter(paths[number], batch.schema, compression="zstd")
                        writers[number] = open_files.enter_context(writer)
                    writers[number].write_batch(batch.filter(pa.array(piece_of == number)))
                except OSError as why:
                    raise OutputFailed(folder, why.strerror or str(why)) from why
    return [[path for path in paths[: number + 1] if path.exists()] for number in range(len(paths))]


def _span(data: Path) -> tuple[datetime, datetime]:
    """Return when the log begins, and the moment after which nothing more comes."""
    begin, end = None, None
    for batch in _log(data, columns=["started_at", "ended_at"]):
        if batch.num_rows:
            first, last = int(_microseconds(batch["started_at"]).min()), int(_known_at(batch).max())
            begin, end = first if begin is None else min(begin, first), last if end is None else max(end, last)
    if begin is None or end is None:
        raise _no_range(data, "its log holds no exchange")
    return _time(begin), _time(end) + timedelta(seconds=1)


def _log(data: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Read the range's exchanges, a row group at a time."""
    paths = sorted((data / "exchanges").glob("*.parquet"))
    if not paths:
        raise _no_range(data, "it has no exchanges/*.parquet")
    for path in paths:
        try:
            with pq.ParquetFile(path) as file:
                missing = {"started_at", "ended_at"} - set(file.schema_arrow.names)
                if missing:
                    raise _no_range(data, f"{path.name} lacks {', '.join(sorted(missing))}")
                for group in range(file.num_row_groups):
                    yield from file.read_row_group(group, columns=columns).combine_chunks().to_batches()
        except (pa.ArrowException, OSError) as why:
            raise _no_range(data, f"{path.name} cannot be read") from why


def _accounts_before(data: Path, at: datetime, path: Path) -> None:
    """Write the accounts that had been opened by then; those of unknown age are among them."""
    try:
        table = pq.read_table(data / "accounts.parquet")
        opened = pc.cast(table["created_at"], TIME)
    except (KeyError, pa.ArrowException, OSError) as why:
        raise _no_range(data, "accounts.parquet cannot be read, or lacks created_at") from why
    known = pc.fill_null(pc.less(opened, pa.scalar(at, TIME)), fill_value=True)
    pq.write_table(table.filter(known), path, compression="zstd")


def _known_at(batch: pa.RecordBatch) -> npt.NDArray[np.int64]:
    """Return when each exchange stood in the log, in microseconds of Unix time."""
    return _microseconds(pc.coalesce(batch["ended_at"], batch["started_at"]))


def _microseconds(column: pa.Array) -> npt.NDArray[np.int64]:
    return np.asarray(column.cast(TIME).cast(pa.int64()).to_numpy(zero_copy_only=False), np.int64)


def _time(microseconds: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=microseconds)


def _no_range(data: Path, why: str) -> InputUnusable:
    return InputUnusable(f"{data} is not a whole range ({why}): give a folder that `stillwatch range make` wrote")
