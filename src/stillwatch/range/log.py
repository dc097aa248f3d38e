"""The log that a range writes: rows as they are answered, released as Arrow tables in order of time."""

from collections.abc import Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from stillwatch.range.tables import EXCHANGES, MESSAGE, TRUTH_OF_EXCHANGES

Message = tuple[str, str]
_MICRO = 1_000_000
ROWS_AT_ONCE = 4_000  # told together; more take more memory and are no faster
BYTES_PER_TOKEN = 4.0  # assumption: one token is about four bytes of UTF-8, in English and in Chinese alike


class Row(NamedTuple):
    """One answered request, before it becomes a line of a table; times are seconds of Unix time."""

    started_at: float
    ended_at: float
    account_id: str
    credential_id: str | None
    end_user_id: str | None
    session_id: str | None
    channel: str
    model: str
    operation: str
    client_ip: str
    user_agent: str
    tls_fingerprint: str
    messages: Sequence[Message]
    output_text: str | None
    request_params: str | None
    reasoning_signatures: Sequence[str] | None
    output_signature: str | None
    cached_messages: int
    """How many leading messages the provider had in its prompt cache."""
    reasoning_tokens: int
    status: int
    finish_reason: str
    campaign_id: str | None
    part: str
    """Truth: `own` (honest), `work`, `cover`, `relayed` …"""


class Log:
    """What the provider wrote down, held until its hour is over."""

    def __init__(self, salt: int) -> None:
        """Number exchanges from `salt`, so that two seeds share no exchange id."""
        self._rows: list[Row] = []
        self._salt = salt
        self._written = 0

    def add(self, row: Row) -> None:
        """Write one row down."""
        self._rows.append(row)

    def release(self, until: float) -> Iterator[tuple[pa.Table, pa.Table]]:
        """Yield all exchanges that started before `until`, oldest first, and their truth, some thousands at a time.

        The others are kept; rows are forgotten as they are told, so that no window is held twice.
        """
        due = [row for row in self._rows if row.started_at < until]
        self._rows = [row for row in self._rows if row.started_at >= until]
        due.sort(key=itemgetter(0, 2, 1))
        due.reverse()  # told from its end, which costs nothing
        while due:
            told = due[-ROWS_AT_ONCE:]
            del due[-ROWS_AT_ONCE:]
            yield self._table(told[::-1])

    def _table(self, rows: list[Row]) -> tuple[pa.Table, pa.Table]:
        count = len(rows)
        columns = (
            dict(zip(Row._fields, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(Row._fields, ())
        )
        ids = pa.array(_identifiers(self._salt, self._written, count), pa.string())
        self._written += count
        messages, read, cached = _messages(columns["messages"], columns["cached_messages"])
        output = pa.array(columns["output_text"], pa.string())
        reasoning = np.array(columns["reasoning_tokens"], np.int64)
        answered = np.array(columns["status"], np.int32) == 200  # noqa: PLR2004 - HTTP
        written = np.where(answered, np.ceil(_byte_lengths(output) / BYTES_PER_TOKEN), 0).astype(np.int64) + reasoning
        plain = {name: pa.array(columns[name], EXCHANGES.field(name).type) for name in _PLAIN}
        arrays = plain | {
            "exchange_id": ids,
            "source": pa.array(["range"] * count, pa.string()),
            "started_at": _times(columns["started_at"]),
            "ended_at": _times(columns["ended_at"]),
            "input_messages": messages,
            "output_text": output,
            "input_tokens": pa.array(read),
            "cached_input_tokens": pa.array(cached),
            "output_tokens": pa.array(written),
            "reasoning_tokens": pa.array(reasoning),
        }
        exchanges = pa.Table.from_arrays([arrays[name] for name in EXCHANGES.names], schema=EXCHANGES)
        truth = pa.Table.from_arrays(
            [ids, pa.array(columns["campaign_id"], pa.string()), pa.array(columns["part"], pa.string())],
            schema=TRUTH_OF_EXCHANGES,
        )
        return exchanges, truth


_PLAIN = tuple(set(Row._fields) & set(EXCHANGES.names) - {"started_at", "ended_at", "output_text", "reasoning_tokens"})


def _identifiers(salt: int, first: int, count: int) -> list[str]:
    """Return ids that look random and never repeat: a bijection (odd multiplier) of the row number."""
    numbers = (np.arange(first, first + count, dtype=np.uint64) + np.uint64(salt)) * np.uint64(0x9E3779B97F4A7C15)
    numbers ^= numbers >> np.uint64(29)
    return [f"req_{number:016x}" for number in numbers.tolist()]


def _times(seconds: Sequence[float]) -> pa.Array:
    whole = np.rint(np.array(seconds, np.float64) * _MICRO).astype(np.int64)
    return pa.array(whole, EXCHANGES.field("started_at").type)


def _messages(
    histories: Sequence[Sequence[Message]], cached: Sequence[int]
) -> tuple[pa.Array, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the histories as one Arrow array, with the tokens of each and of its cached beginning."""
    lengths = np.fromiter(map(len, histories), np.int64, len(histories))
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    flat = list(chain.from_iterable(histories))
    texts = pa.array([text for _, text in flat], pa.string())
    roles = pa.array([role for role, _ in flat], pa.string())
    tokens = np.concatenate([[0.0], np.cumsum(_byte_lengths(texts) / BYTES_PER_TOKEN + 4)])
    ends = offsets[:-1] + np.array(cached, np.int64)
    read = tokens[offsets[1:]] - tokens[offsets[:-1]]
    kept = tokens[ends] - tokens[offsets[:-1]]
    array = pa.ListArray.from_arrays(
        pa.array(offsets), pa.StructArray.from_arrays([roles, texts], fields=list(MESSAGE))
    )
    return array, np.ceil(read).astype(np.int64), np.floor(kept).astype(np.int64)


def _byte_lengths(texts: pa.Array) -> npt.NDArray[np.float64]:
    offsets = np.frombuffer(texts.buffers()[1], np.int32, len(texts) + 1) if len(texts) else np.zeros(1, np.int32)
    return np.diff(offsets).astype(np.float64)
