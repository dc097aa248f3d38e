"""The scheduler statistics, against brute force."""

import numpy as np
import pytest

from stillwatch.stats.handover_kernel import coincidences, in_flight_spread


@pytest.mark.parametrize("seed", range(6))
def test_both_statistics_agree_with_counting_by_hand(seed: int) -> None:
    """Small timelines, counted pair by pair."""
    rng = np.random.default_rng(seed)
    n = 60
    start = rng.integers(0, 5_000, n).astype(np.int64)
    end = start + rng.integers(1, 400, n)
    source = rng.integers(0, 5, n).astype(np.int32)

    by_hand = sum(any(source[j] != source[i] and 0 <= start[i] - end[j] <= 50 for j in range(n)) for i in range(n))
    order = np.sort(start)
    running = [int((np.sort(start)[:i] <= s).sum()) - int((end <= s).sum()) for i, s in enumerate(order)]

    assert coincidences(start, end, source, 50) == by_hand
    assert in_flight_spread(start, end) == pytest.approx(np.var(running) / np.mean(running), rel=1e-9)
