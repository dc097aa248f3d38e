"""How much of the variation in a measurement lies between sources rather than within them."""

import numpy as np
import numpy.typing as npt


def intraclass_correlation(sums: npt.NDArray[np.float64], counts: npt.NDArray[np.int64]) -> float:
    """One-way random-effects intraclass correlation of unit vectors, ICC(1), unbiased for unequal counts.

    `sums` is (n, d): each source's sum of `counts` unit vectors. 0: sources are samples of one mixture; 1: each source
    always says the same and sources differ. May be slightly negative by chance. nan with fewer than two sources or no
    source with two vectors. Source: Searle, Casella and McCulloch 1992, section 3.6; vectors add over coordinates.
    """
    used = counts > 0
    sums, n = sums[used], counts[used].astype(np.float64)
    total, sources = float(n.sum()), len(n)
    if sources < 2 or total <= sources:
        return float("nan")
    within_means = float((np.einsum("ij,ij->i", sums, sums) / n).sum())
    grand = sums.sum(axis=0)
    overall = float(grand @ grand) / total
    between = (within_means - overall) / (sources - 1)
    within = (total - within_means) / (total - sources)
    k = (total - float((n**2).sum()) / total) / (sources - 1)
    spread = between + (k - 1.0) * within
    return float((between - within) / spread) if spread > 0.0 else float("nan")
