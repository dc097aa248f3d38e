"""How well a score ranks accounts: who is named under an alert budget, and how often a pair is in the right order."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from bench.baselines.requests import Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranking:
    """One method at one alert budget."""

    budget: int
    """Accounts that may be named."""
    hits: float
    """Campaigns' accounts among those named; where accounts of equal score compete for the last places, the mean."""
    precision: float | None
    recall: float | None
    auc: float | None
    """How often a campaign's account is ranked above an honest one, ties counting half."""


def rank_accounts(scores: Floats, hostile: npt.NDArray[np.bool_], budget: int) -> Ranking:
    """Name the `budget` accounts of the highest scores; NaN ranks below everything."""
    known = np.where(np.isnan(scores), -np.inf, scores)
    budget = min(budget, len(known))
    hits = 0.0
    if budget:
        last = np.sort(known)[len(known) - budget]
        sure, tied = known > last, known == last
        hits = float(hostile[sure].sum() + (budget - sure.sum()) * hostile[tied].mean())
    guilty, innocent = int(hostile.sum()), int((~hostile).sum())
    auc = None
    if guilty and innocent:
        above = rankdata(known)[hostile].sum() - guilty * (guilty + 1) / 2
        auc = float(above / (guilty * innocent))
    return Ranking(
        budget=budget,
        hits=hits,
        precision=hits / budget if budget else None,
        recall=hits / guilty if guilty else None,
        auc=auc,
    )


def by_both(first: Floats, then: Floats) -> Floats:
    """One score that ranks by `first`, and by `then` where that is equal; NaN where `first` is NaN."""
    _, major = np.unique(first, return_inverse=True)
    minor = rankdata(np.where(np.isnan(then), -np.inf, then), "dense")
    return np.where(np.isnan(first), np.nan, major * (len(first) + 1.0) + minor)
