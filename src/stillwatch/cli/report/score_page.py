"""Turns a score into one HTML page of plots, each with its figures behind it, in the shell of the report."""

from stillwatch import __version__
from stillwatch.cli import score_words, words
from stillwatch.cli.report import plots
from stillwatch.cli.report.shell import fill
from stillwatch.range.score import Score


def render_score(found: Score, name: str = "") -> str:
    """Write the page of a score; `name` says which range it is about. The same score always makes the same page."""
    return fill(
        "score.html.j2",
        styles=("report.css", "score.css"),
        found=found,
        name=name,
        version=__version__,
        words=words,
        score_words=score_words,
        shares=plots.SHARES,
        recall=plots.recall_rows(found),
        accused=plots.accused_rows(found),
        points=plots.reliability(found.calibration),
        groups=plots.group_bars(found.grouping),
        leaks=plots.leak_bars(found.leaks),
        detection=plots.detection_bars(found.leaks),
        columns=plots.look_columns(found.looks),
    )
