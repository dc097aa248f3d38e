"""When each exchange of one batch happened, how it ended, and the digests it carried."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stillwatch.facts.traces import ANSWERED, BANNED, FAILED, LIMITED, REFUSED, TRACE, Traces


def traces_of(batch: pa.RecordBatch) -> Traces:
    """Fold one batch of schema EXCHANGE."""
    rows = np.zeros(batch.num_rows, dtype=TRACE)
    start = batch.column("started_at").cast(pa.int64()).to_numpy()
    end = pc.fill_null(batch.column("ended_at").cast(pa.int64()), 0).to_numpy()
    rows["exchange"] = batch.column("exchange_key").to_numpy()
    rows["account"] = batch.column("account_key").to_numpy()
    rows["start"] = start
    rows["end"] = np.maximum(start, end)
    rows["request"] = batch.column("request_key").to_numpy()
    rows["history"] = batch.column("history_key").to_numpy()
    rows["closing"] = batch.column("closing_key").to_numpy()
    status = pc.fill_null(batch.column("status"), 200).to_numpy()
    refused = batch.column("refused").to_numpy(zero_copy_only=False)
    rows["outcome"] = np.select(
        [status == 429, np.isin(status, (401, 403)), refused, status >= 400],  # noqa: PLR2004 - HTTP statuses
        [LIMITED, BANNED, REFUSED, FAILED],
        ANSWERED,
    )
    return Traces(rows)
