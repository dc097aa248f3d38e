"""What people read is written down, word by word.

`python -m tests.cli.test_golden` writes the expectations anew; look at what changed before you keep it.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from stillwatch.cli.lookup import look_up
from stillwatch.cli.main import stillwatch
from stillwatch.cli.outcome import plain_outcome
from stillwatch.cli.report import render
from stillwatch.cli.spreadsheet import members_csv
from stillwatch.cli.why import answer_text
from tests.cli.example_findings import example_findings, nothing_found, small_findings

GOLDEN: Final = Path(__file__).parent.parent / "golden" / "cli"
REPORT: Final = Path("out/report.html")


def help_of(name: str = "") -> str:
    """Write the help of a command as on a terminal of 100 columns."""
    words = [name, "--help"] if name else ["--help"]
    return CliRunner().invoke(stillwatch, words, prog_name="stillwatch", terminal_width=100).output


def explained(subject: str) -> str:
    """Answer about the example as `explain` does."""
    return answer_text(look_up(example_findings(), subject), example_findings(), width=100)


def normalised(page: str) -> str:
    """Leave out of a page what is tested elsewhere or differs between machines: style, script, digests, coordinates."""
    page = re.sub(r"(<(style|script)>).*?(</\2>)", r"\1…\3", page, flags=re.DOTALL)
    page = re.sub(r"sha256-[\w+/=]+", "sha256-…", page)
    page = re.sub(r'<g class="labels".*?</g>\n', "", page, flags=re.DOTALL)
    return re.sub(r'\b(cx|cy|x1|x2|y1|y2)="[\d.]+%"', r'\1="…"', page)


TOLD: Final[dict[str, Callable[[], str]]] = {
    "help.txt": help_of,
    "help-scan.txt": lambda: help_of("scan"),
    "help-explain.txt": lambda: help_of("explain"),
    "help-completion.txt": lambda: help_of("completion"),
    "scan.txt": lambda: plain_outcome(example_findings(), REPORT),
    "scan-nothing.txt": lambda: plain_outcome(nothing_found(), REPORT),
    "explain-campaign.txt": lambda: explained("sw-3f9a01c27e"),
    "explain-account.txt": lambda: explained("team-a"),
    "explain-hostile.txt": lambda: explained("sw-0badc0de<b>"),
    "explain-honest.txt": lambda: explained("student-007"),
    "members.csv": lambda: members_csv(example_findings().campaigns[2:]),
    "report.html": lambda: normalised(render(small_findings())),
    "report-nothing.html": lambda: normalised(render(nothing_found())),
}


@pytest.mark.parametrize("name", TOLD)
def test_reads_as_written_down(name: str) -> None:
    """Help, tables, explanations and the report read as they did when somebody last looked at them."""
    expected = (GOLDEN / name).read_bytes().decode()

    told = TOLD[name]()

    assert told == expected


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name, tell in TOLD.items():
        (GOLDEN / name).write_bytes(tell().encode())
