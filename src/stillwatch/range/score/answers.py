"""What is compared: the truth of a range and the answer of a scan, read from their tables or refused in words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj
import pyarrow.parquet as pq

from stillwatch.errors import InputUnusable
from stillwatch.range.score.tiers import TIERS, check_tier

_TEXT_LINES: Final = frozenset({".jsonl", ".ndjson"})


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What is known about each account."""

    campaign_of: Mapping[str, str | None]
    """Its campaign; none for an honest account."""
    kind_of: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Named:
    """One account that a scan named."""

    campaign_id: str
    confidence: float
    tier: str


Answer = Mapping[str, Named]
"""What a scan concluded about each account that it named."""


def read_truth(path: Path) -> Truth:
    """Read a truth table, Parquet or JSON Lines, or say what is wrong with it (InputUnusable)."""
    table = _read(path, text=("account_id", "kind"), nullable=("campaign_id",))
    accounts = table["account_id"]
    if not accounts:
        raise InputUnusable(f"{path} holds no account: give truth.parquet of the range that was scanned")
    if len(set(accounts)) < len(accounts):
        raise InputUnusable(f"{path} names an account twice: the truth has one row for each account")
    return Truth(
        campaign_of=dict(zip(accounts, table["campaign_id"], strict=True)),
        kind_of=dict(zip(accounts, table["kind"], strict=True)),
    )


def read_answer(path: Path, accounts: Collection[str]) -> Answer:
    """Read a members table, Parquet or JSON Lines, of a scan of these accounts, or say what is wrong (InputUnusable).

    An account that was put into several campaigns counts for the one that names it most firmly.
    """
    table = _read(path, text=("account_id", "campaign_id", "tier"), numbers=("confidence",))
    strangers = [account for account in table["account_id"] if account not in accounts]
    if strangers:
        others = f" and {len(strangers) - 1} others" if len(strangers) > 1 else ""
        raise InputUnusable(
            f"{path} names {strangers[0]}{others}, which the truth does not know: "
            "score a scan against the truth of the range it read"
        )
    for tier in sorted(set(table["tier"])):
        check_tier(tier, str(path))
    outside = [given for given in table["confidence"] if not 0.0 <= given <= 1.0]
    if outside:
        raise InputUnusable(f"{path} gives a confidence of {outside[0]}: confidence is a number from 0 to 1")
    answer: dict[str, Named] = {}
    rows = zip(table["account_id"], table["campaign_id"], table["confidence"], table["tier"], strict=True)
    for account, campaign, confidence, tier in rows:
        named = Named(campaign_id=campaign, confidence=confidence, tier=tier)
        if account not in answer or _firmness(named) > _firmness(answer[account]):
            answer[account] = named
    return answer


def _firmness(named: Named) -> tuple[int, float]:
    return TIERS.index(named.tier), named.confidence


def _read(
    path: Path, *, text: Sequence[str], nullable: Sequence[str] = (), numbers: Sequence[str] = ()
) -> dict[str, list[Any]]:
    """Read columns of a table, each of the kind it should be."""
    if not path.exists():
        raise InputUnusable(f"{path} does not exist: give the file that the range or the scan wrote")
    if not path.is_file():
        raise InputUnusable(f"{path} is not a file: give the table that the range or the scan wrote")
    columns = (*text, *nullable, *numbers)
    try:
        names, table = _open(path, columns)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as why:
        if isinstance(why, PermissionError):
            raise InputUnusable(f"{path} may not be read: {why.strerror}") from why
        raise InputUnusable(
            f"{path} is not a Parquet file, nor JSON Lines named .jsonl: give the one that the range or the scan wrote"
        ) from why
    missing = sorted(set(columns) - set(names))
    if table is None or missing:
        raise InputUnusable(f"{path} lacks the column {', '.join(missing)}: see the tables in the contract")
    return {
        name: _values(path, table[name], name, nullable=name in nullable, number=name in numbers) for name in columns
    }


def _open(path: Path, columns: Sequence[str]) -> tuple[list[str], pa.Table | None]:
    """Return the names of all columns, and the columns asked for where all of them are there."""
    if path.suffix in _TEXT_LINES:
        table = pj.read_json(path) if path.stat().st_size else pa.table({})
        if not table.num_columns:  # no line, no columns: an answer that names nobody
            return list(columns), pa.table({name: pa.array([], pa.string()) for name in columns})
        return table.column_names, table if set(columns) <= set(table.column_names) else None
    with pq.ParquetFile(path) as file:
        names = list(file.schema_arrow.names)
        return names, file.read(columns=list(columns)) if set(columns) <= set(names) else None


def _values(path: Path, column: pa.ChunkedArray, name: str, *, nullable: bool, number: bool) -> list[Any]:
    """Return a column's values as text or as numbers; nothing else is guessed at."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    empty = pa.types.is_null(kind) or not len(column)
    right = (
        pa.types.is_floating(kind) or pa.types.is_integer(kind)
        if number
        else pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )
    if not (right or empty):
        raise InputUnusable(f"{path}: column {name} holds {kind} and should hold {'numbers' if number else 'text'}")
    if column.null_count and not nullable:
        raise InputUnusable(f"{path}: column {name} is empty in {column.null_count:,} rows and must be filled in")
    values: list[Any] = pc.cast(column, pa.float64() if number else pa.string()).to_pylist()
    return values
