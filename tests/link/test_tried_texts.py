"""What is tried again elsewhere shows what a hand's work is about."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.facts.incidence import Incidence
from stillwatch.facts.roster import Roster
from stillwatch.facts.token import TokenKind
from stillwatch.link.hand_offs import HandOffOptions, HandOffs, TriedAgain, hand_offs
from stillwatch.link.shared_words import WordOptions
from stillwatch.link.tried_texts import TriedTextOptions, beyond_the_best, texts_apart, tried_texts
from stillwatch.profile.traffic import fold
from tests.link.handed_over import DENSE, SECOND
from tests.link.worlds import World
from tests.profile.exchanges import START, raw_batch

Row = dict[str, Any]
WORLD = World()
NUMBERS = count()


def TALK(words: int = 25) -> str:  # noqa: N802 - as elsewhere
    """A text that begins with a word of its own, so that no two that follow on the same one begin alike by chance."""
    own = "".join(chr(ord("a") + int(digit)) for digit in str(next(NUMBERS)))  # digits are taken for slots
    return f"own{own} {WORLD.talk(words)}"


@pytest.fixture(autouse=True)
def _same_words() -> None:
    """Each test draws the same words, whichever ran before."""
    WORLD.rng = np.random.default_rng(5)


def scanned(rows: Sequence[Mapping[str, Any]]) -> tuple[Any, Roster]:
    """The traffic of rows a minute apart, and its accounts."""
    timed = [{"exchange_id": f"x{i}", "started_at": START + i * 60 * SECOND, **row} for i, row in enumerate(rows)]
    traffic = fold([DENSE.redact(raw_batch(timed))], 1)
    return traffic, Roster.of(traffic, None)


def senders(rows: Sequence[Mapping[str, Any]]) -> list[set[str]]:
    """Of each text that is tried again elsewhere, who sends it."""
    traffic, roster = scanned(rows)
    tried = TriedAgain.of(traffic, roster, HandOffOptions())
    found = tried_texts(traffic, roster, tried, TriedTextOptions(), WordOptions())
    assert found.kind is TokenKind.TRIED_TEXT
    return [{roster.ids[code] for code in found.holders_of(place)} for place in range(len(found.tokens))]


def tried_elsewhere(text: str, pairs: Sequence[tuple[str, str]], status: int = 429) -> list[Row]:
    """A request with a text and words of its own fails on one account and is sent again on another."""
    rows: list[Row] = []
    for one, other in pairs:
        request = f"{text} {TALK()}"
        rows += [{"account_id": one, "text": request, "status": status}, {"account_id": other, "text": request}]
    return rows


def failing(count: int) -> list[Row]:
    """People at a limit, who wait."""
    return [{"account_id": f"p{n}", "text": TALK(), "status": 429} for n in range(count)]


PAIRS = [("a0", "b0"), ("a1", "b1"), ("a2", "b2")]
EVERY = {name for pair in PAIRS for name in pair}


@pytest.mark.parametrize("status", [429, 403])
def test_whoever_sends_what_is_tried_again_elsewhere_shares_it_be_it_once(status: int) -> None:
    """A slow account of the same hand has sent the text one time, among forty requests of cover."""
    work = TALK()
    slow: list[Row] = [{"account_id": "slow", "text": f"{work} {TALK()}"}]
    slow += [{"account_id": "slow", "text": TALK()} for _ in range(40)]

    assert senders([*tried_elsewhere(work, PAIRS, status), *slow, *failing(20)]) == [EVERY | {"slow"}]


def test_so_it_is_where_each_request_is_worded_anew() -> None:
    """The text comes again in other words around it."""
    work = TALK()
    rows: list[Row] = []
    for one, other in PAIRS:
        item = TALK()
        start = START + len(rows) * 60 * SECOND
        rows.append({"account_id": one, "text": f"{work} {item}", "status": 429, "started_at": start})
        again = start + 20 * SECOND
        rows.append({"account_id": other, "text": f"{TALK(9)} {item} {work}", "started_at": again})

    assert senders([*rows, *failing(20)]) == [EVERY]


def test_what_is_tried_again_between_the_same_two_only_is_one_persons() -> None:
    """However often somebody goes on with a second account, and wherever else that one is answered."""
    work = TALK()
    to_and_fro = [("a0", "b0"), ("b0", "a0"), ("a0", "b0"), ("a0", "b1")]

    assert senders([*tried_elsewhere(work, to_and_fro), *failing(20)]) == []


def test_what_fails_as_any_request_does_is_nobodys_work() -> None:
    """Where every second failed request is tried again elsewhere, six of twelve with one text say nothing."""
    rows: list[Row] = []
    for n in range(20):
        rows += tried_elsewhere(TALK(), [(f"c{n}", f"d{n}")])
    common = TALK()
    rows += tried_elsewhere(common, [(f"e{n}", f"f{n}") for n in range(6)])
    rows += [{"account_id": f"g{n}", "text": f"{common} {TALK()}", "status": 429} for n in range(6)]

    assert senders([*rows, *failing(20)]) == []


def test_what_a_popular_client_sends_along_is_nobodys_work() -> None:
    """Three of its users go on with somebody else's account; sixty send it."""
    along = TALK()
    users = [{"account_id": f"u{n}", "text": f"{along} {TALK()}"} for n in range(60)]

    assert senders([*tried_elsewhere(along, PAIRS), *users, *failing(20)]) == []
    assert senders([*tried_elsewhere(along, PAIRS), *users[:30], *failing(20)]) != []


def test_nothing_is_found_where_nothing_failed() -> None:
    """Nor where nothing was sent."""
    assert senders([{"account_id": "one", "text": TALK()}, {"account_id": "two", "text": TALK()}]) == []


def test_what_one_customers_accounts_pass_among_themselves_is_left_out() -> None:
    """Only rows of those who pass something, after what is one customer's has gone."""
    traffic, roster = scanned([*tried_elsewhere(TALK(), PAIRS)])
    tried = TriedAgain.of(traffic, roster, HandOffOptions())

    def pairs(rows: TriedAgain) -> set[tuple[str, str]]:
        return {(roster.ids[a], roster.ids[b]) for a, b in zip(rows.giver.tolist(), rows.taker.tolist(), strict=True)}

    assert pairs(tried) == set(PAIRS)
    assert pairs(tried.among(hand_offs(traffic, roster, HandOffOptions(), tried)[0])) == set(PAIRS)
    assert pairs(tried.among(HandOffs.none())) == set()


def incidence(*texts: Sequence[int], accounts: int) -> Incidence:
    """Who sends each of some texts."""
    token = np.repeat(np.arange(len(texts), dtype=np.uint64), [len(who) for who in texts])
    code = np.concatenate([np.array(who, dtype=np.int32) for who in texts])
    return Incidence.of(
        TokenKind.TRIED_TEXT, token, code, np.ones(len(code), dtype=np.float32), np.ones(accounts, dtype=np.bool_)
    )


def test_what_the_same_accounts_send_is_one_text() -> None:
    """Two wordings of one request, and a third that joins them; what others send is another text."""
    view = incidence(range(8), range(2, 12), [0, 1, 11], range(20, 24), accounts=30)

    assert texts_apart(view, 0.5).tolist() == [0, 0, 0, 1]


def test_texts_that_few_send_both_of_are_apart() -> None:
    """Half of the rarer one's senders make two texts one; a third do not."""
    assert texts_apart(incidence(range(9), [0, 1, 2, 20, 21, 22], accounts=30), 0.5).tolist() == [0, 0]
    assert texts_apart(incidence(range(9), [0, 1, 20, 21, 22, 23], accounts=30), 0.5).tolist() == [0, 1]


def test_who_sends_everything_makes_no_two_texts_one() -> None:
    """A gateway sends each of three hundred texts, which are one other account's each."""
    texts = [[0, 1 + place] for place in range(300)]

    assert len(set(texts_apart(incidence(*texts, accounts=301), 0.5).tolist())) == 300


def test_no_texts_are_apart() -> None:
    """A log in which nothing failed."""
    assert texts_apart(incidence([], accounts=3), 0.5).tolist() == []


@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.floats(-4.0, 9.0)), max_size=30),
    most=st.integers(1, 4),
)
def test_texts_beyond_the_best_add_up_one_observation_each(rows: list[tuple[int, int, float]], most: int) -> None:
    """Each text counts by its most telling token; the best is counted elsewhere, and nothing counts against."""
    owner, text = (np.array([row[k] for row in rows], dtype=np.int64) for k in (0, 1))
    bits = np.array([row[2] for row in rows])

    found = beyond_the_best(owner, text.astype(np.int32), bits, 5, most)

    for account in range(5):
        mine: dict[int, float] = {}
        for who, what, say in rows:
            if who == account:
                mine[what] = max(say, mine.get(what, -9.0))
        assert found[account] == pytest.approx(sum(max(x, 0.0) for x in sorted(mine.values())[::-1][1:most]))
