"""Whether all that some accounts send is drawn from one list of texts."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.facts.group import Drawn
from stillwatch.facts.holdings import Holdings
from stillwatch.facts.quotes import Quotes
from stillwatch.facts.roster import Roster
from stillwatch.link.work_lists import ListOptions, WorkLists, _repeated
from stillwatch.profile.traffic import fold
from tests.profile.exchanges import batch
from tests.profile.test_traffic import RATE

ACCOUNTS, STRANGERS, REQUESTS, TEXTS = 30, 60, 15, 40
Rng = np.random.Generator
Sends = Callable[[Rng, int], list[int]]
"""The texts of one request of an account."""


def roster() -> Roster:
    """So many accounts, of which nothing is known; the first are looked at."""
    rows = [{"account_id": f"a{n:03d}", "exchange_id": f"x{n}"} for n in range(ACCOUNTS + STRANGERS)]
    return Roster.of(fold([batch(rows)], RATE), None)


ROSTER = roster()
MEMBERS = np.arange(ACCOUNTS, dtype=np.int32)


def drawn(
    sends: Sends,
    *,
    seed: int = 0,
    requests: npt.NDArray[np.int64] | None = None,
    strangers: Sends | None = None,
    options: ListOptions | None = None,
) -> Drawn:
    """What is told of thirty accounts who send so, beside sixty strangers."""
    rng = np.random.default_rng(seed)
    made = np.full(ACCOUNTS + STRANGERS, REQUESTS) if requests is None else requests
    token, account, time = [], [], []
    for code, count in enumerate(made.tolist()):
        of = sends if code < ACCOUNTS else strangers
        for minute in range(count if of else 0):
            texts = of(rng, code) if of else []
            token += texts
            account += [int(ROSTER.keys[code])] * len(texts)
            time += [minute] * len(texts)
    tokens, accounts = np.array(token, dtype=np.uint64), np.array(account, dtype=np.uint64)
    asked = Quotes.of(tokens, accounts, np.array(time, dtype=np.int64))
    held = Holdings.shown(tokens, accounts).shared()
    lists = WorkLists(held, asked, ROSTER, made.astype(np.int64), options or ListOptions())
    return lists.drawn(MEMBERS)


def one_list(rng: Rng, _: int) -> list[int]:
    """Three phrases, each worded in one of a dozen ways or so, whoever asks."""
    return [int(rng.integers(13)) + 13 * slot for slot in range(3)]


@pytest.mark.parametrize("seed", range(5))
def test_accounts_that_are_dealt_their_work_from_one_stock_of_phrases(seed: int) -> None:
    """Two requests have a phrase in common as often, whether one account sent both or two did."""
    found = drawn(one_list, seed=seed)

    assert found.bits >= 30.0
    assert found.texts == 39
    assert found.a_request == pytest.approx(3.0)
    assert found.ratio == pytest.approx(1.0, abs=0.15)


def test_cover_of_their_own_does_not_hide_it() -> None:
    """One request in five says something else."""
    assert drawn(lambda rng, code: one_list(rng, code) if rng.random() < 0.8 else []).bits >= 25.0


def now_and_then(sends: Sends, share: float) -> Sends:
    """So many requests say it, the others something else."""
    return lambda rng, code: sends(rng, code) if rng.random() < share else []


def stock(phrases: float) -> Sends:
    """So many phrases of a stock of two hundred, on average."""
    return lambda rng, _: [int(k) for k in rng.choice(200, rng.poisson(phrases), replace=False)]


@pytest.mark.parametrize("seed", range(3))
def test_three_quarters_of_cover_do_not_hide_it_where_a_request_is_of_the_list_or_is_not(seed: int) -> None:
    """Fewer phrases in each request than a language leaves, but several in one and none in the next."""
    found = drawn(now_and_then(stock(2.0), 0.25), requests=all_make(150), seed=seed)

    assert found.a_request == pytest.approx(0.5, abs=0.05)
    assert found.ratio == pytest.approx(1.0, abs=0.1)
    assert found.bits >= 25.0


@pytest.mark.parametrize("seed", range(3))
def test_long_texts_of_a_list_that_few_requests_have_do_not_make_it_uneven(seed: int) -> None:
    """Whoever sends two requests of it has nine phrases twice: as uneven as requests are, not as phrases are."""
    assert drawn(now_and_then(stock(9.0), 0.12), requests=all_make(60), seed=seed).bits >= 20.0


def test_two_lists_that_are_taken_together_are_none() -> None:
    """Half of the accounts are dealt from a stock of their own, five times as often."""

    def two(rng: Rng, code: int) -> list[int]:
        if code % 2:
            return stock(3.0)(rng, code) if rng.random() < 0.9 else []
        return [1000 + text for text in stock(3.0)(rng, code)] if rng.random() < 0.18 else []

    even = ListOptions(most_uneven=1e9, varied=(0.0, 1e9))
    assert drawn(two, requests=all_make(60), options=replace(even, differ=100.0)).bits > 0.0
    assert (
        drawn(
            two, requests=all_make(60), options=replace(even, differ=100.0, most_uneven=ListOptions().most_uneven)
        ).bits
        == 0.0
    )


def test_what_one_request_has_of_a_list_is_not_taken_for_coming_back_to_it() -> None:
    """No phrase is twice in one request, and of few requests a good part of what could be a pair is of one."""
    even = ListOptions(most_uneven=9.0)
    found = [drawn(now_and_then(stock(2.0), 0.25), requests=all_make(150), seed=k, options=even) for k in range(12)]

    assert np.mean([one.ratio for one in found]) == pytest.approx(1.0, abs=0.015)


def test_who_else_is_dealt_from_a_list_is_told_by_how_many_requests_have_something_of_it() -> None:
    """A request counts once; few say nothing; and whoever asks for much else has less reason to have any of it."""
    rng = np.random.default_rng(3)
    made = np.where(np.arange(ACCOUNTS + STRANGERS) < ACCOUNTS, 10, 40)
    asks: list[tuple[int, int, int]] = [
        (code, minute, int(text))
        for code in range(ACCOUNTS)
        for minute in range(10)
        for text in rng.integers(30, size=3)
    ]
    some, much, two = ACCOUNTS, ACCOUNTS + 1, ACCOUNTS + 2
    made[some] = 10
    for who, requests in ((some, 6), (much, 6), (two, 2)):
        asks += [(who, minute, 3 * minute + k) for minute in range(requests) for k in range(3)]
    code, time, token = (np.array(column) for column in zip(*asks, strict=True))
    account = ROSTER.keys[code]
    asked = Quotes.of(token.astype(np.uint64), account, time.astype(np.int64))
    held = Holdings.shown(token.astype(np.uint64), account).shared()
    lists = WorkLists(held, asked, ROSTER, made.astype(np.int64), ListOptions())

    bits = lists.dealt(MEMBERS)

    # Requests in which an account sent a text for the first time, all of strangers' among them.
    requests = len(set(zip(asked.account.tolist(), asked.time.tolist(), strict=True)))
    of_strangers = 6 + 6 + 2
    theirs = (requests - of_strangers) / (10 * ACCOUNTS)
    strangers = (of_strangers + 1) / (10 + 40 * (STRANGERS - 1))
    assert bits[some] == pytest.approx(6 * np.log2(theirs / strangers) - 10 * (theirs - strangers) / np.log(2.0))
    assert bits[much] == pytest.approx(bits[some] - 30 * (theirs - strangers) / np.log(2.0))
    assert bits[some] > 10.0 > bits[much]
    assert bits[two] == 0.0


@pytest.mark.parametrize(
    ("sends", "requests"),
    [
        # One letter in four is in it, and has one phrase in common with others' or none: one beside a phrase at most.
        (now_and_then(stock(0.9), 0.25), 150),
        # In every other request several, but hardly more than if each fell anywhere.
        (now_and_then(stock(1.9), 0.48), 60),
    ],
    ids=["a language that is seldom written", "phrases that are anywhere"],
)
def test_few_phrases_that_hardly_come_together_are_no_list(sends: Sends, requests: int) -> None:
    """Neither one request that is all of the list, nor one that is nothing of it."""
    any_request = ListOptions(least_beside=0.0, least_together=0.0)

    assert drawn(sends, requests=all_make(requests)).bits == 0.0
    assert drawn(sends, requests=all_make(requests), options=any_request).bits > 5.0


def own_habits(rng: Rng, code: int) -> list[int]:
    """Each customer has phrases that it mostly uses."""
    mine = np.random.default_rng(code).permutation(TEXTS)[:10]
    return [int(rng.choice(mine)) if rng.random() < 0.7 else int(rng.integers(TEXTS)) for _ in range(3)]


def exercises() -> Sends:
    """Each pupil does each of the exercises once, in an order of its own."""
    left: dict[int, list[int]] = {}

    def next_three(rng: Rng, code: int) -> list[int]:
        if len(left.get(code, [])) < 3:
            left[code] = rng.permutation(3 * REQUESTS).tolist()
        return [left[code].pop() for _ in range(3)]

    return next_three


def one_product(rng: Rng, _: int) -> list[int]:
    """A fixed prompt of many phrases, and something else each time."""
    return [*range(30), 30 + int(rng.integers(10))]


def a_few_products(rng: Rng, _: int) -> list[int]:
    """One of four prompts, each many phrases long."""
    prompt = int(rng.integers(4))
    return list(range(10 * prompt, 10 * prompt + 10))


def few_prompts(rng: Rng, _: int) -> list[int]:
    """One of six short prompts, and one of five."""
    return [int(rng.integers(6)), 6 + int(rng.integers(5))]


def one_language(rng: Rng, _: int) -> list[int]:
    """People who write one language share phrases of it, few in a request."""
    return [int(rng.integers(TEXTS))] if rng.random() < 0.6 else []


def letters_and_notes(rng: Rng, _: int) -> list[int]:
    """Some write long letters, most of them short notes."""
    return [int(rng.integers(400)) for _ in range(60)] if rng.random() < 0.05 else []


@pytest.mark.parametrize(
    "sends", [own_habits, exercises(), one_product, a_few_products, few_prompts, one_language, letters_and_notes]
)
def test_what_honest_people_share_is_no_work_list(sends: Sends) -> None:
    """Customers come back to what is theirs, pupils never do; tools say the same, and a language is everybody's."""
    assert drawn(sends).bits == pytest.approx(0.0, abs=6.0)


def test_people_of_one_language_whose_letters_differ_in_length_have_no_list() -> None:
    """Enough phrases on average, but not in each request."""

    def sends(rng: Rng, code: int) -> list[int]:
        return [int(k) for k in rng.integers(TEXTS, size=rng.poisson(0.5 if code % 3 else 6.0))]

    assert drawn(sends).bits == 0.0


def leaning(share: float) -> Sends:
    """Each customer has ten phrases of forty that it uses by so much more."""

    def sends(rng: Rng, code: int) -> list[int]:
        mine = np.random.default_rng(code).permutation(TEXTS)[:10]
        return [int(rng.choice(mine)) if rng.random() < share else int(rng.integers(TEXTS)) for _ in range(3)]

    return sends


def all_make(requests: int) -> npt.NDArray[np.int64]:
    """Every account makes so many requests."""
    return np.full(ACCOUNTS + STRANGERS, requests)


def test_customers_who_use_their_own_phrases_twice_as_often_have_no_list_in_common() -> None:
    """All else is as in one: few requests, evenly made of forty phrases."""
    assert drawn(leaning(0.6), requests=all_make(8)).bits == pytest.approx(0.0, abs=3.0)
    assert drawn(leaning(0.0), requests=all_make(8)).bits >= 10.0


def test_busy_customers_who_lean_to_their_own_a_little_are_told_by_how_much_they_send() -> None:
    """A fifth oftener is within what one hand may show, and nothing that one hand shows three hundred times."""
    assert drawn(leaning(0.25), requests=all_make(300)).bits == 0.0
    assert drawn(leaning(0.0), requests=all_make(300)).bits >= 30.0


def test_a_language_is_no_list_however_much_is_written_in_it() -> None:
    """Six phrases in ten requests, from sixty requests each."""
    assert drawn(one_language, requests=all_make(60)).bits == 0.0
    assert drawn(lambda rng, _: [int(k) for k in rng.integers(TEXTS, size=2)], requests=all_make(60)).bits >= 30.0


def test_what_is_in_every_request_is_softwares() -> None:
    """The phrases around it vary as a list does."""
    assert drawn(lambda rng, code: [*one_list(rng, code), 99]).bits == 0.0
    assert drawn(lambda rng, code: [*one_list(rng, code), *([99] if rng.random() < 0.5 else [])]).bits >= 30.0


def test_a_list_that_a_third_of_the_accounts_send_nothing_of_is_not_theirs() -> None:
    """It would say nothing of them."""
    assert drawn(lambda rng, code: one_list(rng, code) if code % 3 else []).bits == 0.0


def test_a_public_list_is_nobodys() -> None:
    """Most of those who send it are strangers to the group."""
    assert drawn(one_list, strangers=lambda rng, code: one_list(rng, code) if code % 4 else []).bits == 0.0
    assert drawn(one_list, strangers=lambda rng, code: one_list(rng, code) if code % 4 == 0 else []).bits >= 30.0


def test_too_few_accounts_tell_nothing() -> None:
    """Of seven nobody can say how much they differ."""
    made = np.where(np.arange(ACCOUNTS + STRANGERS) < 7, REQUESTS, 0)

    assert drawn(one_list, requests=made).bits == 0.0


def test_the_texts_that_most_send_are_enough() -> None:
    """Where there are more texts than can be looked at, the rarest are left out."""
    found = drawn(one_list, options=ListOptions(most_cells=20 * ACCOUNTS))

    assert found.texts == 20
    assert found.bits >= 10.0


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), accounts=st.integers(4, 12), texts=st.integers(3, 9))
def test_the_error_is_that_of_leaving_out_one_account_after_another(seed: int, accounts: int, texts: int) -> None:
    """As it is told by counting again without each of them."""
    counts = np.random.default_rng(seed).poisson(2.0, (accounts, texts)).astype(np.float64) + 1.0

    ratio, error = _repeated(counts, 1.0)

    again = np.array([_repeated(np.delete(counts, k, axis=0), 1.0)[0] for k in range(accounts)])
    spread = ((np.log(again) - np.log(again).mean()) ** 2).sum()
    assert error == pytest.approx(np.sqrt((accounts - 1) / accounts * spread))
    pairs = _counted(counts)
    assert ratio == pytest.approx(pairs)


def _counted(counts: npt.NDArray[np.float64]) -> float:
    """The ratio, pair by pair: each text of an account is one request's."""
    same, same_of, other, other_of = 0.0, 0.0, 0.0, 0.0
    for a, mine in enumerate(counts):
        same += float((mine * (mine - 1)).sum())
        same_of += float(mine.sum() * (mine.sum() - 1))
        for b, theirs in enumerate(counts):
            if a != b:
                other += float(mine @ theirs)
                other_of += float(mine.sum() * theirs.sum())
    return (same / same_of) / (other / other_of)
