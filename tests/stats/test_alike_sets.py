"""Clusters of nearly equal sets."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.stats.alike_sets import cluster_alike


def labels(sets: list[list[int]], least: float = 0.6) -> list[int]:
    """Cluster labels of Python sets."""
    bounds = np.concatenate([[0], np.cumsum([len(one) for one in sets])]).astype(np.int64)
    members = np.array([m for one in sets for m in sorted(one)], dtype=np.int32)
    return [int(label) for label in cluster_alike(bounds, members, least)]


def test_equal_sets_share_a_label_and_strangers_do_not() -> None:
    """Labels follow the sets, in order of first appearance."""
    assert labels([[1, 2, 3], [7, 8], [1, 2, 3], [9]]) == [0, 1, 0, 2]


def test_nearly_equal_sets_are_joined() -> None:
    """Nineteen of twenty in common is one template."""
    base = list(range(100, 120))

    assert labels([base, base[:-1], [*base, 500]]) == [0, 0, 0]


@given(sets=st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=12, unique=True), max_size=20))
def test_joined_sets_are_linked_by_alike_pairs(sets: list[list[int]]) -> None:
    """Within a label every set has a mate that is alike enough, unless it is alone."""
    found = labels(sets, 0.5)

    for i, one in enumerate(sets):
        mates = [set(sets[j]) for j in range(len(sets)) if j != i and found[j] == found[i]]
        if mates:
            assert max(len(set(one) & m) / len(set(one) | m) for m in mates) >= 0.5


def test_no_sets_no_labels() -> None:
    """Nothing in, nothing out."""
    assert labels([]) == []
