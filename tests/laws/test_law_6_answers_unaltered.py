"""Law 6: answers are never altered by default.

Nothing in this version stands between a customer and a model, so that nothing could alter an answer: the product reads
logs and writes its own files. What must hold of the part that will stand there (two people, an expiry, an exemption for
evaluators, a record; never false or unsafe content, never a mark in the customer's client) waits for the `gateway`.
"""

import hashlib
import socket
from pathlib import Path
from typing import NoReturn

import pytest
from click.testing import CliRunner

from stillwatch.cli.main import stillwatch
from tests.laws.ranges import Ranged


def digests(folder: Path) -> dict[str, str]:
    """What every file below a folder holds."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_scan_leaves_the_log_as_it_was_and_writes_into_its_own_folder(disguised: Ranged, tmp_path: Path) -> None:
    """Prompts, answers and accounts are read and never written."""
    before = digests(disguised.folder)

    scanned(disguised, tmp_path)

    assert digests(disguised.folder) == before
    assert {path.name for path in tmp_path.iterdir()} == {"out"}


def test_a_scan_speaks_to_nobody(disguised: Ranged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No customer, model or service is reached: a scan opens no connection at all."""

    def refused(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)

    scanned(disguised, tmp_path)

    assert (tmp_path / "out" / "report.html").is_file()


def scanned(ranged: Ranged, folder: Path) -> None:
    """Scan by the command, as a person does."""
    words = ["scan", str(ranged.folder / "exchanges"), "--accounts", str(ranged.folder / "accounts.parquet")]
    words += ["--out", str(folder / "out"), "--secret-dir", str(ranged.secret_dir)]
    CliRunner().invoke(stillwatch, words, catch_exceptions=False)
