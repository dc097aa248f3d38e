"""What each account did in a stretch of traffic, as sums."""

from typing import Final

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from stillwatch.facts.activity import HOURS, Activity, Floats, Ints
from stillwatch.facts.content import ContentState
from stillwatch.facts.exchange import MIX_WIDTH
from stillwatch.facts.purpose import Purpose
from stillwatch.profile.stretch import Stretch

_HOUR_US: Final = 3_600_000_000
_LIMITED: Final = 429
_BANNED: Final = (401, 403)


def activity_of(stretch: Stretch) -> Activity:
    """Fold exchanges of schema EXCHANGE."""
    if len(stretch) == 0:
        return Activity.empty()
    code, n = stretch.code, len(stretch.accounts)
    status = pc.fill_null(stretch.column("status"), 200).to_numpy()
    state = stretch.column("content_state").to_numpy()
    marks = stretch.column("purpose_marks").to_numpy()

    def count(flags: npt.NDArray[np.bool_]) -> Ints:
        return np.bincount(code[flags], minlength=n).astype(np.int64)

    first, last = _spans(code, stretch.start, n)
    mix, mixed = _mixes(stretch.batches, code, n)
    return Activity(
        account=stretch.accounts,
        exchanges=np.bincount(code, minlength=n).astype(np.int64),
        tokens=_sums(code, stretch.column("tokens").to_numpy(), n),
        limited=count(status == _LIMITED),
        banned=count(np.isin(status, _BANNED)),
        refused=count(stretch.column("refused").to_numpy(zero_copy_only=False)),
        first=first,
        last=last,
        busy_us=_sums(code, stretch.end - stretch.start, n),
        hours=_table(code, (stretch.start // _HOUR_US) % HOURS, n, HOURS),
        states=_table(code, state.astype(np.int64), n, len(ContentState)),
        purposes=np.stack([count((marks & purpose.bit) != 0) for purpose in Purpose], axis=1),
        mix=mix,
        mixed=mixed,
    )


def _table(rows: npt.NDArray[np.intp], columns: Ints, n: int, width: int) -> Ints:
    """Counts of (row, column) pairs as an (n, width) table."""
    return np.bincount(rows * width + columns, minlength=n * width).astype(np.int64).reshape(n, width)


def _mixes(batches: tuple[pa.RecordBatch, ...], code: npt.NDArray[np.intp], n: int) -> tuple[Floats, Ints]:
    """Sums by account of the word mixes, and how many there were; batch by batch, for they are the widest column."""
    sums, mixed = np.zeros((n, MIX_WIDTH)), np.zeros(n, dtype=np.int64)
    row = 0
    for batch in batches:
        mix = batch.column("mix").flatten().to_numpy().reshape(-1, MIX_WIDTH)
        _add_mixes(mix, code[row : row + len(mix)], sums, mixed)
        row += len(mix)
    return sums, mixed


@nb.njit(cache=True, nogil=True)
def _sums(code, values, n):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    sums = np.zeros(n, dtype=np.int64)
    for i in range(len(code)):
        sums[code[i]] += values[i]
    return sums


@nb.njit(cache=True, nogil=True)
def _spans(code, times, n):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """The earliest and the latest time of each account."""
    first = np.full(n, np.iinfo(np.int64).max, dtype=np.int64)
    last = np.full(n, np.iinfo(np.int64).min, dtype=np.int64)
    for i in range(len(code)):
        first[code[i]] = min(first[code[i]], times[i])
        last[code[i]] = max(last[code[i]], times[i])
    return first, last


@nb.njit(cache=True, nogil=True)
def _add_mixes(mix, code, sums, mixed):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """Scale each mix to length 1, round it to 24 binary places and add it to its account's sum."""
    for i in range(len(mix)):
        square = np.int64(0)
        for j in range(MIX_WIDTH):
            square += np.int64(mix[i, np.uint64(j)]) * np.int64(mix[i, np.uint64(j)])
        if square == 0:
            continue
        mixed[code[i]] += 1
        scale = 16777216.0 / np.sqrt(np.float64(square))
        row = sums[code[i]]
        # Zeros are added, too: a test for them would keep LLVM from vector instructions.
        for j in range(MIX_WIDTH):
            row[np.uint64(j)] += np.floor(np.float64(mix[i, np.uint64(j)]) * scale + 0.5) / 16777216.0
