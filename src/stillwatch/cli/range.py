"""`stillwatch range`: make traffic whose truth is known, and score a scan against it."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from stillwatch.range import Score


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
@click.option(
    "--truth", required=True, metavar="FILE", type=click.Path(path_type=Path), help="truth.parquet of a range."
)
@click.option("--members", required=True, metavar="FILE", type=click.Path(path_type=Path),
              help="members.parquet of a scan of that range.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def score_(*, truth: Path, members: Path, as_json: bool) -> None:
    """Say how much was found, how much of it was right, and which honest classes were wrongly accused."""
    from stillwatch.range import score

    found = score(truth, members)
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=True, indent=1))
        return
    click.echo("\n".join(_lines(found)))


def _names(given: str | None) -> Sequence[str] | None:
    """Read a comma-separated list; `none` is an empty one, nothing given means all."""
    if given is None:
        return None
    return [] if given == "none" else [name.strip() for name in given.split(",") if name.strip()]


def _lines(found: "Score") -> list[str]:
    """The score as a few lines of text."""
    lines = [f"{found.accounts:,} accounts, {found.hostile:,} of them in campaigns"]
    for tier in found.tiers:
        told = " ".join(
            f"{name} {rate.share:.3f} ({rate.low:.3f} to {rate.high:.3f})" if rate.share is not None else f"{name} -"
            for name, rate in (("precision", tier.precision), ("recall", tier.recall))
        )
        lines.append(f"{tier.tier:<7} or above: {told}")
        accused = [f"{kind} {rate.hits}/{rate.of}" for kind, rate in tier.accused_by_class.items() if rate.hits]
        if accused:
            lines.append(f"        honest accounts named: {', '.join(accused)}")
    purity = "-" if found.grouping.purity is None else f"{found.grouping.purity:.3f}"
    lines.append(f"{found.grouping.found} campaigns found, purity {purity}, {found.grouping.merged} of them merged")
    lines.append(f"Brier score of confidence {found.calibration.brier:.4f}")
    return lines
