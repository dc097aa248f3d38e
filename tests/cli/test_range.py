"""`stillwatch range make` and `score`, end to end."""

import json
from pathlib import Path

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
