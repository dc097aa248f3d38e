"""The registry: every format by name, the most particular first."""

import pytest

from stillwatch.errors import InputUnusable
from stillwatch.read.formats import FORMAT_NAMES, formats_for, recognise
from tests.read.reading import record


def test_auto_tries_every_format_in_order() -> None:
    """Without a choice all formats are tried, in the order in which they are named."""
    assert [each.name for each in formats_for("auto")] == list(FORMAT_NAMES)


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_every_format_can_be_chosen(name: str) -> None:
    """A format's name gives that format alone."""
    assert [each.name for each in formats_for(name)] == [name]


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    """A mistyped name is answered with the names there are."""
    with pytest.raises(InputUnusable, match="choose auto or one of contract, litellm"):
        formats_for("litelm")


@pytest.mark.parametrize("fields", [{}, {"id": 1}, {"message": "started"}, {"resourceSpans": 7}, {"metadata": None}])
def test_other_records_are_of_no_format(fields: dict[str, object]) -> None:
    """A record of something else is recognised by nobody, and nobody fails over it."""
    assert recognise(fields, formats_for("auto")) is None


def test_the_contract_is_recognised_by_its_names() -> None:
    """A record of the contract is not taken for another format's."""
    form = recognise(record(), formats_for("auto"))

    assert form is not None
    assert form.name == "contract"
