"""The accounts of a scan, numbered: who they are, and what the accounts table says of each."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from stillwatch.facts.account import ACCOUNT
from stillwatch.facts.traffic import Traffic

Codes = npt.NDArray[np.int32]

_EMPTY: Final = ACCOUNT.empty_table()


@dataclass(frozen=True, slots=True)
class Roster:
    """Accounts seen in traffic, in order of their keys: an account's code is its place here."""

    keys: npt.NDArray[np.uint64]
    ids: tuple[str, ...]
    table: pa.Table
    """One row an account in the same order, schema ACCOUNT; nulls where nothing is known."""
    given: bool
    """Whether an accounts table was given at all."""
    known: npt.NDArray[np.bool_]
    """(n,): whether the table has a row for the account."""

    @classmethod
    def of(cls, traffic: Traffic, accounts: pa.Table | None) -> "Roster":
        """Number the accounts in `traffic` and look each up in `accounts` (schema ACCOUNT, ids unique)."""
        keys = traffic.activity.account
        ids = tuple(traffic.accounts[int(key)] for key in keys)
        given = accounts is not None
        source = _EMPTY if accounts is None else accounts
        rows = pc.index_in(pa.array(ids, type=pa.string()), value_set=source.column("account_id").combine_chunks())
        return cls(keys, ids, source.take(rows), given, rows.is_valid().to_numpy(zero_copy_only=False))

    def codes(self, keys: npt.NDArray[np.uint64]) -> Codes:
        """The codes of account keys, all of which must be here."""
        return np.searchsorted(self.keys, keys).astype(np.int32)

    def column(self, name: str) -> pa.Array:
        """One column of the accounts table, a value an account."""
        return self.table.column(name).combine_chunks()

    def __len__(self) -> int:
        """Accounts seen."""
        return len(self.keys)
