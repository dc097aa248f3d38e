"""The contract's own table, `exchanges`: JSON Lines and Parquet with the names and types of the contract."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, cast

import msgspec

from stillwatch.errors import BadRecord
from stillwatch.facts.exchange import SCHEMA_VERSION
from stillwatch.read.decode import refuse
from stillwatch.read.raw import RawExchange, RawMessage, ReadOptions
from stillwatch.read.times import from_any


class _Row(msgspec.Struct, kw_only=True, gc=False):
    """A line as the contract has it: RawExchange's fields in the same order, times as people write them."""

    exchange_id: str
    source: str | None = None
    started_at: datetime | int | float
    ended_at: datetime | int | float | None = None
    account_id: str
    credential_id: str | None = None
    end_user_id: str | None = None
    session_id: str | None = None
    channel: str | None = None
    model: str | None = None
    operation: str | None = None
    client_ip: str | None = None
    user_agent: str | None = None
    tls_fingerprint: str | None = None
    input_messages: list[RawMessage] | None = None
    output_text: str | None = None
    request_params: str | None = None
    reasoning_signatures: list[str] | None = None
    output_signature: str | None = None
    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    status: int | None = None
    finish_reason: str | None = None
    schema_version: str | int | None = None


class Contract:
    """The contract's exchanges as JSON objects, one field for each column."""

    name: Final = "contract"

    def recognises(self, record: Mapping[str, object]) -> bool:
        """Whether the record names an exchange the way the contract does."""
        return "exchange_id" in record and ("account_id" in record or "started_at" in record)

    def exchanges(self, record: Mapping[str, object], options: ReadOptions) -> Iterator[RawExchange]:
        """Yield the one exchange that the record tells."""
        del options  # the contract leaves nothing to decide
        try:
            row = msgspec.convert(record, _Row)
        except msgspec.ValidationError as error:
            refuse(error)
        yield _settle(row)


FORMAT: Final = Contract()

_ROWS: Final = msgspec.json.Decoder(_Row)


def decode_row(line: bytes) -> RawExchange:
    """Decode a line straight into its exchange; msgspec's ValidationError says that it is another kind of record."""
    return _settle(_ROWS.decode(line))


def instant(value: object, name: str) -> int:
    """Microseconds since 1970 of a text, or of a number whose size tells its unit."""
    micros = from_any(value)
    if micros is None:
        raise BadRecord(f"{name} is no time between 2000 and 2100")
    return micros


def _settle(row: _Row) -> RawExchange:
    """Turn a row's numbers into microseconds, in place: what comes out has RawExchange's fields in its order."""
    if row.schema_version is not None and str(row.schema_version) != SCHEMA_VERSION:
        raise BadRecord(f"schema_version is not {SCHEMA_VERSION}")
    if type(row.started_at) is not datetime:
        row.started_at = instant(row.started_at, "started_at")
    if row.ended_at is not None and type(row.ended_at) is not datetime:
        row.ended_at = instant(row.ended_at, "ended_at")
    # Copying 25 fields into a RawExchange would cost a third of the reading of a line, and Arrow turns a datetime into
    # microseconds faster than Python does.
    return cast("RawExchange", row)
