"""Who speaks for whom: accounts that pass work, for others who send the same and cannot be told from them."""

import numpy as np
import numpy.typing as npt
import pytest

from stillwatch.facts.token import TokenKind
from stillwatch.link.echoes import Echoes
from stillwatch.link.hand_offs import HandOff, HandOffs
from stillwatch.link.speaking import Speakers, SpeakingOptions
from stillwatch.link.ties import NO_PLACE, JoinOptions, Place, Ties
from stillwatch.link.traits import TraitOptions, Traits
from stillwatch.link.views import Views
from tests.link.test_candidates import held
from tests.link.test_traits import activity

ACCOUNTS, POOL, PASSING = 400, 48, 12
MEMBERS = np.arange(POOL, dtype=np.int32)
ONE_TEXT = [list(range(POOL))]
PARAPHRASED = [[code for code in range(POOL) if code % 4 == variant] for variant in range(4)]


def speakers(
    texts: list[list[int]],
    *,
    topics: npt.NDArray[np.int64] | None = None,
    software: list[list[int]] | None = None,
    passing: int = PASSING,
    quoting: int = 0,
    pairs: int = 0,
    how: HandOff = HandOff.RETRY,
) -> Speakers:
    """A log whose first accounts send texts, of whom the first few pass work round; others are people.

    Where so many strangers are `quoting` each other, quotations are all that the first few pass. Instead of passing it
    round, the first few may pass it in so many `pairs`.
    """
    rng = np.random.default_rng(0)
    views = [held(TokenKind.TEMPLATE, texts, ACCOUNTS)]
    if software:
        views.append(held(TokenKind.SETTINGS, software, ACCOUNTS))
    giver = np.arange(passing, dtype=np.int32)
    taker = ((giver + 1) % passing).astype(np.int32)
    if pairs:
        giver = 2 * np.arange(pairs, dtype=np.int32)
        taker = giver + 1
    strangers = np.arange(POOL, POOL + quoting, dtype=np.int32)
    giver, taker = np.concatenate([giver, strangers]), np.concatenate([taker, np.roll(strangers, 1)])
    kinds = np.full(len(giver), HandOff.QUOTED if quoting else how, dtype=np.int8)
    busy = np.full(ACCOUNTS, 40, dtype=np.int64)
    seen = Views(views, HandOffs.of(giver, taker, kinds), busy)
    ties = Ties(seen, JoinOptions(), lambda some, _members, _firm: np.zeros(len(some)))
    own = np.zeros(POOL, dtype=np.int64) if topics is None else topics
    everybody = np.concatenate([own, np.arange(ACCOUNTS - len(own)) + int(own.max()) + 1])
    traits = Traits(activity(rng, everybody, busy), TraitOptions(), rng, views[1] if software else None)
    return Speakers(seen, ties, traits, SpeakingOptions())


@pytest.mark.parametrize("texts", [ONE_TEXT, PARAPHRASED])
def test_a_quarter_that_passes_work_speaks_for_a_pool_with_its_own_text(texts: list[list[int]]) -> None:
    """One text of all, or one template in four wordings: nobody else sends any of them."""
    found = speakers(texts)

    assert found.speak(MEMBERS)
    assert not found.few_pass(MEMBERS)
    assert found.few_pass(np.arange(POOL, 2 * POOL, dtype=np.int32))  # nobody of these passes anything


def test_nobody_speaks_for_those_who_send_something_else() -> None:
    """A text of those alone who pass work, or one that as many others send."""
    assert not speakers([list(range(PASSING))]).speak(MEMBERS)
    assert not speakers([list(range(2 * POOL))]).speak(MEMBERS)


def test_too_few_who_pass_work_speak_for_nobody() -> None:
    """Seven of 48 may be strangers."""
    assert not speakers(ONE_TEXT, passing=7).speak(MEMBERS)


def test_of_a_bundle_more_must_pass_work_to_speak() -> None:
    """Eight of 48 are too few to be told from the users of several campaigns' cover; twelve are enough."""
    assert speakers(ONE_TEXT, passing=8).speak(MEMBERS)
    assert not speakers(ONE_TEXT, passing=8).speak(MEMBERS, bundled=True)
    assert speakers(ONE_TEXT).speak(MEMBERS, bundled=True)


def test_who_is_quoted_where_few_are_speaks_as_who_passes_work_does() -> None:
    """Twelve who quote each other are a hand where strangers do so as well; not where most quotations are theirs."""
    assert speakers(ONE_TEXT, quoting=ACCOUNTS - POOL).speak(MEMBERS)
    assert not speakers(ONE_TEXT, quoting=4).speak(MEMBERS)


def test_users_of_the_same_text_with_other_subjects_or_other_software_are_not_spoken_for() -> None:
    """Those who pass work are a hand among the users of a public text."""
    topics = np.where(np.arange(POOL) < PASSING, 0, 1)
    software = [list(range(PASSING)), list(range(PASSING, POOL))]

    assert not speakers(ONE_TEXT, topics=topics).speak(MEMBERS)
    assert not speakers(ONE_TEXT, software=software).speak(MEMBERS)
    assert speakers(ONE_TEXT, software=[list(range(POOL)), [100, 101]]).speak(MEMBERS)


@pytest.mark.parametrize("proposer", [(0, 0), NO_PLACE])
def test_the_text_that_proposed_a_group_is_not_its_own_text(proposer: Place) -> None:
    """All users of any text are in the group of its users."""
    assert speakers(ONE_TEXT).speak(MEMBERS, proposer) == (proposer == NO_PLACE)


@pytest.mark.parametrize("how", [HandOff.RETRY, HandOff.PARKED, HandOff.LATER])
@pytest.mark.parametrize("proposer", [(0, 0), NO_PLACE])
def test_three_circles_that_pass_work_speak_for_those_who_send_their_text(how: HandOff, proposer: Place) -> None:
    """A pair may be one person's two accounts, and two pairs two persons'; their text may be what the group is of."""
    assert speakers(ONE_TEXT, pairs=3, how=how).speak(MEMBERS, proposer)
    assert not speakers(ONE_TEXT, pairs=2, how=how).speak(MEMBERS, proposer)


@pytest.mark.parametrize(
    ("how", "echoed", "speak"),
    [
        (HandOff.LATER, 0, True),
        (HandOff.LATER, 1, False),  # half as many the wrong way round: who works on public texts
        (HandOff.PARKED, 0, False),  # a document that several firms have
        (HandOff.RETRY, 0, False),
    ],
)
def test_two_circles_speak_where_all_that_passes_was_put_off_in_other_words(
    how: HandOff, echoed: int, speak: bool
) -> None:
    """Chance puts off what one account let be and another asked in other words as often the wrong way round."""
    members = np.arange(24, dtype=np.int32)
    found = speakers([list(range(24))], topics=np.zeros(24, dtype=np.int64), pairs=2, how=how)
    if echoed:
        pair = HandOffs.of(np.array([20]), np.array([21]), np.full(1, how, dtype=np.int8))
        found.views.passes.echoes = Echoes.of(pair, ACCOUNTS)

    assert found.speak(members) == speak


@pytest.mark.parametrize(("how", "speak"), [(HandOff.LATER, True), (HandOff.RETRY, False)])
def test_a_third_between_whom_requests_are_put_off_speaks_for_the_rest(how: HandOff, speak: bool) -> None:
    """Nobody has anything to put off who met no failure; of those who try again at once a third is not few."""
    assert speakers(ONE_TEXT, pairs=8, how=how).circles_speak(MEMBERS) == speak


def test_three_circles_speak_for_nobody_who_is_not_like_them() -> None:
    """The others ask for something else or are too many, too many send the text; quotations are no work."""
    topics = np.where(np.arange(POOL) < 6, 0, 1)
    most = np.arange(61, dtype=np.int32)

    assert not speakers(ONE_TEXT, pairs=3, topics=topics).speak(MEMBERS)
    assert not speakers([list(range(61))], pairs=3, topics=np.zeros(61, dtype=np.int64)).speak(most)
    assert speakers([list(range(60))], pairs=3).speak(MEMBERS)
    assert not speakers([list(range(70))], pairs=3).speak(MEMBERS)
    assert not speakers(ONE_TEXT, pairs=3, how=HandOff.QUOTED).speak(MEMBERS)
