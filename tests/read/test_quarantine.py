"""What is set aside is counted, listed within bounds, and can do no harm where it is shown."""

import io
import json

from hypothesis import given
from hypothesis import strategies as st

from stillwatch.read.quarantine import Rejects, inert


def test_a_reject_is_one_row_of_file_line_and_reason() -> None:
    """Each reject is a JSON object with exactly the three fields of the contract."""
    out = io.StringIO()
    rejects = Rejects(out)

    rejects.add("a.jsonl", "malformed JSON", 7)
    rejects.add("b.jsonl", "empty file")

    assert [json.loads(row) for row in out.getvalue().splitlines()] == [
        {"file": "a.jsonl", "line": 7, "reason": "malformed JSON"},
        {"file": "b.jsonl", "line": None, "reason": "empty file"},
    ]
    assert rejects.total == 2
    assert rejects.by_reason == {"malformed JSON": 1, "empty file": 1}


def test_beyond_the_bound_rejects_are_counted_and_said_to_be() -> None:
    """A file's rows stop at the bound, one last row says how many more there were, and other files keep theirs."""
    out = io.StringIO()
    rejects = Rejects(out, rows_per_file=2)

    for number in range(5):
        rejects.add("a", "bad", number)
    rejects.add("b", "bad", 1)
    rejects.finish()
    rejects.finish()

    rows = [json.loads(row) for row in out.getvalue().splitlines()]
    assert [(row["file"], row["line"]) for row in rows] == [("a", 0), ("a", 1), ("b", 1), ("a", None)]
    assert rows[-1]["reason"] == "3 more rejects of this file are not listed"
    assert rejects.total == 6


def test_reasons_without_end_do_not_fill_memory() -> None:
    """However many different reasons there are, a bounded number is told apart, and all are counted."""
    rejects = Rejects()

    for number in range(5_000):
        rejects.add("a", f"reason {number}")

    assert len(rejects.by_reason) <= 1_001
    assert rejects.total == 5_000


def test_names_cannot_steer_a_terminal() -> None:
    """Control characters, bidi marks and broken bytes in a file's name are spelled out."""
    out = io.StringIO()

    Rejects(out).add("a\x1b[2J\u202etxt\r\n\udc80.log", "bad")

    name = json.loads(out.getvalue())["file"]
    assert name == r"a\x1b[2J\u202etxt\r\n\udc80.log"


def test_letters_of_any_script_stay_as_they_are() -> None:
    """A name that only looks foreign is shown as it is written."""
    assert inert("журнал-日志-سجل.jsonl") == "журнал-日志-سجل.jsonl"


@given(st.lists(st.integers(0, 0x10FFFF).map(chr)).map("".join))
def test_inert_text_is_printable_on_one_line(text: str) -> None:
    """Whatever goes in, what comes out is one line that UTF-8 can write."""
    safe = inert(text)

    assert len(safe.splitlines()) <= 1
    assert safe.encode().decode() == safe
