"""The language models on offer in a range, under invented names."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Model:
    """A language model on offer."""

    name: str
    reasoning: bool


MODELS = (
    Model("meridian-large-4", reasoning=True),
    Model("meridian-medium-4", reasoning=True),
    Model("meridian-small-4", reasoning=False),
    Model("meridian-large-3", reasoning=False),
)

NEW_MODEL = Model("meridian-large-5", reasoning=True)
"""Comes out while the range runs."""
