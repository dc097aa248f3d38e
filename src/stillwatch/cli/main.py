"""The command `stillwatch`: finds its sub-commands, and turns whatever goes wrong into a sentence and an exit code."""

import errno
import os
import signal
import sys
from contextlib import suppress
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn, TextIO

import click
from click.shell_completion import shell_complete

from stillwatch import __version__
from stillwatch.cli.inert import inert, inert_lines
from stillwatch.errors import StillwatchError

COMPLETE_VARIABLE: Final = "_STILLWATCH_COMPLETE"
"""In which a shell's completion script puts its question."""

DONE: Final = 0
FAILED: Final = 1
INTERRUPTED: Final = 130

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

_NAME: Final = "stillwatch"

COMMANDS: Final = {
    "scan": "stillwatch.cli.scan:scan",
    "explain": "stillwatch.cli.explain:explain",
    "range": "stillwatch.cli.range:range_",
    "completion": "stillwatch.cli.completion:completion",
}
"""Each sub-command and where it is found; a new one needs a line here and a file of its own."""


class Commands(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """Name the commands in the order in which people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- as above
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name]} is no command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed, or say which one comes close."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            close = get_close_matches(args[0], COMMANDS, n=1)
            if not close:
                raise
            raise click.UsageError(f"No such command {args[0]!r}. Did you mean {close[0]!r}?", ctx) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="%(prog)s %(version)s")
def stillwatch() -> None:
    """Find the accounts that act as one hand, in the logs that you already have.

    Nothing is enforced from here: what is found comes with reasons, doubts and what would clear it, and a person
    decides.
    """


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code; no error leaves as a traceback."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # a caller may have put something else there
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # TextIO has none, TextIOWrapper has
    with suppress(ValueError):  # only the main thread may
        signal.signal(signal.SIGTERM, _leave)
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough, and the files are in place by the time we print.
        _give_up_on(sys.stdout)
        return DONE
    except OSError as error:
        _give_up_on(sys.stdout)
        return _say(inert(f"stillwatch: {_refusal(error)}"))
    return code


def _run(arguments: list[str] | None) -> int:
    question = os.environ.get(COMPLETE_VARIABLE)
    if question:
        return shell_complete(stillwatch, {}, _NAME, COMPLETE_VARIABLE, question)
    try:
        # Not through click's own main(), which would end the process with 1 when a reader has seen enough.
        with stillwatch.make_context(_NAME, list(sys.argv[1:] if arguments is None else arguments)) as context:
            stillwatch.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except (OSError, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 -- what nobody foresaw is told, too; a panic in a library is no Exception
        return _say(*_in_words(error))
    return DONE


def _in_words(error: BaseException) -> tuple[str, int]:
    """Put an error into words that cannot act on a terminal, with its exit code."""
    match error:
        case click.UsageError():
            usage = f"{error.ctx.get_usage()}\nTry '{error.ctx.command_path} --help'.\n\n" if error.ctx else ""
            return inert_lines(f"{usage}stillwatch: {error.format_message().expandtabs(4)}"), error.exit_code
        case KeyboardInterrupt() | click.Abort():
            return "stillwatch: interrupted", INTERRUPTED
        case StillwatchError():
            return inert(f"stillwatch: {error}"), FAILED
        case MemoryError():
            return "stillwatch: memory ran out. Scan fewer logs at once, or give this machine more memory.", FAILED
        case _:
            return _bug(error), FAILED


def _say(message: str, code: int = FAILED) -> int:
    """Tell an error on standard error; `message` is inert already, for it may quote a file name or an account."""
    with suppress(OSError, ValueError):  # nobody listens; the exit code still tells
        sys.stderr.write(f"{message}\n")
        sys.stderr.flush()
    return code


def _refusal(error: OSError) -> str:
    """Say what the operating system refused; a full output folder has its own error, so what is full is a stream."""
    why = error.strerror or "the operating system refused"
    if isinstance(error.filename, str):
        return f"{why}: {error.filename}"
    return f"standard output could not be written: {why}" if error.errno in _NO_ROOM else why


def _bug(error: BaseException) -> str:
    """Say where an unforeseen error arose, without its message: that could quote a customer's text."""
    trace = error.__traceback__
    place = "an unknown place"
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if "stillwatch" in file.parts:
            ours = len(file.parts) - 1 - file.parts[::-1].index("stillwatch")
            place = f"{'/'.join(file.parts[ours:])}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return (
        f"stillwatch: an error of our own, {inert(type(error).__name__)} at {inert(place)}. No half-written result is "
        f"left. Please report it with the version ({__version__})."
    )


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    """End on SIGTERM as on any exception, so that temporary files are removed."""
    raise SystemExit(128 + signal.SIGTERM)


def _give_up_on(stream: TextIO) -> None:
    """Keep the interpreter from flushing into a closed pipe or a full disk at exit, which it would complain about."""
    with suppress(OSError, ValueError, AttributeError):
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, stream.fileno())
        os.close(sink)


if __name__ == "__main__":
    sys.exit(main())
