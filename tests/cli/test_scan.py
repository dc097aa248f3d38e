"""A scan writes its files, prints its table, and harms no folder that is not its own."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, TextIO

import pytest
from click.testing import CliRunner, Result

from stillwatch.cli.main import stillwatch
from stillwatch.errors import OutputFailed
from tests.cli.command import run
from tests.cli.driver import SCENES, pipeline

if TYPE_CHECKING:
    from stillwatch.facts.campaign import Findings
    from stillwatch.pipeline import Progress, ScanRequest

FILES = {
    "campaigns.json",
    "members.csv",
    "members.parquet",
    "rejects.jsonl",
    "report.html",
    "scan.json",
    "set_aside.json",
}


@pytest.fixture(autouse=True)
def example(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every scan find the example."""
    monkeypatch.setitem(sys.modules, "stillwatch.pipeline", pipeline(SCENES["example"]))


def scan(*words: str | Path) -> Result:
    """Run `stillwatch scan log WORDS...` in this process."""
    return CliRunner().invoke(stillwatch, ["scan", "log", *map(str, words)])


def test_writes_all_its_files(tmp_path: Path) -> None:
    """The contract's files and ours are there, readable as the umask allows."""
    ended = scan("--out", tmp_path / "deep" / "out")

    assert ended.exit_code == 0, ended.output
    assert {path.name for path in (tmp_path / "deep" / "out").iterdir()} == FILES
    assert (tmp_path / "deep" / "out" / "report.html").stat().st_mode & 0o600 == 0o600


def test_prints_the_table_and_the_report(tmp_path: Path) -> None:
    """Standard output holds the campaigns, what was read, what was not seen, and where the report is."""
    printed = scan("--out", tmp_path / "out").stdout

    assert printed.splitlines()[1].startswith("sw-3f9a01c27e")
    assert "Read 1,284,417 exchanges of 52,310 accounts" in printed
    assert "Could not see: 82,100 exchanges (6 %) came without text" in printed
    assert printed.splitlines()[-1] == f"Report: {tmp_path / 'out' / 'report.html'}"


def test_json_is_all_that_is_printed(tmp_path: Path) -> None:
    """With --json, standard output is one JSON document with the content of campaigns.json in it."""
    printed = scan("--out", tmp_path / "out", "--json").stdout

    told = json.loads(printed)
    assert told["campaigns"] == json.loads((tmp_path / "out" / "campaigns.json").read_text())
    assert told["scan"]["accounts"] == 52_310
    assert len(told["set_aside"]) == 3
    assert printed.isascii()


def test_finding_nothing_is_told_honestly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is found, it is said what was read, what could not be seen, and that this proves nothing."""
    monkeypatch.setitem(sys.modules, "stillwatch.pipeline", pipeline(SCENES["nothing"]))

    printed = scan("--out", tmp_path / "out").stdout

    assert printed.startswith("No campaign found. Finding nothing is not proof")
    assert "No accounts table was given" in printed
    assert json.loads((tmp_path / "out" / "campaigns.json").read_text()) == []


def test_a_second_scan_replaces_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with an earlier scan takes the next one, and nothing of the earlier one stays."""
    scan("--out", tmp_path)
    monkeypatch.setitem(sys.modules, "stillwatch.pipeline", pipeline(SCENES["nothing"]))

    ended = scan("--out", tmp_path)

    assert ended.exit_code == 0, ended.output
    assert {path.name for path in tmp_path.iterdir()} == FILES
    assert json.loads((tmp_path / "campaigns.json").read_text()) == []


def test_a_foreign_folder_is_refused(tmp_path: Path) -> None:
    """A folder with somebody's files is left alone."""
    (tmp_path / "thesis.tex").write_text("mine")

    ended = scan("--out", tmp_path)

    assert ended.exit_code == 2
    assert "not an earlier scan" in ended.output
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_force_writes_beside_foreign_files(tmp_path: Path) -> None:
    """With --force the scan stands beside somebody's files, which stay as they are."""
    (tmp_path / "thesis.tex").write_text("mine")

    ended = scan("--out", tmp_path, "--force")

    assert ended.exit_code == 0, ended.output
    assert {path.name for path in tmp_path.iterdir()} == {*FILES, "thesis.tex"}
    assert (tmp_path / "thesis.tex").read_text() == "mine"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """A file given as --out is refused, and stays."""
    (tmp_path / "file").write_text("mine")

    assert scan("--out", tmp_path / "file").exit_code == 2
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("scene", ["small-files", "many-rejects"])
def test_a_full_disk_leaves_nothing(tmp_path: Path, scene: str) -> None:
    """When a file can grow no further, in the report or among the rejects, no file is left and no folder either."""
    ended = run(scene, "scan", "log", "--out", tmp_path / "new" / "out")

    assert ended.returncode == 1
    assert "stillwatch: could not write" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scene", ["small-files", "many-rejects"])
def test_a_full_disk_keeps_the_earlier_scan(tmp_path: Path, scene: str) -> None:
    """When the second scan cannot be written, the first stays whole."""
    scan("--out", tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    ended = run(scene, "scan", "log", "--out", tmp_path / "out")

    assert ended.returncode == 1
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """An --out below a file ends as a failed output, with the path and what to do."""
    (tmp_path / "file").write_text("mine")

    ended = scan("--out", tmp_path / "file" / "out")

    assert isinstance(ended.exception, OutputFailed)
    assert str(tmp_path / "file" / "out") in str(ended.exception)
    assert "choose another --out" in str(ended.exception)


def test_the_same_findings_make_the_same_bytes(tmp_path: Path) -> None:
    """Two scans that conclude the same differ in no byte of any file."""
    scan("--out", tmp_path / "a")
    scan("--out", tmp_path / "b")

    for name in FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_going_on_from_a_state_is_asked_of_the_pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--since-state names the folder that the pipeline reads and writes; without it, none is kept."""
    asked: list[Path | None] = []
    made = sys.modules["stillwatch.pipeline"]
    real = made.scan

    def watched(request: "ScanRequest", *, progress: "Progress", rejects_to: TextIO) -> "Findings":
        asked.append(request.state)
        found: Findings = real(request, progress=progress, rejects_to=rejects_to)
        return found

    monkeypatch.setattr(made, "scan", watched)

    scan("--out", tmp_path / "one", "--since-state", tmp_path / "state")
    scan("--out", tmp_path / "two")

    assert asked == [tmp_path / "state", None]


@pytest.mark.parametrize("compiled", [True, False])
def test_only_the_first_scan_says_that_it_compiles(
    compiled: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On standard error, since a minute without a word looks like a scan that hangs."""
    kernels = tmp_path / "kernels"
    kernels.mkdir()
    if compiled:
        (kernels / "some.kernel.nbc").touch()
    stats = SimpleNamespace(stats=SimpleNamespace(cache_path=str(kernels)))
    monkeypatch.setattr("stillwatch.stats.shingles_kernel.hash_words", stats)

    told = scan("--out", tmp_path / "out")

    assert told.exit_code == 0
    assert ("compiles while it reads" in told.stderr) is not compiled
