"""What hand-offs say for each account about a group: more for who takes, nothing for who only gives."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.link.hand_offs import PUT_OFF, WORDS_ONLY, HandOff, HandOffs
from stillwatch.link.passes import Passes
from stillwatch.link.views import Views

ACCOUNTS = 60
GROUP = tuple(range(6))
"""One account in ten, with as much traffic each as anybody."""
Pass = tuple[int, int, HandOff]
ELSEWHERE = [(20 + i, 20 + (i + 1) % 40, HandOff.QUOTED) for i in range(40)]
"""Strangers who quote each other."""

PASSES = st.lists(
    st.tuples(st.integers(0, 19), st.integers(0, 19), st.sampled_from(HandOff)).filter(lambda one: one[0] != one[1]),
    max_size=25,
)


def bits(passes: Sequence[Pass], accounts: Sequence[int] = GROUP, *, quotations: bool = True) -> list[float]:
    """What these hand-offs (giver, taker, kind) say for some accounts' being of the group."""
    giver, taker, kind = (np.array([one[i] for one in passes], dtype=np.int32) for i in range(3))
    views = Views([], HandOffs.of(giver, taker, kind.astype(np.int8)), np.full(ACCOUNTS, 20, dtype=np.int64))
    found: list[float] = views.passes.bits(
        np.array(accounts, dtype=np.int32), np.array(GROUP, dtype=np.int32), quotations=quotations
    ).tolist()
    return found


def test_nothing_passed_says_nothing() -> None:
    """Without a hand-off in the whole log, nobody is tied in or out."""
    assert bits([]) == [0.0] * len(GROUP)


@pytest.mark.parametrize("kind", [kind for kind in HandOff if kind not in (*WORDS_ONLY, *PUT_OFF)])
def test_who_takes_is_tied_in_more_than_who_gives(kind: HandOff) -> None:
    """Honest people's work is now and then gone on with elsewhere; hardly any go on with what others began."""
    giver, taker, *others = bits([(0, 1, kind)])

    assert taker > giver > 3
    assert others == [0.0] * 4


@given(times=st.integers(3, 9), kind=st.sampled_from(HandOff), spread=st.booleans())
def test_who_gives_three_times_and_never_takes_is_no_member(times: int, kind: HandOff, spread: bool) -> None:
    """A relay's customer gives again and again, to one account or to many of the relay's."""
    found = bits([*ELSEWHERE, *((0, 1 + i % 5 if spread else 1, kind) for i in range(times))])

    assert found[0] == 0.0
    assert found[1] > 0.0


@pytest.mark.parametrize("times", [1, 2])
def test_who_gives_once_or_twice_may_be_a_member(times: int) -> None:
    """A member of a few requests is given from by luck."""
    assert bits([(0, 1, HandOff.RETRY)] * times)[0] > 3


def test_one_taking_makes_up_for_any_giving() -> None:
    """A balancer hands work both ways, so whoever gave much and took once is as tied in as a taker."""
    passes = [(0, 1 + i % 5, HandOff.RETRY) for i in range(6)]

    customer, member = bits(passes)[0], bits([*passes, (3, 0, HandOff.RETRY)])[0]

    assert customer == 0.0
    assert member > 9


def test_taking_from_outside_does_not_make_up_for_giving() -> None:
    """Both ways means both with the group."""
    passes = [(0, 1, HandOff.RETRY)] * 4

    assert bits([*passes, (40, 0, HandOff.RETRY)])[0] < 0


def test_an_account_outside_is_judged_like_one_inside() -> None:
    """Whoever takes from the group is as near to it, member or not; whoever passes work elsewhere is not."""
    inside, outside, elsewhere = bits(
        [(1, 0, HandOff.RETRY), (1, 30, HandOff.RETRY), (31, 32, HandOff.RETRY)], [0, 30, 32]
    )

    assert inside == outside > 0 > elsewhere


@given(passes=PASSES)
def test_quotations_can_be_left_out(passes: list[Pass]) -> None:
    """Without them, the log says what a log without quotations says; what was put off is told like them."""
    accounts = list(range(20))
    passes = [one for one in passes if one[2] not in PUT_OFF]
    strong = [one for one in passes if one[2] is not HandOff.QUOTED]

    assert bits(passes, accounts, quotations=False) == pytest.approx(bits(strong, accounts))


@pytest.mark.parametrize("how", PUT_OFF)
def test_what_was_put_off_is_as_telling_as_any_hand_off_where_many_take_part(how: HandOff) -> None:
    """A few who ask what failed elsewhere days before do so by luck; eight of a group do not."""
    few = [(0, 1, how), (2, 3, how)]
    group = range(20)

    def strong(passes: list[Pass]) -> float:
        giver, taker, kind = (np.array([one[i] for one in [*ELSEWHERE, *passes]], dtype=np.int32) for i in range(3))
        views = Views([], HandOffs.of(giver, taker, kind.astype(np.int8)), np.full(ACCOUNTS, 20, dtype=np.int64))
        members = np.array(group, dtype=np.int32)
        return float(views.passes.bits(members, members, quotations=False).sum())

    assert strong(few) == 0.0
    assert strong([(2 * k, 2 * k + 1, how) for k in range(4)]) > 40


def test_who_marks_what_everybody_is_answered_is_not_tied_by_it() -> None:
    """A grader quotes as many others as of the group, and nobody of it quotes the grader."""
    inside = [(a, 0, HandOff.QUOTED) for a in (1, 2)]
    outside = [(a, 0, HandOff.QUOTED) for a in (20, 30)]

    grader = bits([*ELSEWHERE, *inside, *outside])[0]
    judge = bits([*ELSEWHERE, *inside])[0]
    worker = bits([*ELSEWHERE, *inside, *outside, (0, 1, HandOff.QUOTED)])[0]

    assert grader < 0 < min(worker, judge)


@pytest.mark.parametrize(
    ("passes", "work"),
    [
        ([(0, 1, HandOff.RETRY), (1, 2, HandOff.RETRY)], True),
        ([(0, 1, HandOff.RETRY), (1, 2, HandOff.QUOTED), (3, 4, HandOff.QUOTED)], False),
        ([(0, 1, HandOff.RETRY), (2, 20, HandOff.RETRY)], False),
    ],
)
def test_a_group_passes_work_where_three_of_its_accounts_pass_more_than_words(passes: list[Pass], work: bool) -> None:
    """A pair does not make the quotations of others around it more than what strangers quote."""
    giver, taker, kind = (np.array([one[i] for one in passes], dtype=np.int32) for i in range(3))
    views = Views([], HandOffs.of(giver, taker, kind.astype(np.int8)), np.full(ACCOUNTS, 20, dtype=np.int64))

    assert views.passes.work(np.array(GROUP, dtype=np.int32)) is work


def test_quotations_say_less_than_other_hand_offs() -> None:
    """Public text passes between strangers, so an answer quoted is no work passed on."""
    ring = [(i, (i + 1) % 6) for i in GROUP]

    quoted = bits([*ELSEWHERE, *((a, b, HandOff.QUOTED) for a, b in ring)])
    retried = bits([*ELSEWHERE, *((a, b, HandOff.RETRY) for a, b in ring)])

    assert 0 < max(quoted) < min(retried)


def test_a_group_that_quotes_like_everybody_is_not_tied_by_quotations() -> None:
    """Where sixty strangers quote each other at random, being one of any six says next to nothing on average."""
    found = []
    for seed in range(100):
        pairs = np.random.default_rng(seed).integers(0, ACCOUNTS, (240, 2)).tolist()
        found += bits([(a, b, HandOff.QUOTED) for a, b in pairs if a != b])

    assert np.mean(np.exp2(found)) < 1.6
    assert np.median(found) < 0


def test_a_group_that_quotes_more_than_others_is_not_tied_by_quotations() -> None:
    """Six of the twelve who quote at all quote each other by chance, however little of all traffic is theirs."""
    found = []
    for seed in range(100):
        pairs = np.random.default_rng(seed).integers(0, 12, (60, 2)).tolist()
        found += bits([(a, b, HandOff.QUOTED) for a, b in pairs if a != b])

    assert np.mean(np.exp2(found)) < 1.6
    assert np.median(found) < 0


@given(passes=PASSES, account=st.integers(0, 19), outside=st.integers(20, ACCOUNTS - 1), gives=st.booleans())
def test_work_passed_outside_never_speaks_for_an_account(
    passes: list[Pass], account: int, outside: int, gives: bool
) -> None:
    """One more retry with somebody outside lowers an account's bits or leaves them, and moves nobody else's."""
    everybody = list(range(20))
    retry = (account, outside, HandOff.RETRY) if gives else (outside, account, HandOff.RETRY)

    before, after = np.array(bits(passes, everybody)), np.array(bits([*passes, retry], everybody))

    assert after[account] <= before[account]
    assert np.delete(after, account) == pytest.approx(np.delete(before, account))


@given(times=st.integers(0, 12))
def test_passes_outside_count_against_up_to_three(times: int) -> None:
    """Each is as much against as the next, until more of the same adds nothing."""
    outside = [(0, 20 + i, HandOff.RETRY) for i in range(times)]

    against = bits([*outside, (50, 51, HandOff.RETRY)])[0]

    assert against == pytest.approx(-min(times, 3))


@given(passes=PASSES, more=st.integers(1, 20))
def test_the_same_hand_off_again_and_again_adds_a_bounded_amount(passes: list[Pass], more: int) -> None:
    """Passes of one account are not independent: they say at most what three say, beside who takes and who gives."""
    found = bits(passes * more, list(range(20)))

    assert max(found) <= 3 * np.log2(0.5 + 0.5 / 0.1) - np.log2(0.01) + 1e-9
    assert min(found) >= -3


def within(passes: Sequence[Pass]) -> float:
    """What these hand-offs say about the group as a whole."""
    return views_of(passes).passes.passed_within(np.array(GROUP, dtype=np.int32))


def views_of(passes: Sequence[Pass]) -> Views:
    """A scan with these hand-offs (giver, taker, kind), where all accounts have as much traffic."""
    giver, taker, kind = (np.array([one[i] for one in passes], dtype=np.int32) for i in range(3))
    return Views([], HandOffs.of(giver, taker, kind.astype(np.int8)), np.full(ACCOUNTS, 20, dtype=np.int64))


@given(times=st.integers(1, 20))
def test_two_who_quote_each_other_say_little_of_a_group(times: int) -> None:
    """However often they do: less than chance makes in one group of a hundred tried."""
    passes = [*ELSEWHERE, *((0, 1, HandOff.QUOTED), (1, 0, HandOff.QUOTED)) * times]

    assert within(passes) < np.log2(100)


def test_a_circle_of_quotations_says_more_than_one_pair() -> None:
    """Where each of the group quotes the next, it is no longer chance."""
    circle = [(k, (k + 1) % 6, HandOff.QUOTED) for k in range(6)]

    assert within([*ELSEWHERE, *circle]) > within([*ELSEWHERE, *circle[:1]]) + 6


@given(passes=PASSES)
def test_a_group_is_never_told_more_by_its_hand_offs_than_its_accounts_are(passes: list[Pass]) -> None:
    """What is said of the whole is bounded by what is said of each."""
    assert within([*ELSEWHERE, *passes]) <= sum(bits([*ELSEWHERE, *passes])) + 1e-9


@pytest.mark.parametrize("signatures", [0, 3, 9])
def test_a_conversation_takes_its_signatures_along_and_is_given_once(signatures: int) -> None:
    """Each later turn sends earlier signatures in again: that is one conversation, not many gifts."""
    moved = [(0, 1, HandOff.CONTINUED), *[(0, 1, HandOff.SIGNATURE)] * signatures]

    assert bits(moved)[0] > 0.0


def test_signatures_without_their_conversation_are_gifts() -> None:
    """Whose reasoning comes up elsewhere again and again, and who never takes, is a customer."""
    assert bits([(0, 1, HandOff.SIGNATURE)] * 3)[0] == 0.0


@pytest.mark.parametrize("told", [Passes.passed_in, Passes.passed_within])
def test_a_pair_that_passes_work_on_says_nothing_of_its_group(
    told: Callable[[Passes, npt.NDArray[np.int32]], float],
) -> None:
    """Hand-offs tie a group where three of its accounts, and a good part of it, take part."""
    group = np.array(GROUP, dtype=np.int32)

    def of(*pairs: tuple[int, int], members: npt.NDArray[np.int32] = group) -> float:
        giver, taker = np.array(pairs, dtype=np.int32).T
        passed = HandOffs.of(giver, taker, np.full(len(giver), HandOff.RETRY, dtype=np.int8))
        return told(Views([], passed, np.full(ACCOUNTS, 20, dtype=np.int64)).passes, members)

    assert of((0, 1)) == of((0, 1), (0, 1), (1, 0)) == 0.0
    assert of((0, 1), (1, 2)) > 20
    assert of((0, 1), (1, 2), members=np.arange(20, dtype=np.int32)) == 0.0


@pytest.mark.parametrize(
    ("passes", "few"),
    [
        ([(0, k, HandOff.RETRY) for k in range(1, 6)], True),
        ([(k, 0, HandOff.RETRY) for k in range(1, 6)], True),
        ([*((0, k, HandOff.RETRY) for k in range(1, 4)), (4, 5, HandOff.RETRY)], False),
        ([(0, 1, HandOff.RETRY), (1, 2, HandOff.RETRY)], False),
        ([], True),
    ],
    ids=["from one", "to one", "beside another pair", "a pipeline of three", "nothing"],
)
def test_what_passes_by_hubs_alone_ties_the_others_to_nobody(passes: list[Pass], few: bool) -> None:
    """An app repeats on its maker's key what its users' own keys could not do."""
    giver, taker, kind = (np.array([one[i] for one in passes], dtype=np.int32) for i in range(3))
    views = Views([], HandOffs.of(giver, taker, kind.astype(np.int8)), np.full(ACCOUNTS, 20, dtype=np.int64))

    assert views.passes.few(np.array(GROUP, dtype=np.int32)) == few


@pytest.mark.parametrize(("most_of_one", "few"), [(0.8, True), (0.4, False)])
def test_what_passes_within_one_customer_says_nothing_of_a_group_that_is_wider(most_of_one: float, few: bool) -> None:
    """Half of the group is one firm's, whose router goes round its keys: that ties none of the others."""
    customer = np.where(np.isin(np.arange(ACCOUNTS), GROUP[: len(GROUP) // 2]), 0, np.arange(ACCOUNTS)).astype(np.int32)
    firm = GROUP[: len(GROUP) // 2]
    giver, taker = np.array(firm, dtype=np.int32), np.roll(np.array(firm, dtype=np.int32), 1)
    passed = HandOffs.of(giver, taker, np.full(len(firm), HandOff.RETRY, dtype=np.int8))
    busy, members = np.full(ACCOUNTS, 20, dtype=np.int64), np.array(GROUP, dtype=np.int32)
    views = Views([], passed, busy, customer=customer, most_of_one=most_of_one)

    assert views.passes.few(members) == few
    assert bool(views.passes.passing(members).any()) != few
    assert (views.passes.strong_bits(members) > 0.0) != few
