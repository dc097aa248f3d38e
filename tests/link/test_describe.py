"""What a report says of a group is read from what was found for it."""

import numpy as np

from stillwatch.facts.roster import Roster
from stillwatch.facts.traffic import Traffic
from stillwatch.link.describe import Scene, _passings
from stillwatch.link.echoes import Echoes
from stillwatch.link.hand_offs import HandOff, HandOffs
from stillwatch.link.views import Views

ACCOUNTS = 12
MEMBERS = np.arange(6, dtype=np.int32)


def pairs(kind: HandOff, *some: tuple[int, int]) -> HandOffs:
    """Who handed on to whom, all in one way."""
    giver, taker = np.array(some, dtype=np.int32).T
    return HandOffs.of(giver, taker, np.full(len(giver), kind, dtype=np.int8))


def test_what_was_put_off_is_told_with_how_many_pairs_pass_it_the_wrong_way_round() -> None:
    """Between members only; of a request that is tried again at once nothing passes so."""
    passed = pairs(HandOff.PARKED, (0, 1), (2, 3), (2, 9))
    wrongly = Echoes.of(pairs(HandOff.PARKED, (4, 5), (7, 8), (1, 10)), ACCOUNTS)
    traffic = Traffic.empty()
    views = Views([], passed, np.full(ACCOUNTS, 20, dtype=np.int64), wrongly)

    (told,) = _passings(Scene(traffic, Roster.of(traffic, None), views, passed), MEMBERS)
    again = pairs(HandOff.RETRY, (0, 1))
    (tried,) = _passings(Scene(traffic, Roster.of(traffic, None), views, again), MEMBERS)

    assert (told.pairs, told.backwards, told.failed) == (2, 1, True)
    assert (tried.pairs, tried.backwards, tried.evades) == (1, 0, True)
