"""The members open in a spreadsheet, and nothing in them is computed."""

import csv

from stillwatch.cli.spreadsheet import members_csv
from tests.cli.example_findings import HOSTILE, example_findings


def test_no_cell_is_a_formula() -> None:
    """Every cell of every hostile account is plain text, and every account keeps its row."""
    rows = list(csv.reader(members_csv(example_findings().campaigns).splitlines()))

    assert len(rows) == 1 + sum(len(campaign.members) for campaign in example_findings().campaigns)
    assert {len(row) for row in rows} == {6}
    assert not [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]
    assert len({row[0] for row in rows} - {"account_id"}) >= len(HOSTILE)
