"""Nothing -> traffic whose truth is known, and the score against it."""

from stillwatch.range.make import Defender, Made, make_range
from stillwatch.range.plan import Proportions
from stillwatch.range.provider import Service
from stillwatch.range.score import Scan, Score, score

__all__ = ["Defender", "Made", "Proportions", "Scan", "Score", "Service", "make_range", "score"]
