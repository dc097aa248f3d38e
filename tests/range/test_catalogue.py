"""The catalogue in the documentation is the one in the code."""

from pathlib import Path

from stillwatch.range.catalogue import catalogue

PAGE = Path(__file__).parents[2] / "docs" / "range.md"


def test_the_page_shows_every_number_as_it_is() -> None:
    """`docs/range.md` ends with the catalogue: what a number is, and where it comes from."""
    assert PAGE.read_text(encoding="utf-8").endswith(catalogue())
