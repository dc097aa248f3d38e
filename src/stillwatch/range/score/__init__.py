"""The score of a scan against the truth of a range: what was found, what was wrongly accused, what got away."""

from stillwatch.range.score.calibration import Calibration
from stillwatch.range.score.grouping import Grouping
from stillwatch.range.score.leaks import Leak, Look, Scan
from stillwatch.range.score.overall import Score, score
from stillwatch.range.score.rates import Rate, rate
from stillwatch.range.score.tiers import TIERS, TierScore

__all__ = [
    "TIERS",
    "Calibration",
    "Grouping",
    "Leak",
    "Look",
    "Rate",
    "Scan",
    "Score",
    "TierScore",
    "rate",
    "score",
]
