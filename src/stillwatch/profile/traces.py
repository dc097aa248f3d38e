"""When each exchange of a stretch happened, how it ended, and the digests it carried."""

import numpy as np
import pyarrow.compute as pc

from stillwatch.facts.traces import ANSWERED, BANNED, FAILED, LIMITED, REFUSED, Traces
from stillwatch.profile.stretch import Stretch


def traces_of(stretch: Stretch) -> Traces:
    """Fold exchanges of schema EXCHANGE."""
    status = pc.fill_null(stretch.column("status"), 200).to_numpy()
    refused = stretch.column("refused").to_numpy(zero_copy_only=False)
    outcome = np.select(
        [status == 429, np.isin(status, (401, 403)), refused, status >= 400],  # noqa: PLR2004 - HTTP statuses
        [LIMITED, BANNED, REFUSED, FAILED],
        ANSWERED,
    )
    return Traces(
        {
            "exchange": stretch.digests("exchange_key"),
            "account": stretch.account,
            "start": stretch.start,
            "end": stretch.end,
            "request": stretch.digests("request_key"),
            "history": stretch.digests("history_key"),
            "closing": stretch.digests("closing_key"),
            "turn": stretch.digests("turn_key"),
            "earlier": stretch.digests("earlier_key"),
            "outcome": outcome.astype(np.uint8),
        }
    )
