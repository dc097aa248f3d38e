"""Files that belong together, written whole or not at all.

Everything is first written and forced to disk in a temporary folder on the same file system, and only then renamed into
place. Where the destination does not exist, that is one rename. Where it does (an older result, a mounted volume), each
file is renamed in turn under a lock: the seal of the older result goes first and the seal of the new one comes last, so
that a folder with a seal is always whole, whenever the power goes.
"""

import errno
import fcntl
import io
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from stillwatch.errors import OutputFailed

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_TEMPORARY: Final = ".stillwatch-"
"""How the names of temporary folders begin. Such a folder outlives only a killed process, and may be deleted."""

_IN_WORDS: Final = {
    errno.ENOSPC: "no space is left on the device",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "a file grew beyond the size that is allowed here",
    errno.EACCES: "permission was denied",
    errno.EPERM: "permission was denied",
    errno.EROFS: "the file system is read-only",
    errno.ENOTDIR: "part of its path is a file, not a folder",
    errno.ENAMETOOLONG: "its name is too long",
    errno.EIO: "the device reported an error",
}


@contextmanager
def whole_or_nothing(folder: Path, *, seal: str, mode: int = 0o777) -> Iterator["Outputs"]:
    """Collect the files of one result, and put them into `folder` when the `with` block ends well.

    When it ends by an exception, nothing of them is left behind and everything that was there before is in place.
    `folder` holds a whole result where it holds the file named `seal`, which must be among what is written. A folder
    that is made here gets `mode`, as far as the umask allows.
    """
    made: list[Path] = []
    with ExitStack() as undo:
        undo.callback(_remove_folders, made)
        with _told_as_failure(folder):
            # Inside a folder that exists, for it may be a volume of its own; beside one that does not.
            home = folder if folder.is_dir() else folder.absolute().parent
            _make_folders(home, made)
            stage = home / f"{_TEMPORARY}{secrets.token_hex(6)}"
            stage.mkdir(mode)
        undo.callback(shutil.rmtree, stage, ignore_errors=True)
        outputs = Outputs(folder, stage)
        try:
            yield outputs
            outputs.close()
        except BaseException:
            with suppress(OutputFailed):  # the first failure is the one to tell
                outputs.close()
            raise
        if seal not in outputs.names:
            raise ValueError(f"{seal} was never written, so this result is not whole")
        with _told_as_failure(folder):
            _put_in_place(outputs, seal)
        made.clear()


class Outputs:
    """The files of one result, on their way into `folder` by way of a temporary one."""

    def __init__(self, folder: Path, stage: Path) -> None:
        self.folder = folder
        self.stage = stage
        self.names: list[str] = []
        self._open = ExitStack()

    def write(self, name: str, content: bytes) -> None:
        """Write one file whole, and force it to disk."""
        with _told_as_failure(self.folder), (self.stage / name).open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        self.names.append(name)

    @contextmanager
    def placed(self, name: str) -> Iterator[Path]:
        """Give the path where something else is to write one file, and force that to disk."""
        with _told_as_failure(self.folder):
            yield self.stage / name
            with (self.stage / name).open("rb") as file:
                os.fsync(file.fileno())
        self.names.append(name)

    def adopt(self, name: str, path: Path) -> None:
        """Take in a file that will not change again: by a second name for it where that can be, else as a copy."""
        with self.placed(name) as place:
            try:
                os.link(path, place)
            except OSError:  # another file system, or one without second names
                shutil.copy(path, place)

    def open_text(self, name: str) -> TextIO:
        """Open one file to be written line by line; it is forced to disk when it is closed, at the latest by us."""
        with _told_as_failure(self.folder):
            raw = _WatchedFile(self.stage / name, self.folder)
        file = io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", newline="\n")
        self._open.enter_context(file)
        self.names.append(name)
        return file

    def close(self) -> None:
        """Close what is still open."""
        self._open.close()


class _WatchedFile(io.FileIO):
    """A file whose failure to take more bytes is told as the failure of the whole result."""

    def __init__(self, path: Path, folder: Path) -> None:
        super().__init__(path, "x")
        self._folder = folder

    def write(self, content: "ReadableBuffer", /) -> int:
        with _told_as_failure(self._folder):
            return super().write(content)

    def close(self) -> None:
        with _told_as_failure(self._folder):
            try:
                if not self.closed:
                    os.fsync(self.fileno())
            finally:
                super().close()


@contextmanager
def _told_as_failure(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = _IN_WORDS.get(error.errno or 0) or error.strerror or str(error)
        raise OutputFailed(folder, why) from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold off another process that would put its files into the same folder now."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # some network file systems cannot lock; the seal still tells whole from half
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _make_folders(folder: Path, made: list[Path]) -> None:
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        made.append(path)


def _remove_folders(made: list[Path]) -> None:
    for path in reversed(made):
        with suppress(OSError):  # somebody else uses it by now
            path.rmdir()


def _put_in_place(outputs: Outputs, seal: str) -> None:
    _sync_folder(outputs.stage)
    if outputs.stage.parent == outputs.folder:
        _replace_files(outputs, seal)
        return
    # Fails, rather than mixes two results, if somebody made and filled the folder meanwhile.
    outputs.stage.rename(outputs.folder)
    _sync_folder(outputs.folder.absolute().parent)


def _replace_files(outputs: Outputs, seal: str) -> None:
    """Swap the older files for ours, and swap them back if one step fails."""
    names = [seal, *(name for name in outputs.names if name != seal)]
    older = outputs.stage / "older"
    older.mkdir()
    undo: list[tuple[Path, Path]] = []
    with _locked(outputs.folder):
        try:
            # 1. The older seal goes, then the older files: from here on, nobody takes the folder for a whole result.
            for name in names:
                _move_if_there(outputs.folder / name, older / name, undo)
            _sync_folder(outputs.folder)
            # 2. Our files come, our seal last.
            for name in reversed(names):
                _move(outputs.stage / name, outputs.folder / name, undo)
            _sync_folder(outputs.folder)
        except BaseException:
            for source, target in reversed(undo):
                with suppress(OSError):
                    target.rename(source)
            raise


def _move_if_there(source: Path, target: Path, undo: list[tuple[Path, Path]]) -> None:
    if source.is_dir() and not source.is_symlink():
        # The older files are deleted in the end; a folder that somebody gave this name is not ours to delete.
        raise IsADirectoryError(errno.EISDIR, f"{source.name} is a folder there")
    if os.path.lexists(source):
        _move(source, target, undo)


def _move(source: Path, target: Path, undo: list[tuple[Path, Path]]) -> None:
    source.rename(target)
    undo.append((source, target))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # what file systems answer that cannot force a folder to disk
            raise
    finally:
        os.close(handle)
