"""What a baseline may see of a range: who asked what, when, and how much was answered."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LONGEST: Final = 2_000
"""Characters of a text that are looked at: longer than nearly every request, and it bounds the work."""
_COLUMNS: Final = ["account_id", "started_at", "input_messages", "input_tokens", "output_tokens", "status"]
_ANSWERED: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Requests:
    """The exchanges of one range in time order; `names` are all its accounts, those that sent nothing included."""

    names: tuple[str, ...]
    account: Ints
    """For each exchange, the place of its account in `names`."""
    at: Floats
    """When it began, in seconds."""
    text: tuple[str, ...]
    """What was newly asked: the last message of the user, empty where the log has none."""
    input_tokens: Floats
    output_tokens: Floats
    answered: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        """How many exchanges there are."""
        return len(self.account)

    def sizes(self) -> Ints:
        """Exchanges of each account."""
        return np.bincount(self.account, minlength=len(self.names)).astype(np.int64)

    def of_accounts(self, chosen: Ints) -> Self:
        """The requests of some accounts, given by their places in `names`."""
        place = np.full(len(self.names), -1, np.int64)
        place[chosen] = np.arange(len(chosen))
        rows = np.flatnonzero(place[self.account] >= 0)
        return type(self)(
            names=tuple(self.names[k] for k in chosen.tolist()),
            account=place[self.account[rows]],
            at=self.at[rows],
            text=tuple(self.text[k] for k in rows.tolist()),
            input_tokens=self.input_tokens[rows],
            output_tokens=self.output_tokens[rows],
            answered=self.answered[rows],
        )

    def by_account(self) -> list[Ints]:
        """The exchanges of each account, in time order."""
        order = np.argsort(self.account, kind="stable")
        return np.split(order.astype(np.int64), np.cumsum(self.sizes())[:-1])


def read_requests(folder: Path) -> Requests:
    """Read `exchanges/*.parquet` and `accounts.parquet` of a range; the truth beside them is left alone."""
    table = pq.read_table(folder / "exchanges", columns=_COLUMNS).sort_by("started_at")
    known = pq.read_table(folder / "accounts.parquet", columns=["account_id"])["account_id"].to_pylist()
    senders = table["account_id"].to_pylist()
    names = tuple(sorted({*known, *senders}))
    place = {name: k for k, name in enumerate(names)}
    return Requests(
        names=names,
        account=np.array([place[name] for name in senders], np.int64),
        at=np.asarray(table["started_at"].cast(pa.int64()).to_numpy() / 1e6, np.float64),
        text=tuple(last_asked(messages)[:LONGEST] for messages in table["input_messages"].to_pylist()),
        input_tokens=_numbers(table["input_tokens"]),
        output_tokens=_numbers(table["output_tokens"]),
        answered=table["status"].fill_null(_ANSWERED).to_numpy() == _ANSWERED,
    )


def last_asked(messages: list[dict[str, str | None]] | None) -> str:
    """The last text of the user in an input, or the last of anybody where the user said nothing."""
    spoken = [message for message in messages or () if message["text"]]
    asked = [message for message in spoken if message["role"] == "user"] or spoken
    return (asked[-1]["text"] or "") if asked else ""


def _numbers(column: pa.ChunkedArray) -> Floats:
    return np.asarray(column.fill_null(0).to_numpy(), np.float64)
