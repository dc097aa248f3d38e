"""Nothing -> traffic whose truth is known, and the score against it."""

from stillwatch.range.make import Made, make_range

__all__ = ["Made", "make_range"]
