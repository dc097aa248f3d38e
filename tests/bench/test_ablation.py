"""What each family is worth: one quick run writes every section, and the page counts what it was given."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bench import ablation
from bench.page import About
from stillwatch.facts.token import Family


def test_a_quick_run_writes_every_section(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All choices are there, one family alone acts on nobody, and a second run measures nothing anew."""
    out, work = tmp_path / "page.md", tmp_path / "work"
    monkeypatch.setattr("sys.argv", ["ablation", "--quick", "--work", str(work), "--out", str(out)])

    ablation.main()

    page = out.read_text(encoding="utf-8")
    for title in ("All families, and all but one", "Two families", "One family alone", "Interchangeable traffic"):
        assert f"\n## {title}" in page
    assert all(f"| {name} |" in page for name in (*ablation.CHOICES, ablation.UNALIKE))
    alone = [line for line in page.splitlines() if line.startswith("| ") and line.split(" | ")[0].endswith(" alone")]
    assert len(alone) == len(Family)
    assert all(line.endswith("| 0 |") for line in alone)

    monkeypatch.setattr("bench.study.Study.of", None)
    ablation.main()

    assert out.read_text(encoding="utf-8") == page


def test_choices_leave_out_what_their_names_say() -> None:
    """All four, all but each, every two, and each by itself."""
    sizes = [len(families) for families in ablation.CHOICES.values()]

    assert sorted(sizes) == [1] * 4 + [2] * 6 + [3] * 4 + [4]
    assert len(set(ablation.CHOICES.values())) == len(ablation.CHOICES)


def test_the_page_counts_accounts_of_all_seeds_together() -> None:
    """Precision, recall and honest accounts come from the sums, and what nobody named has no precision."""

    def result(what: str, hostile: int, review: list[int], act: list[int]) -> Mapping[str, object]:
        counts = {"watch": review, "review": review, "act": act}
        nothing = {tier: [0, 0] for tier in counts}
        nothing |= {"pieces": [3, 2], "pure": [0, 0]}
        counts |= {"pieces": [3, 2], "pure": [review[1], review[0]]}
        names = (*ablation.CHOICES, ablation.UNALIKE)
        rows = {name: counts if name == ablation.ALL else nothing for name in names}
        sizes = {"exchanges": 10, "accounts": 100, "hostile": hostile}
        return {"what": what, "level": 1, "seed": 1, "version": "1", "rows": rows, **sizes}

    about = About(date="2026-01-01", seeds=(1, 2), scale=0.1, corpora="some")
    results = [
        result("level", 10, [10, 8], [5, 4]),
        result("level", 10, [6, 6], [2, 2]),
        result("honest", 0, [3, 0], [0, 0]),
    ]

    page = "\n".join(ablation.page(about, results))

    assert "| all four | 0.88 / 0.70 | 0.30 | 1 of 180 | 3 of 100 |" in page
    assert "| all but shared words | - / 0.00 | 0.00 | 0 of 180 | 0 of 100 |" in page
    assert "| all four | 1.50 | 0.875 | 0.70 | 1 of 180 | 3 of 100 |" in page
