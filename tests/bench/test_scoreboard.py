"""The scoreboard: one quick run writes every section, and the page tells failures as plainly as successes."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench import scoreboard, scoreboard_page
from bench.baselines.comparison import METHODS
from bench.cells import Cell, Mixture, Workplace, without_text
from bench.side_by_side import side_by_side
from stillwatch.range import make_range
from stillwatch.range.tables import ACCOUNTS, EXCHANGES

SECTIONS = (
    "What failed", "Levels of skill", "Campaigns: share of accounts named", "Honest accounts wrongly named",
    "Others beside Stillwatch", "Limits on one account", "Peers", "Honest traffic alone", "Without texts",
    "Few campaigns", "Before containment", "The MMD baseline", "How long it took",
)  # fmt: skip


def rate(hits: int, of: int) -> dict[str, Any]:
    """Return a share as results hold it."""
    return {"hits": hits, "of": of}


def level(number: int, *, found: int, wrong: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return the result of a level: 10 accounts of one campaign and 90 honest ones."""
    tier = {
        "precision": rate(found, found + wrong),
        "recall": rate(found, 10),
        "recall_by_campaign": {"campaign_live_relay": rate(found, 10)},
        "accused_by_class": {"university_class": rate(wrong, 90)},
    }
    ranking = {"hits": 9.0, "precision": 0.9, "recall": 0.9, "auc": 0.95, "budget": 10}
    return {
        "what": "level",
        "level": number,
        "seed": 1,
        "made": {"exchanges": 1000, "accounts": 100, "seconds": 1.0},
        "version": "1",
        "auc": 0.9,
        "budget": found + wrong,
        "score": {
            "accounts": 100,
            "hostile": 10,
            "tiers": [{"tier": name} | tier for name in ("watch", "review", "act")],
            "grouping": {"purity": 1.0, "purity_of_shown": 1.0, "split": {"campaign_live_relay": 1}},
            "calibration": {"curve": [[0.9, 0.5, found + wrong]]},
            "leaks": [],
        },
        "baselines": dict.fromkeys(METHODS, ranking),
        "limits": {"most requests": ranking},
        "peers": "not asked for",
    } | more


PAGE = scoreboard_page.Page(
    command="make scoreboard", date="2026-01-01", machine="a machine", seeds=(1,), development_seed=2, scale=0.1,
    corpora="some", mmd_check=None,
)  # fmt: skip


def test_a_quick_run_writes_every_section(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All sections are there, no cell failed, and the page can be written again from what was kept."""
    out, work = tmp_path / "page.md", tmp_path / "work"
    arguments = ["scoreboard", "--quick", "--work", str(work), "--out", str(out), "--date", "2026-01-01"]
    monkeypatch.setattr("sys.argv", arguments)

    scoreboard.main()

    page = out.read_text(encoding="utf-8")
    assert [title for title in SECTIONS if f"\n## {title}" not in page] == []
    kept = [json.loads(path.read_text()) for path in (work / "cells").glob("*.json")]
    assert [each["failed"] for each in kept if "failed" in each] == []
    assert {each["what"] for each in kept} == {
        "development", "level", "honest", "hashed", "metadata", "one in 100", "one of 3 logs"
    }  # fmt: skip
    texts = {each["what"]: [count > 0 for count in each["texts"]] for each in kept if "texts" in each}
    assert texts["hashed"][:2] == [False, True]
    assert texts["metadata"] == [False, False, True]

    monkeypatch.setattr("sys.argv", [*arguments, "--page-only"])
    scoreboard.main()

    assert out.read_text(encoding="utf-8") == page


def test_failures_are_told(tmp_path: Path) -> None:
    """A missed campaign, an accused class, a wrong confidence, a better method and a broken cell each get a line."""
    broken = {"what": "honest", "level": 0, "seed": 1, "failed": "OSError: disk full"}

    rare = level(1, found=4, wrong=2) | {"what": "one in 100"}

    scoreboard_page.write_page(PAGE, [level(3, found=4, wrong=2), broken, rare], tmp_path / "page.md")

    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    told = page.partition("## What failed")[2].partition("\n## ")[0]
    for line in (
        "honest, level 0, seed 1: OSError: disk full",
        "level 3: 2 honest accounts at act (university_class 2)",
        "one in 100: 2 honest accounts at act (university_class 2)",
        "one in 100: of 6 accounts named at review or act, 4 are campaigns'",
        "one in 100: 4 of 10 accounts of campaigns named",
        "level 3: precision at review or act is 0.667",
        "level 3: less than half found of live_relay 4/10",
        "level 3: confidence is off by 0.400 on average",
        f"level 3: {next(iter(METHODS))} names more of the campaigns' accounts under the same budget",
        f"level 3: {next(iter(METHODS))} ranks accounts better (AUC 0.950 against 0.900)",
    ):
        assert f"- {line}" in told


def test_seeds_of_development_and_evaluation_are_kept_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """A seed that served development cannot be judged on."""
    monkeypatch.setattr("sys.argv", ["scoreboard", "--seeds", "7", "--development-seed", "7"])

    with pytest.raises(SystemExit):
        scoreboard.main()


def test_the_best_limit_comes_from_development(tmp_path: Path) -> None:
    """The limit shown is the best on the development seed, though another is better where it is judged."""
    worse, better = {"auc": 0.6, "precision": 0.1, "recall": 0.1, "hits": 1.0}, {"auc": 0.8, "precision": 0.2,
                                                                                "recall": 0.2, "hits": 2.0}  # fmt: skip
    development = {
        "what": "development",
        "level": 1,
        "seed": 2,
        "limits": {"most requests": worse, "least days": better},
    }
    judged = level(1, found=9, wrong=0, limits={"most requests": better, "least days": worse})

    scoreboard_page.write_page(PAGE, [development, judged], tmp_path / "page.md")

    assert "best limit (least days) | chosen on the development seed | 0.10 / 0.10 / 0.60" in (
        tmp_path / "page.md"
    ).read_text(encoding="utf-8")


@pytest.mark.parametrize("hashed", [True, False])
def test_texts_are_dropped(tmp_path: Path, hashed: bool) -> None:
    """Digests of equal texts are equal and hold no text; without them the columns are null; all else stays."""
    source, out = tmp_path / "source", tmp_path / "out"
    (source / "exchanges").mkdir(parents=True)
    row = {"account_id": "a", "model": "m", "started_at": 1, "output_text": "secret",
           "input_messages": [{"role": "user", "text": "secret"}], "input_tokens": 5}  # fmt: skip
    rows = [{"exchange_id": "1"} | row, {"exchange_id": "2"} | row | {"input_messages": None}]
    table = pa.Table.from_pylist(rows, EXCHANGES)
    pq.write_table(table, source / "exchanges" / "0.parquet")
    pq.write_table(pa.Table.from_pylist([{"account_id": "a"}], ACCOUNTS), source / "accounts.parquet")

    without_text(source, out, hashed=hashed)

    found = pq.read_table(out / "exchanges")
    kept = [name for name in table.schema.names if name not in {"input_messages", "output_text"}]
    assert found.select(kept).equals(table.select(kept))
    assert found.schema.equals(table.schema)
    first, second = found.to_pylist()
    if hashed:
        assert first["output_text"] == first["input_messages"][0]["text"] == second["output_text"]
        assert first["output_text"].startswith("sha256:")
        assert second["input_messages"] is None
    else:
        assert first["input_messages"] is first["output_text"] is None


def test_a_cell_that_failed_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure is kept as a result that says why; the next run measures the cell anew, and then keeps it."""
    cell = Cell(what="level", level=1, seed=1, mixture=Mixture(campaigns=(), scale=1e-5))
    place = Workplace(tmp_path, corpora=None, reference=cell, peers=False)
    answers: list[dict[str, Any] | Exception] = [OSError("disk full"), {"auc": 1.0}]

    def measure(_place: Workplace, _cell: Cell) -> dict[str, Any]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(Workplace, "_measure", measure)

    assert place.result(cell)["failed"] == "OSError: disk full"
    assert place.result(cell)["auc"] == 1.0
    assert place.result(cell)["auc"] == 1.0


def test_ranges_side_by_side_are_one_log_of_other_accounts_and_firms(tmp_path: Path) -> None:
    """One seed twice is two crowds: nobody and no firm is in both, and times and texts stay as they were."""
    made = [tmp_path / "one", tmp_path / "two"]
    for each in made:
        make_range(each, scale=1e-5, seed=4, level=1, campaigns=("live_relay",), honest=("individual_developer",))
        (each / "made.json").write_text(json.dumps({"learnt": {}, "seconds": 1.0}))

    side_by_side(made, tmp_path / "both")

    one, both = (pq.read_table(folder / "exchanges") for folder in (made[0], tmp_path / "both"))
    assert both.schema == one.schema
    assert both.num_rows == 2 * one.num_rows
    assert len(set(both["exchange_id"].to_pylist())) == both.num_rows
    assert both["started_at"].to_pylist() == 2 * one["started_at"].to_pylist()
    assert both["input_messages"].to_pylist() == 2 * one["input_messages"].to_pylist()
    accounts = pq.read_table(tmp_path / "both" / "accounts.parquet")
    assert set(both["account_id"].to_pylist()) <= set(accounts["account_id"].to_pylist())
    owners = [
        set(filter(None, part.to_pylist()))
        for part in (accounts["organisation"][: len(accounts) // 2], accounts["organisation"][len(accounts) // 2 :])
    ]
    assert owners[0]
    assert not owners[0] & owners[1]
    truth = pq.read_table(tmp_path / "both" / "truth.parquet")
    assert set(truth["campaign_id"].to_pylist()) == {None, "r0-campaign_live_relay", "r1-campaign_live_relay"}
    assert json.loads((tmp_path / "both" / "made.json").read_text())["accounts"] == len(accounts)
