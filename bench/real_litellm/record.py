"""Record a LiteLLM proxy: make a scratch environment outside the repository, run one session in it, clean up.

    python -m bench.real_litellm.record --corpora DIR --out samples/gateway.jsonl.zst

Needs Python 3.11 or newer and a package index. All arguments but --environment go to session.py.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent.parent
INSTALLS_WITHIN: Final = 900
RECORDS_WITHIN: Final = 1_800
"""Seconds. Nothing here may run for ever."""


def main() -> None:
    """Make the environment, run the session, and leave nothing behind."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--environment", type=Path, help="keep the scratch environment here, and use it if it is there")
    parser.add_argument("--module", default="session", choices=["session", "kinds"], help="what to run in it (session)")
    arguments, rest = parser.parse_known_args()
    with tempfile.TemporaryDirectory(prefix="real-litellm-env-") as scratch:
        python = _environment(arguments.environment or Path(scratch))
        finished = subprocess.run(  # noqa: S603  # our own module, with the arguments of the person who runs this
            [python, "-m", f"bench.real_litellm.{arguments.module}", *rest],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            timeout=RECORDS_WITHIN,
            check=False,
        )
    sys.exit(finished.returncode)


def _environment(folder: Path) -> Path:
    """The interpreter of an environment that holds exactly what requirements.txt names."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet"]
        command = [*pip, "install", "--require-hashes", "--no-deps", "--requirement", str(HERE / "requirements.txt")]
        subprocess.run(command, timeout=INSTALLS_WITHIN, check=True)  # noqa: S603  # pinned by hash
    return python


if __name__ == "__main__":
    main()
