"""Where logs come from: files, folders, globs and standard input, found by what they hold and never by name."""

import errno
import glob
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import BinaryIO, Final

from stillwatch.errors import BadRecord, InputUnusable
from stillwatch.read.quarantine import Rejects, inert

STANDARD_INPUT: Final = "-"

_GLOB: Final = frozenset("*?[")
# Non-blocking, because between looking and opening a file can become a FIFO, and opening one waits for ever.
_OPEN_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_NOT_A_FILE: Final = {
    stat.S_IFIFO: "a pipe (FIFO)",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class Packing(Enum):
    """How the bytes of a source are packed."""

    PLAIN = "plain text"
    GZIP = "gzip"
    ZSTD = "zstd"
    PARQUET = "Parquet"


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One file to read, or standard input."""

    label: str
    """The path as the operator gave it, or as it was found below a folder that they gave."""
    path: Path | None
    """None for standard input."""
    size: int
    """Bytes as stored; 0 where nobody can know."""


def find_sources(inputs: Sequence[str], rejects: Rejects) -> list[Source]:
    """List every file that the inputs name, each once.

    What was named and cannot be read stops the run; what was only found on the way is set aside.
    """
    if not inputs:
        raise InputUnusable("no input was given: name log files, folders or globs, or - for standard input")
    seen: set[tuple[int, int]] = set()
    sources: list[Source] = []
    for given in inputs:
        for source, identity in _expand(given, rejects):
            if identity not in seen:
                seen.add(identity)
                sources.append(source)
    return sources


def input_size(inputs: Sequence[str]) -> int:
    """Bytes stored in all inputs together, for a progress bar; standard input counts as 0."""
    return sum(source.size for source in find_sources(inputs, Rejects()))


@contextmanager
def open_source(source: Source) -> Iterator[BinaryIO]:
    """Open a source for reading bytes; BadRecord says why where that fails."""
    if source.path is None:
        yield sys.stdin.buffer
        return
    try:
        stream = _open_regular(source.path)
    except OSError as error:
        raise BadRecord(_why(error), path=source.label) from error
    with stream:
        yield stream


def packing_of(head: bytes) -> Packing:
    """Tell from a source's first bytes how it is packed; BadRecord for what we know and do not read."""
    for magic, packing in _PACKINGS.items():
        if head.startswith(magic):
            return packing
    for magic, reason in _UNREAD.items():
        if head.startswith(magic):
            raise BadRecord(reason)
    return Packing.PLAIN


def _expand(given: str, rejects: Rejects) -> Iterator[tuple[Source, tuple[int, int]]]:
    if given == STANDARD_INPUT:
        yield _standard_input(), (-1, -1)
        return
    if "\0" in given or not given:
        raise InputUnusable(f"{inert(given)!r} is no path: name log files, folders or globs, or - for standard input")
    if _GLOB.intersection(given) and not os.path.lexists(given):
        matches = sorted(glob.glob(given, recursive=True))  # noqa: PTH207 - keeps the path as it was given
        if not matches:
            raise InputUnusable(f"no file matches {inert(given)}: check the pattern, and quote it for the shell")
        for match in matches:
            yield from _found(match, rejects, named=False)
    else:
        yield from _found(given, rejects, named=True)


def _standard_input() -> Source:
    if sys.stdin is None or sys.stdin.isatty():
        raise InputUnusable("standard input is a terminal: pipe a log into it, or name a file instead of -")
    return Source(label=STANDARD_INPUT, path=None, size=0)


def _found(given: str, rejects: Rejects, *, named: bool) -> Iterator[tuple[Source, tuple[int, int]]]:
    path = Path(given)
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            yield from _folder(given, rejects)
            return
        _open_regular(path).close()
    except OSError as error:
        if named:
            raise InputUnusable(f"{inert(given)}: {_why(error)}") from error
        rejects.add(given, _why(error))
    else:
        yield Source(label=given, path=path, size=found.st_size), (found.st_dev, found.st_ino)


def _folder(given: str, rejects: Rejects) -> Iterator[tuple[Source, tuple[int, int]]]:
    """Walk a folder in the order of names; hidden entries are passed over, as shells do."""
    try:
        os.scandir(given).close()
    except OSError as error:
        raise InputUnusable(f"{inert(given)}: {_why(error)}") from error
    empty = True
    for label in _walk(given, rejects):
        empty = False
        path = Path(label)
        try:
            found = path.stat()
            _open_regular(path).close()
        except OSError as error:
            rejects.add(label, _why(error))
        else:
            yield Source(label=label, path=path, size=found.st_size), (found.st_dev, found.st_ino)
    if empty:
        raise InputUnusable(f"the folder {inert(given)} holds no files: name the folder that holds the logs")


def _walk(top: str, rejects: Rejects) -> Iterator[str]:
    """Yield every entry below `top` that is no folder; links are followed, but into each folder only once."""
    entered: set[tuple[int, int]] = set()
    waiting = [top]
    while waiting:
        entry = waiting.pop()
        try:
            found = Path(entry).stat()
            if not stat.S_ISDIR(found.st_mode):
                yield entry
                continue
            if (found.st_dev, found.st_ino) in entered:
                rejects.add(entry, "a link to a folder that is read already")
                continue
            entered.add((found.st_dev, found.st_ino))
            with os.scandir(entry) as entries:
                inside = sorted(item.name for item in entries if not item.name.startswith("."))
        except OSError as error:
            rejects.add(entry, _why(error))
            continue
        waiting.extend(str(Path(entry) / name) for name in reversed(inside))


def _open_regular(path: Path) -> BinaryIO:
    """Open a regular file without ever waiting for somebody at the other end."""
    _insist_on_a_file(path.stat().st_mode)  # before opening: that alone wakes a FIFO's writer, or rewinds a tape
    handle = os.open(path, _OPEN_FLAGS)
    try:
        _insist_on_a_file(os.fstat(handle).st_mode)
        return os.fdopen(handle, "rb", buffering=0)
    except BaseException:
        os.close(handle)
        raise


def _insist_on_a_file(mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = _NOT_A_FILE.get(stat.S_IFMT(mode), "no regular file")
        raise OSError(f"is {kind}, which is not waited for: pipe it in and name - instead")


def _why(error: OSError) -> str:
    if error.errno is None:
        return str(error)
    return _REASONS.get(error.errno, f"cannot be read: {error.strerror}")


_REASONS: Final = {
    errno.ENOENT: "does not exist: check the path",
    errno.ENOTDIR: "does not exist: check the path",
    errno.EACCES: "no permission to read it: ask its owner, or run as somebody who may",
    errno.EPERM: "no permission to read it: ask its owner, or run as somebody who may",
    errno.ELOOP: "is a link that leads back to itself: name the file it should lead to",
    errno.ENAMETOOLONG: "is too long for a path: check that a path was given, not a log",
}

_PACKINGS: Final = {
    b"PAR1": Packing.PARQUET,
    b"\x1f\x8b": Packing.GZIP,
    b"\x28\xb5\x2f\xfd": Packing.ZSTD,
    **{bytes([0x50 + i, 0x2A, 0x4D, 0x18]): Packing.ZSTD for i in range(16)},  # skippable frames (RFC 8878, 3.1.2)
}

_UNREAD: Final = {
    b"PARE": "an encrypted Parquet file: decrypt it first",
    b"ARROW1": "an Arrow file, which is not read: write it as Parquet",
    b"Obj\x01": "an Avro file, which is not read: write it as Parquet or JSON Lines",
    b"SQLite format 3\x00": "a database file, which is not read: export the table as JSON Lines",
    b"PK\x03\x04": "a zip archive, which is not read: unpack it first",
    b"BZh": "packed with bzip2, which is not read: unpack it, or pack it with gzip or zstd",
    b"\xfd7zXZ\x00": "packed with xz, which is not read: unpack it, or pack it with gzip or zstd",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive, which is not read: unpack it first",
    b"\x04\x22\x4d\x18": "packed with lz4, which is not read: unpack it, or pack it with gzip or zstd",
    b"\xff\xfe": "UTF-16 text, which is not read: save it as UTF-8",
    b"\xfe\xff": "UTF-16 text, which is not read: save it as UTF-8",
    b"\x89PNG": "no log: an image",
    b"\xff\xd8\xff": "no log: an image",
    b"GIF8": "no log: an image",
    b"%PDF": "no log: a PDF document",
}
