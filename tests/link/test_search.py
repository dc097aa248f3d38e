"""What confirms a group: two families beyond chance, of which quotations among users of one text are hardly one."""

import numpy as np
import pytest

from stillwatch.facts.token import Family, TokenKind
from stillwatch.link.hand_offs import HandOff, HandOffs
from stillwatch.link.mixture import Views
from stillwatch.link.options import LinkOptions
from stillwatch.link.rhythm import UNTESTED
from stillwatch.link.search import Search
from stillwatch.link.traits import TraitOptions, Traits
from tests.link.test_candidates import held
from tests.link.test_pools import in_order
from tests.link.test_traits import activity

ACCOUNTS, NEEDED, SECONDED = 200, 20.0, 15.0
MEMBERS = np.arange(12, dtype=np.int32)


def search(kind: HandOff) -> Search:
    """A scan in which twelve accounts send one text and pass something round."""
    rng = np.random.default_rng(0)
    busy = np.full(ACCOUNTS, 40, dtype=np.int64)
    passed = HandOffs.of(MEMBERS, np.roll(MEMBERS, 1), np.full(len(MEMBERS), kind, dtype=np.int8))
    views = Views([held(TokenKind.TEMPLATE, [MEMBERS.tolist()], ACCOUNTS)], passed, busy)
    timelines = in_order([(code, 100.0 * code, 4.0) for code in range(ACCOUNTS)])
    traits = Traits(activity(rng, np.arange(ACCOUNTS), busy), TraitOptions(), rng)
    one = Search(views, timelines, np.arange(ACCOUNTS, dtype=np.int32), traits, LinkOptions(), rng)
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
