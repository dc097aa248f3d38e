"""Which groups are dealt their work from one list, and who of them."""

import numpy as np
import numpy.typing as npt
import pytest

from stillwatch.facts.group import Codes
from stillwatch.facts.holdings import Holdings
from stillwatch.facts.quotes import Quotes
from stillwatch.link.choosing import Confirmed
from stillwatch.link.dealing import Dealing
from stillwatch.link.hand_offs import HandOffs
from stillwatch.link.ties import JoinOptions, Ties
from stillwatch.link.views import Views
from stillwatch.link.work_lists import ListOptions, WorkLists
from tests.link.test_work_lists import ACCOUNTS, MEMBERS, REQUESTS, ROSTER, STRANGERS, one_list

NEEDED = 20.0
ALL = ACCOUNTS + STRANGERS
GUESTS = np.arange(ACCOUNTS, ACCOUNTS + 4, dtype=np.int32)
"""Strangers who send texts of the list in two of their requests."""
EARNEST = ACCOUNTS + STRANGERS - 1
"""One who is dealt from it as well, and of whom nobody knows."""


def dealing(*, acts: bool = False, jobs: int = 0) -> Dealing:
    """Thirty accounts who are dealt all their work from one list, four who send a little of it, and one in earnest.

    So many strangers after those four have a job that sends the same three texts of it in all of their requests.
    """
    rng = np.random.default_rng(3)
    sent = np.zeros(ALL, dtype=np.int64)
    sent[MEMBERS], sent[GUESTS], sent[EARNEST] = REQUESTS, 2, REQUESTS
    rows = [(code, minute, text) for code in range(ALL) for minute in range(sent[code]) for text in one_list(rng, code)]
    rows += [
        (GUESTS[-1] + 1 + job, minute, job + 13 * slot)
        for job in range(jobs)
        for minute in range(REQUESTS)
        for slot in range(3)
    ]
    code, time, token = (np.array(column) for column in zip(*rows, strict=True))
    asked = Quotes.of(token.astype(np.uint64), ROSTER.keys[code], time.astype(np.int64))
    held = Holdings.shown(token.astype(np.uint64), ROSTER.keys[code]).shared()
    busy = np.full(ALL, REQUESTS, dtype=np.int64)
    nobody = np.zeros(0, dtype=np.int32)
    views = Views([], HandOffs.of(nobody, nobody, np.zeros(0, dtype=np.int8)), busy)
    ties = Ties(views, JoinOptions(), lambda accounts, *_: np.zeros(len(accounts)))
    found = Dealing(WorkLists(held, asked, ROSTER, busy, ListOptions()), ties, JoinOptions(), lambda _: acts)
    found.needed = NEEDED
    return found


def circle(*parts: npt.NDArray[np.int32]) -> Codes:
    """Some accounts, in order."""
    return np.sort(np.concatenate(parts)).astype(np.int32)


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_job_that_repeats_texts_of_a_list_is_a_guest_of_it(jobs: int) -> None:
    """It sends as much of the list as anybody, and made all that the others send look like work of their own."""
    repeating = np.arange(GUESTS[-1] + 1, GUESTS[-1] + 1 + jobs, dtype=np.int32)
    some = circle(MEMBERS, repeating)

    assert not dealing(jobs=jobs).has_list(some)
    left = dealing(jobs=jobs).circle(some)
    assert left is not None
    assert left.tolist() == MEMBERS.tolist()


def test_where_many_repeat_texts_of_their_own_there_is_no_list() -> None:
    """Guests are few: leaving out whoever differs would make a list of any accounts."""
    jobs = np.arange(GUESTS[-1] + 1, GUESTS[-1] + 9, dtype=np.int32)

    assert dealing(jobs=8).circle(circle(MEMBERS, jobs)) is None


def test_guests_leave_a_circle_that_is_drawn_from_one_list() -> None:
    """Who sends half as much of it as most do is of it; strangers who have no list are none without anybody."""
    strangers = np.arange(ACCOUNTS + 10, ALL - 1, dtype=np.int32)

    left = dealing().circle(circle(MEMBERS, GUESTS))

    assert left is not None
    assert left.tolist() == MEMBERS.tolist()
    assert dealing().circle(MEMBERS) is not None
    assert dealing().circle(strangers) is None


def test_whoever_is_dealt_from_a_confirmed_groups_list_is_one_of_it_whatever_else_ties_it() -> None:
    """A few of them pass work, which confirms the group; the others are as sure as belonging needs, and no surer."""
    one = dealing()
    bits = np.full(ACCOUNTS, 1.0)
    bits[-1] = 30.0
    strangers = np.arange(ACCOUNTS + 10, ACCOUNTS + 20, dtype=np.int32)

    group, others = one.surer([Confirmed(MEMBERS, bits), Confirmed(strangers, np.full(10, 1.0))])

    enough = one.ties.prior_bits(ACCOUNTS) + one.options.belongs_bits
    assert group.bits.tolist() == pytest.approx([*[enough] * (ACCOUNTS - 1), 30.0])
    assert others.bits.tolist() == [1.0] * 10


def test_who_sends_little_of_a_list_is_not_of_it() -> None:
    """The group has the list all the same."""
    told = dealing().on_list(circle(MEMBERS, GUESTS[:1]))

    assert told.tolist() == [*[True] * ACCOUNTS, False]


@pytest.mark.parametrize("acts", [False, True])
def test_whoever_else_is_dealt_from_it_is_told_by_it_but_where_the_group_is_told_by_what_it_does(acts: bool) -> None:
    """A stolen key's owner has sent texts of its thief's list, too, where keys pass work to each other."""
    bits = dealing(acts=acts).dealt(MEMBERS)

    assert (bits[EARNEST] >= NEEDED) == (not acts)
    assert bits[ACCOUNTS + 10] <= 0.0
    assert dealing().dealt(GUESTS).tolist() == [0.0] * ALL
