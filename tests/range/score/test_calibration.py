"""Calibration: an honest confidence has no error, and one that boasts has as much as it boasts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.range.score.answers import Named, Truth
from stillwatch.range.score.calibration import calibration


def world(belonging: list[bool], confidence: list[float]) -> tuple[dict[str, Named], Truth]:
    """Name every account with a confidence."""
    names = [f"account-{k}" for k in range(len(belonging))]
    answer = {
        name: Named(campaign_id="c", confidence=given, tier="act")
        for name, given in zip(names, confidence, strict=True)
    }
    campaign_of = {name: "c" if belongs else None for name, belongs in zip(names, belonging, strict=True)}
    return answer, Truth(campaign_of=campaign_of, kind_of=dict.fromkeys(names, "k"))


def test_nine_in_ten_at_nine_tenths_is_no_error() -> None:
    """Where nine in ten of those given 0.9 belong, the error is nothing."""
    found = calibration(*world([True] * 9 + [False], [0.9] * 10))

    assert found.ece == pytest.approx(0.0)
    assert list(found.curve) == [pytest.approx((0.9, 0.9, 10))]


def test_boasting_is_the_distance_from_the_truth() -> None:
    """Confidence of 0.95 where half belong is an error of 0.45, weighted by how many were told so."""
    alone = calibration(*world([True, False] * 5, [0.95] * 10))
    diluted = calibration(*world([True, False] * 5 + [True] * 10, [0.95] * 10 + [1.0] * 10))

    assert alone.ece == pytest.approx(0.45)
    assert diluted.ece == pytest.approx(abs(0.975 - 0.75))


def test_nobody_named_has_no_error_to_tell() -> None:
    """Without members there is no curve, and the Brier score is the share of campaigns' accounts."""
    _, truth = world([True, False], [1.0, 1.0])

    found = calibration({}, truth)

    assert found.ece is None
    assert found.brier == pytest.approx(0.5)


@given(st.lists(st.tuples(st.booleans(), st.floats(0.0, 1.0)), min_size=1, max_size=60))
def test_errors_lie_between_nothing_and_one(rows: list[tuple[bool, float]]) -> None:
    """Whatever is claimed, both errors are shares, and every member is in one tenth."""
    found = calibration(*world([belongs for belongs, _ in rows], [given for _, given in rows]))

    assert 0.0 <= found.brier <= 1.0
    assert found.ece is not None
    assert 0.0 <= found.ece <= 1.0
    assert sum(members for _, _, members in found.curve) == len(rows)
