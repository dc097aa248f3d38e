"""The table of campaigns that a scan prints: drawn on a terminal, plain and aligned anywhere else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from stillwatch.cli.inert import columns, inert
from stillwatch.cli.words import bits, main_purpose, number, short_chance
from stillwatch.facts.campaign import Campaign, Tier

MOST_ROWS: Final = 40
"""More campaigns than a screen holds are better read in the report."""

_TIER_STYLE: Final = {Tier.ACT: "bold red", Tier.REVIEW: "bold yellow", Tier.WATCH: "bold blue"}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Column:
    """One column: its head, whether its cells are numbers (which stand to the right), and what it takes to be drawn."""

    head: str
    is_number: bool = False
    least_width: int = 0
    """Columns that a terminal must have for this one to be drawn, too."""


_COLUMNS: Final = (
    _Column(head="campaign"),
    _Column(head="tier"),
    _Column(head="accounts", is_number=True),
    _Column(head="exchanges", is_number=True),
    _Column(head="bits", is_number=True),
    _Column(head="by chance", is_number=True),
    _Column(head="first seen", least_width=140),
    _Column(head="last seen", least_width=140),
    _Column(head="evidence"),
    _Column(head="mostly", least_width=100),
)


def draw_table(campaigns: Sequence[Campaign], console: Console) -> None:
    """Print the table for a person at a terminal."""
    drawn = [place for place, column in enumerate(_COLUMNS) if column.least_width <= console.width]
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for column in (_COLUMNS[place] for place in drawn):
        # Only words may wrap: numbers and names of campaigns are what people copy and compare.
        wraps = column.head in {"evidence", "mostly"}
        table.add_column(column.head, justify="right" if column.is_number else "left", no_wrap=not wraps)
    for campaign in campaigns[:MOST_ROWS]:
        cells = _cells(campaign)
        style = _TIER_STYLE[campaign.tier]
        table.add_row(*(Text(cells[place], style=style if _COLUMNS[place].head == "tier" else "") for place in drawn))
    console.print(table)
    console.print()


def plain_table(campaigns: Sequence[Campaign]) -> str:
    """Write the table with nothing but spaces between its columns."""
    rows = [[column.head for column in _COLUMNS], *(_cells(campaign) for campaign in campaigns[:MOST_ROWS])]
    widths = [max(map(columns, cells)) for cells in zip(*rows, strict=True)]
    return "".join(f"{_aligned(row, widths)}\n" for row in rows)


def _cells(campaign: Campaign) -> list[str]:
    return [
        inert(campaign.campaign_id, 32),
        campaign.tier.label,
        number(campaign.accounts),
        number(campaign.exchanges),
        bits(campaign.counted_bits()),
        short_chance(campaign.expected_by_chance),
        f"{campaign.first_seen.astimezone(UTC):%Y-%m-%d}",
        f"{campaign.last_seen.astimezone(UTC):%Y-%m-%d}",
        ", ".join(each.family.value for each in campaign.standing()) or "-",
        main_purpose(campaign) or "-",
    ]


def _aligned(cells: Iterable[str], widths: Iterable[int]) -> str:
    padded = [
        " " * (width - columns(cell)) + cell if column.is_number else cell + " " * (width - columns(cell))
        for cell, width, column in zip(cells, widths, _COLUMNS, strict=True)
    ]
    return "  ".join(padded).rstrip()
