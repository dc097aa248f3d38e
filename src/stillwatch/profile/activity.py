"""What each account did in one batch, as sums."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from stillwatch.facts.activity import HOURS, Activity, Ints
from stillwatch.facts.content import ContentState
from stillwatch.facts.exchange import MIX_WIDTH
from stillwatch.facts.purpose import Purpose

_HOUR_US: Final = 3_600_000_000
_LIMITED: Final = 429
_BANNED: Final = (401, 403)


def activity_of(batch: pa.RecordBatch) -> Activity:
    """Fold one batch of schema EXCHANGE."""
    if batch.num_rows == 0:
        return Activity.empty()
    account, code = np.unique(batch.column("account_key").to_numpy(), return_inverse=True)
    n = len(account)
    start = batch.column("started_at").cast(pa.int64()).to_numpy()
    end = pc.fill_null(batch.column("ended_at").cast(pa.int64()), 0).to_numpy()
    status = pc.fill_null(batch.column("status"), 200).to_numpy()
    state = batch.column("content_state").to_numpy()
    marks = batch.column("purpose_marks").to_numpy()
    mix = batch.column("mix").flatten().to_numpy().reshape(-1, MIX_WIDTH).astype(np.float64)
    length = np.sqrt(np.einsum("ij,ij->i", mix, mix))
    mixed = length > 0
    mix[mixed] /= length[mixed, None]
    order = np.argsort(code, kind="stable")
    edges = np.searchsorted(code[order], np.arange(n))

    def count(flags: npt.NDArray[np.bool_]) -> Ints:
        return np.bincount(code[flags], minlength=n).astype(np.int64)

    def total(values: npt.NDArray[np.int64]) -> Ints:
        sums: Ints = np.add.reduceat(values[order], edges)
        return sums

    return Activity(
        account=account,
        exchanges=np.bincount(code, minlength=n).astype(np.int64),
        tokens=total(batch.column("tokens").to_numpy()),
        limited=count(status == _LIMITED),
        banned=count(np.isin(status, _BANNED)),
        refused=count(batch.column("refused").to_numpy(zero_copy_only=False)),
        first=np.minimum.reduceat(start[order], edges),
        last=np.maximum.reduceat(start[order], edges),
        busy_us=total(np.where(end > start, end - start, 0)),
        hours=_table(code, (start // _HOUR_US) % HOURS, n, HOURS),
        states=_table(code, state.astype(np.int64), n, len(ContentState)),
        purposes=np.stack([count((marks & purpose.bit) != 0) for purpose in Purpose], axis=1),
        mix=np.add.reduceat(mix[order], edges, axis=0),
        mixed=count(mixed),
    )


def _table(rows: npt.NDArray[np.intp], columns: Ints, n: int, width: int) -> Ints:
    """Counts of (row, column) pairs as an (n, width) table."""
    return np.bincount(rows * width + columns, minlength=n * width).astype(np.int64).reshape(n, width)
