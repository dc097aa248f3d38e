"""Traffic and shapes for the benches hold what they say, so that what is measured is what is meant."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from bench.shapes import SHAPES
from bench.traffic import write_traffic


def test_traffic_has_its_size_and_its_campaigns(tmp_path: Path) -> None:
    """As many exchanges and accounts as asked for, an eighth of the accounts on shared cards, the same for a seed."""
    write_traffic(tmp_path / "one", exchanges=2_000, accounts=500, seed=3)
    write_traffic(tmp_path / "two", exchanges=2_000, accounts=500, seed=3)

    exchanges, accounts = (pq.read_table(tmp_path / "one" / name) for name in ("exchanges", "accounts.parquet"))
    assert exchanges.equals(pq.read_table(tmp_path / "two" / "exchanges"))
    assert (exchanges.num_rows, accounts.num_rows) == (2_000, 500)
    _, holders = np.unique(accounts.column("payment_fingerprint").to_pylist(), return_counts=True)
    assert holders[holders > 1].sum() == 60


@pytest.mark.parametrize(
    ("name", "accounts", "exchanges"), [("one-token", 5, 10), ("one-account", 1_000, 10_005), ("threes", 15, 45)]
)
def test_shapes(tmp_path: Path, name: str, accounts: int, exchanges: int) -> None:
    """Each shape at size 5."""
    (tmp_path / "exchanges").mkdir()

    SHAPES[name][0](tmp_path, 5, np.random.default_rng(1))

    log = pq.read_table(tmp_path / "exchanges")
    assert log.num_rows == exchanges
    assert pq.read_table(tmp_path / "accounts.parquet").num_rows == accounts
    if name == "one-token":
        assert len({messages[0]["text"] for messages in log.column("input_messages").to_pylist()}) == 1
