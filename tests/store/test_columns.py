"""Columns come back as they were written, and a file that holds anything else is refused in words."""

from pathlib import Path

import numpy as np
import pytest

from stillwatch.errors import InputUnusable
from stillwatch.store.columns import PIECE_ROWS, Columns, read_columns, write_columns

LIKE = {
    "token": np.zeros(0, dtype=np.uint64),
    "mix": np.zeros((0, 3)),
    "name": np.zeros(0, dtype=object),
}


def columns(rows: int) -> Columns:
    """Some rows."""
    return {
        "token": np.arange(rows, dtype=np.uint64) * np.uint64(2**40),
        "mix": np.arange(3.0 * rows).reshape(rows, 3),
        "name": np.array([f"n{i}" for i in range(rows)], dtype=object),
    }


def test_columns_come_back(tmp_path: Path) -> None:
    """Numbers, rows of numbers and texts, written in pieces and read in pieces, by their owner only."""
    path = tmp_path / "table.parquet"

    rows = write_columns(path, [columns(PIECE_ROWS), columns(10)], rising="token")
    pieces = list(read_columns(path, LIKE, rows))

    assert rows == PIECE_ROWS + 10
    assert len(pieces) > 1
    for name in LIKE:
        wanted = np.concatenate([columns(PIECE_ROWS)[name], columns(10)[name]])
        assert (np.concatenate([piece[name] for piece in pieces]) == wanted).all()
    assert path.stat().st_mode & 0o777 == 0o600


def test_another_table_is_refused(tmp_path: Path) -> None:
    """Other columns, other types, other widths, or another number of rows."""
    path = tmp_path / "table.parquet"
    write_columns(path, [columns(10)])
    others: list[tuple[Columns, int]] = [
        (LIKE, 11),
        ({"token": LIKE["token"]}, 10),
        (LIKE | {"token": np.zeros(0, dtype=np.int64)}, 10),
        (LIKE | {"mix": np.zeros((0, 4))}, 10),
    ]

    for like, rows in others:
        with pytest.raises(InputUnusable, match="holds another table"):
            list(read_columns(path, like, rows))


@pytest.mark.parametrize("keep", [0, 4, 100, -1])
def test_damage_is_refused(tmp_path: Path, keep: int) -> None:
    """A file that ends early is told as damaged, with what to do."""
    path = tmp_path / "table.parquet"
    write_columns(path, [columns(1_000)])
    path.write_bytes(path.read_bytes()[:keep])

    with pytest.raises(InputUnusable, match=r"is damaged: .* Delete .* and scan all logs again"):
        list(read_columns(path, LIKE, 1_000))


def test_a_flipped_bit_is_refused(tmp_path: Path) -> None:
    """Pages carry checksums: numbers that were changed are not believed."""
    path = tmp_path / "table.parquet"
    write_columns(path, [columns(1_000)])
    content = bytearray(path.read_bytes())
    content[2_000] ^= 16
    path.write_bytes(content)

    with pytest.raises(InputUnusable, match="is damaged"):
        list(read_columns(path, LIKE, 1_000))
