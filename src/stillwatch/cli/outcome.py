"""What a scan prints when it is done: the table, what was read, what could not be seen, and where the report is."""

from pathlib import Path

import msgspec
from rich.console import Console
from rich.text import Text

from stillwatch.cli.campaigns_table import MOST_ROWS, draw_table, plain_table
from stillwatch.cli.inert import inert
from stillwatch.cli.words import NOT_PROOF, could_not_see, counted, was_read
from stillwatch.facts.campaign import Findings
from stillwatch.facts.exchange import SCHEMA_VERSION
from stillwatch.store.findings_file import campaign_object


def draw_outcome(findings: Findings, report: Path, console: Console) -> None:
    """Print the outcome for a person at a terminal."""
    if findings.campaigns:
        draw_table(findings.campaigns, console)
    for line in _lines(findings, report):
        console.print(Text(line))


def plain_outcome(findings: Findings, report: Path) -> str:
    """Write the outcome as plain text."""
    table = f"{plain_table(findings.campaigns)}\n" if findings.campaigns else ""
    return table + "".join(f"{line}\n" for line in _lines(findings, report))


def outcome_object(findings: Findings, report: Path) -> dict[str, object]:
    """Tell the outcome to a program: what was read, the content of `campaigns.json`, and what was set aside."""
    return {
        "schema_version": SCHEMA_VERSION,
        "scan": msgspec.to_builtins(findings.scan),
        "could_not_see": could_not_see(findings.scan),
        "campaigns": [campaign_object(campaign) for campaign in findings.campaigns],
        "set_aside": [campaign_object(group) for group in findings.set_aside],
        "report": str(report),
    }


def _lines(findings: Findings, report: Path) -> list[str]:
    lines = []
    untold = len(findings.campaigns) - MOST_ROWS
    if untold > 0:
        lines.append(f"and {counted(untold, 'campaign')} more: see the report.")
    if not findings.campaigns:
        lines.append(f"No campaign found. {NOT_PROOF}")
    lines.append(was_read(findings.scan))
    if findings.set_aside:
        groups = counted(len(findings.set_aside), "group")
        lines.append(f"Set aside as honestly explained: {groups}; see the report.")
    lines += [f"Could not see: {blind}" for blind in could_not_see(findings.scan)]
    if findings.campaigns:
        lines.append("Nothing has been done to any account: read the reasons, then a person decides.")
    lines.append(f"Report: {inert(str(report))}")
    return lines
