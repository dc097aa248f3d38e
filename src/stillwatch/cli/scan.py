"""`stillwatch scan`: from logs to campaigns, a table and a report."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from stillwatch.facts.campaign import Findings
    from stillwatch.store.outputs import Outputs

REPORT: Final = "report.html"
REJECTS: Final = "rejects.jsonl"
SPREADSHEET: Final = "members.csv"

_MEGABYTE: Final = 1024 * 1024


class _FormatName(click.ParamType[str]):
    """The name of a log format; the list is looked up only when one is given."""

    name = "name"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse a format that nobody reads."""
        if isinstance(value, str) and value in self._names():
            return value
        return self.fail(f"{value!r} is not one of {', '.join(self._names())}", param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002 -- click's signature
        """Offer the formats that are read."""
        return [CompletionItem(name) for name in self._names() if name.startswith(incomplete)]

    def _names(self) -> tuple[str, ...]:
        from stillwatch.read.formats import AUTO, FORMAT_NAMES

        return (AUTO, *FORMAT_NAMES)


def _account_choice(_ctx: click.Context, _parameter: click.Parameter, value: str) -> str:
    """Refuse a choice that does not exist before any log is opened."""
    from stillwatch.errors import InputUnusable
    from stillwatch.read.identity import check_account_by

    try:
        check_account_by(value)
    except InputUnusable as error:
        raise click.BadParameter(str(error)) from error
    return value


@click.command(short_help="Find the accounts in your logs that act as one hand.")
@click.argument("logs", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where campaigns.json, members.parquet, report.html and rejects.jsonl go: all of them, or none.",
)
@click.option(
    "--accounts",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What is known about the accounts: payment, registration, owners, registered use (Parquet, JSON Lines, CSV).",
)
@click.option(
    "--format",
    "format_",
    type=_FormatName(),
    default="auto",
    show_default=True,
    help="The format of the logs; by default it is found from their content.",
)
@click.option(
    "--account-by",
    metavar="WHO",
    default="auto",
    show_default=True,
    callback=_account_choice,
    help="Who counts as one account: user, team, key, organisation, or field:NAME for a dotted path into the record. "
    "auto: the key's user, else its team, else the key.",
)
@click.option(
    "--trusted-hops",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="How many proxies of your own stand before the gateway. 0: believe only the peer address, no header.",
)
@click.option(
    "--max-line-mb",
    type=click.IntRange(min=1, max=1024),
    default=8,
    show_default=True,
    metavar="N",
    help="Set aside longer lines unread (MiB).",
)
@click.option(
    "--since-state",
    "state",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Go on from what earlier scans with this DIR have read, as if all logs were read again, and add these logs to "
    "it. Made at first use; holds digests, sums and account names, no texts.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="Start of the random numbers: the same logs and seed give the same result.",
)
@click.option(
    "--secret-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the secret lies under which texts become digests: made at first use, by default in your configuration "
    "folder. Digests under two secrets cannot be compared.",
)
@click.option("--force", is_flag=True, help="Write into DIR even if it holds files that are not an earlier scan.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON in place of the table.")
def scan(
    *,
    logs: tuple[str, ...],
    out: Path,
    accounts: Path | None,
    format_: str,
    account_by: str,
    trusted_hops: int,
    max_line_mb: int,
    state: Path | None,
    seed: int,
    secret_dir: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Read LOGS (files, folders, globs, or - for standard input) and write what was found into DIR.

    Formats are found by content, packed files (gzip, zstd) are unpacked, and lines that cannot be read are set aside in
    rejects.jsonl. Finding campaigns is not an error: the exit code is 0 whether or not something was found, 1 if the
    logs could not be used or the result not be written, 2 if the command was not understood.
    """
    from stillwatch.cli.progress import progress_on
    from stillwatch.read.raw import ReadOptions
    from stillwatch.store.findings_file import SEAL
    from stillwatch.store.outputs import whole_or_nothing

    _refuse_foreign_folder(out, force=force)
    read = ReadOptions(
        format=format_,
        account_by=account_by,
        trusted_hops=trusted_hops,
        max_line_bytes=max_line_mb * _MEGABYTE,
    )
    with whole_or_nothing(out, seal=SEAL) as outputs, progress_on(sys.stderr) as progress:
        progress.step("starting", 0, None)  # the compiled parts take seconds to load
        from stillwatch.pipeline import ScanRequest
        from stillwatch.pipeline import scan as run_scan

        if not _compiled():
            click.echo("The first scan after an installation compiles while it reads, for about a minute.", err=True)
        request = ScanRequest(
            inputs=logs, accounts=accounts, read=read, out=out, state=state, seed=seed, secret_dir=secret_dir
        )
        findings = run_scan(request, progress=progress, rejects_to=outputs.open_text(REJECTS))
        progress.step("writing the report", 0, None)
        _write(findings, outputs)
    _tell(findings, out, as_json=as_json)


def _compiled() -> bool:
    """Whether an earlier scan has left compiled kernels behind."""
    from stillwatch.stats.shingles_kernel import hash_words

    kept_in = hash_words.stats.cache_path
    return kept_in is not None and any(Path(kept_in).glob("*.nbc"))


def _refuse_foreign_folder(out: Path, *, force: bool) -> None:
    """Refuse to scatter files among somebody's own."""
    from stillwatch.store.findings_file import holds_scan

    if out.exists() and not out.is_dir():
        raise click.BadParameter(f"{out} is a file; name a folder", param_hint="--out")
    if force or not out.is_dir() or holds_scan(out) or not any(out.iterdir()):
        return
    raise click.BadParameter(
        f"{out} holds files that are not an earlier scan. Name another folder, or add --force to write beside them",
        param_hint="--out",
    )


def _write(findings: "Findings", outputs: "Outputs") -> None:
    from stillwatch.cli.report import render
    from stillwatch.cli.spreadsheet import members_csv
    from stillwatch.store.findings_file import write_findings

    outputs.write(REPORT, render(findings).encode())
    outputs.write(SPREADSHEET, members_csv(findings.campaigns).encode())
    write_findings(findings, outputs)


def _tell(findings: "Findings", out: Path, *, as_json: bool) -> None:
    import json

    from rich.console import Console

    from stillwatch.cli.outcome import draw_outcome, outcome_object, plain_outcome

    report = out / REPORT
    if as_json:
        click.echo(json.dumps(outcome_object(findings, report), ensure_ascii=True, allow_nan=False, indent=1))
        return
    console = Console(file=sys.stdout, highlight=False)
    if console.is_terminal:
        draw_outcome(findings, report, console)
    else:
        click.echo(plain_outcome(findings, report), nl=False)
