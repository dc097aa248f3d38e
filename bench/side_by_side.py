"""One large log of several ranges side by side: each keeps its own towns, hosts, trades and tools."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_NAMED: Final = ("account_id", "campaign_id", "exchange_id")
"""What a range numbers by itself, so that two ranges may give one number twice."""
_MOST_OF_A_FIRM: Final = 25
"""A mail domain with fewer accounts than this in one range is a firm's, and another range's firm is another."""


def side_by_side(ranges: Sequence[Path], out: Path) -> None:
    """Write the log of all `ranges`, which begin at the same time, as if one provider had kept it.

    Accounts and firms of two ranges are never the same; texts, networks and clients may be, as of any two customers.
    """
    (out / "exchanges").mkdir(parents=True)
    accounts, truth, exchanges = [], [], 0
    for number, source in enumerate(ranges):
        for path in sorted((source / "exchanges").glob("*.parquet")):
            table = _renamed(pq.read_table(path), number)
            exchanges += table.num_rows
            pq.write_table(table, out / "exchanges" / f"{number:03}-{path.name}")
        accounts.append(_other_firms(_renamed(pq.read_table(source / "accounts.parquet"), number), number))
        truth.append(_renamed(pq.read_table(source / "truth.parquet"), number))
    pq.write_table(pa.concat_tables(accounts), out / "accounts.parquet")
    pq.write_table(pa.concat_tables(truth), out / "truth.parquet")
    made = [json.loads((source / "made.json").read_text(encoding="utf-8")) for source in ranges]
    told: dict[str, Any] = {
        "exchanges": exchanges,
        "accounts": sum(len(table) for table in accounts),
        "learnt": made[0]["learnt"],
        "seconds": round(sum(each["seconds"] for each in made), 1),
        "scans": [],
    }
    (out / "made.json").write_text(json.dumps(told), encoding="utf-8")


def _renamed(table: pa.Table, number: int) -> pa.Table:
    """The table, what its range numbers by itself marked as that range's."""
    for name in _NAMED:
        place = table.schema.get_field_index(name)
        if place >= 0:
            marked = pc.binary_join_element_wise(f"r{number}", table[name].cast(pa.string()), "-")
            table = table.set_column(place, table.schema.field(name), marked.cast(table.schema.field(name).type))
    return table


def _other_firms(accounts: pa.Table, number: int) -> pa.Table:
    """The accounts, the names and mail domains of firms marked as one range's."""
    domains = accounts["email_domain"].to_pylist()
    holders = Counter(domains)
    own = [f"r{number}-{one}" if one and holders[one] < _MOST_OF_A_FIRM else one for one in domains]
    owners = [f"{one} {number}" if one else one for one in accounts["organisation"].to_pylist()]
    for name, values in (("email_domain", own), ("organisation", owners)):
        place = accounts.schema.get_field_index(name)
        field = accounts.schema.field(name)
        accounts = accounts.set_column(place, field, pa.array(values, field.type))
    return accounts
