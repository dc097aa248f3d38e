"""What a stranger wrote can be looked at, and cannot act."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.cli.inert import columns, inert, inert_lines, spreadsheet_cell
from tests.cli.example_findings import HOSTILE

SHOWN = [
    ("acct-17", "acct-17"),
    ("two words", "two words"),
    ("日本語", "日本語"),
    ("Zoë", "Zoë"),
    ("red\x1b[31m", "red\\x1b[31m"),
    ("bell\x07", "bell\\x07"),
    ("c1\x9b2J", "c1\\x9b2J"),
    ("a\r\n\tb", "a\\r\\n\\tb"),
    ("user\u202egnp.exe", "user\\u202egnp.exe"),
    ("zero\u200bwidth", "zero\\u200bwidth"),
    ("tag\U000e0041", "tag\\U000e0041"),
    ("half\ud800", "half\\ud800"),
    ("no\u00a0break", "no\\xa0break"),
    ("hangul\u3164filler", "hangul\\u3164filler"),
    (" ends ", "\\x20ends\\x20"),
    ("two  spaces", "two \\x20spaces"),
    ("CORP\\alice", "CORP\\alice"),
    ("CORP\\nina", "CORP\\\\nina"),
    ("\\x1b", "\\\\x1b"),
    ("e\u0301", "e\u0301"),
    ("\u0301e", "\\u0301e"),
    ("", ""),
]

UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(("text", "shown"), SHOWN)
def test_shows_what_it_hides(text: str, shown: str) -> None:
    """What would act or hide is shown as an escape; everything else is left as it is."""
    assert inert(text) == shown


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=40))
def test_nothing_acts(text: str) -> None:
    """No control, format mark or line break survives, whatever the text."""
    shown = inert(text)

    assert not {unicodedata.category(character) for character in shown} & UNSEEN
    assert len(shown.splitlines()) <= 1


@given(
    st.text(alphabet="ab\\nx1b20 \u0301\x1b\u202e", max_size=8),
    st.text(alphabet="ab\\nx1b20 \u0301\x1b\u202e", max_size=8),
)
def test_different_texts_look_different(one: str, other: str) -> None:
    """Two texts that differ never look the same, so that nobody hides behind an escape written out by hand."""
    assert (inert(one) == inert(other)) == (one == other)


@given(st.text(max_size=300), st.integers(8, 60))
def test_length_is_bounded(text: str, limit: int) -> None:
    """A shown text takes at most the columns it was given."""
    assert columns(inert(text, limit)) <= limit


def test_long_texts_keep_both_ends() -> None:
    """Of what is too long, the beginning and the end are shown."""
    shown = inert("head" + "x" * 10_000_000 + "tail", 20)

    assert shown.startswith("head")
    assert shown.endswith("tail")
    assert "…" in shown


def test_lines_of_ours_stay_lines() -> None:
    """A message keeps its own line breaks and indents, and what it quotes stays inert."""
    assert inert_lines("Usage:\n    scan \x1b[1m") == "Usage:\n    scan \\x1b[1m"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1", "|cmd", "%x"])
def test_no_cell_is_computed(text: str) -> None:
    """What a spreadsheet would take for a formula begins with an apostrophe."""
    assert spreadsheet_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_hostile_cell_begins_a_formula(text: str) -> None:
    """No hostile name begins a formula, not even behind white space."""
    assert spreadsheet_cell(text).lstrip()[0] not in "=+-@\t\r"
