"""The format reference names every place that the tables read, and every column that a format cannot carry."""

from importlib import import_module
from pathlib import Path

import pytest

from stillwatch.read.fields import SourceTable
from tests.read.writers import CANNOT_CARRY

REFERENCE = Path(__file__).parents[2] / "docs" / "formats.md"
FORMATS = ("litellm", "litellm-spend", "otel", "openinference", "envoy", "langfuse")


def section(name: str) -> str:
    """Return the part of the reference that is about one format."""
    return REFERENCE.read_text(encoding="utf-8").partition(f"\n## `{name}`:")[2].partition("\n## ")[0]


def tables(name: str) -> tuple[SourceTable, ...]:
    """Return a format's tables."""
    module = import_module(f"stillwatch.read.{name.replace('-', '_')}")
    return getattr(module, "TABLES", None) or (module.TABLE,)


@pytest.mark.parametrize("name", FORMATS)
def test_every_place_that_is_read_is_in_the_reference(name: str) -> None:
    """Each field that a table reads stands in the format's section, as its path with dots."""
    places = {place for table in tables(name) for text in table.columns.values() for place in text.split(" | ")}

    missing = {place for place in places if f"`{place.replace('/', '.')}`" not in section(name)}

    assert missing == set()


@pytest.mark.parametrize("name", FORMATS)
def test_every_loss_is_in_the_reference(name: str) -> None:
    """What a format cannot carry stands in its section."""
    losses = section(name).partition("**Cannot carry:**")[2].partition("\n\n")[0]

    assert all(f"`{column}`" in losses for column in CANNOT_CARRY[name])
