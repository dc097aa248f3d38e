"""The real command line around a pipeline that is made up: `python -m tests.cli.driver SCENE ARGUMENTS...`."""

import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Final, TextIO

from stillwatch.cli.main import main
from stillwatch.errors import InputUnusable
from stillwatch.facts.campaign import Findings
from tests.cli.example_findings import example_findings, nothing_found, small_findings

if TYPE_CHECKING:
    from stillwatch.cli.progress import Progress

Scene = Callable[[TextIO], Findings]


def _unusable(_rejects: TextIO) -> Findings:
    raise InputUnusable("logs/\x1b[31mred.jsonl holds no exchange. Check --format.")


def _bug(_rejects: TextIO) -> Findings:
    raise KeyError("the customer's own words")


class _Panic(BaseException):
    """What a library written in another language raises when it gives up."""


def _panic(_rejects: TextIO) -> Findings:
    raise _Panic("the customer's own words")


def _memory(_rejects: TextIO) -> Findings:
    raise MemoryError


def _slow(_rejects: TextIO) -> Findings:
    # A shell starts its background jobs with interrupts ignored; a terminal's user has them.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.stdout.write("scanning\n")
    sys.stdout.flush()
    time.sleep(60)
    return example_findings()


def _small_files(rejects: TextIO) -> Findings:
    """Let no file grow beyond 100 kB, as a full disk does; the rejects stay below it, the report does not."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    rejects.write("{}\n")
    return example_findings()


def _many_rejects(rejects: TextIO) -> Findings:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    rejects.writelines('{"file": "log.jsonl", "line": 1, "reason": "malformed"}\n' for _ in range(100_000))
    return example_findings()


SCENES: Final[dict[str, Scene]] = {
    "example": lambda _rejects: example_findings(),
    "small": lambda _rejects: small_findings(),
    "nothing": lambda _rejects: nothing_found(),
    "unusable": _unusable,
    "bug": _bug,
    "panic": _panic,
    "memory": _memory,
    "slow": _slow,
    "small-files": _small_files,
    "many-rejects": _many_rejects,
}


def pipeline(scene: Scene) -> ModuleType:
    """Make a module that stands in for the pipeline."""

    def scan(_request: object, *, progress: "Progress", rejects_to: TextIO) -> Findings:
        progress.step("reading", 1, 1)
        return scene(rejects_to)

    made = ModuleType("stillwatch.pipeline")
    vars(made).update(scan=scan, ScanRequest=SimpleNamespace)
    return made


if __name__ == "__main__":
    sys.modules["stillwatch.pipeline"] = pipeline(SCENES[sys.argv[1]])
    os.environ.setdefault("COLUMNS", "100")
    sys.exit(main(sys.argv[2:]))
