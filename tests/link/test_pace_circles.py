"""A pool among the users of one software is found by its pace, in hours that are not those it is tested by."""

import numpy as np
import numpy.typing as npt
import pytest

from stillwatch.facts.incidence import Incidence
from stillwatch.facts.token import TokenKind
from stillwatch.link.candidates import CandidateOptions
from stillwatch.link.pace_circles import PaceCircle, PaceOptions, pace_circles
from stillwatch.link.rhythm import RhythmOptions, each_alone, group_rhythm
from stillwatch.link.timelines import Timelines
from tests.link.test_rhythm import ACCOUNTS, DAY, SLOW, Request, clocked, codes, pool, slow_pool

HOURS = 12
STRANGERS = 30


def users(seed: int) -> tuple[Timelines, npt.NDArray[np.int32], Incidence]:
    """A pool of twelve accounts among thirty strangers, and the software that all of them use; others use their own."""
    rng = np.random.default_rng(seed)
    timeline: list[Request] = []
    for hour in range(HOURS):
        shift = pool(rng, workers=2, requests=60, jitter=(0.5, 3.0))
        timeline += [(account, at + 3_600.0 * hour, took) for account, at, took in shift]
    busy = HOURS * 3_600.0
    timeline += [
        (ACCOUNTS + i % (2 * STRANGERS), float(at), float(rng.gamma(3.0, 3.0)))
        for i, at in enumerate(rng.uniform(0, busy, 2 * STRANGERS * 60))
    ]
    timelines, known = clocked(timeline)
    using = codes(known, range(ACCOUNTS + STRANGERS))
    view = Incidence.of(
        TokenKind.SETTINGS,
        np.zeros(len(using), dtype=np.uint64),
        using,
        np.ones(len(using), dtype=np.float32),
        np.ones(len(known), dtype=np.bool_),
    )
    return timelines, codes(known, range(ACCOUNTS)), view


def circles_of(timelines: Timelines, view: Incidence, options: PaceOptions | None = None) -> list[PaceCircle]:
    """All circles that are found."""
    rng = np.random.default_rng(0)
    return list(pace_circles([view], timelines, options or PaceOptions(), CandidateOptions(), RhythmOptions(), rng))


def test_a_pool_is_found_among_the_users_of_its_software_and_the_other_hours_confirm_it() -> None:
    """Some circle is nearly all of the pool and nobody else, and keeps one pace in hours that did not propose it."""
    timelines, members, view = users(1)

    found = circles_of(timelines, view)
    best = max(
        found, key=lambda one: len(np.intersect1d(one.members, members)) - len(np.setdiff1d(one.members, members))
    )
    bits = group_rhythm(best.other_hours, each_alone(best.members), RhythmOptions(), np.random.default_rng(0)).bits

    assert len(np.intersect1d(best.members, members)) >= 10
    assert len(np.setdiff1d(best.members, members)) <= 1
    assert bits > 15


def test_circles_of_strangers_are_not_confirmed_by_the_other_hours() -> None:
    """Whoever was found by luck in some hours keeps no pace in the others."""
    timelines, members, view = users(2)

    strangers = [one for one in circles_of(timelines, view) if len(np.intersect1d(one.members, members)) == 0]

    assert strangers
    for one in strangers:
        assert (
            group_rhythm(one.other_hours, each_alone(one.members), RhythmOptions(), np.random.default_rng(0)).bits < 10
        )


def test_a_pool_whose_software_sends_no_parameters_is_found_as_well() -> None:
    """Those who send none are looked at as the users of one software."""
    timelines, members, view = users(1)
    others = np.setdiff1d(np.arange(len(view.known)), view.holders_of(0)).astype(np.int32)
    sending = Incidence.of(
        TokenKind.SETTINGS,
        np.zeros(len(others), dtype=np.uint64),
        others,
        np.ones(len(others), dtype=np.float32),
        view.known,
    )

    found = circles_of(timelines, sending)

    assert any(len(np.intersect1d(one.members, members)) >= 10 and len(one.members) <= 13 for one in found)


def crews_of(timeline: list[Request]) -> list[list[int]]:
    """The accounts in each circle of crews; 0 to 79 use one software, and that of 80 more is not known."""
    timelines, known = clocked([*timeline, *((2 * SLOW + i, 0.0, 1.0) for i in range(2 * SLOW))])
    using = codes(known, range(2 * SLOW))
    sent = np.zeros(len(using), dtype=np.uint64)
    view = Incidence.of(
        TokenKind.SETTINGS, sent, using, np.ones(len(using), dtype=np.float32), np.arange(len(known)) < 2 * SLOW
    )
    found = [one for one in circles_of(timelines, view) if one.proven is not None]
    assert all((one.proven or 0.0) > 15 for one in found)
    account = {code: int(name[1:]) for name, code in known.items()}
    return [[account[code] for code in one.members.tolist()] for one in found]


@pytest.mark.parametrize("common", [True, False])
def test_all_who_set_out_in_crews_are_looked_at_as_one(common: bool) -> None:
    """A slow pool's crews are other accounts each time; among strangers nobody is looked at so."""
    timeline, strangers = slow_pool(np.random.default_rng(7), common=common)

    found = crews_of([*timeline, *strangers])

    assert len(found) == (1 if common else 0)
    for members in found:
        assert sum(one < SLOW for one in members) > 0.7 * SLOW
        assert sum(one >= SLOW for one in members) <= 2


def test_pools_of_one_software_whose_crews_meet_again_are_looked_at_one_by_one() -> None:
    """Ten accounts of each of two pools set out day by day; the forty of a third are other ones each time."""
    rng = np.random.default_rng(7)
    timeline, strangers = slow_pool(rng)
    for first in (SLOW, SLOW + 10):
        for _ in range(40):
            at = DAY * float(rng.integers(0, 5)) + float(rng.uniform(6, 50)) + 60.0 * float(rng.integers(600, 1_300))
            crew = first + rng.choice(10, 4, replace=False)
            timeline += [(int(one), at + float(rng.uniform(0, 0.9)), 3.0) for one in crew]

    found = crews_of([*timeline, *strangers])

    assert len(found) == 3
    for pool_accounts, least in ((range(SLOW), 26), (range(SLOW, SLOW + 10), 10), (range(SLOW + 10, SLOW + 20), 10)):
        assert max(len(set(members) & set(pool_accounts)) for members in found) >= least
    assert max(len(members) for members in found) <= SLOW + 2


def test_only_software_tells_where_to_look() -> None:
    """Other things in common propose groups by themselves, and need no pace to do so."""
    timelines, _, view = users(3)
    card = Incidence.of(
        TokenKind.PAYMENT,
        np.zeros(int(view.sizes[0]), dtype=np.uint64),
        view.holders_of(0),
        np.ones(int(view.sizes[0]), dtype=np.float32),
        view.known,
    )

    assert circles_of(timelines, card) == []


def test_the_users_of_a_wide_spread_software_are_looked_at_near_a_circle_only() -> None:
    """The work stays bounded: no more circles than allowed, and nobody far from them."""
    timelines, _, view = users(4)

    found = circles_of(timelines, view, PaceOptions(most_near=10, most_circles=1))

    assert 0 < len(found) <= 4
    assert all(set(one.members.tolist()) <= set(one.near.tolist()) for one in found)
