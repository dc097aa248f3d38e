"""The table that a scan prints fits its terminal and stays whole in a pipe."""

from io import StringIO

import pytest
from rich.console import Console

from stillwatch.cli.campaigns_table import MOST_ROWS, draw_table, plain_table
from stillwatch.cli.inert import columns
from tests.cli.example_findings import example_findings


@pytest.mark.parametrize("width", [60, 80, 110, 160])
def test_the_drawn_table_fits(width: int) -> None:
    """No line is wider than the terminal, and no name or number is cut."""
    screen = StringIO()

    draw_table(example_findings().campaigns, Console(file=screen, width=width, force_terminal=True, color_system=None))

    lines = screen.getvalue().splitlines()
    assert max(map(columns, lines)) <= width
    assert all(campaign.campaign_id in screen.getvalue() for campaign in example_findings().campaigns)
    assert "512,403" in screen.getvalue()


def test_the_plain_table_is_one_line_a_campaign() -> None:
    """A program that reads lines finds a head and one line for each campaign."""
    lines = plain_table(example_findings().campaigns).splitlines()

    assert len(lines) == 1 + len(example_findings().campaigns)
    assert lines[1].split()[:3] == ["sw-3f9a01c27e", "act", "2,000"]


def test_a_flood_of_campaigns_is_cut() -> None:
    """More campaigns than a screen holds are left to the report."""
    campaigns = example_findings().campaigns * 100

    assert len(plain_table(campaigns).splitlines()) == 1 + MOST_ROWS
