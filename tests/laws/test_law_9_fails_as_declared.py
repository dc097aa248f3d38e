"""Law 9: it fails as declared; what stops, what goes on and what is said are a table, and the table is tested.

That a broken detector never breaks a customer's request waits for the parts in the path of requests (`gateway`,
`service`): a scan stands beside it and can break none.
"""

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stillwatch import errors
from stillwatch.cli.main import main
from stillwatch.errors import OutputFailed
from stillwatch.store import findings_file
from tests.laws.ranges import named, scan_files, secret_in
from tests.link.worlds import World

Break = Callable[[Path], list[str]]


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    """The command line asks to be told of SIGTERM; whoever runs the tests gets its own way back."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """People and a careless campaign."""
    made = World(seed=25)
    made.honest(60)
    made.careless(20)
    made.write(tmp_path)
    return tmp_path


def words(folder: Path, *logs: Path, accounts: Path | None = None) -> list[str]:
    """The command line of a scan."""
    known = accounts or folder / "accounts.parquet"
    tail = ["--accounts", str(known), "--out", str(folder / "out"), "--secret-dir", str(secret_in(folder / "secret"))]
    return ["scan", *map(str, logs or (folder / "exchanges.parquet",)), *tail]


def no_log(folder: Path) -> list[str]:
    """The log is not there."""
    return words(folder, folder / "nothing.jsonl")


def empty_log(folder: Path) -> list[str]:
    """The log holds nothing."""
    (folder / "empty.jsonl").touch()
    return words(folder, folder / "empty.jsonl")


def noise(folder: Path) -> list[str]:
    """The log holds nothing that is one."""
    (folder / "noise.jsonl").write_bytes(bytes(range(256)) * 40)
    return words(folder, folder / "noise.jsonl")


def no_accounts(folder: Path) -> list[str]:
    """The accounts table that was named is not there: going on would forget who is registered."""
    return words(folder, accounts=folder / "none.parquet")


def broken_accounts(folder: Path) -> list[str]:
    """The accounts table is no table."""
    (folder / "broken.parquet").write_bytes(b"PAR1" + bytes(100))
    return words(folder, accounts=folder / "broken.parquet")


def open_secret(folder: Path) -> list[str]:
    """Others can read the deployment's secret, so that its digests protect nobody."""
    line = words(folder)
    (folder / "secret" / "secret").chmod(0o644)
    return line


@pytest.mark.parametrize("broken", [no_log, empty_log, noise, no_accounts, broken_accounts, open_secret])
def test_what_cannot_be_used_stops_the_scan_with_a_sentence_and_leaves_nothing(
    broken: Break, world: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1, what to do about it, no trace and no half of a result."""
    code = main(broken(world))

    said = capfd.readouterr().err
    assert code == 1
    assert len(said.split()) > 5
    assert "Traceback" not in said
    assert not (world / "out").exists()


def test_lines_that_cannot_be_read_are_set_aside_and_their_neighbours_are_read(world: Path) -> None:
    """They are counted, listed with their reason, and change no conclusion about the rest."""
    (world / "bad.jsonl").write_text(
        '{"exchange_id": }\n7\n{"exchange_id": "a", "account_id": "b"}\n', encoding="utf-8"
    )
    whole = scan_files([world / "exchanges.parquet"], world / "accounts.parquet", secret_in(world / "secret"))

    code = main(words(world, world / "exchanges.parquet", world / "bad.jsonl"))

    rejects = [json.loads(line) for line in (world / "out" / "rejects.jsonl").read_text().splitlines()]
    assert code == 0
    assert [row["line"] for row in rejects] == [1, 2, 3]
    found = findings_file.read_findings(world / "out")
    assert found.scan.rejected == 3
    assert found.campaigns == whole.campaigns
    assert named(found.campaigns)


def test_a_result_that_cannot_be_written_whole_leaves_the_older_one_whole(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads the folder meanwhile reads an older truth, never half of a newer one."""
    main(words(world))
    older = {path.name: path.read_bytes() for path in (world / "out").iterdir()}

    def full(*_: object) -> bytes:
        raise OutputFailed(world / "out", "no space is left on the device")

    monkeypatch.setattr(findings_file, "members_table", full)
    code = main(words(world))

    assert code == 1
    assert {path.name: path.read_bytes() for path in (world / "out").iterdir()} == older


def test_every_error_that_we_raise_tells_the_caller_to_stop_to_try_again_or_to_skip() -> None:
    """There is no fourth kind: each error of ours stands below one of the three."""
    kinds = (errors.SkipError, errors.RetryError, errors.StopError)
    ours = [each for each in vars(errors).values() if isinstance(each, type) and each.__module__ == errors.__name__]

    others = [each.__name__ for each in ours if not issubclass(each, kinds)]

    assert others == ["StillwatchError"]
