"""The score of a scan: perfect answers get 1, random ones chance, and nothing flatters."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.errors import InputUnusable
from stillwatch.range import Scan, score
from stillwatch.range.make import STARTS_AT
from stillwatch.range.score import TIERS, rate
from tests.range.conftest import Made


def members(path: Path, rows: list[tuple[str, str, float, str]]) -> Path:
    """Write a members table."""
    names = ("account_id", "campaign_id", "confidence", "tier")
    types = (pa.string(), pa.string(), pa.float64(), pa.string())
    columns = {name: pa.array([row[k] for row in rows], types[k]) for k, name in enumerate(names)}
    pq.write_table(pa.table(columns), path)
    return path


def perfect(made: Made) -> list[tuple[str, str, float, str]]:
    """Return what a scan that knows the truth concludes."""
    return [(name, campaign, 1.0, "act") for name, campaign in made.campaign.items() if campaign is not None]


def test_a_perfect_answer_scores_one(careless: Made, tmp_path: Path) -> None:
    """Precision, recall and purity are 1, nothing is split, the Brier score is 0, and no honest account is accused."""
    found = score(careless.out / "truth.parquet", members(tmp_path / "members.parquet", perfect(careless)))

    for tier in found.tiers:
        assert tier.precision.share == tier.recall.share == 1.0
        assert all(each.hits == 0 for each in tier.accused_by_class.values())
    assert found.grouping.purity == 1.0
    assert set(found.grouping.split.values()) == {1}
    assert found.grouping.merged == 0
    assert found.calibration.brier == 0.0


def test_a_random_answer_scores_chance(careless: Made, tmp_path: Path) -> None:
    """Accounts named by lot are campaigns' as often as accounts are, and confidence means nothing."""
    rng = np.random.default_rng(1)
    base = np.mean([campaign is not None for campaign in careless.campaign.values()])
    draws = 40
    precise = complete = 0
    for _ in range(draws):
        named = [(name, f"c{rng.integers(9)}", 0.9, "act") for name in careless.campaign if rng.random() < 0.5]

        found = score(careless.out / "truth.parquet", members(tmp_path / "members.parquet", named))

        act = found.tiers[-1]
        precise += int(act.precision.low < base < act.precision.high)
        complete += int(act.recall.low < 0.5 < act.recall.high)
        assert len(found.calibration.curve) == 1
        confidence, share, _ = found.calibration.curve[0]
        assert confidence == pytest.approx(0.9)
        assert share == pytest.approx(base, abs=0.12)
    # The intervals are of 95 %, so 38 of 40 are expected to hold; fewer than 34 would be one chance in a hundred.
    assert precise >= 34
    assert complete >= 34


def test_an_empty_answer_accuses_nobody(careless: Made, tmp_path: Path) -> None:
    """A scan that found nothing has no precision, recall 0, and is not an error."""
    found = score(careless.out / "truth.parquet", members(tmp_path / "members.parquet", []))

    assert found.tiers[0].precision.share is None
    assert found.tiers[0].recall.share == 0.0
    assert found.grouping.purity is None


def test_tiers_are_cumulative(careless: Made, tmp_path: Path) -> None:
    """A member of a strong tier counts for the weaker ones, never the other way."""
    rows = [(name, "c", 0.7, TIERS[k % 3]) for k, (name, _, _, _) in enumerate(perfect(careless))]

    found = score(careless.out / "truth.parquet", members(tmp_path / "members.parquet", rows))

    watch, review, act = (tier.recall.hits for tier in found.tiers)
    assert watch > review > act > 0


def test_merging_and_splitting_show(careless: Made, tmp_path: Path) -> None:
    """All in one found campaign is merged; every account in its own is split; purity says which is worse."""
    everybody = perfect(careless)
    one = [(name, "all", 1.0, "act") for name, _, _, _ in everybody]
    many = [(name, f"own-{k}", 1.0, "act") for k, (name, _, _, _) in enumerate(everybody)]

    lumped = score(careless.out / "truth.parquet", members(tmp_path / "one.parquet", one)).grouping
    broken = score(careless.out / "truth.parquet", members(tmp_path / "many.parquet", many)).grouping

    assert lumped.merged == 1
    assert lumped.purity is not None
    assert lumped.purity < 0.7
    assert broken.purity == 1.0
    assert max(broken.split.values()) > 5


def test_leakage_follows_the_time_of_containment(careless: Made, tmp_path: Path) -> None:
    """Contained at once nothing leaks, never contained all does, and half-way some does."""
    named = members(tmp_path / "members.parquet", perfect(careless))

    def leaked(at: datetime | None) -> dict[str, Any]:
        scans = [] if at is None else [Scan(at=at, members=named)]
        found = score(careless.out / "truth.parquet", named, data=careless.out, scans=scans)
        return {each.campaign_id: each for each in found.leaks}

    never, soon, later = leaked(None), leaked(STARTS_AT), leaked(STARTS_AT + timedelta(days=2))

    assert all(each.leaked == each.exchanges > 0 for each in never.values())
    assert all(each.hours_to_detect is None for each in never.values())
    # Stolen keys are their owners', whom nobody contains; what goes out through them is leaked.
    assert [name for name, each in soon.items() if each.leaked] == ["campaign_credential_rotation_multichannel"]
    assert any(0 < each.leaked < each.exchanges for each in later.values())
    assert sum(each.returned for each in later.values()) > 0


REFUSED = {
    "no file": (lambda path: path, "does not exist"),
    "not parquet": (lambda path: path.write_text("x") and path, "not a Parquet file"),
    "columns": (lambda path: pq.write_table(pa.table({"account_id": ["a"]}), path) or path, "lacks"),
    "strangers": (lambda path: members(path, [("nobody", "c", 0.5, "act")]), "does not know"),
}


@pytest.mark.parametrize(("make", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_unusable_members_are_refused_in_words(careless: Made, tmp_path: Path, make: Any, says: str) -> None:  # noqa: ANN401
    """A members table that cannot be scored says why."""
    path = make(tmp_path / "members.parquet")

    with pytest.raises(InputUnusable, match=says):
        score(careless.out / "truth.parquet", path)


def test_an_unknown_tier_is_refused(careless: Made, tmp_path: Path) -> None:
    """A tier outside the contract says which there are."""
    name = perfect(careless)[0][0]
    path = members(tmp_path / "members.parquet", [(name, "c", 0.5, "certain")])

    with pytest.raises(InputUnusable, match="watch, review, act"):
        score(careless.out / "truth.parquet", path)


@given(hits=st.integers(0, 500), more=st.integers(0, 500))
def test_the_interval_holds_the_share(hits: int, more: int) -> None:
    """Wilson's interval lies in 0 to 1 and holds the share itself."""
    found = rate(hits, hits + more)

    assert 0.0 <= found.low <= found.high <= 1.0
    if found.share is not None:
        assert found.low - 1e-12 <= found.share <= found.high + 1e-12
