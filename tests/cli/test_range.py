"""`stillwatch range make` and `score`, end to end."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from click.testing import CliRunner

from stillwatch.cli.main import stillwatch


def run(*words: str) -> tuple[int, str]:
    """Run a command; return its exit code and what it printed."""
    result = CliRunner().invoke(stillwatch, words)
    return result.exit_code, result.output


def test_traffic_is_made_scanned_and_scored(tmp_path: Path) -> None:
    """Careless campaigns are found to 90 %, 90 % of those named are right, and nobody honest reaches `act`."""
    world, out = tmp_path / "world", tmp_path / "out"
    made, _ = run("range", "make", "--out", str(world), "--scale", "0.0001", "--seed", "5")
    scan_words = ["scan", str(world / "exchanges"), "--accounts", str(world / "accounts.parquet"), "--out", str(out)]
    scanned, _ = run(*scan_words, "--secret-dir", str(tmp_path / "secret"))

    code, printed = run(
        "range", "score", "--truth", str(world / "truth.parquet"), "--members", str(out / "members.parquet"), "--json"
    )

    assert (made, scanned, code) == (0, 0, 0)
    tiers = {tier["tier"]: tier for tier in json.loads(printed)["tiers"]}
    assert tiers["review"]["recall"]["share"] >= 0.9
    assert tiers["review"]["precision"]["share"] >= 0.9
    assert sum(rate["hits"] for rate in tiers["act"]["accused_by_class"].values()) == 0


def test_an_unknown_class_is_said_before_anything_is_written(tmp_path: Path) -> None:
    """Nothing is half made."""
    result = CliRunner().invoke(stillwatch, ["range", "make", "--out", str(tmp_path / "w"), "--honest", "angels"])

    assert result.exit_code != 0
    assert not list((tmp_path / "w").glob("**/*.parquet"))


def test_a_range_is_replayed_and_drawn(tmp_path: Path) -> None:
    """Two scans as time passes leave their members, a score and a page; a full folder is left alone."""
    world, out = tmp_path / "world", tmp_path / "out"
    made, _ = run(
        "range", "make", "--out", str(world), "--scale", "0.00003",
        "--campaigns", "hydra_api_load_balanced", "--honest", "individual_developer,office_nat",
    )  # fmt: skip
    words = ["range", "replay", str(world), "--out", str(out), "--secret-dir", str(tmp_path / "secret")]

    code, printed = run(*words, "--scans", "2", "--contain-at", "watch")
    again, refusal = run(*words)

    assert (made, code, again) == (0, 0, 2)
    assert "2 scans in time order" in printed
    assert "not an empty folder" in refusal
    assert sorted(path.name for path in out.iterdir()) == [
        "members-01.parquet", "members-02.parquet", "score.html", "score.json",
    ]  # fmt: skip
    told = json.loads((out / "score.json").read_text(encoding="utf-8"))
    assert [leak["campaign_id"] for leak in told["leaks"]] == ["campaign_hydra_api_load_balanced"]
    assert len(told["looks"]) == 2


def test_a_page_never_replaces_what_is_no_page(tmp_path: Path) -> None:
    """Neither the tables to read nor a device or folder is written over, and nonsense is refused as wrong usage."""
    truth, members = tmp_path / "t.parquet", tmp_path / "m.parquet"
    pq.write_table(pa.table({"account_id": ["a"], "campaign_id": ["c"], "kind": ["k"]}), truth)
    row = {"account_id": ["a"], "campaign_id": ["x"], "confidence": [0.9], "tier": ["act"]}
    pq.write_table(pa.table(row), members)
    before = members.read_bytes()
    words = ["range", "score", "--truth", str(truth), "--members", str(members), "--html"]

    codes = [run(*words, str(place))[0] for place in (members, tmp_path, "/dev/null")]
    fine, _ = run(*words, str(tmp_path / "score.html"))

    assert codes == [2, 2, 2]
    assert members.read_bytes() == before
    assert not Path("/dev/null").is_file()
    assert fine == 0
    assert (tmp_path / "score.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert run("range", "replay", str(tmp_path), "--out", str(tmp_path / "o"), "--every", "nan")[0] == 2
