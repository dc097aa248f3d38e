"""The errors of Stillwatch: each says what the caller should do."""

from pathlib import Path


class StillwatchError(Exception):
    """Base of every error that Stillwatch raises on purpose."""


class SkipError(StillwatchError):
    """This item is unusable: count it, set it aside, go on."""


class BadRecord(SkipError):
    """A log record that cannot be read; its neighbours are unharmed."""

    def __init__(self, reason: str, *, path: str = "", line: int | None = None) -> None:
        """Keep why (`reason`) and where (`path`, 1-based `line`) for `rejects.jsonl`."""
        super().__init__(reason)
        self.reason = reason
        self.path = path
        self.line = line


class RetryError(StillwatchError):
    """The outside world failed: try again, then stop."""


class StopError(StillwatchError):
    """Going on would be wrong; the message says what to do instead."""


class InputUnusable(StopError):
    """The input as a whole cannot be used (exit code 1)."""


class OutputFailed(StopError):
    """The result could not be written; nothing half-written is left behind (exit code 1)."""

    def __init__(self, path: Path, why: str) -> None:
        """Name the folder that could not be written, and why."""
        super().__init__(f"could not write {path}: {why}. Free space or choose another --out, then run again.")
        self.path = path
