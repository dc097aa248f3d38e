"""The members as a spreadsheet, for people; programs read `members.parquet`."""

import csv
from collections.abc import Iterable
from io import StringIO

from stillwatch.cli.inert import spreadsheet_cell
from stillwatch.facts.campaign import Campaign


def members_csv(campaigns: Iterable[Campaign]) -> str:
    """Write one row for each account in a campaign; identifiers are made inert, so that no cell is computed."""
    text = StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["account_id", "campaign_id", "tier", "confidence", "bits", "exchanges"])
    for campaign in campaigns:
        for member in campaign.members:
            rows.writerow(
                [
                    spreadsheet_cell(member.account_id),
                    spreadsheet_cell(member.campaign_id),
                    member.tier.label,
                    f"{member.confidence:.3f}",
                    f"{member.bits:.1f}",
                    member.exchanges,
                ]
            )
    return text.getvalue()
