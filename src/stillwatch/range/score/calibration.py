"""Whether a confidence of 0.9 means nine in ten."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from stillwatch.range.score.answers import Answer, Truth

TENTHS: Final = 10
"""Bins of equal width, the usual number for a curve that a person reads."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """How far confidence can be taken at its word."""

    brier: float
    """Mean squared error of confidence over all accounts, 0 for those not named (Brier 1950)."""
    ece: float | None
    """Expected calibration error over the accounts that were named: how far, on average, confidence lies from the share
    that really belongs. Nothing where nobody was named."""
    curve: Sequence[tuple[float, float, int]]
    """For each tenth of confidence that holds members: mean confidence, share that really belongs, members."""


def calibration(answer: Answer, truth: Truth) -> Calibration:
    """Compare confidence with what is true, in tenths of equal width.

    Equal width, not equal mass: a scan gives many accounts the same confidence, and bins of equal mass would part them
    by their order in a file. The error cannot see what cancels inside one tenth, and it is never below what chance
    leaves in small tenths: read it with the counts.
    Source: Naeini, Cooper and Hauskrecht 2015, "Obtaining well calibrated probabilities using Bayesian binning";
    Guo et al. 2017, "On calibration of modern neural networks", equation 3.
    """
    belongs = np.array([campaign is not None for campaign in truth.campaign_of.values()], np.float64)
    given = np.array(
        [answer[account].confidence if account in answer else 0.0 for account in truth.campaign_of], np.float64
    )
    named = np.array([account in answer for account in truth.campaign_of])
    tenths = np.minimum(TENTHS - 1, np.floor(given * TENTHS))
    curve = []
    for tenth in range(TENTHS):
        inside = named & (tenths == tenth)
        if inside.any():
            curve.append((float(given[inside].mean()), float(belongs[inside].mean()), int(inside.sum())))
    gaps = sum(abs(confidence - share) * members for confidence, share, members in curve)
    return Calibration(
        brier=float(((given - belongs) ** 2).mean()), ece=gaps / len(answer) if answer else None, curve=tuple(curve)
    )
