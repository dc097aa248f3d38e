"""The accounts table: Parquet, JSON Lines or CSV, checked against the contract."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from stillwatch.errors import BadRecord, InputUnusable
from stillwatch.facts.account import ACCOUNT
from stillwatch.read.quarantine import Rejects
from stillwatch.read.times import from_any
from stillwatch.stats.siphash import digest_strings

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_LARGEST: Final = 2 * 1024**3
"""A larger accounts file is refused: 10 million accounts take a quarter of it (bytes)."""


def read_accounts(path: Path, rejects: Rejects) -> pa.Table:
    """Read an accounts table of schema ACCOUNT, one row an account; of repeated ids the last row stays.

    Rows that cannot be used go to `rejects`; InputUnusable when the file as a whole cannot.
    """
    try:
        if not path.is_file():
            raise InputUnusable(f"{path} is not a file. Give --accounts a Parquet, JSON Lines or CSV file.")
        if path.stat().st_size > _LARGEST:
            raise InputUnusable(f"{path} is larger than 2 GiB. Give --accounts the accounts of these logs only.")
        with path.open("rb") as file:
            head = file.read(4)
        rows = _parquet(path) if head == b"PAR1" else _lines(path, rejects)
    except OSError as error:
        raise InputUnusable(f"{path} cannot be read: {error.strerror}. Check the path and its permissions.") from error
    table = _unique(rows)
    if table.num_rows == 0:
        raise InputUnusable(
            f"{path} holds no account. Each row needs an account_id (see docs/how-to/accounts-table.md)."
        )
    return table


def _parquet(path: Path) -> pa.Table:
    try:
        table = pq.read_table(path, columns=[n for n in pq.read_schema(path).names if n in ACCOUNT.names])
        if "account_id" not in table.column_names:
            raise InputUnusable(f"{path} has no column account_id. See docs/how-to/accounts-table.md.")
        columns = []
        for field in ACCOUNT:
            if field.name not in table.column_names:
                columns.append(pa.nulls(table.num_rows, field.type))
                continue
            column = table.column(field.name)
            if pa.types.is_timestamp(field.type) and pa.types.is_timestamp(column.type) and column.type.tz is None:
                column = column.cast(pa.timestamp(column.type.unit)).cast(pa.timestamp("us", tz="UTC"))
            columns.append(column.cast(field.type))
        return pa.table(columns, schema=_open())
    except (pa.ArrowException, ValueError, KeyError) as error:
        raise InputUnusable(f"{path} is no usable Parquet accounts table: {error}") from error


def _open() -> pa.Schema:
    """ACCOUNT with a nullable id, so that rows without one can be looked at and dropped."""
    return pa.schema([field.with_nullable(nullable=True) for field in ACCOUNT])


def _lines(path: Path, rejects: Rejects) -> pa.Table:
    """JSON Lines, or CSV when the first line is no JSON object."""
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    first = text.lstrip()[:1]
    rows: list[dict[str, Any]] = []
    if first in ("{", ""):
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
                rows.append(_row(record))
            except (ValueError, RecursionError):
                rejects.add(str(path), "not valid JSON", number)
            except BadRecord as bad:
                rejects.add(str(path), bad.reason, number)
    else:
        for number, record in enumerate(csv.DictReader(io.StringIO(text)), 2):
            try:
                rows.append(_row({k: v for k, v in record.items() if k is not None and v not in (None, "")}))
            except BadRecord as bad:
                rejects.add(str(path), bad.reason, number)
    return pa.Table.from_pylist(rows, schema=_open())


def _row(record: object) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise BadRecord("an account must be a JSON object")
    account = record.get("account_id")
    if not isinstance(account, str) or not account:
        raise BadRecord("an account needs a non-empty account_id")
    row: dict[str, Any] = {}
    for field in ACCOUNT:
        value = record.get(field.name)
        if value is None:
            continue
        if field.name == "created_at":
            row[field.name] = _moment(value)
        elif isinstance(value, str):
            row[field.name] = value
        else:
            raise BadRecord(f"{field.name} must be a text")
    return row


def _moment(value: object) -> int:
    """A time, or a date alone as its first moment (UTC)."""
    if isinstance(value, str) and _DATE.fullmatch(value.strip()):
        value = f"{value.strip()}T00:00:00Z"
    moment = from_any(value)
    if moment is None:
        raise BadRecord("created_at is no time: write it as 2026-05-12T09:14:00Z, a date, or a Unix time")
    return moment


def seal(table: pa.Table, key: tuple[int, int]) -> pa.Table:
    """Put keyed digests in place of payment and device fingerprints: equal ones still meet, none can be guessed."""
    for name in ("payment_fingerprint", "signup_device"):
        column = table.column(name).combine_chunks()
        digests = digest_strings(column, key)
        sealed = pa.array([f"{digest:016x}" if digest else None for digest in digests.tolist()], type=pa.string())
        table = table.set_column(table.schema.get_field_index(name), ACCOUNT.field(name), sealed)
    return table


def _unique(table: pa.Table) -> pa.Table:
    """Rows with an id, the last of each."""
    ids = table.column("account_id").to_pylist()
    last = {account: row for row, account in enumerate(ids) if account}
    return table.take(pa.array(sorted(last.values()), type=pa.int64())).cast(ACCOUNT)
