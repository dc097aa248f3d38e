"""The honest-only case: 107 real programmers of one study (RealHumanEval), one harness, and nobody may reach `act`.

Run: python -m bench.real_people --corpora DIR, where DIR holds B/realhumaneval.parquet (CC0; columns row_id, turn,
role, text, ts, user, model). The study's own clock starts anew for each person, so days are laid out one person after
another as a laboratory would see them, with a fixed seed; everything else is as recorded.
"""

import argparse
import io
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from stillwatch.facts.campaign import Findings, Tier
from stillwatch.pipeline import ScanRequest, scan

_START = 1_780_272_000_000_000
_DAY = 86_400


class _Silent:
    """Progress that nobody watches."""

    def step(self, name: str, done: int, total: int | None) -> None:
        """Say nothing."""


def main() -> None:
    """Scan the study with and without an accounts table and print who was named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder)
        people = write_study(chosen.corpora / "B" / "realhumaneval.parquet", world, chosen.seed)
        for accounts in (world / "accounts.parquet", None):
            request = ScanRequest(
                inputs=(str(world / "exchanges.parquet"),), accounts=accounts, secret_dir=world / "key"
            )
            report(scan(request, progress=_Silent(), rejects_to=io.StringIO()), people, table=accounts is not None)


def report(findings: Findings, people: int, *, table: bool) -> None:
    """One line a scan: how many of the people were put into which tier."""
    tiers = Counter(member.tier.label for campaign in findings.campaigns for member in campaign.members)
    aside = Counter(e.name for group in findings.set_aside for e in group.explanations)
    print(
        f"{people} people, {findings.scan.exchanges} exchanges, accounts table {'given' if table else 'absent'}:"
        f" act {tiers[Tier.ACT.label]}, review {tiers[Tier.REVIEW.label]}, watch {tiers[Tier.WATCH.label]};"
        f" groups tried {findings.scan.groups_tried}, set aside {len(findings.set_aside)} {dict(aside)}"
    )


def write_study(source: Path, out: Path, seed: int) -> int:
    """Write the study as contract tables; return how many people are in it."""
    rng = np.random.default_rng(seed)
    conversations: dict[str, list[dict[str, Any]]] = {}
    for row in pq.read_table(source).to_pylist():
        conversations.setdefault(row["row_id"], []).append(row)
    people = sorted({str(rows[0]["user"]) for rows in conversations.values()})
    begins = {
        name: (place // 6) * _DAY + 9 * 3600 + int(rng.integers(0, 8 * 3600)) for place, name in enumerate(people)
    }
    exchanges = []
    for key, rows in conversations.items():
        rows.sort(key=lambda row: int(row["turn"]))
        *asked, answer = rows if rows[-1]["role"] == "assistant" else [*rows, {"text": None}]
        at = begins[str(rows[0]["user"])] + float(rows[0]["ts"] or 0.0)
        exchanges.append(
            {
                "exchange_id": key,
                "account_id": str(rows[0]["user"]),
                "started_at": _START + int(at * 1e6),
                "ended_at": _START + int((at + float(rng.gamma(2.0, 2.0))) * 1e6),
                "model": next((row["model"] for row in rows if row.get("model")), None),
                "status": 200,
                "client_ip": f"198.18.0.{people.index(str(rows[0]['user']))}",
                "input_messages": [{"role": row["role"], "text": row["text"]} for row in asked],
                "output_text": answer["text"],
            }
        )
    table = pa.Table.from_pylist(exchanges)
    for name in ("started_at", "ended_at"):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table.column(name).cast(pa.timestamp("us", tz="UTC")))
    pq.write_table(table, out / "exchanges.parquet")
    pq.write_table(
        pa.table({"account_id": people, "verification_level": ["email"] * len(people)}), out / "accounts.parquet"
    )
    return len(people)


if __name__ == "__main__":
    main()
