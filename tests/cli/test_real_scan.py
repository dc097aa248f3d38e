"""The command line and the real pipeline fit together."""

import json
from pathlib import Path

from click.testing import CliRunner

from stillwatch.cli.main import stillwatch


def test_a_log_becomes_a_report(tmp_path: Path) -> None:
    """A log in the contract's own format is scanned, reported, and what cannot be read in it is set aside."""
    log = tmp_path / "log.jsonl"
    records = [
        {
            "exchange_id": f"{account}-{place}",
            "started_at": f"2026-05-03T{place:02}:{account:02}:00Z",
            "ended_at": f"2026-05-03T{place:02}:{account:02}:04Z",
            "account_id": f"acct-{account}",
            "model": "small-model",
            "client_ip": f"198.51.100.{account}",
            "input_messages": [{"role": "user", "text": f"question {account} {place}"}],
            "output_text": f"answer {account} {place}",
            "status": 200,
        }
        for account in range(12)
        for place in range(8)
    ]
    log.write_text("".join(f"{json.dumps(record)}\n" for record in records) + "{broken\n")
    words = ["scan", str(log), "--out", str(tmp_path / "out"), "--secret-dir", str(tmp_path / "secret"), "--json"]

    ended = CliRunner().invoke(stillwatch, words, catch_exceptions=False)

    told = json.loads(ended.stdout)
    assert ended.exit_code == 0
    assert (told["scan"]["exchanges"], told["scan"]["accounts"], told["scan"]["rejected"]) == (96, 12, 1)
    assert json.loads((tmp_path / "out" / "rejects.jsonl").read_text())["line"] == 97
    assert "12 accounts" in (tmp_path / "out" / "report.html").read_text()
