"""Inputs become files to read, each once and in order; what cannot be read is refused and never waited for."""

import io
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stillwatch.errors import BadRecord, InputUnusable
from stillwatch.read.quarantine import Rejects
from stillwatch.read.sources import Packing, find_sources, input_size, open_source, packing_of

NOBODY = 65534


@contextmanager
def unprivileged() -> Iterator[None]:
    """Act as somebody who may not read everything, where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Give a folder that everybody may enter: pytest's own are closed to others."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def labels(*inputs: object, rejects: Rejects | None = None) -> list[str]:
    """Name the sources that inputs give."""
    return [source.label for source in find_sources([str(each) for each in inputs], rejects or Rejects())]


def test_a_folder_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    """Files are found at any depth, folder by folder in the order of names; hidden ones are passed over."""
    for name in ("b/2.log", "b/10.log", "a.log", "c.log", ".git/config", "b/.hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")

    found = labels(tmp_path)

    assert found == [str(tmp_path / name) for name in ("a.log", "b/10.log", "b/2.log", "c.log")]


def test_a_glob_is_expanded_and_sorted(tmp_path: Path) -> None:
    """A pattern that a shell did not expand is expanded, `**` included."""
    for name in ("b.jsonl", "a.jsonl", "x.txt", "deep/c.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")

    assert labels(tmp_path / "*.jsonl") == [str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")]
    assert labels(f"{tmp_path}/**/*.jsonl")[-1] == str(tmp_path / "deep/c.jsonl")


def test_a_name_with_glob_characters_is_a_name_first(tmp_path: Path) -> None:
    """A file that is really called like a pattern is read."""
    (tmp_path / "a[1].log").write_text("x")

    assert labels(tmp_path / "a[1].log") == [str(tmp_path / "a[1].log")]


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    """A folder and a file inside it, or a link to it, give the file once."""
    (tmp_path / "a.log").write_text("x")
    (tmp_path / "b.log").symlink_to(tmp_path / "a.log")

    assert labels(tmp_path / "a.log", tmp_path) == [str(tmp_path / "a.log")]


def test_the_size_of_all_inputs_is_known_beforehand(tmp_path: Path) -> None:
    """A progress bar learns the bytes of all files together."""
    (tmp_path / "a.log").write_bytes(b"x" * 10)
    (tmp_path / "b.log").write_bytes(b"x" * 5)

    assert input_size([str(tmp_path), str(tmp_path / "a.log")]) == 15


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gone.log", "does not exist"),
        ("*.gone", "no file matches"),
        ("a.log/b", "does not exist"),
        ("x" * 5000, "long"),
    ],
)
def test_an_input_that_is_not_there_is_refused(tmp_path: Path, name: str, words: str) -> None:
    """A missing file, a pattern without matches and a name that is no path are refused in words."""
    (tmp_path / "a.log").write_text("x")

    with pytest.raises(InputUnusable, match=words):
        labels(tmp_path / name)


@pytest.mark.parametrize("given", ["", "a\0b"])
def test_what_is_no_path_is_refused(given: str) -> None:
    """An empty name and one with a NUL are refused, not handed to the system."""
    with pytest.raises(InputUnusable, match="no path"):
        find_sources([given], Rejects())


def test_no_input_at_all_is_refused() -> None:
    """Without inputs there is nothing to read, and it is said what to name."""
    with pytest.raises(InputUnusable, match="name log files"):
        find_sources([], Rejects())


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """A folder without files is named, and another asked for."""
    (tmp_path / "inner").mkdir()

    with pytest.raises(InputUnusable, match="holds no files"):
        labels(tmp_path)


def test_no_permission_is_refused_in_words(open_folder: Path) -> None:
    """A named file that may not be read stops the run; one that is found on the way is set aside."""
    closed = open_folder / "closed.log"
    closed.write_text("x")
    closed.chmod(0)
    (open_folder / "open.log").write_text("x")
    rejects = Rejects()

    with unprivileged():
        with pytest.raises(InputUnusable, match="no permission"):
            labels(closed)
        found = labels(open_folder, rejects=rejects)

    assert found == [str(open_folder / "open.log")]
    assert rejects.total == 1


def test_a_folder_without_permission_is_set_aside(open_folder: Path) -> None:
    """A folder that may not be entered does not hide its neighbours."""
    (open_folder / "closed").mkdir()
    (open_folder / "closed").chmod(0)
    (open_folder / "open.log").write_text("x")
    rejects = Rejects()

    with unprivileged():
        found = labels(open_folder, rejects=rejects)
        with pytest.raises(InputUnusable, match="no permission"):
            labels(open_folder / "closed")

    assert found == [str(open_folder / "open.log")]
    assert rejects.total == 1


def test_a_fifo_is_refused_without_waiting(tmp_path: Path) -> None:
    """A FIFO that nobody writes to is refused at once, by name or inside a folder."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a.log").write_text("x")
    rejects = Rejects()

    with pytest.raises(InputUnusable, match=r"FIFO.*name - instead"):
        labels(tmp_path / "pipe")
    found = labels(tmp_path, rejects=rejects)

    assert found == [str(tmp_path / "a.log")]
    assert rejects.total == 1


def test_a_device_and_a_socket_are_refused() -> None:
    """Devices and sockets are no logs."""
    with socket.socket(socket.AF_UNIX) as server:
        short = Path(tempfile.mkdtemp()) / "s"  # a socket's name may not be long
        server.bind(str(short))
        with pytest.raises(InputUnusable, match="socket"):
            labels(short)
    with pytest.raises(InputUnusable, match="device"):
        labels("/dev/zero")


def test_a_file_that_becomes_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    """Between finding and opening a file may be replaced: what is opened is looked at again."""
    (tmp_path / "a.log").write_text("x")
    source = find_sources([str(tmp_path / "a.log")], Rejects())[0]
    (tmp_path / "a.log").unlink()
    os.mkfifo(tmp_path / "a.log")

    with pytest.raises(BadRecord, match="FIFO"), open_source(source):
        pass


def test_links_that_lead_in_circles_end(tmp_path: Path) -> None:
    """A link to itself is refused when named, and a link to a folder above is followed no second time."""
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.log").write_text("x")
    (tmp_path / "inner" / "up").symlink_to(tmp_path)
    (tmp_path / "inner" / "nowhere").symlink_to(tmp_path / "gone")
    rejects = Rejects()

    with pytest.raises(InputUnusable, match="leads back to itself"):
        labels(tmp_path / "self")
    found = labels(tmp_path, rejects=rejects)

    assert found == [str(tmp_path / "inner" / "a.log")]
    assert sorted(rejects.by_reason) == [
        "a link to a folder that is read already",
        "does not exist: check the path",
        "is a link that leads back to itself: name the file it should lead to",
    ]


def test_a_terminal_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` without anything piped in says so in place of waiting for somebody to type."""

    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())

    with pytest.raises(InputUnusable, match="pipe a log"):
        labels("-")


def test_standard_input_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` twice is one source."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x")))

    assert labels("-", "-") == ["-"]


@pytest.mark.parametrize(
    ("head", "packing"),
    [
        (b"PAR1\x15\x04", Packing.PARQUET),
        (b"\x1f\x8b\x08\x00", Packing.GZIP),
        (b"\x28\xb5\x2f\xfd\x04", Packing.ZSTD),
        (b"\x50\x2a\x4d\x18\x04", Packing.ZSTD),
        (b'{"a":1}', Packing.PLAIN),
        (b"", Packing.PLAIN),
        (b"P", Packing.PLAIN),
    ],
)
def test_packing_is_told_by_content(head: bytes, packing: Packing) -> None:
    """The first bytes decide how a file is packed; its name is not asked."""
    assert packing_of(head) is packing


@pytest.mark.parametrize(
    "head", [b"PK\x03\x04", b"BZh9", b"\xfd7zXZ\x00", b"\x89PNG\r\n", b"%PDF-1.7", b"\xff\xfe{\x00"]
)
def test_what_we_know_and_do_not_read_is_named(head: bytes) -> None:
    """Archives, images and UTF-16 are called what they are."""
    with pytest.raises(BadRecord, match=r"not read|no log"):
        packing_of(head)
