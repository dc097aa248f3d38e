"""The answer of `explain` is whole, fits its width, and stays inert."""

import json
import unicodedata

import pytest

from stillwatch.cli.inert import columns
from stillwatch.cli.lookup import look_up
from stillwatch.cli.why import answer_object, answer_text
from tests.cli.example_findings import HOSTILE, example_findings


@pytest.mark.parametrize("subject", ["sw-3f9a01c27e", "acct-00001", "sw-0badc0de<b>", *HOSTILE])
def test_nothing_in_the_answer_acts(subject: str) -> None:
    """No control or format character reaches the terminal, whoever chose the names."""
    text = answer_text(look_up(example_findings(), subject), example_findings(), width=100)

    assert not [sign for sign in text if sign != "\n" and unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co"}]


@pytest.mark.parametrize("width", [60, 100])
def test_the_answer_fits(width: int) -> None:
    """Paragraphs and lists keep to the width."""
    text = answer_text(look_up(example_findings(), "acct-00001"), example_findings(), width=width)

    assert max(map(columns, text.splitlines())) <= width


def test_says_why_and_what_would_clear_it() -> None:
    """The answer holds evidence, chance, reasons, what would clear it, and limits."""
    text = answer_text(look_up(example_findings(), "sw-3f9a01c27e"), example_findings(), width=100)

    for part in (
        "Evidence, in bits",
        "By chance:",
        "Reasons",
        "What would clear it",
        "Limits",
        "explained: one harness",
    ):
        assert part in text


def test_an_honest_group_accuses_nobody() -> None:
    """Who is in a group that was set aside is told so first."""
    text = answer_text(look_up(example_findings(), "student-007"), example_findings(), width=100)

    assert text.startswith("Account student-007 is in no campaign.")
    assert "set aside: it accuses nobody" in text


def test_the_json_answer_is_plain_json() -> None:
    """A program gets the same answer, with the account's ties."""
    answer = json.loads(json.dumps(answer_object(look_up(example_findings(), "team-a"), example_findings())))

    assert answer["in_campaign"] is True
    assert answer["places"][0]["member"]["account_id"] == "team-a"
    assert answer["places"][0]["ties"]
