"""A log, its accounts and its truth as tables in memory: what an attack takes and gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stillwatch.range.tables import ACCOUNTS, EXCHANGES, TRUTH

Row = dict[str, Any]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Logs:
    """What a range wrote."""

    exchanges: pa.Table
    accounts: pa.Table
    truth: pa.Table

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read a range."""
        return cls(
            exchanges=pq.read_table(folder / "exchanges").combine_chunks(),
            accounts=pq.read_table(folder / "accounts.parquet"),
            truth=pq.read_table(folder / "truth.parquet"),
        )

    def write(self, folder: Path) -> None:
        """Write it as a range does, in one file, in order of time."""
        (folder / "exchanges").mkdir(parents=True)
        pq.write_table(self.exchanges.sort_by("started_at"), folder / "exchanges" / "part-00000.parquet")
        pq.write_table(self.accounts, folder / "accounts.parquet")
        pq.write_table(self.truth, folder / "truth.parquet")

    @property
    def campaign_of(self) -> dict[str, str | None]:
        """The campaign of each account, none for the honest."""
        return dict(zip(self.truth["account_id"].to_pylist(), self.truth["campaign_id"].to_pylist(), strict=True))

    @property
    def kind_of(self) -> dict[str, str]:
        """The archetype or honest class of each account."""
        return dict(zip(self.truth["account_id"].to_pylist(), self.truth["kind"].to_pylist(), strict=True))

    def places(self, accounts: Sequence[str]) -> Places:
        """Where the exchanges of some accounts are."""
        mine = pc.is_in(self.exchanges["account_id"], value_set=pa.array(accounts, pa.string()))
        return np.flatnonzero(mine.to_numpy()).astype(np.int64)

    def rows(self, places: Places) -> list[Row]:
        """Some exchanges as plain values."""
        rows: list[Row] = self.exchanges.take(pa.array(places)).to_pylist()
        return rows

    def changed(self, places: Places, rows: Sequence[Row]) -> Self:
        """The same with other exchanges in these places."""
        keep = np.ones(self.exchanges.num_rows, dtype=np.bool_)
        keep[places] = False
        return replace(self, exchanges=self.exchanges.filter(pa.array(keep))).with_exchanges(rows)

    def with_exchanges(self, rows: Sequence[Row]) -> Self:
        """The same with more exchanges."""
        return replace(self, exchanges=pa.concat_tables([self.exchanges, pa.Table.from_pylist(list(rows), EXCHANGES)]))

    def with_accounts(self, accounts: Sequence[Row], truth: Sequence[Row]) -> Self:
        """The same with more accounts."""
        return replace(
            self,
            accounts=pa.concat_tables([self.accounts, pa.Table.from_pylist(list(accounts), ACCOUNTS)]),
            truth=pa.concat_tables([self.truth, pa.Table.from_pylist(list(truth), TRUTH)]),
        )

    def with_known(self, column: str, values: Mapping[str, object]) -> Self:
        """The same with other values in one column of the accounts table."""
        place = self.accounts.schema.get_field_index(column)
        names, old = self.accounts["account_id"].to_pylist(), self.accounts[column].to_pylist()
        column_now = pa.array(
            [values.get(name, value) for name, value in zip(names, old, strict=True)], ACCOUNTS.field(column).type
        )
        return replace(self, accounts=self.accounts.set_column(place, ACCOUNTS.field(column), column_now))
