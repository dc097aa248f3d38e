"""Nothing -> traffic whose truth is known, and the score against it."""

from stillwatch.range.make import Defender, Made, make_range
from stillwatch.range.plan import Proportions
from stillwatch.range.provider import Service
from stillwatch.range.replay import MOST_SCANS, replay, timetable
from stillwatch.range.score import TIERS, Scan, Score, score

__all__ = [
    "MOST_SCANS",
    "TIERS",
    "Defender",
    "Made",
    "Proportions",
    "Scan",
    "Score",
    "Service",
    "make_range",
    "replay",
    "score",
    "timetable",
]
