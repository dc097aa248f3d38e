"""Whoever waits is told how far the work has come."""

import io
import time

from stillwatch.cli.progress import ProgressLines, progress_on


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_a_pipe_gets_plain_lines() -> None:
    """Where standard error is no terminal, progress is a line of plain text."""
    stream = io.StringIO()
    lines = ProgressLines(stream)

    lines.step("reading", 250, 1_000)
    lines.tell()
    lines.step("judging\x1b[2J", 1_200, None)
    lines.tell()

    assert stream.getvalue().splitlines() == ["reading: 25%, 0 s", "judging\\x1b[2J: 1,200 so far, 0 s"]


def test_long_work_is_never_silent() -> None:
    """A step that says nothing for long is told of nevertheless."""
    stream = io.StringIO()

    with progress_on(stream, quiet=0.01, every=0.02) as progress:
        progress.step("reading", 0, None)
        time.sleep(0.3)

    assert len(stream.getvalue().splitlines()) > 2


def test_short_work_is_silent() -> None:
    """What ends at once prints nothing."""
    stream = io.StringIO()

    with progress_on(stream) as progress:
        progress.step("reading", 1, 2)

    assert stream.getvalue() == ""


def test_a_terminal_gets_a_bar() -> None:
    """On a terminal, each step has a bar of its own, and a hostile name stays inert."""
    stream = Terminal()

    with progress_on(stream) as progress:
        progress.step("reading", 1, 2)
        progress.step("[red]judging", 0, None)

    assert "reading" in stream.getvalue()
    assert "[red]judging" in stream.getvalue()


def test_a_closed_stream_stops_nothing() -> None:
    """Progress that nobody can see is no reason to stop the work."""
    stream = io.StringIO()
    lines = ProgressLines(stream)
    lines.step("reading", 1, None)
    stream.close()

    lines.tell()
