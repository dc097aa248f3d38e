"""The language models on offer in a range, under invented names."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Model:
    """A language model on offer."""

    name: str
    tokens_per_second: float
    reasoning: bool


MODELS = (
    Model("meridian-large-4", 62.0, reasoning=True),
    Model("meridian-medium-4", 95.0, reasoning=True),
    Model("meridian-small-4", 160.0, reasoning=False),
    Model("meridian-large-3", 55.0, reasoning=False),
)

NEW_MODEL = Model("meridian-large-5", 58.0, reasoning=True)
"""Comes out while the range runs."""
