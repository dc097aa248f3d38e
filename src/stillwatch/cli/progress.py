"""Progress on standard error: a live bar on a terminal, a plain line every few seconds anywhere else."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Final, Protocol, TextIO

import rich.progress as bars
from rich.console import Console

from stillwatch.cli.inert import inert

QUIET_SECONDS: Final = 2.0
"""What ends sooner needs no progress."""
LINE_SECONDS: Final = 5.0
"""Between two plain lines."""


class Progress(Protocol):
    """Who is told how far the work has come."""

    def step(self, name: str, done: int, total: int | None) -> None:
        """Take note that the step `name` has done `done` of `total` (none: nobody knows how many there will be)."""


class ProgressBar:
    """One bar for each step, on a terminal."""

    def __init__(self, live: bars.Progress) -> None:
        """Draw on `live`."""
        self._live = live
        self._tasks: dict[str, bars.TaskID] = {}

    def step(self, name: str, done: int, total: int | None) -> None:
        """Move the bar of `name`, and take those before it for finished."""
        if name not in self._tasks:
            for task in self._tasks.values():
                self._live.stop_task(task)
            self._tasks[name] = self._live.add_task(inert(name, 40), total=total)
        self._live.update(self._tasks[name], completed=done, total=total)


class ProgressLines:
    """A line every few seconds, where standard error is a file or a pipe."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream
        self._began = monotonic()
        self._state: tuple[str, int, int | None] | None = None

    def step(self, name: str, done: int, total: int | None) -> None:
        """Remember how far the work has come; `tell` says it when it is time."""
        self._state = (name, done, total)

    def tell(self) -> None:
        """Write one line."""
        if self._state is None:
            return
        name, done, total = self._state
        amount = f" {done / max(1, total):.0%}," if total is not None else f" {done:,} so far," if done else ""
        with suppress(OSError, ValueError):  # nobody listens any more: that is no reason to stop the work
            self._stream.write(f"{inert(name, 40)}:{amount} {monotonic() - self._began:.0f} s\n")
            self._stream.flush()


@contextmanager
def progress_on(stream: TextIO, *, quiet: float = QUIET_SECONDS, every: float = LINE_SECONDS) -> Iterator[Progress]:
    """Show progress on `stream` in the way that suits it, until the block is left."""
    console = Console(file=stream)
    if console.is_terminal:
        with bars.Progress(
            bars.SpinnerColumn(),
            bars.TextColumn("{task.description}", markup=False),
            bars.BarColumn(bar_width=None),
            bars.TaskProgressColumn(),
            bars.TimeElapsedColumn(),
            console=console,
            transient=True,
        ) as live:
            yield ProgressBar(live)
        return
    lines = ProgressLines(stream)
    ended = threading.Event()

    def tell_now_and_then() -> None:
        wait = quiet
        while not ended.wait(wait):
            lines.tell()
            wait = every

    teller = threading.Thread(target=tell_now_and_then, name="progress", daemon=True)
    teller.start()
    try:
        yield lines
    finally:
        ended.set()
        teller.join()
