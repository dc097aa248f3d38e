"""What confirms a group: two families beyond chance, of which quotations among users of one text are hardly one."""

import numpy as np
import pytest

from stillwatch.facts.holdings import Holdings
from stillwatch.facts.quotes import Quotes
from stillwatch.facts.roster import Roster
from stillwatch.facts.token import Family, TokenKind
from stillwatch.facts.traffic import Traffic
from stillwatch.link.hand_offs import HandOff, HandOffs
from stillwatch.link.options import LinkOptions
from stillwatch.link.rhythm import UNTESTED
from stillwatch.link.search import Search
from stillwatch.link.traits import TraitOptions, Traits
from stillwatch.link.views import Views
from stillwatch.link.work_lists import WorkLists
from tests.link.test_candidates import held
from tests.link.test_pools import in_order
from tests.link.test_traits import activity

ACCOUNTS, NEEDED, SECONDED = 200, 20.0, 15.0
MEMBERS = np.arange(12, dtype=np.int32)


def search(kind: HandOff, *, pairs: bool = False, cards: list[list[int]] | None = None) -> Search:
    """A scan in which twelve accounts send one text and pass something round, or each to one other only."""
    rng = np.random.default_rng(0)
    busy = np.full(ACCOUNTS, 40, dtype=np.int64)
    giver, taker = (MEMBERS[::2], MEMBERS[1::2]) if pairs else (MEMBERS, np.roll(MEMBERS, 1))
    passed = HandOffs.of(giver, taker, np.full(len(giver), kind, dtype=np.int8))
    texts = held(TokenKind.TEMPLATE, [MEMBERS.tolist()], ACCOUNTS)
    views = Views([texts, *([held(TokenKind.PAYMENT, cards, ACCOUNTS)] if cards else [])], passed, busy)
    timelines = in_order([(code, 100.0 * code, 4.0) for code in range(ACCOUNTS)])
    traits = Traits(activity(rng, np.arange(ACCOUNTS), busy), TraitOptions(), rng)
    lists = WorkLists(Holdings.empty(), Quotes.empty(), Roster.of(Traffic.empty(), None), busy, LinkOptions().lists)
    one = Search(views, timelines, np.arange(ACCOUNTS, dtype=np.int32), traits, lists, LinkOptions(), rng)
    one.needed, one.seconded = NEEDED, SECONDED
    return one


@pytest.mark.parametrize(("bits", "quoted"), [(SECONDED + 2.0, False), (SECONDED + 11.0, True)])
def test_quotations_must_exceed_what_another_family_needs(bits: float, quoted: bool) -> None:
    """Pipelines over one public corpus send the same texts and find each other's answers in them."""
    families = {Family.THINGS: -3.0, Family.WORDS: 24.0, Family.HAND_OFFS: bits}

    assert search(HandOff.QUOTED).enough(MEMBERS, families, UNTESTED) == quoted
    assert search(HandOff.RETRY).enough(MEMBERS, families, UNTESTED)


def test_what_strangers_hardly_ever_do_is_told_from_quotations() -> None:
    """A failed request that is tried again elsewhere is strong, an answer that comes up elsewhere is not."""
    assert search(HandOff.RETRY).strong_passes(MEMBERS) >= SECONDED
    assert search(HandOff.QUOTED).strong_passes(MEMBERS) < SECONDED


def test_people_with_two_accounts_each_are_no_group_of_more() -> None:
    """A card and work that passes tie two accounts of each; what ties them all must be words or a pace, or a third."""
    families = {Family.THINGS: 40.0, Family.WORDS: 2.0, Family.HAND_OFFS: 90.0}
    cards = [[k, k + 1] for k in range(0, 12, 2)]

    assert not search(HandOff.RETRY, pairs=True, cards=cards).enough(MEMBERS, families, UNTESTED)
    assert search(HandOff.RETRY, pairs=True, cards=cards).enough(MEMBERS, families | {Family.WORDS: 24.0}, UNTESTED)
    assert search(HandOff.RETRY, pairs=True, cards=[[0, 1, 2]]).enough(MEMBERS, families, UNTESTED)
    assert search(HandOff.RETRY, cards=cards).enough(MEMBERS, families, UNTESTED)
