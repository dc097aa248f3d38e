"""Probabilities to evidence: p-values, e-values and bits, and what many tries do to them."""

import math

MOST_BITS = 60.0
"""No single test is trusted beyond this many bits: models of chance are not that exact (one in 10^18)."""
_NEAR_ONE = 0.999
"""From here on the calibrator is 1/2 to three digits, and its formula loses them."""


def bits_of_p(p: float, most: float = MOST_BITS) -> float:
    """Evidence of a p-value in bits, as the e-value (1 - p + p ln p) / (p ln(p)^2), between -1 and `most`.

    Guarantee: under the null the mean of 2**bits is at most 1, so evidence of independent tests may be added.
    Source: Vovk and Wang 2021, "E-values: calibration, combination and applications", section 2: the average of the
    calibrators kappa * p**(kappa - 1) over all kappa. It keeps most of a small p-value (2**-40 gives 30 bits).
    """
    if p <= 0.0:
        return most
    if p >= _NEAR_ONE:
        return -1.0
    log = math.log(p)
    return min(most, math.log2((1.0 - p + p * log) / (p * log * log)))


def expected_by_chance(bits: float, tries: int) -> float:
    """How many of `tries` groups would show at least this much evidence were all of them strangers.

    Markov's inequality on e-values: at most tries * 2**-bits, whatever the dependence between the groups.
    """
    return tries * math.pow(2.0, -min(max(bits, -10.0), 900.0))


def log2_choose(n: int, k: int) -> float:
    """log2 of the binomial coefficient: what it costs, in bits, to name k of n."""
    return (math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)) / math.log(2.0)


def more_than(seen: int, expected: float, mean: float) -> float:
    """What a count says against a Poisson null that expects so many, in bits.

    The Bayes factor of an exponential prior on the rate, with that mean, which is an e-value. Source: Kass and Raftery
    1995, "Bayes factors"; Grünwald, de Heide and Koolen 2024, "Safe testing".
    """
    null = seen * math.log(expected) - expected - math.lgamma(seen + 1)
    other = -math.log(mean) - (seen + 1) * math.log1p(1.0 / mean)
    return (other - null) / math.log(2.0)
