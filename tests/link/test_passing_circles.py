"""Circles that pass work among themselves only are of a pool where more use its software than chance makes."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from stillwatch.link.hand_offs import HandOff, HandOffs
from stillwatch.link.passing_circles import PassingCircles
from stillwatch.link.views import Views

ACCOUNTS = 100
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]


def some(*accounts: int) -> Flags:
    """Flags of these accounts."""
    out = np.zeros(ACCOUNTS, dtype=np.bool_)
    out[list(accounts)] = True
    return out


def circles(
    passes: Sequence[tuple[int, int]], *, taken: Sequence[int] = (), kind: HandOff = HandOff.CONTINUED
) -> PassingCircles:
    """The circles of a log in which work passed so, some accounts being in groups already."""
    giver, taker = np.array(passes, dtype=np.int32).reshape(-1, 2).T
    passed = HandOffs.of(giver, taker, np.full(len(giver), kind, dtype=np.int8))
    views = Views([], passed, np.full(ACCOUNTS, 10, dtype=np.int64))
    return PassingCircles.among(views, ~some(*taken))


def sets(found: PassingCircles) -> list[set[int]]:
    """The accounts of each circle."""
    return [set(circle.tolist()) for circle in found.each()]


def test_accounts_between_which_work_passes_are_a_circle() -> None:
    """At one remove or more; who is in a group already is in none, and neither ties others together."""
    passes = [(1, 2), (2, 3), (7, 8), (8, 20), (20, 30), (30, 31)]

    assert sorted(sets(circles(passes)), key=min) == [{1, 2, 3}, {7, 8, 20, 30, 31}]
    assert sorted(sets(circles(passes, taken=[20])), key=min) == [{1, 2, 3}, {7, 8}, {30, 31}]


def test_quotations_make_no_circle() -> None:
    """Public text passes between strangers."""
    assert len(circles([(1, 2), (3, 4)], kind=HandOff.QUOTED)) == 0


@given(passes=st.lists(st.tuples(st.integers(0, 19), st.integers(20, 39)), max_size=30))
def test_every_account_that_passes_work_is_in_one_circle(passes: list[tuple[int, int]]) -> None:
    """And each circle has two accounts at least."""
    found = circles(passes)

    assert sorted(found.members.tolist()) == sorted({account for one in passes for account in one})
    assert all(size >= 2 for size in found.sizes)
    assert sorted(found.of(np.ones(len(found), dtype=np.bool_)).tolist()) == sorted(found.members.tolist())


PAIRS = [(2 * k, 2 * k + 1) for k in range(12)]


def test_more_circles_than_chance_makes_are_of_the_pool() -> None:
    """Nine of twelve pairs use what one account in twenty uses, a tenth of pairs at most: 0.11 for each of four."""
    users = some(*range(0, 18, 2))

    using = circles(PAIRS).using(users, often=0.05, share=0.5)

    assert circles(PAIRS).of(using.circles).tolist() == list(range(18))
    expected = 4 * 0.1 / 0.9
    assert using.bits == pytest.approx(np.log2((9 - expected) / expected))
    assert using.by_chance == pytest.approx(binom.sf(8, 12, 0.1))


def test_a_software_that_circles_use_as_often_as_anybody_says_nothing() -> None:
    """Four of twelve pairs of people use what a fifth of all do."""
    using = circles(PAIRS).using(some(*range(0, 8, 2)), often=0.2, share=0.5)

    assert using.bits < 0.0
    assert using.by_chance > 0.5


def test_only_circles_without_any_user_tell_how_many_use_it_by_chance() -> None:
    """Nine pairs send nothing and three do in part: people would make pairs that send something, too."""
    nine, mixed = range(18), range(18, 24, 2)

    using = circles(PAIRS).using(some(*nine, *mixed), often=0.4, share=1.0)
    people = circles(PAIRS).using(some(*nine), often=0.4, share=1.0)

    assert circles(PAIRS).of(using.circles).tolist() == list(nine)
    assert using.bits == pytest.approx(np.log2((9 - 2 / 3) / (2 / 3)))
    assert people.bits == pytest.approx(np.log2((9 - 4 * 2 / 3) / (4 * 2 / 3)))


def test_one_circle_is_luck() -> None:
    """However rare its software."""
    assert circles(PAIRS).using(some(0, 1), often=0.001, share=0.5).by_chance == 1.0


def test_where_nobody_uses_it_nobody_is_of_the_pool() -> None:
    """Nor where no work passes at all."""
    for found in (circles(PAIRS), circles([])):
        using = found.using(some(90), often=0.001, share=0.5)

        assert found.of(using.circles).tolist() == []
        assert (using.by_chance, using.bits) == (1.0, -np.inf)


def test_one_user_among_many_makes_no_circle_a_user() -> None:
    """Half of a circle must use the software, or all of it where most of the log does."""
    wide = [(k, k + 1) for k in range(9)]

    found = circles([*wide, (20, 21), (22, 23)])

    assert found.using(some(3, 20, 22, 23), often=0.05, share=0.5).circles.tolist() == [False, True, True]
    assert found.using(some(3, 20, 22, 23), often=0.05, share=1.0).circles.tolist() == [False, False, True]


@given(
    st.lists(st.integers(2, 6), min_size=2, max_size=8),
    st.floats(0.01, 0.3),
    st.floats(0.3, 1.0),
    st.integers(0, 2**16),
)
def test_chance_is_not_told_too_small_where_circles_differ_in_size(
    sizes: list[int], often: float, share: float, seed: int
) -> None:
    """Oracle: how many of so many circles use it, each at its own probability, told exactly."""
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    found = PassingCircles(np.arange(sum(sizes), dtype=np.int32), first)
    users = np.random.default_rng(seed).random(ACCOUNTS) < often

    using = found.using(users, often=often, share=share)

    asked = np.ceil(share * np.array(sizes) - 1e-9).astype(int)
    reaches, nobody = binom.sf(asked - 1, sizes, often), binom.pmf(0, sizes, often)
    told = using.circles | (np.add.reduceat(users[: sum(sizes)].astype(int), first) == 0)
    exact = np.array([1.0])
    for chance in (reaches / (reaches + nobody))[told]:
        exact = np.convolve(exact, [1.0 - chance, chance])
    assert using.by_chance >= exact[using.circles.sum() :].sum() - 1e-9


@pytest.mark.parametrize(("often", "share"), [(0.1, 0.5), (0.5, 1.0)])
def test_people_with_two_accounts_are_seldom_taken_for_a_pool(often: float, share: float) -> None:
    """Null: forty people use so common a software in both of their accounts; one log in sixteen goes that far."""
    rng = np.random.default_rng(0)
    found = circles([(2 * k, 2 * k + 1) for k in range(40)])

    seldom = [
        found.using(np.repeat(rng.random(50) < often, 2), often=often, share=share).by_chance <= 1 / 16
        for _ in range(400)
    ]

    assert np.mean(seldom) <= 1 / 16
