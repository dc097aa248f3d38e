"""Sets that are nearly equal, found without comparing all pairs: exact fingerprints, then MinHash bands.

Source: Broder 1997 (MinHash), Indyk and Motwani 1998 (locality-sensitive hashing). Bands of two over six hashes
meet with probability 1 - (1 - J^2)^3: 0.74 at J = 0.6, 0.97 at J = 0.8; every meeting is checked exactly.
"""

from typing import Final

import numba as nb
import numpy as np
import numpy.typing as npt

_HASHES: Final = 6
_BAND: Final = 2
_BUCKET_REACH: Final = 8
"""Within a bucket each set is compared with this many neighbours, so that a crowded bucket stays linear."""


def cluster_alike(
    bounds: npt.NDArray[np.int64], members: npt.NDArray[np.int32], least_jaccard: float
) -> npt.NDArray[np.int64]:
    """Label n sets (set i is members[bounds[i] : bounds[i + 1]], sorted) so that alike sets share a label.

    Returns (n,) labels from 0, in order of first appearance. Joins are by pairs with Jaccard >= least_jaccard.
    """
    n = len(bounds) - 1
    if n <= 0:
        return np.zeros(0, dtype=np.int64)
    fingerprint, hashes = _fingerprints(bounds, members)
    _, first, exact = np.unique(fingerprint, return_index=True, return_inverse=True)
    parent = np.arange(len(first), dtype=np.int64)
    for band in range(_HASHES // _BAND):
        key = hashes[first, _BAND * band] * np.uint64(0x9E3779B97F4A7C15) ^ hashes[first, _BAND * band + 1]
        order = np.argsort(key, kind="stable")
        _join_bucket_mates(order, key, first, bounds, members, least_jaccard, parent)
    roots = _roots(parent)[exact]
    _, place, label = np.unique(roots, return_index=True, return_inverse=True)
    rank = np.empty(len(place), dtype=np.int64)
    rank[np.argsort(place, kind="stable")] = np.arange(len(place))
    renamed: npt.NDArray[np.int64] = rank[label]
    return renamed


@nb.njit(inline="always", cache=True)
def _scramble(x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@nb.njit(cache=True)
def _fingerprints(bounds, members):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    n = len(bounds) - 1
    fingerprint = np.zeros(n, dtype=np.uint64)
    hashes = np.full((n, _HASHES), np.uint64(0xFFFFFFFFFFFFFFFF), dtype=np.uint64)
    for i in range(n):
        for j in range(bounds[i], bounds[i + 1]):
            x = _scramble(np.uint64(members[j]) + np.uint64(0x9E3779B97F4A7C15))
            fingerprint[i] += x
            for k in range(_HASHES):
                x = _scramble(x + np.uint64(0x9E3779B97F4A7C15))
                hashes[i, k] = min(hashes[i, k], x)
    return fingerprint, hashes


@nb.njit(cache=True)
def _find(parent, i):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@nb.njit(cache=True)
def _roots(parent):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    out = np.empty(len(parent), dtype=np.int64)
    for i in range(len(parent)):
        out[i] = _find(parent, i)
    return out


@nb.njit(cache=True)
def _join_bucket_mates(order, key, first, bounds, members, least, parent):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913
    for x in range(len(order)):
        a = order[x]
        for y in range(x + 1, min(x + 1 + _BUCKET_REACH, len(order))):
            b = order[y]
            if key[a] != key[b]:
                break
            ra, rb = _find(parent, a), _find(parent, b)
            if ra == rb:
                continue
            if _jaccard(bounds, members, first[a], first[b]) >= least:
                parent[max(ra, rb)] = min(ra, rb)


@nb.njit(cache=True)
def _jaccard(bounds, members, a, b):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    i, j = bounds[a], bounds[b]
    both = 0
    while i < bounds[a + 1] and j < bounds[b + 1]:
        if members[i] == members[j]:
            both += 1
            i += 1
            j += 1
        elif members[i] < members[j]:
            i += 1
        else:
            j += 1
    return both / (bounds[a + 1] - bounds[a] + bounds[b + 1] - bounds[b] - both)
