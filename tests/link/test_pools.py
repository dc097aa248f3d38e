"""Pools that neither act as one nor are alike are parted; pieces of one software that are alike are joined."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.facts.incidence import Incidence
from stillwatch.facts.token import TokenKind
from stillwatch.link.candidates import CandidateOptions
from stillwatch.link.hand_offs import HandOff, HandOffs
from stillwatch.link.pace_circles import PaceOptions
from stillwatch.link.pools import PoolOptions, Pools, gathered
from stillwatch.link.rhythm import Rhythm, RhythmOptions, shared_rhythm
from stillwatch.link.ties import JoinOptions, Ties
from stillwatch.link.timelines import Timelines
from stillwatch.link.traits import TraitOptions, Traits
from stillwatch.link.views import Views
from tests.link.test_rhythm import Request, clocked
from tests.link.test_traits import activity

Codes = npt.NDArray[np.int32]
POOL = 12
ACCOUNTS = 400


def a_pool(rng: np.random.Generator, first: int, accounts: int = POOL, hours: int = 10) -> list[Request]:
    """A pool's requests: where one ends the next begins, on another of its accounts; an hour on, an hour off."""
    out = []
    for hour in range(hours):
        at = 7_200.0 * hour
        while at < 7_200.0 * hour + 3_600.0:
            took = float(rng.gamma(3.0, 3.0))
            out.append((first + int(rng.integers(accounts)), at, took))
            at += took + float(rng.uniform(0.2, 1.5))
    return out


def in_order(timeline: Sequence[Request]) -> Timelines:
    """The timelines of a log in which each account's code is its number."""
    known = clocked(timeline)[1]
    number = {code: int(name[1:]) for name, code in known.items()}
    return clocked([(number[account], at, took) for account, at, took in timeline])[0]


def pools(
    rng: np.random.Generator,
    timeline: Sequence[Request],
    topics: npt.NDArray[np.int64],
    *,
    software: Sequence[Sequence[int]] = (),
    sent: Sequence[Sequence[int]] = (),
    prompts: Sequence[Sequence[int]] = (),
    passes: Sequence[tuple[int, int]] = (),
    how: HandOff = HandOff.RETRY,
    texts: bool = True,
    acts: bool = True,
    only_passes: bool = False,
    puts_off: bool = False,
) -> Pools:
    """What is asked about pools in a log of `timeline` and of accounts that speak of `topics`; others are people."""
    everybody = np.concatenate([topics, np.arange(ACCOUNTS - len(topics)) + int(topics.max()) + 1])
    busy = np.full(ACCOUNTS, 40, dtype=np.int64)
    views = [_held(TokenKind.SETTINGS, software), *([_held(TokenKind.TEMPLATE, sent)] if sent else [])]
    views += [_held(TokenKind.SYSTEM_PROMPT, prompts)] if prompts else []
    giver, taker = np.array(passes, dtype=np.int32).reshape(-1, 2).T
    passed = HandOffs.of(giver, taker, np.full(len(giver), how, dtype=np.int8))
    seen = Views(views, passed, busy)
    timelines = in_order(timeline)

    def together(one: Codes, other: Codes) -> Rhythm:
        return shared_rhythm(timelines, (one, other), RhythmOptions(), rng)

    ties = Ties(seen, JoinOptions(), lambda some, _members, _firm: np.zeros(len(some)))
    traits = Traits(activity(rng, everybody, busy, texts=texts), TraitOptions(), rng)
    return Pools(
        seen, timelines, traits, ties, together, lambda _members: acts, lambda _members: only_passes,
        lambda _members: puts_off, PoolOptions(), PaceOptions(), CandidateOptions(), rng,
    )  # fmt: skip


def _held(kind: TokenKind, users: Sequence[Sequence[int]]) -> Incidence:
    """Which accounts hold each token of a kind."""
    pairs = [(token, account) for token, holders in enumerate(users) for account in holders]
    token, account = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Incidence.of(
        kind, token.astype(np.uint64), account.astype(np.int32), np.ones(len(pairs), np.float32),
        np.ones(ACCOUNTS, dtype=np.bool_),
    )  # fmt: skip


def parts(found: Pools, members: int, stands: Callable[[Codes], bool] = lambda _members: True) -> list[set[int]]:
    """What the first accounts of a log fall into."""
    codes = np.arange(members, dtype=np.int32)
    return [set(part.tolist()) for part in found.parts(codes, stands, found.ties.background([codes]))]


def joined(found: Pools, *groups: range) -> list[set[int]]:
    """What groups become."""
    codes = [np.array(group, dtype=np.int32) for group in groups]
    return sorted((set(one.tolist()) for one in found.joined(codes)), key=min)


ONE, OTHER = set(range(POOL)), set(range(POOL, 2 * POOL))
TWO_TOPICS = np.repeat([0, 1], POOL)


@pytest.mark.parametrize("seed", range(4))
def test_two_pools_side_by_side_are_parted(seed: int) -> None:
    """They work at the same hours, but neither waits for the other, and they are used for different things."""
    rng = np.random.default_rng(seed)

    found = pools(rng, [*a_pool(rng, 0), *a_pool(rng, POOL)], TWO_TOPICS)

    assert sorted(parts(found, 2 * POOL), key=min) == [ONE, OTHER]


@pytest.mark.parametrize("seed", range(4))
def test_a_pool_is_not_parted(seed: int) -> None:
    """Its circles keep one pace, and are alike."""
    rng = np.random.default_rng(seed)

    found = pools(rng, a_pool(rng, 0, 2 * POOL, hours=20), np.zeros(2 * POOL, dtype=np.int64))

    assert parts(found, 2 * POOL) == [ONE | OTHER]


def test_pools_that_are_alike_are_not_parted() -> None:
    """One hand may keep two balancers, for the same work."""
    rng = np.random.default_rng(0)

    found = pools(rng, [*a_pool(rng, 0), *a_pool(rng, POOL)], np.zeros(2 * POOL, dtype=np.int64))

    assert parts(found, 2 * POOL) == [ONE | OTHER]


def test_accounts_with_different_tasks_that_keep_one_pace_are_not_parted() -> None:
    """A pipeline asks, cleans and judges with accounts of their own, one after the other."""
    rng = np.random.default_rng(0)

    found = pools(rng, a_pool(rng, 0, 2 * POOL, hours=20), TWO_TOPICS)

    assert parts(found, 2 * POOL) == [ONE | OTHER]


def test_one_piece_of_work_that_passes_keeps_pools_together() -> None:
    """Strangers hardly ever retry each other's requests."""
    rng = np.random.default_rng(0)

    found = pools(rng, [*a_pool(rng, 0), *a_pool(rng, POOL)], TWO_TOPICS, passes=[(0, POOL)])

    assert parts(found, 2 * POOL) == [ONE | OTHER]


def test_wordings_of_one_template_keep_pools_together() -> None:
    """No wording is sent by more than a third of either, but each account sends one that the other pool sends, too."""
    rng = np.random.default_rng(0)
    timeline = [*a_pool(rng, 0), *a_pool(rng, POOL)]
    wordings = [[code for code in range(2 * POOL) if code % 3 == wording] for wording in range(3)]
    own = [range(POOL), range(POOL, 2 * POOL)]

    assert parts(pools(rng, timeline, TWO_TOPICS, sent=wordings), 2 * POOL) == [ONE | OTHER]
    assert sorted(parts(pools(rng, timeline, TWO_TOPICS, sent=own), 2 * POOL), key=min) == [ONE, OTHER]


def test_rare_texts_do_not_keep_together_what_is_used_for_plainly_different_things() -> None:
    """Hardly a stranger sends them; how much the pools differ is told closely before it is weighed against them."""
    rng = np.random.default_rng(8)
    sent = [range(2 * POOL + 2)]
    timeline = [*a_pool(rng, 0), *a_pool(rng, POOL)]

    assert len(parts(pools(rng, timeline, TWO_TOPICS, sent=sent, prompts=sent), 2 * POOL)) == 2
    one_topic = np.zeros(2 * POOL, dtype=np.int64)
    assert len(parts(pools(rng, timeline, one_topic, sent=sent, prompts=sent), 2 * POOL)) == 1


@pytest.mark.parametrize(("asks", "whole"), [("alike", True), ("apart", False)])
def test_a_text_that_two_pools_may_have_bought_keeps_together_only_what_asks_alike(asks: str, whole: bool) -> None:
    """One in twenty strangers sends it, too: it says a little, and what the accounts are used for says more."""
    rng = np.random.default_rng(8)
    sent = [range(2 * POOL + ACCOUNTS // 20)]
    topics = TWO_TOPICS if asks == "apart" else np.zeros(2 * POOL, dtype=np.int64)

    found = pools(rng, [*a_pool(rng, 0), *a_pool(rng, POOL)], topics, sent=sent)

    assert (len(parts(found, 2 * POOL)) == 1) == whole


@pytest.mark.parametrize(
    ("asks", "passing", "strange"), [("apart", POOL, True), ("alike", POOL, False), ("apart", 6, False)]
)
def test_whom_only_a_text_ties_to_a_pool_is_a_stranger_where_he_asks_for_something_else(
    asks: str, passing: int, strange: bool
) -> None:
    """A slow pool's accounts ask alike, passing work or not; a few that pass say little of what others would ask."""
    rng = np.random.default_rng(3)
    topics = TWO_TOPICS if asks == "apart" else np.zeros(2 * POOL, dtype=np.int64)
    passes = [(code, (code + 1) % passing) for code in range(passing)]
    found = pools(rng, QUIET, topics, sent=[range(2 * POOL)], passes=passes)
    members = np.arange(2 * POOL, dtype=np.int32)

    told = found.strangers(members, found.ties.background([members]))

    assert set(np.flatnonzero(told).tolist()) == (OTHER if strange else set())


def test_who_gives_work_and_takes_none_is_not_told_to_be_a_stranger_by_its_quiet() -> None:
    """Throw-away accounts that take over what a pool's own accounts ask do not make strangers of these."""
    rng = np.random.default_rng(3)
    acting = [(code, (code + 1) % POOL) for code in range(POOL)]
    given = [(POOL + code, (code + k) % POOL) for code in range(POOL - 4) for k in range(5)]
    found = pools(rng, QUIET, TWO_TOPICS, sent=[range(2 * POOL)], passes=[*acting, *given])
    members = np.arange(2 * POOL, dtype=np.int32)

    told = found.strangers(members, found.ties.background([members]))

    assert set(np.flatnonzero(told).tolist()) == {2 * POOL - 4, 2 * POOL - 3, 2 * POOL - 2, 2 * POOL - 1}


@pytest.mark.parametrize("puts_off", [True, False])
def test_where_requests_are_put_off_the_quiet_ones_are_told_one_by_one(puts_off: bool) -> None:
    """Of twelve quiet accounts six ask as those do who act, and six for something else."""
    rng = np.random.default_rng(3)
    topics = np.repeat([0, 0, 1], [POOL, POOL // 2, POOL // 2])
    passes = [(code, (code + 1) % POOL) for code in range(POOL)]
    found = pools(rng, QUIET, topics, sent=[range(2 * POOL)], passes=passes, puts_off=puts_off)
    members = np.arange(2 * POOL, dtype=np.int32)

    told = set(np.flatnonzero(found.strangers(members, found.ties.background([members]))).tolist())

    assert told == (set(range(POOL + POOL // 2, 2 * POOL)) if puts_off else OTHER)


def test_who_passes_nothing_where_all_others_do_again_and_again_is_a_stranger_however_alike_he_asks() -> None:
    """As much traffic as theirs would have brought him some of it, had he been one of them."""
    rng = np.random.default_rng(3)
    passes = [(a, b) for a in range(POOL) for b in range(POOL) if a != b]
    found = pools(rng, QUIET, np.zeros(2 * POOL, dtype=np.int64), sent=[range(2 * POOL)], passes=passes)
    members = np.arange(2 * POOL, dtype=np.int32)

    assert set(np.flatnonzero(found.strangers(members, found.ties.background([members]))).tolist()) == OTHER


@pytest.mark.parametrize(
    ("acting", "part", "topic", "quiet"),
    [
        (8, 4, 0, True),  # each would pass a third of a time
        (8, 12, 0, False),  # somebody of twelve would have passed something
        (8, 4, 1, False),  # they ask for something else
        (7, 4, 0, False),  # too few act to tell
    ],
)
def test_a_few_quiet_accounts_that_share_a_card_are_a_part_where_that_is_no_wonder(
    acting: int, part: int, topic: int, quiet: bool
) -> None:
    """Four of one card who send little are seldom limited."""
    rng = np.random.default_rng(0)
    topics = np.repeat([0, topic], [4 * POOL, part])
    passes = [(code, (code + 1) % acting) for code in range(acting)]

    found = pools(rng, [], topics, passes=passes)

    rest = np.arange(4 * POOL, dtype=np.int32)
    assert found.quiet_part(np.arange(4 * POOL, 4 * POOL + part, dtype=np.int32), rest) == quiet


def test_what_does_not_stand_alone_and_what_was_not_read_is_not_parted() -> None:
    """A part must be a campaign by itself, and act; without texts nobody can say that two pools differ."""
    rng = np.random.default_rng(0)
    timeline = [*a_pool(rng, 0), *a_pool(rng, POOL)]

    assert parts(pools(rng, timeline, TWO_TOPICS), 2 * POOL, lambda _members: False) == [ONE | OTHER]
    assert parts(pools(rng, timeline, TWO_TOPICS, acts=False), 2 * POOL) == [ONE | OTHER]
    assert parts(pools(rng, timeline, TWO_TOPICS, texts=False), 2 * POOL) == [ONE | OTHER]


def test_pieces_of_one_software_that_are_alike_are_one() -> None:
    """Nothing passes between them, and their accounts could have been dealt out by one hand."""
    rng = np.random.default_rng(0)
    one_topic = np.zeros(2 * POOL, dtype=np.int64)
    pieces = range(POOL), range(POOL, 2 * POOL)
    quiet = [(0, 0.0, 1.0)]

    assert joined(pools(rng, quiet, one_topic, software=[range(2 * POOL)]), *pieces) == [ONE | OTHER]
    assert joined(pools(rng, quiet, one_topic, software=[*pieces]), *pieces) == [ONE, OTHER]
    assert joined(pools(rng, quiet, TWO_TOPICS, software=[range(2 * POOL)]), *pieces) == [ONE, OTHER]


@pytest.mark.parametrize("how", [HandOff.RETRY, HandOff.QUOTED])
def test_pools_that_pass_much_within_and_hardly_anything_between_them_are_two(how: HandOff) -> None:
    """One hand would have passed on, or quoted, across; a few passes leave its accounts in pieces by chance."""
    rng = np.random.default_rng(0)
    one_topic = np.zeros(2 * POOL, dtype=np.int64)
    pieces = range(POOL), range(POOL, 2 * POOL)
    much = [(a, b) for piece in pieces for a in piece for b in piece if a < b]
    little = [(piece[k], piece[k + 1]) for piece in pieces for k in range(POOL - 1)]
    between = [(a, b) for a in pieces[0] for b in pieces[1]]

    def of(passes: Sequence[tuple[int, int]]) -> list[set[int]]:
        return joined(pools(rng, QUIET, one_topic, software=[range(2 * POOL)], passes=passes, how=how), *pieces)

    assert of(much) == [ONE, OTHER]
    assert of([*much, (0, POOL)]) == [ONE, OTHER]
    assert of(little) == [ONE | OTHER]
    assert of([*much, *between]) == [ONE | OTHER]


def test_what_everybody_sends_and_who_does_nothing_together_joins_nobody() -> None:
    """A software of a third of the log is common property, and colleagues who use one do not act as one."""
    rng = np.random.default_rng(0)
    one_topic = np.zeros(2 * POOL, dtype=np.int64)
    pieces = range(POOL), range(POOL, 2 * POOL)
    quiet = [(0, 0.0, 1.0)]

    assert joined(pools(rng, quiet, one_topic, software=[range(ACCOUNTS // 3)]), *pieces) == [ONE, OTHER]
    assert joined(pools(rng, quiet, one_topic, software=[range(2 * POOL)], acts=False), *pieces) == [ONE, OTHER]
    unread = pools(rng, quiet, one_topic, software=[range(2 * POOL)], texts=False)
    assert joined(unread, *pieces) == [ONE, OTHER]


def test_where_no_parameters_are_sent_only_what_nothing_but_passing_ties_is_a_piece() -> None:
    """Half of the log sends none: a group with words or a pace of its own is told by these."""
    rng = np.random.default_rng(0)
    one_topic = np.zeros(2 * POOL, dtype=np.int64)
    pieces = range(POOL), range(POOL, 2 * POOL)
    quiet, elsewhere = [(0, 0.0, 1.0)], [range(ACCOUNTS // 2, ACCOUNTS)]

    assert joined(pools(rng, quiet, one_topic, software=elsewhere, only_passes=True), *pieces) == [ONE | OTHER]
    assert joined(pools(rng, quiet, one_topic, software=elsewhere), *pieces) == [ONE, OTHER]
    assert joined(pools(rng, quiet, TWO_TOPICS, software=elsewhere, only_passes=True), *pieces) == [ONE, OTHER]


QUIET = [(0, 0.0, 1.0)]
PAIRS = [(40, 41), (42, 43), (44, 45), (46, 47), (48, 49)]
RESOLD = set(range(40, 50))


def completed(found: Pools, *groups: range) -> tuple[list[set[int]], list[float]]:
    """What groups become with those who pass work among themselves, and how sure it is at most of these."""
    out, surest = found.completed([np.array(group, dtype=np.int32) for group in groups])
    return [set(one.tolist()) for one in out], sorted(set(surest[np.isfinite(surest)].tolist()))


def test_pairs_that_pass_work_and_use_a_pools_software_are_of_the_pool() -> None:
    """A reseller's quiet accounts pass work to one other only; how sure it is of them is what chance leaves."""
    rng = np.random.default_rng(0)
    software = [[*range(2 * POOL), *RESOLD], range(100, 140)]

    found = pools(rng, QUIET, TWO_TOPICS, software=software, passes=[*PAIRS, (200, 201)])
    groups, surest = completed(found, range(POOL), range(POOL, 2 * POOL + 1))

    assert groups == [ONE, set(range(POOL, 2 * POOL + 1)) | RESOLD]  # the wider one takes them in
    assert surest[0] > found.ties.options.belongs_bits
    assert len(surest) == 1


def test_pairs_of_people_stay_their_own() -> None:
    """They use this and that, be it what a campaign uses, too; and who does not act takes nobody in."""
    rng = np.random.default_rng(0)
    people = [(100 + 2 * k, 101 + 2 * k) for k in range(12)]

    some = pools(rng, QUIET, TWO_TOPICS, software=[[*range(POOL), *range(100, 104), *range(300, 340)]], passes=people)
    colleagues = pools(rng, QUIET, TWO_TOPICS, software=[[*range(POOL), *RESOLD]], passes=PAIRS, acts=False)
    unsold = pools(rng, QUIET, TWO_TOPICS, software=[range(POOL)], passes=PAIRS)

    for found in (some, colleagues, unsold):
        assert completed(found, range(POOL)) == ([ONE], [])


def test_pairs_that_send_no_parameters_are_of_a_pool_that_only_passes_work() -> None:
    """Half of the log sends none: most pairs must, and all of the accounts of each."""
    rng = np.random.default_rng(0)
    sending = [range(ACCOUNTS // 2, ACCOUNTS)]
    many = [(100 + 2 * k, 101 + 2 * k) for k in range(12)]
    mixed = [(100 + k, 300 + k) for k in range(12)]

    def of(passes: Sequence[tuple[int, int]], *, only_passes: bool) -> set[int]:
        found = pools(rng, QUIET, TWO_TOPICS, software=sending, passes=passes, only_passes=only_passes)
        return completed(found, range(POOL))[0][0]

    assert of(many, only_passes=True) == ONE | set(range(100, 124))
    assert of(many, only_passes=False) == ONE
    assert of(mixed, only_passes=True) == ONE


@given(sizes=st.lists(st.integers(1, 5), max_size=8), least=st.floats(0.1, 1.0), seed=st.integers(0, 1_000))
def test_gathering_keeps_everybody_and_stops_where_nobody_is_tied(sizes: list[int], least: float, seed: int) -> None:
    """Each account stays in one part, and no two parts that are left are tied enough."""
    bounds = np.cumsum([0, *sizes])
    first = [np.arange(low, high, dtype=np.int32) for low, high in pairwise(bounds.tolist())]
    weight = np.random.default_rng(seed).uniform(0, 1, (40, 40))

    def tie(one: Codes, other: Codes) -> float:
        return float(weight[min(one[0], other[0]), max(one[0], other[0])])

    found = gathered(first, tie, least)

    assert sorted(np.concatenate([*found, np.zeros(0, np.int32)]).tolist()) == list(range(int(bounds[-1])))
    assert all(tie(a, b) < least for i, a in enumerate(found) for b in found[i + 1 :])


@pytest.mark.parametrize(("strangers", "whole"), [(0, True), (40, False)])
def test_pieces_that_send_a_text_hardly_anybody_else_sends_are_one(strangers: int, whole: bool) -> None:
    """One work list falls into those who pay with one card; a text that others send too joins nobody."""
    rng = np.random.default_rng(5)
    senders = [*range(2 * POOL), *range(100, 100 + strangers)]

    found = pools(rng, a_pool(rng, 0, 2 * POOL), np.zeros(2 * POOL, dtype=np.int64), sent=[senders])

    assert joined(found, range(POOL), range(POOL, 2 * POOL)) == ([ONE | OTHER] if whole else [ONE, OTHER])


def test_pieces_of_one_text_that_ask_for_different_things_stay_apart() -> None:
    """Two campaigns may have bought one template."""
    rng = np.random.default_rng(6)

    found = pools(rng, [*a_pool(rng, 0), *a_pool(rng, POOL)], TWO_TOPICS, sent=[range(2 * POOL)])

    assert joined(found, range(POOL), range(POOL, 2 * POOL)) == [ONE, OTHER]


def test_who_shares_a_text_and_does_nothing_together_is_no_piece() -> None:
    """Colleagues use one prompt, too."""
    rng = np.random.default_rng(7)

    found = pools(rng, a_pool(rng, 0, 2 * POOL), np.zeros(2 * POOL, dtype=np.int64), sent=[range(2 * POOL)], acts=False)

    assert joined(found, range(POOL), range(POOL, 2 * POOL)) == [ONE, OTHER]
