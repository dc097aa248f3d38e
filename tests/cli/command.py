"""Runs the command line as a person's shell would: a process of its own, with streams and an exit code."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]


def arguments(scene: str, *words: str | Path) -> list[str]:
    """The command that plays `scene`."""
    return [sys.executable, "-m", "tests.cli.driver", scene, *map(str, words)]


def environment(**more: str) -> Mapping[str, str]:
    """Our environment, in which our code is found."""
    return {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "NO_COLOR": "1", **more}


def run(scene: str, *words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `stillwatch WORDS...` in `scene` and wait for its end."""
    return subprocess.run(  # noqa: S603 -- our own arguments
        arguments(scene, *words),
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=60,
        check=False,
        cwd=ROOT,
        env=environment(**more),
    )
