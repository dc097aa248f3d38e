"""The smaller parts of the simulator: chance, shifts, the provider, the log."""

from collections import Counter
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.errors import StopError
from stillwatch.range.accounts import Account
from stillwatch.range.agenda import Agenda
from stillwatch.range.chance import Dice, Urn, stream
from stillwatch.range.clients import Client
from stillwatch.range.models import MODELS
from stillwatch.range.pool import shifts
from stillwatch.range.provider import FORBIDDEN, OK, TOO_MANY, Provider, Service
from stillwatch.range.wording import FAMILIES, word
from stillwatch.range.workers import Workers


def dice(seed: int = 1) -> Dice:
    """Return fresh dice."""
    return Dice(np.random.default_rng(seed))


def account(plan: str = "payg") -> Account:
    """Return an account."""
    return Account(
        account_id="acc_1",
        created_at=0.0,
        plan=plan,
        client=Client("sdk", "tls"),
        exits=["192.0.2.1"],
        credentials=["key"],
    )


def test_a_share_of_something_unknown_is_refused() -> None:
    """An urn of named things says which names there are, rather than fail on one that is misspelt."""
    with pytest.raises(StopError, match="choose from red, blue"):
        Urn.named([("green", 0.5)], {"red": 1, "blue": 2})


def test_streams_are_found_by_name() -> None:
    """A stream depends on its seed and name alone."""
    assert stream(1, "a").random() == stream(1, "a").random()
    assert len({stream(seed, name).random() for seed in (1, 2) for name in ("a", "b")}) == 4


@given(weights=st.lists(st.floats(0.1, 10), min_size=1, max_size=6))
def test_an_urn_draws_by_weight(weights: list[float]) -> None:
    """Shares of many draws come near the weights."""
    urn = Urn(range(len(weights)), weights)
    chance = dice()
    drawn = Counter(urn.draw(chance) for _ in range(4_000))

    for k, weight in enumerate(weights):
        assert drawn[k] / 4_000 == pytest.approx(weight / sum(weights), abs=0.05)


def test_an_agenda_runs_in_order_of_time() -> None:
    """Events happen by time, ties in the order they were entered, and only those that are due."""
    agenda, seen = Agenda(), list[str]()

    def note(name: str, _: float) -> None:
        seen.append(name)

    for when, name in ((2.0, "b"), (1.0, "a"), (2.0, "c"), (9.0, "z")):
        agenda.at(when, partial(note, name))

    agenda.pass_until(5.0)

    assert seen == ["a", "b", "c"]


@given(duty=st.floats(0.01, 1.0), per_day=st.floats(1.0, 6.0), seed=st.integers(0, 50))
def test_shifts_follow_one_another_inside_their_time(duty: float, per_day: float, seed: int) -> None:
    """Shifts do not overlap, stay between the two dates, and know when they end."""
    plan = shifts(1000.0, 400_000.0, duty, per_day, Workers(), dice(seed))

    assert all(start < end for start, end in plan.spans)
    assert all(first[1] <= second[0] + 1e-6 for first, second in zip(plan.spans, plan.spans[1:], strict=False))
    assert plan.spans[0][0] >= 1000.0
    assert plan.spans[-1][1] <= 400_000.0 + 1e-6
    assert plan.next_on(500_000.0) == float("inf")
    start, end = plan.spans[0]
    assert plan.next_on(start) == start
    assert plan.end_of(start) == end


def test_a_plan_limits_each_minute() -> None:
    """An account that asks too fast is told so, and may go on a minute later."""
    provider, one = Provider(Service(failure_share=0.0), 0.0), account("free")
    answers = [provider.answer(one, MODELS[0], 1000.0, "x", reasons=False, dice=dice()).status for _ in range(20)]

    assert answers == [OK] * 15 + [TOO_MANY] * 5
    assert provider.answer(one, MODELS[0], 1065.0, "x", reasons=False, dice=dice()).status == OK


def test_the_banned_are_refused() -> None:
    """From its ban on, an account gets 403 and nothing else."""
    one = account()
    one.banned_at = 50.0
    provider = Provider(Service(failure_share=0.0), 0.0)

    assert provider.answer(one, MODELS[0], 49.0, "x", reasons=False, dice=dice()).status == OK
    assert provider.answer(one, MODELS[0], 50.0, "x", reasons=False, dice=dice()).status == FORBIDDEN


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_many_wordings(family: str) -> None:
    """Two authors hardly ever word the same request alike, and every template takes its item."""
    chance = dice()
    worded = [word(family, chance) for _ in range(60)]

    assert len({template.text for template in worded}) > 20
    assert all("{" not in template.fill("ITEM", "ANSWER") for template in worded)
    if family not in {"assistant", "agent"}:
        assert all(
            "ITEM" in template.fill("ITEM", "ANSWER") or "ANSWER" in template.fill("ITEM", "ANSWER")
            for template in worded
        )
