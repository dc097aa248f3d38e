"""Files that belong together are there whole, or not at all."""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stillwatch.errors import InputUnusable, OutputFailed
from stillwatch.store.outputs import whole_or_nothing

SEAL = "seal"


def write(folder: Path, content: bytes = b"new") -> None:
    """Write a small result."""
    with whole_or_nothing(folder, seal=SEAL) as outputs:
        outputs.open_text("lines").write(content.decode())
        outputs.write("body", content)
        outputs.write(SEAL, content)


def break_off(folder: Path, error: BaseException) -> None:
    """Begin a result, and meet an error."""
    with whole_or_nothing(folder, seal=SEAL) as outputs:
        outputs.open_text("lines").write("half")
        outputs.write(SEAL, b"half")
        raise error


def contents(folder: Path) -> dict[str, bytes]:
    """What lies in a folder, hidden files included."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


WHOLE = {"lines": b"new", "body": b"new", SEAL: b"new"}


@pytest.mark.parametrize("folder", ["out", "deep/er/out"])
def test_makes_the_folder(tmp_path: Path, folder: str) -> None:
    """A folder that is not there is made, with those above it."""
    write(tmp_path / folder)

    assert contents(tmp_path / folder) == WHOLE
    assert [path.name for path in (tmp_path / folder).parent.iterdir()] == ["out"]


def test_a_relative_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder may be named from where we stand, and be where we stand."""
    monkeypatch.chdir(tmp_path)

    write(Path("out"))
    write(Path())

    assert contents(tmp_path / "out") == WHOLE
    assert {path.name for path in tmp_path.iterdir()} == {"out", *WHOLE}


def test_replaces_an_older_result(tmp_path: Path) -> None:
    """The older files give way, and other files stay."""
    (tmp_path / "notes").write_bytes(b"mine")
    write(tmp_path, b"old")

    write(tmp_path)

    assert contents(tmp_path) == {**WHOLE, "notes": b"mine"}


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    """A folder reached by a link is filled where it lies."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")

    write(tmp_path / "link")

    assert (tmp_path / "link").is_symlink()
    assert contents(tmp_path / "real") == WHOLE


@pytest.mark.parametrize("error", [InputUnusable("no"), KeyboardInterrupt(), SystemExit(143)])
def test_a_broken_run_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    """Whatever ends the block before its time, no file and no new folder is left."""
    with pytest.raises(type(error)):
        break_off(tmp_path / "new" / "out", error)

    assert list(tmp_path.iterdir()) == []


def test_a_broken_run_keeps_the_older_result(tmp_path: Path) -> None:
    """What was there before is there afterwards, unchanged."""
    write(tmp_path, b"old")
    before = contents(tmp_path)

    with pytest.raises(InputUnusable):
        break_off(tmp_path, InputUnusable("no"))

    assert contents(tmp_path) == before


def test_a_result_without_its_seal_is_refused(tmp_path: Path) -> None:
    """What was not finished is not put in place."""
    with pytest.raises(ValueError, match="never written"), whole_or_nothing(tmp_path / "out", seal=SEAL) as outputs:
        outputs.write("body", b"new")

    assert list(tmp_path.iterdir()) == []


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, name: str, at: int) -> Iterator[None]:
    """Let the `at`-th rename or fsync fail as on a full disk."""
    calls = 0
    kept = getattr(os, name)

    def sometimes(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls == at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return kept(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(os, name, sometimes)
        yield


@pytest.mark.parametrize("at", range(1, 7))
@pytest.mark.parametrize("name", ["rename", "fsync"])
def test_every_failing_step_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, at: int) -> None:
    """Whichever rename or flush fails, the older result stands whole and nothing else is there."""
    write(tmp_path / "out", b"old")
    before = contents(tmp_path / "out")

    with failing(monkeypatch, name, at), pytest.raises(OutputFailed, match="no space is left"):
        write(tmp_path / "out")

    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize("at", range(1, 5))
def test_a_failing_flush_leaves_no_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """If a new folder cannot be forced to disk, it is not there."""
    with failing(monkeypatch, "fsync", at), pytest.raises(OutputFailed):
        write(tmp_path / "out")

    assert list(tmp_path.iterdir()) == []


def test_the_seal_goes_first_and_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At every moment between two renames, a folder with a seal holds one whole result."""
    write(tmp_path, b"old")
    seen = []
    kept = os.rename

    def watched(*arguments: str) -> None:
        kept(*arguments)
        names = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
        seen.append((SEAL in names, set(names.values()), len(names)))

    monkeypatch.setattr(os, "rename", watched)
    write(tmp_path)

    assert len(seen) == 6
    assert [state for state in seen if state[0]] == [(True, {b"new"}, 3)]


def test_a_folder_that_bears_our_name_is_not_deleted(tmp_path: Path) -> None:
    """Somebody's folder is never taken for an older file of ours."""
    (tmp_path / "body").mkdir()
    (tmp_path / "body" / "thesis").write_bytes(b"mine")

    with pytest.raises(OutputFailed):
        write(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["body"]
    assert contents(tmp_path / "body") == {"thesis": b"mine"}


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    """A path that leads through a file fails with its name, and what to do."""
    (tmp_path / "file").write_bytes(b"mine")

    with pytest.raises(OutputFailed, match="a file, not a folder") as caught:
        write(tmp_path / "file" / "out")

    assert caught.value.path == tmp_path / "file" / "out"


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with room for 64 kB."""
    place = tmp_path / "tiny"
    place.mkdir()
    mounted = subprocess.run(  # noqa: S603 -- our own arguments
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)],  # noqa: S607 -- wherever it is
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("only who may mount file systems can fill one up")
    yield place
    subprocess.run(["umount", str(place)], check=True)  # noqa: S603, S607 -- as above


@pytest.mark.parametrize("size", [60_000, 200_000])
def test_a_full_disk_keeps_the_older_result(tiny_disk: Path, size: int) -> None:
    """On a disk that is full in earnest, an older result stays whole and the room is given back."""
    write(tiny_disk, b"old")
    before = contents(tiny_disk)
    free = os.statvfs(tiny_disk).f_bavail

    with pytest.raises(OutputFailed, match="no space is left"):
        write(tiny_disk, b"x" * size)

    assert contents(tiny_disk) == before
    assert os.statvfs(tiny_disk).f_bavail == free
