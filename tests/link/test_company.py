"""Those who send a group's text and ask as those who act in it do are taken in together; readers of it are not."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from stillwatch.facts.token import TokenKind
from stillwatch.link.company import Company, CompanyOptions
from stillwatch.link.hand_offs import HandOff, HandOffs
from stillwatch.link.ties import JoinOptions, Ties
from stillwatch.link.traits import TraitOptions, Traits
from stillwatch.link.views import Views
from tests.link.test_candidates import held
from tests.link.test_traits import activity

ACCOUNTS = 400
FOUND, REST = range(20), range(20, 50)
"""The part of a campaign that is found, and the other part."""


def company(
    *,
    topic: int,
    texts: Sequence[Sequence[int]] = ([*FOUND, *REST],),
    acting: int = 12,
    partners: int = 1,
    how: HandOff = HandOff.RETRY,
    software: Sequence[Sequence[int]] = (),
    options: CompanyOptions | None = None,
) -> set[int]:
    """Who joins the found part of a campaign of topic 0, where `acting` of it pass work on and the others ask `topic`.

    Each passes work to so many `partners`, of four requests that everybody makes; all others ask for something else.
    Whoever uses a `software` sends its request parameters.
    """
    rng = np.random.default_rng(0)
    topics = np.arange(ACCOUNTS) + 2
    topics[list(FOUND)] = 0
    topics[list(REST)] = topic
    exchanges = np.full(ACCOUNTS, 4, dtype=np.int64)
    giver = np.tile(np.arange(acting, dtype=np.int32), partners)
    taker = (giver + 1 + np.repeat(np.arange(partners, dtype=np.int32), acting)) % acting
    passed = HandOffs.of(giver, taker, np.full(len(giver), how, dtype=np.int8))
    kinds = [held(TokenKind.TEMPLATE, [list(text) for text in texts], ACCOUNTS)]
    kinds += [held(TokenKind.SETTINGS, [list(users) for users in software], ACCOUNTS)] if software else []
    views = Views(kinds, passed, exchanges)
    ties = Ties(views, JoinOptions(), lambda some, _members, _firm: np.zeros(len(some)))
    traits = Traits(activity(rng, topics, exchanges), TraitOptions(), rng)
    members: npt.NDArray[np.int32] = np.array(FOUND, dtype=np.int32)
    (group,) = Company(views, ties, traits, options or CompanyOptions()).taken_in([members])
    return set(group.tolist()) - set(FOUND)


def test_the_other_half_of_a_slow_campaign_is_taken_in_together() -> None:
    """As long as each is asked about alone, the others make the text look common."""
    assert company(topic=0) == set(REST)


@pytest.mark.parametrize(
    "strange",
    [
        {"topic": 1},  # they ask for something of their own, as the readers of a published prompt do
        {"topic": 0, "acting": 7},  # seven say little of what the others would ask
        {"topic": 0, "how": HandOff.QUOTED},  # the users of a harness quote each other
        {"topic": 0, "partners": 8},  # with as much traffic some of it would have passed
        {"topic": 0, "texts": [[*FOUND, *REST, *range(100, 200)]]},  # many others send the text
        {"topic": 0, "texts": [[*FOUND, *range(20, 24)]]},  # four tell too little of what they ask for
    ],
)
def test_strangers_are_not_taken_in(strange: dict[str, int]) -> None:
    """A text alone ties nobody."""
    assert company(**strange) == set()  # type: ignore[arg-type]


def test_users_of_a_harness_are_not_taken_in_with_few_accounts_that_relay_it() -> None:
    """They ask for the same; but if they were of the relay, what passes in it would touch more than twelve of sixty."""
    harness = [[*FOUND, *range(20, 60)]]

    assert company(topic=0, texts=harness, partners=2) == set()
    assert company(topic=0, texts=harness, partners=2, options=CompanyOptions(spread=0.0)) == set(range(20, 60))


HALF = range(20, 40)
READERS, USERS = range(100, 130), range(200, 230)


@pytest.mark.parametrize(
    ("texts", "software"),
    [
        ([[*FOUND, *HALF, *READERS]], [[*FOUND, *HALF, *USERS]]),
        ([[*FOUND, *HALF, *READERS], [*FOUND, *HALF, *USERS]], []),
    ],
)
def test_who_shows_two_marks_of_a_group_at_once_is_taken_in(
    texts: Sequence[Sequence[int]], software: Sequence[Sequence[int]]
) -> None:
    """The text has readers and the software other users, or another text other readers: nobody else has both."""
    assert company(topic=0, texts=texts, software=software) == set(HALF)
    assert company(topic=1, texts=texts, software=software) == set()  # they ask for something of their own
    assert company(topic=0, texts=texts, software=software, partners=8) == set()  # some of it would have passed


def test_who_shows_one_of_two_marks_or_is_one_of_few_is_not() -> None:
    """With the readers of the text, or with the users of the software, they are no set that asks as the group does."""
    assert company(topic=0, texts=[[*FOUND, *HALF, *READERS]], software=[[*FOUND, *USERS]]) == set()
    few = range(20, 27)
    assert company(topic=0, texts=[[*FOUND, *few, *READERS]], software=[[*FOUND, *few, *USERS]]) == set()
    many = range(20, 50)
    assert company(topic=0, texts=[[*FOUND, *many, *READERS]], software=[[*FOUND, *many, *USERS]]) == set()


def test_whom_another_group_has_is_not_asked_about() -> None:
    """Each account is in one group at most."""
    rng = np.random.default_rng(0)
    exchanges = np.full(ACCOUNTS, 4, dtype=np.int64)
    giver = np.arange(12, dtype=np.int32)
    passed = HandOffs.of(giver, np.roll(giver, -1), np.full(12, HandOff.RETRY, dtype=np.int8))
    views = Views([held(TokenKind.TEMPLATE, [[*FOUND, *REST]], ACCOUNTS)], passed, exchanges)
    ties = Ties(views, JoinOptions(), lambda some, _members, _firm: np.zeros(len(some)))
    topics = np.where(np.arange(ACCOUNTS) < 50, 0, np.arange(ACCOUNTS))
    traits = Traits(activity(rng, topics, exchanges), TraitOptions(), rng)
    groups = [np.array(FOUND, dtype=np.int32), np.array(REST, dtype=np.int32)]

    kept = Company(views, ties, traits, CompanyOptions()).taken_in(groups)

    assert [group.tolist() for group in kept] == [list(FOUND), list(REST)]
