"""Law 8: any run can be run again; the same input gives the same bytes, on one worker or many, however it is cut.

That the live service and many machines give the same campaigns waits for them.
"""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.laws.ranges import Ranged, written


@pytest.fixture(scope="module")
def first(disguised: Ranged, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What one scan writes."""
    return written(disguised.findings, tmp_path_factory.mktemp("first") / "out")


@pytest.mark.parametrize("workers", [1, 4])
def test_the_number_of_workers_changes_no_byte(
    workers: int, disguised: Ranged, first: dict[str, bytes], tmp_path: Path
) -> None:
    """One, two or four threads write the same files."""
    assert written(disguised.scan(workers=workers), tmp_path / "out") == first


def test_a_log_in_many_files_is_the_same_log(disguised: Ranged, first: dict[str, bytes], tmp_path: Path) -> None:
    """Cut into files of unequal length, with names that sort otherwise than time does."""
    log = disguised.log()
    cuts = [0, 17, 900, 901, 4_000, log.num_rows]
    names = ["d", "a", "e", "b", "c"]
    for name, low, high in zip(names, cuts[:-1], cuts[1:], strict=True):
        pq.write_table(log.slice(low, high - low), tmp_path / f"{name}.parquet")

    findings = disguised.scan(inputs=tuple(tmp_path / f"{name}.parquet" for name in sorted(names)))

    assert written(findings, tmp_path / "out") == first


def test_the_order_of_a_log_is_no_part_of_it(disguised: Ranged, first: dict[str, bytes], tmp_path: Path) -> None:
    """Rows shuffled as many collectors deliver them."""
    log = disguised.log()
    order = np.random.default_rng(8).permutation(log.num_rows)
    pq.write_table(log.take(pa.array(order)), tmp_path / "shuffled.parquet")

    assert written(disguised.scan(inputs=(tmp_path / "shuffled.parquet",)), tmp_path / "out") == first


def test_a_log_delivered_twice_is_counted_once(disguised: Ranged, first: dict[str, bytes], tmp_path: Path) -> None:
    """At-least-once delivery changes the count of duplicates and no conclusion."""
    log = disguised.log()
    again = log.slice(100, 2_000)
    pq.write_table(pa.concat_tables([log, again]), tmp_path / "twice.parquet")

    findings = disguised.scan(inputs=(tmp_path / "twice.parquet",))

    assert findings.scan.duplicates == again.num_rows
    told = written(findings, tmp_path / "out")
    for name in ("campaigns.json", "members.parquet", "set_aside.json"):
        assert told[name] == first[name]


def test_the_same_log_as_lines_of_text_gives_the_same_campaigns(
    disguised: Ranged, first: dict[str, bytes], tmp_path: Path
) -> None:
    """Parquet or JSON Lines: what is concluded is about the traffic, not about its file."""
    lines = (
        json.dumps({k: v.isoformat() if k in {"started_at", "ended_at"} and v else v for k, v in row.items()})
        for row in disguised.log().to_pylist()
    )
    (tmp_path / "log.jsonl").write_text("\n".join(lines), encoding="utf-8")

    told = written(disguised.scan(inputs=(tmp_path / "log.jsonl",)), tmp_path / "out")

    assert told["campaigns.json"] == first["campaigns.json"]
    assert told["members.parquet"] == first["members.parquet"]
