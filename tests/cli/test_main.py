"""Whatever goes wrong becomes a sentence and an exit code, and never a traceback."""

import signal
import subprocess
import time
from pathlib import Path

import pytest

from stillwatch.cli.main import main
from tests.cli.command import ROOT, arguments, environment, run


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--version"], 0, "stillwatch 0"),
        (["--help"], 0, "act as one hand"),
        (["scan", "--help"], 0, "LOGS"),
        (["scan"], 2, "Missing argument"),
        (["scan", "log", "--out"], 2, "requires an argument"),
        (["scan", "log", "--out", "x", "--trusted-hops", "-1"], 2, "--trusted-hops"),
        (["scan", "log", "--out", "x", "--format", "morse"], 2, "litellm"),
        (["scam", "log"], 2, "Did you mean 'scan'?"),
        (["fly"], 2, "No such command"),
        (["explain", "/no/such/folder", "x"], 1, "is not a folder"),
        (["completion", "bash"], 0, "_STILLWATCH_COMPLETE"),
        (["completion", "tcsh"], 2, "bash"),
    ],
)
def test_exit_codes(words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """0 is done, 1 is an input or output that could not be used, 2 is a command that was not understood."""
    kept = signal.getsignal(signal.SIGTERM)

    ended = main(words)

    signal.signal(signal.SIGTERM, kept)
    printed = capsys.readouterr()
    assert ended == code
    assert said in (printed.err if code else printed.out)
    assert "Traceback" not in printed.err


def test_wrong_usage_ends_with_two() -> None:
    """What a shell sees is the same: the code 2, the usage, and nothing on standard output."""
    ended = run("small", "scan", "--trusted-hops", "many")

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("Usage: stillwatch scan [OPTIONS] LOGS...")


def test_finding_campaigns_is_no_error(tmp_path: Path) -> None:
    """A scan that finds something is done, and so is one that does not."""
    assert run("small", "scan", "log", "--out", tmp_path / "a").returncode == 0
    assert run("nothing", "scan", "log", "--out", tmp_path / "b").returncode == 0


def test_an_unusable_input_is_told_inertly(tmp_path: Path) -> None:
    """A log that cannot be used ends with 1 and a message in which a hostile file name cannot act."""
    ended = run("unusable", "scan", "log", "--out", tmp_path / "out")

    assert ended.returncode == 1
    assert ended.stderr.endswith("stillwatch: logs/\\x1b[31mred.jsonl holds no exchange. Check --format.\n")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("scene", "name"), [("bug", "KeyError"), ("panic", "_Panic")])
def test_a_bug_is_told_without_its_message(tmp_path: Path, scene: str, name: str) -> None:
    """An unforeseen error names its place, and not what it was about: that may be a customer's text."""
    ended = run(scene, "scan", "log", "--out", tmp_path / "out")

    assert ended.returncode == 1
    assert f"{name} at stillwatch/cli/scan.py, line" in ended.stderr
    assert "customer" not in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_memory_that_runs_out_is_told(tmp_path: Path) -> None:
    """Too little memory is said, with what to do."""
    ended = run("memory", "scan", "log", "--out", tmp_path / "out")

    assert (ended.returncode, list(tmp_path.iterdir())) == (1, [])
    assert "memory ran out" in ended.stderr


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["interrupt", "terminate"]
)
def test_a_stopped_scan_leaves_nothing(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    """Whoever stops a scan finds no traceback and no files."""
    with subprocess.Popen(  # noqa: S603 -- our own arguments
        arguments("slow", "scan", "log", "--out", tmp_path / "out"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "scanning\n"
        time.sleep(0.1)
        process.send_signal(sent)
        _, errors = process.communicate(timeout=120)

    assert process.returncode == code
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    """A pipe that closes early costs neither the files nor a complaint."""
    command = arguments("small", "scan", "log", "--json", "--out", tmp_path / "out")
    with subprocess.Popen(  # noqa: S603 -- our own arguments
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment()
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        errors = process.stderr.read()

    assert process.wait(20) == 0
    assert not [word for word in ("Traceback", "Exception", "pipe") if word in errors]
    assert (tmp_path / "out" / "report.html").exists()


def test_a_full_standard_output_is_told(tmp_path: Path) -> None:
    """Output that cannot be printed ends with 1 and a sentence, and the files are there."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ended = subprocess.run(  # noqa: S603 -- our own arguments
            arguments("small", "scan", "log", "--out", tmp_path / "out"),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
            cwd=ROOT,
            env=environment(),
        )

    assert ended.returncode == 1
    assert ended.stderr.endswith("stillwatch: standard output could not be written: No space left on device\n")
    assert (tmp_path / "out" / "report.html").exists()


def test_an_odd_locale_is_no_error(tmp_path: Path) -> None:
    """A terminal that cannot show a character gets an escape in its place."""
    ended = run("small", "scan", "log", "--out", tmp_path / "\u65e5\u672c", PYTHONIOENCODING="iso8859-1")

    assert ended.returncode == 0
    assert "\\u65e5" in ended.stdout


@pytest.mark.parametrize(("shell", "word"), [("bash", "1"), ("zsh", "1"), ("fish", "")])
def test_shells_can_complete(shell: str, word: str) -> None:
    """Each shell gets a script, and the answers that the script asks for."""
    script = run("small", "completion", shell).stdout

    question = {"_STILLWATCH_COMPLETE": f"{shell}_complete", "COMP_WORDS": "stillwatch ", "COMP_CWORD": word}
    answers = run("small", **question).stdout

    assert "_STILLWATCH_COMPLETE" in script
    assert all(command in answers for command in ("scan", "explain", "completion"))


def test_campaigns_are_completed(tmp_path: Path) -> None:
    """After a folder was typed, its campaigns are offered."""
    run("small", "scan", "log", "--out", tmp_path / "out")

    answers = run(
        "small",
        _STILLWATCH_COMPLETE="bash_complete",
        COMP_WORDS=f"stillwatch explain {tmp_path / 'out'} sw-7",
        COMP_CWORD="3",
    ).stdout

    assert answers.split(",")[-1].strip() == "sw-77e0a5b313"
