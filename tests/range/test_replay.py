"""Replaying: the log as it stood, and what more frequent scans would have saved."""

import math
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch.errors import InputUnusable
from stillwatch.range import Score, replay, score, timetable
from stillwatch.store.findings_file import MEMBER
from tests.range.conftest import Made

PATIENCE = 5
"""Exchanges after which the scan that is made up notices an account."""


def noticing(made: Made) -> "type[Noticing]":
    """Return a scan that knows the truth and names campaigns' accounts once they have sent a few exchanges."""

    class Bound(Noticing):
        truth = made

    return Bound


class Noticing:
    """A scan that is made up; it keeps what it was shown."""

    truth: Made

    def __init__(self) -> None:
        """Start without memories."""
        self.seen: list[list[str]] = []
        self.accounts: list[set[str]] = []

    def __call__(self, logs: Sequence[Path], accounts: Path) -> bytes:
        """Name every campaign's account that has sent enough."""
        sent = [name for path in logs for name in pq.read_table(path)["account_id"].to_pylist()]
        self.seen.append([name for path in logs for name in pq.read_table(path)["exchange_id"].to_pylist()])
        self.accounts.append(set(pq.read_table(accounts)["account_id"].to_pylist()))
        named = [name for name in sorted(set(sent)) if self.truth.truth_of(name) and sent.count(name) >= PATIENCE]
        rows = [
            {"account_id": name, "campaign_id": "c", "confidence": 1.0, "tier": "act", "bits": 9.0, "exchanges": 1}
            for name in named
        ]
        sink = pa.BufferOutputStream()
        pq.write_table(pa.Table.from_pylist(rows, schema=MEMBER), sink)
        return bytes(sink.getvalue())


def replayed(made: Made, scan: Noticing, workspace: Path, scans: int) -> Score:
    """Replay a range and score it."""
    workspace.mkdir()
    done = list(replay(made.out, timetable(made.out, most=scans), scan, workspace))
    return score(made.out / "truth.parquet", done[-1].members, data=made.out, scans=done)


def test_more_frequent_scans_leak_less(careless: Made, tmp_path: Path) -> None:
    """Nine scans in the place of three find campaigns no later, and less leaks; one scan at the end saves nothing."""
    results = [replayed(careless, noticing(careless)(), tmp_path / f"{n}", n) for n in (1, 3, 9)]

    once, seldom, often = (sum(leak.leaked for leak in found.leaks) for found in results)
    whole = sum(leak.exchanges for leak in results[0].leaks)
    assert once == whole
    assert whole > seldom > often > 0
    for late, soon in zip(results[1].leaks, results[2].leaks, strict=True):
        if late.hours_to_detect is not None:
            assert soon.hours_to_detect is not None
            assert soon.hours_to_detect <= late.hours_to_detect + 1e-6
    assert any(leak.returned_contained and leak.hours_to_contain_again for leak in results[2].leaks)
    assert [look.contained for look in results[2].looks] == sorted(look.contained for look in results[2].looks)


def test_a_scan_sees_what_had_ended_and_who_had_been_opened(careless: Made, tmp_path: Path) -> None:
    """Nothing of the future is shown, nothing of the past is left out, and the last scan sees everything."""
    scan, times = noticing(careless)(), timetable(careless.out, most=4)

    list(replay(careless.out, times, scan, tmp_path))

    for at, seen, accounts in zip(times, scan.seen, scan.accounts, strict=True):
        assert sorted(seen) == sorted(row["exchange_id"] for row in careless.rows if row["ended_at"] < at)
        assert accounts == {name for name, row in careless.account.items() if row["created_at"] < at}
    assert len(scan.seen[-1]) == len(careless.rows)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"members-{k:02d}.parquet" for k in (1, 2, 3, 4)]


def test_scans_are_bounded(careless: Made) -> None:
    """At most as many scans as were allowed; a distance that would take more says which would do."""
    whole = timetable(careless.out, most=1)[0]

    times = timetable(careless.out, every=timedelta(hours=24), most=12)

    assert times[-1] == whole
    assert len(times) == math.ceil((times[-1] - times[0]) / timedelta(hours=24)) + 1
    assert {later - earlier for earlier, later in pairwise(times[:-1])} == {timedelta(hours=24)}
    with pytest.raises(InputUnusable, match="scan it less often"):
        timetable(careless.out, every=timedelta(hours=1), most=12)
    with pytest.raises(InputUnusable, match="more than nothing"):
        timetable(careless.out, every=timedelta(0))


def test_what_is_no_range_is_refused(tmp_path: Path) -> None:
    """A folder without a log, or with a damaged one, says what is missing."""
    with pytest.raises(InputUnusable, match=r"no exchanges/\*\.parquet"):
        timetable(tmp_path)
    (tmp_path / "exchanges").mkdir()
    (tmp_path / "exchanges" / "part-00000.parquet").write_text("junk")
    with pytest.raises(InputUnusable, match="cannot be read"):
        timetable(tmp_path)
