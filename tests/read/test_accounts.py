"""The accounts table, from any of its forms."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch.errors import InputUnusable
from stillwatch.read.accounts import read_accounts, seal
from stillwatch.read.quarantine import Rejects

ROWS = [
    {"account_id": "a", "created_at": "2026-05-12T09:14:00Z", "payment_fingerprint": "fp1", "signup_device": "d"},
    {"account_id": "b", "created_at": "2026-05-12", "payment_fingerprint": "fp1"},
]


def written(folder: Path, form: str) -> Path:
    """Write ROWS in one of the forms."""
    path = folder / f"accounts.{form}"
    if form == "parquet":
        times = [datetime(2026, 5, 12, 9, 14, tzinfo=UTC), datetime(2026, 5, 12, tzinfo=UTC)]
        rows = [{**row, "created_at": time} for row, time in zip(ROWS, times, strict=True)]
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif form == "jsonl":
        path.write_text("".join(f"{str(row).replace(chr(39), chr(34))}\n" for row in ROWS))
    else:
        names = list(ROWS[0])
        lines = [",".join(names), *(",".join(row.get(name, "") for name in names) for row in ROWS)]
        path.write_text("\n".join(lines))
    return path


@pytest.mark.parametrize("form", ["parquet", "jsonl", "csv"])
def test_every_form_gives_the_same_table(form: str, tmp_path: Path) -> None:
    """Parquet, JSON Lines and CSV; a date alone is its first moment."""
    rejects = Rejects()

    table = read_accounts(written(tmp_path, form), rejects)

    assert rejects.total == 0
    assert table.column("account_id").to_pylist() == ["a", "b"]
    assert [str(time)[:16] for time in table.column("created_at").to_pylist()] == [
        "2026-05-12 09:14",
        "2026-05-12 00:00",
    ]


def test_a_row_that_cannot_be_used_costs_only_itself(tmp_path: Path) -> None:
    """Nothing is lost in silence: each such row is set aside with its reason."""
    path = tmp_path / "accounts.jsonl"
    path.write_text(
        '{"account_id": "a"}\nnonsense\n{"account_id": ""}\n[1]\n{"account_id": "b", "created_at": "12.05.2026"}\n'
    )
    rejects = Rejects()

    table = read_accounts(path, rejects)

    assert table.column("account_id").to_pylist() == ["a"]
    assert rejects.total == 4


@pytest.mark.parametrize("content", [b"", b"PAR1 but not really", b"name,plan\nx,y\n", b"\xff\xfe"])
def test_a_file_that_is_no_accounts_table_is_refused(content: bytes, tmp_path: Path) -> None:
    """The error says what to give."""
    path = tmp_path / "accounts"
    path.write_bytes(content)

    with pytest.raises(InputUnusable):
        read_accounts(path, Rejects())


def test_fingerprints_are_sealed_under_the_deployments_key(tmp_path: Path) -> None:
    """Equal ones still meet; without the key nobody can test a guess."""
    table = read_accounts(written(tmp_path, "csv"), Rejects())

    ours, theirs = (seal(table, key).column("payment_fingerprint").to_pylist() for key in ((1, 2), (3, 4)))

    assert ours[0] == ours[1]
    assert ours[0] not in {"fp1", theirs[0]}
    assert seal(table, (1, 2)).column("signup_device").to_pylist()[1] is None
