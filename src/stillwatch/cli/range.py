"""`stillwatch range`: make traffic whose truth is known, score a scan against it, and replay it in time order."""

import json
import sys
from collections.abc import Sequence
from datetime import timedelta
from math import isnan
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from stillwatch.range import Score

SCORE: Final = "score.json"
PAGE: Final = "score.html"
MOST_HOURS: Final = 366 * 24.0


@click.group("range", short_help="Make traffic whose truth is known, and score a scan against it.")
def range_() -> None:
    """Traffic whose truth is known: log files for trying detectors on, and an honest score."""


@range_.command("make", short_help="Write simulated logs, accounts and their truth.")
@click.option("--out", required=True, metavar="DIR", type=click.Path(path_type=Path), help="An empty or new folder.")
@click.option("--scale", default=0.0005, show_default=True, type=click.FloatRange(min=0.0, min_open=True), metavar="X",
              help="Share of the full size, which is 151 million exchanges.")  # fmt: skip
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0), help="The same seed: the same bytes.")
@click.option("--level", default=0, show_default=True, type=int,
              help="Skill of the campaigns: 0 careless to 4 adaptive.")  # fmt: skip
@click.option("--campaigns", metavar="LIST", help="Archetypes, separated by commas, or none; all by default.")
@click.option("--honest", metavar="LIST", help="Honest classes, separated by commas, or none; all by default.")
@click.option("--corpora", metavar="DIR", type=click.Path(path_type=Path),
              help="Folder of texts and traces; a small set comes with the package.")  # fmt: skip
def make(
    *,
    out: Path,
    scale: float,
    seed: int,
    level: int,
    campaigns: str | None,
    honest: str | None,
    corpora: Path | None,
) -> None:
    """Write exchanges/*.parquet, accounts.parquet and truth.parquet into DIR.

    These are simulated log files for measuring detectors; nothing is ever sent to anybody's service.
    """
    from stillwatch.cli.progress import progress_on
    from stillwatch.range import make_range

    with progress_on(sys.stderr) as progress:
        made = make_range(
            out,
            scale=scale,
            seed=seed,
            level=level,
            campaigns=_names(campaigns),
            honest=_names(honest),
            corpora=corpora,
            progress=lambda done: progress.step("making traffic", round(1000 * done), 1000),
        )
    click.echo(f"{made.exchanges:,} exchanges of {made.accounts:,} accounts in {made.out}")


@range_.command("score", short_help="Compare what a scan concluded with the truth.")
@click.option("--truth", required=True, metavar="FILE", type=click.Path(path_type=Path),
              help="truth.parquet of a range.")  # fmt: skip
@click.option("--members", required=True, metavar="FILE", type=click.Path(path_type=Path),
              help="members.parquet of a scan of that range.")  # fmt: skip
@click.option("--html", metavar="FILE", type=click.Path(path_type=Path), help="Also write a page with plots.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def score_(*, truth: Path, members: Path, html: Path | None, as_json: bool) -> None:
    """Say how much was found, how much of it was right, and which honest classes were wrongly accused.

    Shares come with Wilson's 95 % intervals. A tier counts together with the stronger ones.
    """
    from stillwatch.range import score

    if html is not None:
        _refuse_page(html, truth, members)
    found = score(truth, members)
    if html is not None:
        _write_page(found, html)
    _tell(found, as_json=as_json)


@range_.command("replay", short_help="Scan a range again and again, as time passes in it.")
@click.argument("data", metavar="RANGE", type=click.Path(path_type=Path))
@click.option("--out", required=True, metavar="DIR", type=click.Path(path_type=Path),
              help="An empty or new folder for the members of each scan, score.json and score.html.")  # fmt: skip
@click.option("--scans", default=12, show_default=True, type=click.IntRange(1, 1000), metavar="N",
              help="How many scans, at equal distances; with --every, how many at most.")  # fmt: skip
@click.option("--every", type=click.FloatRange(min=0, min_open=True), metavar="HOURS",
              help="Hours between two scans, in place of equal distances.")  # fmt: skip
@click.option("--contain-at", type=click.Choice(["watch", "review", "act"]), default="act", show_default=True,
              help="The tier from which on an account counts as contained.")  # fmt: skip
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0), metavar="N",
              help="Start of the random numbers of each scan.")  # fmt: skip
@click.option("--secret-dir", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Where the secret of the scans lies, as for `stillwatch scan`.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def replay_(
    *,
    data: Path,
    out: Path,
    scans: int,
    every: float | None,
    contain_at: str,
    seed: int,
    secret_dir: Path | None,
    as_json: bool,
) -> None:
    """Scan RANGE, a folder of `range make`, at successive times, with the log and the accounts as they stood then.

    Tells, beside what `range score` does, how many exchanges each campaign got before its accounts were contained, how
    long it took to notice it, and what became of the accounts that it opened afterwards. The log itself does not
    change: what a campaign would have done had it really been stopped is not in it.
    """
    from stillwatch.cli.progress import progress_on
    from stillwatch.cli.replay import scan_log
    from stillwatch.range import replay, score, timetable
    from stillwatch.store.outputs import whole_or_nothing

    _refuse_full_folder(out)
    with whole_or_nothing(out, seal=SCORE) as outputs, progress_on(sys.stderr) as progress:
        progress.step("replaying", 0, None)
        times = timetable(data, every=_hours(every), most=scans)
        with TemporaryDirectory(dir=outputs.stage) as workspace:
            done = []
            for scan in replay(
                data,
                times,
                scan_log(seed=seed, secret_dir=secret_dir),
                Path(workspace),
                progress=lambda number, total: progress.step("replaying", number, total),
            ):
                outputs.write(scan.members.name, scan.members.read_bytes())
                done.append(scan)
            found = score(data / "truth.parquet", done[-1].members, data=data, scans=done, contained_at=contain_at)
        outputs.write(SCORE, f"{_json(found)}\n".encode())
        outputs.write(PAGE, _page(found, f"{data}").encode())
    _tell(found, as_json=as_json)
    if not as_json:
        click.echo(f"Page: {out / PAGE}")


def _hours(every: float | None) -> timedelta | None:
    """Read hours; nobody's log lasts longer than `MOST_HOURS`."""
    if every is None:
        return None
    if isnan(every):
        raise click.BadParameter("nan is not a number of hours", param_hint="--every")
    return timedelta(hours=min(every, MOST_HOURS))


def _refuse_full_folder(out: Path) -> None:
    """Leave alone what somebody keeps in the output folder."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise click.BadParameter(f"{out} is not an empty folder; name another, or empty it first", param_hint="--out")


def _refuse_page(html: Path, *tables: Path) -> None:
    """Leave alone the tables to read, and whatever is no plain file: a page takes the place of what was there."""
    if html.resolve() in {table.resolve() for table in tables}:
        raise click.BadParameter(f"{html} is one of the tables to read; name another file", param_hint="--html")
    if html.exists() and not html.is_file():
        raise click.BadParameter(f"{html} is no file; name one in a folder that exists", param_hint="--html")


def _write_page(found: "Score", path: Path) -> None:
    """Write the page whole, or say why not."""
    from stillwatch.errors import StopError

    page = _page(found, "").encode()
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=".stillwatch-", delete=False) as file:
            file.write(page)
    except OSError as error:
        raise StopError(f"could not write {path}: {error.strerror or error}. Name another --html") from error
    try:
        Path(file.name).replace(path)
        path.chmod(0o644)
    except OSError as error:
        Path(file.name).unlink(missing_ok=True)
        raise StopError(f"could not write {path}: {error.strerror or error}. Name another --html") from error


def _page(found: "Score", name: str) -> str:
    from stillwatch.cli.report.score_page import render_score

    return render_score(found, name)


def _tell(found: "Score", *, as_json: bool) -> None:
    from stillwatch.cli.score_words import score_lines

    click.echo(_json(found) if as_json else "\n".join(score_lines(found)))


def _json(found: "Score") -> str:
    return json.dumps(found.as_json(), ensure_ascii=True, allow_nan=False, indent=1)


def _names(given: str | None) -> Sequence[str] | None:
    """Read a comma-separated list; `none` is an empty one, nothing given means all."""
    if given is None:
        return None
    return [] if given == "none" else [name.strip() for name in given.split(",") if name.strip()]
