"""Do many timelines run off one scheduler? Counts that a fixed pool of workers makes and strangers do not.

Two statistics of a group of sources, each against the same sources' timelines shifted independently at random
(Null: sources act independently of each other on the scale of the shift; each keeps its own rhythm, its bursts and
everything slower than the shift):
- coincidences: starts that come within a moment after the end of another source's request;
- spread: the variance over the mean of the number of requests in flight, which a full pool of workers keeps low.
"""

import numba as nb
import numpy as np


@nb.njit(cache=True, nogil=True)
def coincidences(start, end, source, moment):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers
    """How many starts lie in (end, end + moment] of a request of another source; times in microseconds."""
    by_start = np.argsort(start)
    by_end = np.argsort(end)
    found = 0
    j = 0
    for s in by_start:
        t = start[s]
        while j < len(by_end) and end[by_end[j]] < t - moment:
            j += 1
        k = j
        while k < len(by_end) and end[by_end[k]] <= t:
            if source[by_end[k]] != source[s]:
                found += 1
                break
            k += 1
    return found


@nb.njit(cache=True, nogil=True)
def in_flight_spread(start, end):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers
    """Variance over mean of the number in flight, as each start meets it (the request itself left out)."""
    starts = np.sort(start)
    ends = np.sort(end)
    total = 0.0
    squares = 0.0
    done = 0
    for i in range(len(starts)):
        while done < len(ends) and ends[done] <= starts[i]:
            done += 1
        running = i - done
        total += running
        squares += running * running
    n = len(starts)
    mean = total / n
    if mean <= 0.0:
        return 1.0
    return (squares / n - mean * mean) / mean


@nb.njit(cache=True, nogil=True)
def shifted(start, end, source, shifts, moment):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Both statistics as they are (row 0) and under each row of `shifts` (rounds, sources), as (rounds + 1, 2)."""
    rounds = shifts.shape[0]
    out = np.empty((rounds + 1, 2))
    out[0, 0] = coincidences(start, end, source, moment)
    out[0, 1] = in_flight_spread(start, end)
    moved_start = np.empty_like(start)
    moved_end = np.empty_like(end)
    for r in range(rounds):
        for i in range(len(start)):
            moved_start[i] = start[i] + shifts[r, source[i]]
            moved_end[i] = end[i] + shifts[r, source[i]]
        out[r + 1, 0] = coincidences(moved_start, moved_end, source, moment)
        out[r + 1, 1] = in_flight_spread(moved_start, moved_end)
    return out
