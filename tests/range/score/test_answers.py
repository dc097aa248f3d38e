"""Tables that cannot be scored are refused in words."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from stillwatch.errors import InputUnusable
from stillwatch.range.score import score
from tests.range.score.tables import MEMBERS, TRUTH, table

MEMBERS_REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "confidence in words": ({"confidence": ["high"] * 3}, "should hold numbers"),
    "confidence unknown": ({"confidence": [math.nan, 0.1, 0.2]}, "from 0 to 1"),
    "confidence in per cent": ({"confidence": [90.0, 90.0, 20.0]}, "from 0 to 1"),
    "numbers for accounts": ({"account_id": [1, 2, 3]}, "should hold text"),
    "nobody's row": ({"account_id": ["a1", None, "h1"]}, "empty in 1 rows"),
    "a made-up tier": ({"tier": ["act", "sure", "watch"]}, "watch, review, act"),
    "strangers": ({"account_id": ["a1", "z", "y"]}, "z and 1 others"),
}
TRUTH_REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "twice": ({"account_id": ["a1", "a1", "b1", "h1", "h2"]}, "twice"),
    "no kind": ({"kind": ["relay", None, "probe", "office", "office"]}, "kind is empty"),
    "nobody": ({name: [] for name in TRUTH}, "holds no account"),
}


@pytest.mark.parametrize(("change", "says"), MEMBERS_REFUSED.values(), ids=MEMBERS_REFUSED.keys())
def test_members_of_the_wrong_shape_are_refused(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    """The error names the file, the column and what it should be."""
    truth, members = table(tmp_path / "t.parquet", TRUTH), table(tmp_path / "m.parquet", MEMBERS | change)

    with pytest.raises(InputUnusable, match=says) as refused:
        score(truth, members)

    assert str(members) in str(refused.value)


@pytest.mark.parametrize(("change", "says"), TRUTH_REFUSED.values(), ids=TRUTH_REFUSED.keys())
def test_truths_of_the_wrong_shape_are_refused(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    """A truth that does not say what each account is cannot be scored against."""
    truth, members = table(tmp_path / "t.parquet", TRUTH | change), table(tmp_path / "m.parquet", MEMBERS)

    with pytest.raises(InputUnusable, match=says):
        score(truth, members)


def test_half_a_file_is_refused(tmp_path: Path) -> None:
    """A file that was cut off is told from a whole one."""
    truth, whole = table(tmp_path / "t.parquet", TRUTH), table(tmp_path / "m.parquet", MEMBERS)
    whole.write_bytes(whole.read_bytes()[:-100])

    with pytest.raises(InputUnusable, match="not a Parquet file"):
        score(truth, whole)
    with pytest.raises(InputUnusable, match="not a file"):
        score(truth, tmp_path)


def test_json_lines_are_read_as_parquet_is(tmp_path: Path) -> None:
    """The contract's other form gives the same score."""
    truth, members = table(tmp_path / "t.parquet", TRUTH), table(tmp_path / "m.parquet", MEMBERS)
    rows = [dict(zip(MEMBERS, row, strict=True)) for row in zip(*MEMBERS.values(), strict=True)]
    lines = tmp_path / "m.jsonl"
    lines.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")

    assert score(truth, lines) == score(truth, members)


def test_an_account_in_two_campaigns_counts_once(tmp_path: Path) -> None:
    """The row that names it most firmly is the one that counts."""
    truth = table(tmp_path / "t.parquet", TRUTH)
    twice = {name: [*values, values[0]] for name, values in MEMBERS.items()} | {
        "tier": ["watch", "review", "watch", "act"]
    }

    found = score(truth, table(tmp_path / "m.parquet", twice))

    assert found.tiers[0].precision.of == 3
    assert found.tiers[-1].precision.hits == 1
