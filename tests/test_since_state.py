"""A scan that goes on from a state gives what one scan of all logs gives, and refuses what it cannot go on from."""

import io
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from stillwatch import pipeline
from stillwatch.errors import InputUnusable, StopError
from stillwatch.facts.campaign import Findings
from stillwatch.pipeline import ScanRequest, scan
from stillwatch.read.raw import ReadOptions
from stillwatch.read.redact import RedactOptions
from tests.link.worlds import World
from tests.test_pipeline import Silent


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small world of people and two campaigns, its log cut into four days that overlap, and all of it in one."""
    world = World(seed=11)
    world.honest(100)
    world.careless(25)
    world.careless(15, name="grove", per_card=3)
    folder = world.write(tmp_path_factory.mktemp("logs"))
    whole = pq.read_table(folder / "exchanges.parquet").sort_by("started_at")
    size = whole.num_rows // 4 + 1
    for day in range(4):
        pq.write_table(whole.slice(max(0, day * size - 50), size + 50), folder / f"day-{day}.parquet")
    return folder


def request(logs: Path, days: Sequence[int], state: Path | None = None) -> ScanRequest:
    """A scan of some days, small enough pieces that everything happens: stretches, runs in memory and on disk."""
    return ScanRequest(
        inputs=tuple(str(logs / f"day-{day}.parquet") for day in days),
        accounts=logs / "accounts.parquet",
        secret_dir=logs / "secret",
        state=state,
        held_exchanges=500,
        stretch_rows=300,
        read=ReadOptions(batch_rows=100),
    )


def findings_of(request: ScanRequest) -> Findings:
    """Scan without telling anybody."""
    return scan(request, progress=Silent(), rejects_to=io.StringIO())


@pytest.fixture(scope="module")
def at_once(logs: Path) -> Findings:
    """What one scan of all days finds."""
    return findings_of(request(logs, range(4)))


@pytest.mark.parametrize("days", [[[0, 1, 2, 3]], [[0, 1], [2, 3]], [[0], [1], [2], [3]], [[0, 1, 2], [0, 3]]])
def test_scans_that_go_on_find_what_one_scan_finds(
    logs: Path, at_once: Findings, tmp_path: Path, days: list[list[int]]
) -> None:
    """However the days are dealt out to scans, and also where a later one reads a log again."""
    for some in days:
        found = findings_of(request(logs, some, tmp_path / "state"))

    again = sum(map(len, days)) - 4
    assert replace(found, scan=replace(found.scan, duplicates=0)) == replace(
        at_once, scan=replace(at_once.scan, duplicates=0)
    )
    assert (found.scan.duplicates > at_once.scan.duplicates) == (again > 0)
    assert found.campaigns


def test_neither_memory_nor_stretches_nor_workers_show(logs: Path, at_once: Findings) -> None:
    """Law 8: the same findings with all in memory at once, by one worker."""
    wide = replace(
        request(logs, range(4)), held_exchanges=10**9, stretch_rows=10**9, workers=1, read=ReadOptions(batch_rows=777)
    )

    assert findings_of(wide) == at_once


@pytest.fixture
def state(logs: Path, tmp_path: Path) -> Path:
    """The state after the first day."""
    findings_of(request(logs, [0], tmp_path / "state"))
    return tmp_path / "state"


def test_a_state_is_its_owners_alone_and_holds_no_text(logs: Path, state: Path) -> None:
    """Files and folder are readable by the owner only; no word of any prompt or answer is in them."""
    asked = pq.read_table(logs / "day-0.parquet", columns=["input_messages"]).column(0).drop_null().to_pylist()
    words = {" ".join(messages[-1]["text"].split()[-2:]) for messages in asked[:50]}
    content = b"".join(path.read_bytes() for path in state.iterdir())

    assert state.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in state.iterdir()} == {0o600}
    assert words
    assert not any(word.encode() in content for word in words)


def test_what_was_read_before_is_not_written_again(logs: Path, state: Path) -> None:
    """The cost of a scan is that of its new logs: older runs stay the files they are."""
    before = {path.name: path.stat().st_ino for path in state.glob("0*.parquet")}

    findings_of(request(logs, [1], state))

    after = {path.name: path.stat().st_ino for path in state.glob("0*.parquet")}
    assert before.items() <= after.items()
    assert len(after) > len(before)


def _another_secret(logs: Path, _: Path) -> ScanRequest:
    return replace(request(logs, [1]), secret_dir=logs / "another")


def _other_rates(logs: Path, _: Path) -> ScanRequest:
    return replace(request(logs, [1]), redact=RedactOptions(answer_rate=8))


def _other_identity(logs: Path, _: Path) -> ScanRequest:
    return replace(request(logs, [1]), read=ReadOptions(account_by="team"))


def _another_layout(logs: Path, state: Path) -> ScanRequest:
    sealed = json.loads((state / "state.json").read_text())
    manifest = json.loads(sealed["manifest"]) | {"layout": 99}
    (state / "state.json").write_text(json.dumps(sealed | {"manifest": json.dumps(manifest)}))
    return request(logs, [1])


def _changed_counts(logs: Path, state: Path) -> ScanRequest:
    text = (state / "state.json").read_text()
    (state / "state.json").write_text(text.replace('\\"rejected\\":0', '\\"rejected\\":7'))
    return request(logs, [1])


def _no_json(logs: Path, state: Path) -> ScanRequest:
    (state / "state.json").write_bytes(b"\x80\x04pickle")
    return request(logs, [1])


def _one_bit(logs: Path, state: Path) -> ScanRequest:
    path = max(state.glob("0*.parquet"), key=lambda each: each.stat().st_size)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    return request(logs, [1])


def _a_file_gone(logs: Path, state: Path) -> ScanRequest:
    (state / "accounts.parquet").unlink()
    return request(logs, [1])


def _somebody_elses(logs: Path, state: Path) -> ScanRequest:
    shutil.rmtree(state)
    state.mkdir()
    (state / "holiday.jpg").write_bytes(b"sun")
    return request(logs, [1])


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_another_secret, "written under another secret"),
        (_other_rates, "written with answer rate 32, this scan has 8"),
        (_other_identity, "written with --account-by auto, this scan has team"),
        (_another_layout, "another version of Stillwatch"),
        (_changed_counts, "changed by somebody else"),
        (_no_json, "changed by somebody else"),
        (_one_bit, "changed by somebody else"),
        (_a_file_gone, "cannot be read"),
        (_somebody_elses, "holds no state of a scan"),
    ],
)
def test_what_cannot_be_gone_on_from_is_refused(
    logs: Path, state: Path, spoil: Callable[[Path, Path], ScanRequest], told: str
) -> None:
    """Another secret, other options, another version, damage and foreign folders: told in words, nothing changed."""
    asked = replace(spoil(logs, state), state=state)
    before = {path.name: path.read_bytes() for path in state.iterdir()}

    with pytest.raises(InputUnusable, match=told):
        findings_of(asked)

    assert {path.name: path.read_bytes() for path in state.iterdir()} == before


def test_two_scans_at_once_lose_nothing(logs: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan that finds its state changed when it is done says so, in place of overwriting the other's."""
    real = pipeline.read_traffic

    def meanwhile(*args: object) -> None:
        monkeypatch.setattr(pipeline, "read_traffic", real)
        findings_of(request(logs, [2], state))
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "read_traffic", meanwhile)

    with pytest.raises(StopError, match="another scan has written"):
        findings_of(request(logs, [1], state))
