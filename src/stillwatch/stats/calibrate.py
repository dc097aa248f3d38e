"""Probabilities to evidence: p-values, e-values and bits, and what many tries do to them."""

import math

MOST_BITS = 60.0
"""No single test is trusted beyond this many bits: models of chance are not that exact (one in 10^18)."""


def bits_of_p(p: float) -> float:
    """Evidence of a p-value in bits, as the e-value 1 / (2 sqrt(p)), at most MOST_BITS, at least -1.

    Guarantee: under the null the mean of 2**bits is at most 1, so evidence of independent tests may be added.
    Source: Vovk and Wang 2021, "E-values: calibration, combination and applications", calibrator kappa = 1/2.
    """
    if p <= 0.0:
        return MOST_BITS
    return min(MOST_BITS, -0.5 * math.log2(p) - 1.0)


def expected_by_chance(bits: float, tries: int) -> float:
    """How many of `tries` groups would show at least this much evidence were all of them strangers.

    Markov's inequality on e-values: at most tries * 2**-bits, whatever the dependence between the groups.
    """
    return tries * math.pow(2.0, -min(max(bits, -10.0), 900.0))


def log2_choose(n: int, k: int) -> float:
    """log2 of the binomial coefficient: what it costs, in bits, to name k of n."""
    return (math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)) / math.log(2.0)
