"""`stillwatch explain`: why an account or a campaign was named, in words and numbers, and what would clear it."""

import json
import sys
from pathlib import Path

import click
from click.shell_completion import CompletionItem


def _campaigns_in(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the campaigns of the folder that was already typed."""
    from stillwatch.cli.inert import inert
    from stillwatch.errors import StillwatchError
    from stillwatch.store.findings_file import read_findings

    folder = ctx.params.get("folder")
    if not isinstance(folder, Path):
        return []
    try:
        findings = read_findings(folder)
    except StillwatchError:
        return []
    groups = [*findings.campaigns, *findings.set_aside]
    return [
        CompletionItem(inert(group.campaign_id)) for group in groups if inert(group.campaign_id).startswith(incomplete)
    ]


@click.command(short_help="Say why an account or a campaign was named, and what would clear it.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("subject", metavar="ACCOUNT_OR_CAMPAIGN", shell_complete=_campaigns_in)
@click.option("--json", "as_json", is_flag=True, help="Print the explanation as JSON.")
def explain(folder: Path, subject: str, *, as_json: bool) -> None:
    """Say why ACCOUNT_OR_CAMPAIGN was named by the scan in DIR, how sure that is, and what would clear it.

    An account may be typed as it is in the log, or as the report shows it.
    """
    from rich.console import Console

    from stillwatch.cli.lookup import look_up
    from stillwatch.cli.why import answer_object, answer_text
    from stillwatch.store.findings_file import read_findings

    findings = read_findings(folder)
    answer = look_up(findings, subject)
    if as_json:
        click.echo(json.dumps(answer_object(answer, findings), ensure_ascii=True, allow_nan=False, indent=1))
        return
    console = Console(file=sys.stdout, highlight=False)
    click.echo(answer_text(answer, findings, width=min(100, console.width) if console.is_terminal else 100), nl=False)
