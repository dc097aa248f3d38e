"""Groups: campaigns in pieces, campaigns in one."""

from pathlib import Path

import pytest

from stillwatch.range.score import score
from tests.range.score.tables import MEMBERS, TRUTH, table


def test_pieces_are_counted_where_somebody_is_asked_to_look(tmp_path: Path) -> None:
    """Groups at review and above count; the mean leaves out campaigns that were not found there."""
    truth = table(tmp_path / "t.parquet", TRUTH)

    two = score(truth, table(tmp_path / "two.parquet", MEMBERS)).grouping
    one = score(truth, table(tmp_path / "one.parquet", MEMBERS | {"tier": ["act", "watch", "watch"]})).grouping
    none = score(truth, table(tmp_path / "none.parquet", MEMBERS | {"tier": ["watch"] * 3})).grouping

    assert dict(two.split) == {"a": 2, "b": 0}
    assert two.groups_per_campaign == pytest.approx(2.0)
    assert one.groups_per_campaign == pytest.approx(1.0)
    assert none.groups_per_campaign is None
    assert two.purity == pytest.approx(2 / 3)
    assert one.purity == pytest.approx(2 / 3)
    assert one.purity_of_shown == 1.0
    assert none.purity_of_shown is None
