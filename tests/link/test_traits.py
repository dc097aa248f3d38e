"""Accounts of one hand are alike, whatever they say; others are not, and what was not read tells nothing."""

import numpy as np
import numpy.typing as npt
import pytest

from stillwatch.facts.activity import HOURS, Activity
from stillwatch.facts.content import ContentState
from stillwatch.facts.exchange import MIX_WIDTH
from stillwatch.facts.purpose import Purpose
from stillwatch.facts.token import TokenKind
from stillwatch.link.traits import Trait, TraitOptions, Traits
from tests.link.test_candidates import held

Codes = npt.NDArray[np.int32]


def activity(
    rng: np.random.Generator, topics: npt.NDArray[np.int64], exchanges: npt.NDArray[np.int64], *, texts: bool = True
) -> Activity:
    """What accounts did that speak of one topic each, as long as they like; by topic, words differ a little."""
    n = len(topics)
    centre = rng.normal(size=(int(topics.max()) + 1, MIX_WIDTH))
    mix = np.zeros((n, MIX_WIDTH))
    for place, (topic, count) in enumerate(zip(topics.tolist(), exchanges.tolist(), strict=True)):
        said = rng.normal(size=(count, MIX_WIDTH)) + 0.5 * centre[topic]
        mix[place] = (said / np.linalg.norm(said, axis=1, keepdims=True)).sum(axis=0)
    none = np.zeros(n, dtype=np.int64)
    states = np.zeros((n, len(ContentState)), dtype=np.int64)
    return Activity(
        account=np.arange(n, dtype=np.uint64), exchanges=exchanges, tokens=none, limited=none, banned=none,
        refused=none, first=none, last=none, busy_us=none, hours=np.zeros((n, HOURS), dtype=np.int64), states=states,
        purposes=np.zeros((n, len(Purpose)), dtype=np.int64), mix=mix if texts else np.zeros_like(mix),
        mixed=exchanges if texts else none,
    )  # fmt: skip


def codes(*accounts: int) -> Codes:
    """Accounts from the first to before the last."""
    return np.arange(*accounts, dtype=np.int32)


def traits(found: Activity, options: TraitOptions | None = None) -> Traits:
    """The traits of a made log."""
    return Traits(found, options or TraitOptions(), np.random.default_rng(0))


@pytest.mark.parametrize("seed", range(5))
def test_halves_of_one_pool_are_alike_and_other_pools_are_not(seed: int) -> None:
    """Two dozen accounts of one topic, a dozen of another, all as busy."""
    rng = np.random.default_rng(seed)
    found = traits(activity(rng, np.repeat([0, 0, 1], 12), rng.integers(20, 60, 36)))

    assert found.likeness(codes(12), codes(12, 24)) > 0.02
    assert found.likeness(codes(24), codes(24, 36)) <= 0.01


def test_how_much_two_pools_differ_is_told_closely_where_it_matters() -> None:
    """No random division of many makes as much of a difference; halves of one pool are no more apart for it."""
    rng = np.random.default_rng(0)
    found = traits(activity(rng, np.repeat([0, 0, 1], 12), rng.integers(20, 60, 36)))

    assert found.likeness(codes(12), codes(24, 36), closely=True) < 0.1 * found.likeness(codes(12), codes(24, 36))
    assert found.likeness(codes(12), codes(12, 24), closely=True) == found.likeness(codes(12), codes(12, 24))


def test_a_hand_that_deals_its_work_out_unevenly_is_near_itself() -> None:
    """Two wide sets of its accounts differ beyond chance, but far less than either does from everybody else."""
    rng = np.random.default_rng(0)
    topics = np.concatenate([np.zeros(600, dtype=np.int64), np.repeat(np.arange(1, 41), 5)])
    found = traits(activity(rng, topics, np.full(800, 40)))
    # A tenth of the one set does work of another kind.
    found.activity.mix[:30] = 0.7 * found.activity.mix[:30] + 0.3 * found.activity.mix[600:630]
    words, others = frozenset({Trait.WORDS}), codes(600, 800)

    assert found.likeness(codes(300), codes(300, 600), words) < 0.05
    assert 0.0 < found.apart(codes(300), codes(300, 600), others, words) < 0.1
    assert found.apart(codes(300), codes(600, 605), others, words) > 0.5
    assert found.apart(codes(150), codes(150, 300)[::2], others, words, told=0.001) == 0.0


def test_a_pool_that_is_asked_ten_times_as_much_is_another() -> None:
    """The same topic, but another hand deals out the work."""
    rng = np.random.default_rng(0)
    found = traits(activity(rng, np.zeros(24, dtype=np.int64), np.repeat([30, 300], 12)))

    assert found.likeness(codes(12), codes(12, 24)) <= 0.01
    words = traits(found.activity, TraitOptions(looked_at=frozenset({Trait.WORDS})))
    assert words.likeness(codes(12), codes(12, 24)) > 0.02


def test_what_was_not_read_tells_nothing() -> None:
    """A log without texts, or a look at no trait, tells nobody apart."""
    rng = np.random.default_rng(0)
    topics, exchanges = np.repeat([0, 1], 12), rng.integers(20, 60, 24)

    assert traits(activity(rng, topics, exchanges)).tell
    assert not traits(activity(rng, topics, exchanges, texts=False)).tell
    blind = traits(activity(rng, topics, exchanges), TraitOptions(looked_at=frozenset()))
    assert not blind.tell
    assert blind.likeness(codes(12), codes(12, 24)) == 1.0


def test_software_tells_accounts_apart_where_it_is_asked_about() -> None:
    """The same topic and as much of it, but half send other parameters; a hand's own accounts may send several."""
    rng = np.random.default_rng(0)
    found = activity(rng, np.zeros(48, dtype=np.int64), np.full(48, 40))
    sent = held(TokenKind.SETTINGS, [list(range(24)), list(range(24, 36)), list(range(36, 48))], 48)
    told = Traits(found, TraitOptions(), rng, sent)

    assert told.likeness(codes(24), codes(24, 48)) > 0.02
    assert told.likeness(codes(24), codes(24, 48), frozenset({Trait.SOFTWARE})) <= 0.01
    mixed = np.arange(24, 48, dtype=np.int32)
    assert told.likeness(mixed[::2], mixed[1::2], frozenset({Trait.SOFTWARE})) > 0.02
    assert traits(found).likeness(codes(24), codes(24, 48), frozenset({Trait.SOFTWARE})) == 1.0  # no log says any


def test_of_wide_sets_some_accounts_are_looked_at() -> None:
    """Ten of five hundred suffice for two topics, and the work stays bounded."""
    rng = np.random.default_rng(0)
    found = traits(activity(rng, np.repeat([0, 1], 500), np.full(1_000, 20)), TraitOptions(most_accounts=10))

    assert found.likeness(codes(500), codes(500, 1_000)) <= 0.02


def test_who_asks_as_some_accounts_do_has_them_for_neighbours() -> None:
    """Chance puts one of a dozen as near among three hundred once in thirty times; to a stranger anybody is."""
    rng = np.random.default_rng(7)
    topics = np.concatenate([np.zeros(24, dtype=np.int64), np.arange(1, 301)])
    told = traits(activity(rng, topics, np.full(len(topics), 40, dtype=np.int64)))
    acting, quiet, others = codes(12), codes(12, 24), codes(24, 324)

    same = told.as_near_by_chance(acting, quiet, others[:-12], 4_000)
    strangers = told.as_near_by_chance(acting, others[-12:], others[:-12], 4_000)

    assert (same <= 0.05).all()
    assert (strangers > 0.05).mean() > 0.8
