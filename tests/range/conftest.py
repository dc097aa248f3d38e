"""Ranges that several tests look at, made once."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch.range import make_range

SCALE = 0.0001


class Made:
    """A range, read back."""

    def __init__(self, out: Path) -> None:
        """Read every table below `out`."""
        self.out = out
        self.exchanges: pa.Table = pq.read_table(out / "exchanges")
        self.accounts: pa.Table = pq.read_table(out / "accounts.parquet")
        self.truth: pa.Table = pq.read_table(out / "truth.parquet")
        parts = pq.read_table(out / "truth_exchanges")
        self.rows: list[dict[str, Any]] = self.exchanges.to_pylist()
        for row, part, campaign in zip(
            self.rows, parts["part"].to_pylist(), parts["campaign_id"].to_pylist(), strict=True
        ):
            row["part"], row["campaign"] = part, campaign
        self.account = {row["account_id"]: row for row in self.accounts.to_pylist()}
        self.kind = dict(zip(self.truth["account_id"].to_pylist(), self.truth["kind"].to_pylist(), strict=True))
        campaigns = self.truth["campaign_id"].to_pylist()
        self.campaign = dict(zip(self.truth["account_id"].to_pylist(), campaigns, strict=True))

    def truth_of(self, account: str) -> bool:
        """Say whether an account is a campaign's."""
        return self.campaign[account] is not None

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the exchanges of a campaign or honest class, oldest first."""
        return [row for row in self.rows if self.kind[row["account_id"]] == kind]

    def accounts_of(self, kind: str) -> list[dict[str, Any]]:
        """Return the account records of a campaign or honest class."""
        return [row for name, row in self.account.items() if self.kind[name] == kind]


@pytest.fixture(scope="session")
def careless(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Everything at level 0."""
    out = tmp_path_factory.mktemp("careless") / "range"
    make_range(out, scale=SCALE, seed=3, level=0)
    return Made(out)


@pytest.fixture(scope="session")
def disguised(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Everything at level 1, large enough for statistics."""
    out = tmp_path_factory.mktemp("disguised") / "range"
    make_range(out, scale=2 * SCALE, seed=5, level=1)
    return Made(out)
