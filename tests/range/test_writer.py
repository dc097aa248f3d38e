"""The writer keeps no more than a row group, and puts down what it was given."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch.errors import OutputFailed
from stillwatch.range import writer
from stillwatch.range.tables import EXCHANGES, TRUTH_OF_EXCHANGES
from stillwatch.range.writer import Writer


def rows(first: int, count: int) -> tuple[pa.Table, pa.Table]:
    """Return so many numbered exchanges and their truth."""
    ids = [f"e{k}" for k in range(first, first + count)]
    filled = [{"exchange_id": name, "started_at": 0, "account_id": "a", "model": "m", "part": "own"} for name in ids]
    return pa.Table.from_pylist(filled, schema=EXCHANGES), pa.Table.from_pylist(filled, schema=TRUTH_OF_EXCHANGES)


def test_rows_go_to_disk_in_full_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the size of what comes, row groups are full but for a file's last, and files are cut when asked."""
    monkeypatch.setattr(writer, "ROWS_PER_GROUP", 10)
    monkeypatch.setattr(writer, "ROWS_PER_FILE", 30)
    with Writer(tmp_path / "out") as out:
        for first, count in ((0, 4), (4, 23), (27, 7)):
            out.add(*rows(first, count))
            out.roll()
        out.add(*rows(34, 3))

    parts = sorted((tmp_path / "out" / "exchanges").iterdir())
    groups = [
        [pq.ParquetFile(part).metadata.row_group(k).num_rows for k in range(n)]
        for part, n in zip(parts, (4, 1), strict=True)
    ]
    assert groups == [[10, 10, 10, 4], [3]]
    for kind in ("exchanges", "truth_exchanges"):
        ids = [
            name
            for part in sorted((tmp_path / "out" / kind).iterdir())
            for name in pq.read_table(part)["exchange_id"].to_pylist()
        ]
        assert ids == [f"e{k}" for k in range(37)]
    assert out.rows == 37


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """What the operating system refuses is the failure of the whole range."""
    (tmp_path / "file").write_text("x")

    with pytest.raises(OutputFailed), Writer(tmp_path / "file" / "out"):
        pass
