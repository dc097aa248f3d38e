"""What comes back the wrong way round tells how often public text passes between the accounts of a group."""

import numpy as np
import pytest

from stillwatch.facts.incidence import Incidence
from stillwatch.facts.token import TokenKind
from stillwatch.link.echoes import Echoes, backwards
from stillwatch.link.hand_offs import PUT_OFF, HandOff, HandOffs
from stillwatch.link.ties import JoinOptions, Ties
from stillwatch.link.views import Views
from tests.link.handed_over import TALK, passed
from tests.link.test_passes import ACCOUNTS, ELSEWHERE, GROUP, Pass

MEMBERS = np.array(GROUP, dtype=np.int32)
ROUND = [(k, (k + 1) % len(GROUP), HandOff.QUOTED) for k in range(len(GROUP))]
"""Each of a group quotes the one before."""


def pairs(passes: list[Pass]) -> HandOffs:
    """These pairs (giver, taker, kind)."""
    giver, taker, kind = (np.array([one[i] for one in passes], dtype=np.int32).reshape(-1) for i in range(3))
    return HandOffs.of(giver, taker, kind.astype(np.int8))


def views(echoed: list[Pass]) -> Views:
    """A group of which each quotes the one before, and is answered what others had asked as `echoed`."""
    echoes = Echoes.of(pairs(echoed), ACCOUNTS)
    return Views([], pairs([*ROUND, *ELSEWHERE]), np.full(ACCOUNTS, 20, dtype=np.int64), echoes)


def test_what_one_asked_and_another_is_answered_afterwards_is_an_echo() -> None:
    """Whoever asked it as well is answered with what it said itself; what was answered first is a quotation."""
    public, own, quoted = TALK(), TALK(), TALK()
    rows = [
        {"account_id": "one", "text": public},
        {"account_id": "two", "text": TALK(), "output_text": public},
        {"account_id": "one", "text": own},
        {"account_id": "three", "text": own, "output_text": own},
        {"account_id": "one", "text": TALK(), "output_text": quoted},
        {"account_id": "four", "text": quoted},
    ]

    assert passed(rows, backwards) == {("one", "two", HandOff.QUOTED)}
    assert passed(rows) == {("one", "four", HandOff.QUOTED)}


def test_echoes_are_counted_within_a_group() -> None:
    """Each way between two counts; those from or to others do not, nor those of another kind."""
    some = [(0, 1, HandOff.QUOTED), (1, 0, HandOff.QUOTED), (2, 20, HandOff.QUOTED), (3, 4, HandOff.LATER)]
    echoes = Echoes.of(pairs(some), ACCOUNTS)

    assert echoes.within(MEMBERS, (HandOff.QUOTED,)) == 2
    assert echoes.within(np.array([20, 21], dtype=np.int32), (HandOff.QUOTED,)) == 0
    assert echoes.within(MEMBERS, PUT_OFF) == 1
    assert Echoes.none(ACCOUNTS).within(MEMBERS, (HandOff.QUOTED,)) == 0


def test_a_group_that_is_quoted_backwards_as_often_is_not_tied_by_quotations() -> None:
    """Who works on from one public corpus meets the others in either order; work that passes goes one way."""
    forwards, both = views([]), views(ROUND)

    assert (forwards.passes.bits(MEMBERS, MEMBERS) > 1.0).all()
    assert (both.passes.bits(MEMBERS, MEMBERS) <= 0.0).all()
    assert forwards.passes.passed_within(MEMBERS) > 5.0 > both.passes.passed_within(MEMBERS)


def test_two_groups_that_quote_each_other_in_either_order_are_not_tied() -> None:
    """Public text passes between them; what passes one way only is work."""
    ours, theirs = np.arange(6, dtype=np.int32), np.arange(20, 26, dtype=np.int32)
    quotes = [(k, 20 + k, HandOff.QUOTED) for k in range(6)]
    told = [
        Ties(
            Views([], pairs(quotes), np.full(ACCOUNTS, 20, dtype=np.int64), Echoes.of(pairs(some), ACCOUNTS)),
            JoinOptions(),
            lambda some, _members, _firm: np.zeros(len(some)),
        ).cross_bits(ours, theirs)
        for some in ([], [(20 + k, k, HandOff.QUOTED) for k in range(6)])
    ]

    assert told[0] > JoinOptions().join_bits
    assert told[1] < JoinOptions().speaking_bits


def test_echoes_elsewhere_say_nothing_of_a_group() -> None:
    """Nor do they of hand-offs that are more than words."""
    elsewhere = views([(20, 21, HandOff.QUOTED)] * 1)

    assert (elsewhere.passes.bits(MEMBERS, MEMBERS) == views([]).passes.bits(MEMBERS, MEMBERS)).all()
    retried = pairs([(a, b, HandOff.RETRY) for a, b, _ in ROUND])
    exchanges = np.full(ACCOUNTS, 20, dtype=np.int64)
    told = [
        Views([], retried, exchanges, Echoes.of(pairs(some), ACCOUNTS)).passes.bits(MEMBERS, MEMBERS)
        for some in ([], ROUND)
    ]
    assert (told[0] == told[1]).all()


@pytest.mark.parametrize("how", PUT_OFF)
def test_what_is_put_off_backwards_as_often_says_nothing_for_a_group(how: HandOff) -> None:
    """Five independent pairs that put something off are a hand's; where as many had asked before, they are chance."""
    five = [(2 * k, 2 * k + 1, how) for k in range(5)]
    exchanges = np.full(ACCOUNTS, 20, dtype=np.int64)
    told = [
        Views([], pairs(five), exchanges, Echoes.of(pairs(some), ACCOUNTS)).passes.put_off_bits(
            np.arange(10, dtype=np.int32)
        )
        for some in ([], five)
    ]

    assert told[0] > 20.0
    assert told[1] < 1.0


def senders(groups_own: int, backwards_elsewhere: int) -> float:
    """What it says for six pairs that put off, of 300 who send one text; others of these meet the wrong way round.

    Besides the six, so many pairs of the others put off rightly.
    """
    accounts, text = 1_000, np.arange(300, dtype=np.int32)
    members = np.arange(12, dtype=np.int32)
    rightly = [(2 * k, 2 * k + 1, HandOff.PARKED) for k in range(6 + groups_own)]
    wrongly = [(100 + 2 * k, 101 + 2 * k, HandOff.PARKED) for k in range(backwards_elsewhere)]
    view = Incidence.of(
        TokenKind.TEMPLATE, np.zeros(len(text), np.uint64), text, np.ones(len(text), np.float32),
        np.ones(accounts, dtype=np.bool_),
    )  # fmt: skip
    some = Views([view], pairs(rightly), np.full(accounts, 20, dtype=np.int64), Echoes.of(pairs(wrongly), accounts))
    return some.passes.put_off_bits(members)


def test_a_group_that_was_found_by_what_passes_among_many_is_asked_what_passes_wrongly_among_them() -> None:
    """Who of 300 senders of a text seem to put off are pairs of strangers, if as many do the wrong way round."""
    assert senders(0, 0) > 20
    assert senders(0, 6) < 4
    assert senders(18, 6) > senders(0, 6)  # a group is asked about its own share of what passes so
