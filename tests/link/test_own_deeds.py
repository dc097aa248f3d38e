"""What an account did itself within a group, and not only what others did with it."""

from collections.abc import Sequence

import numpy as np
import pytest

from stillwatch.link.hand_offs import HandOff
from stillwatch.link.own_deeds import among_few, by_own_deed, only_gave, passed_each
from stillwatch.link.passes import PassOptions
from tests.link.test_passes import GROUP, Pass, views_of

MEMBERS = np.array(GROUP, dtype=np.int32)


def own_deeds(passes: Sequence[Pass]) -> list[bool]:
    """Which accounts of the group passed work in it by what they did themselves."""
    found: list[bool] = by_own_deed(views_of(passes), MEMBERS, PassOptions().own_deeds).tolist()
    return found


@pytest.mark.parametrize("kind", [HandOff.CONTINUED, HandOff.SIGNATURE])
def test_who_sends_what_only_anothers_answer_told_took_work_over_itself(kind: HandOff) -> None:
    """Whoever is gone on with has done nothing."""
    assert own_deeds([(0, 1, kind)]) == [False, True, False, False, False, False]


def test_words_of_two_others_are_an_own_deed_and_those_of_one_may_be_public() -> None:
    """Whoever is quoted has done nothing, and one quotation, however often, is one meeting."""
    assert own_deeds([(0, 1, HandOff.QUOTED)] * 3) == [False] * len(GROUP)
    assert own_deeds([(0, 1, HandOff.QUOTED), (2, 1, HandOff.QUOTED)]) == [False, True, False, False, False, False]


def test_retries_are_an_own_deed_of_who_gives_to_two_and_takes_from_two() -> None:
    """Requests that are known beforehand can be sent before or after an account's own by somebody else."""
    taken = [(0, 1, HandOff.RETRY), (2, 1, HandOff.RETRY)]
    once = [*taken, (1, 3, HandOff.RETRY)]

    assert own_deeds(taken) == own_deeds(once) == [False] * len(GROUP)
    assert own_deeds([*once, (1, 4, HandOff.RETRY)]) == [False, True, False, False, False, False]


def test_who_takes_in_one_way_and_gives_in_another_had_nothing_go_round() -> None:
    """A bystander's requests are sent before it on limited accounts, and its conversations gone on with."""
    taken = [(0, 1, HandOff.RETRY), (2, 1, HandOff.RETRY)]

    assert own_deeds([*taken, (1, 3, HandOff.RESUMED), (1, 4, HandOff.RESUMED)]) == [False] * len(GROUP)


def test_retries_in_other_words_are_nobodys_own_deed() -> None:
    """Whoever knows what an account asks about can put it in requests of its own that fail, before and after it."""
    passes = [(0, 1), (2, 1), (1, 3), (1, 4)]

    assert own_deeds([(a, b, HandOff.REWORDED) for a, b in passes]) == [False] * len(GROUP)


@pytest.mark.parametrize("kind", [HandOff.RESUMED, HandOff.CARRIED])
def test_a_conversation_from_elsewhere_is_an_own_deed_as_a_retry_is(kind: HandOff) -> None:
    """It may be public, and somebody may have sent its beginning in before: that it goes round is what tells."""
    taken = [(0, 1, kind), (2, 1, kind)]

    assert own_deeds(taken) == [False] * len(GROUP)
    assert own_deeds([*taken, (1, 3, kind), (1, 4, kind)]) == [False, True, False, False, False, False]


def test_who_only_gave_is_told_from_who_took_and_from_whose_requests_were_tried_again() -> None:
    """A relay's customer gives conversations or is quoted; whose failed request went elsewhere shares a balancer."""
    passes = [(0, 1, HandOff.CONTINUED), (2, 3, HandOff.QUOTED), (4, 5, HandOff.RETRY), (20, 1, HandOff.CONTINUED)]

    assert only_gave(views_of(passes), MEMBERS).tolist() == [True, False, True, False, False, False]


def test_what_passes_in_a_circle_of_few_is_told_from_what_goes_round_among_many() -> None:
    """Three pass anything, words or not, at one remove or more; who passes to strangers alone is among few."""
    passes = [(0, 1, HandOff.CONTINUED), (1, 2, HandOff.QUOTED), (3, 4, HandOff.RETRY), (5, 20, HandOff.RETRY)]

    assert among_few(views_of(passes), MEMBERS, 3).tolist() == [False, False, False, True, True, True]
    assert among_few(views_of(passes), MEMBERS, 2).tolist() == [False, False, False, False, False, True]


def test_how_much_of_what_it_sends_an_account_passes_counts_both_ways_and_leaves_out_words_and_strangers() -> None:
    """Of twenty requests each, one gave two and took one, another was quoted and gave to a stranger."""
    passes = [
        *((0, 1, HandOff.CONTINUED), (0, 2, HandOff.RETRY), (1, 0, HandOff.SIGNATURE)),
        *((3, 4, HandOff.QUOTED), (3, 30, HandOff.CONTINUED)),
    ]

    assert passed_each(views_of(passes), MEMBERS).tolist() == [0.15, 0.1, 0.05, 0.0, 0.0, 0.0]


def test_what_passes_to_strangers_is_no_deed_within_the_group() -> None:
    """An account that takes work over from outside has passed nothing in the group."""
    assert own_deeds([(30, 1, HandOff.CONTINUED)]) == [False] * len(GROUP)
