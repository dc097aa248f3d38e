"""Hand-offs are seen where something passed between accounts, and not where strangers are merely alike."""

from typing import Any

import numpy as np

from stillwatch.facts.roster import Roster
from stillwatch.link.hand_offs import HandOff, HandOffOptions, hand_offs
from stillwatch.profile.traffic import fold
from tests.link.handed_over import DENSE, SECOND, TALK, passed
from tests.profile.exchanges import START, raw_batch


def test_a_request_tried_as_it_was_and_in_other_words_is_counted_once() -> None:
    """Its phrases say no more than the whole of it."""
    text = TALK()
    rows: list[dict[str, Any]] = [
        {"account_id": "one", "text": text, "status": 429},
        {"account_id": "two", "text": text},
    ]
    timed = [{"exchange_id": f"x{i}", "started_at": START + i * 10 * SECOND, **row} for i, row in enumerate(rows)]
    traffic = fold([DENSE.redact(raw_batch(timed))], 1)

    assert hand_offs(traffic, Roster.of(traffic, None), HandOffOptions())[0].count.tolist() == [1]


def test_the_requests_that_took_something_over_are_told_with_what_passed() -> None:
    """A retry and a conversation that goes on begin as another's request ends: one event. A quotation is weaker."""
    tried, question, answer, long_answer = TALK(), TALK(), TALK(), TALK()
    turns = (("user", question), ("assistant", answer), ("user", TALK()))
    rows: list[dict[str, Any]] = [
        {"account_id": "one", "text": tried, "status": 429},
        {"account_id": "two", "text": tried},
        {"account_id": "three", "text": question, "output_text": answer},
        {"account_id": "four", "input_messages": [{"role": role, "text": text} for role, text in turns]},
        {"account_id": "five", "text": TALK(), "output_text": long_answer},
        {"account_id": "six", "text": f"Judge this: {long_answer}"},
        {"account_id": "seven", "text": TALK()},
    ]
    timed = [{"exchange_id": f"x{i}", "started_at": START + i * 10 * SECOND, **row} for i, row in enumerate(rows)]
    traffic = fold([DENSE.redact(raw_batch(timed))], 1)
    roster = Roster.of(traffic, None)

    giver, account, start = hand_offs(traffic, roster, HandOffOptions())[1]

    found = np.stack([giver, account, start], axis=1).tolist()
    told = {(roster.ids[a], roster.ids[b], (at - START) // SECOND) for a, b, at in found}
    assert told == {("one", "two", 10), ("three", "four", 30)}


def test_a_conversation_that_goes_on_in_another_account() -> None:
    """The history that comes in is the one another account was given."""
    question, answer = TALK(), TALK()
    messages = [
        {"role": "user", "text": question},
        {"role": "assistant", "text": answer},
        {"role": "user", "text": TALK()},
    ]

    assert passed(
        [
            {"account_id": "one", "text": question, "output_text": answer},
            {"account_id": "two", "input_messages": messages},
        ]
    ) == {("one", "two", HandOff.CONTINUED)}


def test_a_conversation_that_many_go_on_with_was_passed_to_the_first_of_them() -> None:
    """Copies of a conversation in many accounts do not make its owner one who gives to everybody."""
    question, answer = TALK(), TALK()
    messages = [
        {"role": "user", "text": question},
        {"role": "assistant", "text": answer},
        {"role": "user", "text": TALK()},
    ]
    copies = [{"account_id": f"a{n:02d}", "input_messages": messages} for n in range(12)]

    assert passed([{"account_id": "one", "text": question, "output_text": answer}, *copies]) == {
        ("one", "a00", HandOff.CONTINUED)
    }


def talked(account: str, *texts: str, output_text: str | None = None) -> dict[str, Any]:
    """A request whose messages are the user's and the model's in turn, the last the user's."""
    roles = ("user", "assistant") if len(texts) % 2 else ("assistant", "user")
    messages = [{"role": roles[place % 2], "text": text} for place, text in enumerate(texts)]
    return {"account_id": account, "input_messages": messages, "output_text": output_text}


STORED = [TALK() for _ in range(9)]


def test_a_stored_conversation_whose_turns_are_sent_by_several_accounts() -> None:
    """Its answers came from elsewhere, so that no account's answer is in another's history."""
    rows = [
        talked("one", *STORED[:3], output_text=TALK()),
        talked("two", *STORED[:5], output_text=TALK()),
        talked("three", *STORED[:7], output_text=TALK()),
    ]

    assert passed(rows) == {("one", "two", HandOff.RESUMED), ("two", "three", HandOff.RESUMED)}


def test_a_relay_that_cuts_away_how_a_conversation_began() -> None:
    """A long conversation is sent by its last messages only."""
    assert passed([talked("one", *STORED[:5]), talked("two", *STORED[2:7])]) == {("one", "two", HandOff.RESUMED)}


def test_a_turn_that_went_on_with_its_answer_is_told_once() -> None:
    """Who goes on with what the other was told goes on with its question, too: that is one conversation."""
    rows = [talked("one", *STORED[:3], output_text=STORED[3]), talked("two", *STORED[:5])]

    assert passed(rows) == {("one", "two", HandOff.CONTINUED)}


def test_ones_own_stored_conversation_and_a_public_one_are_no_hand_offs() -> None:
    """Asking again with another answer is editing; what many have gone on with is common property."""
    public = [talked(f"a{n:02d}", *STORED[:3]) for n in range(12)]

    assert passed([talked("one", *STORED[:3]), talked("one", *STORED[:5])]) == set()
    assert passed([*public, talked("two", *STORED[:5])]) == set()


def test_strangers_who_begin_alike_pass_nothing_on() -> None:
    """A popular opening and a short answer to it come up everywhere."""
    opening, rows = TALK(), ["hi", "hello, how can I help?", "thanks"]

    assert passed([talked("one", opening), talked("two", opening, TALK(), TALK())]) == set()
    assert passed([talked("one", *rows), talked("two", *rows, TALK(), TALK())]) == set()


def test_ones_own_conversation_is_no_hand_off() -> None:
    """Going on with what one was told is what conversations are."""
    question, answer = TALK(), TALK()
    messages = [
        {"role": "user", "text": question},
        {"role": "assistant", "text": answer},
        {"role": "user", "text": TALK()},
    ]

    assert (
        passed(
            [
                {"account_id": "one", "text": question, "output_text": answer},
                {"account_id": "one", "input_messages": messages},
            ]
        )
        == set()
    )
