"""Runs of events too dense for a steady flow: the scan statistic with a Poisson tail."""

import numpy as np
import numpy.typing as npt
from scipy.special import pdtrc

Floats = npt.NDArray[np.float64]


def burst_labels(times: Floats, *, window: float, alpha: float) -> npt.NDArray[np.int64]:
    """Label each event with the burst it belongs to, or -1.

    Null: events fall independently at a constant rate over the span that holds the middle 90 % of them. Each event
    opens a window of `window` (same unit as `times`); the others in it are compared with the Poisson tail, corrected
    for one look an event (Bonferroni; windows overlap, so this is conservative). Overlapping significant windows are
    one burst.
    """
    n = len(times)
    labels = np.full(n, -1, dtype=np.int64)
    if n < 3:
        return labels
    order = np.argsort(times, kind="stable")
    ordered = times[order]
    low, high = np.quantile(ordered, [0.05, 0.95])
    span = max(float(high - low), window)
    expected = max(0.9 * n * window / span, 1e-9)
    end = np.searchsorted(ordered, ordered + window, side="right")
    inside = end - np.arange(n)
    dense = (inside >= 3) & (pdtrc(np.maximum(inside - 2, 0), expected) * n < alpha)
    reach, label = -1, -1
    for first in np.flatnonzero(dense).tolist():
        if first >= reach:
            label += 1
        reach = max(reach, int(end[first]))
        labels[order[first : int(end[first])]] = label
    return labels
