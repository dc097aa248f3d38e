"""What passes by phrases and signatures."""

from typing import Any

import pytest

from stillwatch.link.echoes import backwards
from stillwatch.link.hand_offs import HandOff
from tests.link.handed_over import TALK, at, passed


@pytest.mark.parametrize("refusal", [{"status": 429}, {"status": 403}, {"finish_reason": "refusal"}])
def test_a_request_tried_elsewhere_in_other_words(refusal: dict[str, Any]) -> None:
    """Whoever words each request anew around the same item of a work list sends no request twice."""
    item = TALK()
    rows: list[dict[str, Any]] = [
        {"account_id": "one", "text": f"{TALK(6)} {item}", **refusal},
        {"account_id": "two", "text": f"{TALK(6)} {item} {TALK(3)}", **refusal},
        {"account_id": "three", "text": f"{item} {TALK(4)}"},
    ]

    assert passed(rows) == {("one", "two", HandOff.REWORDED), ("two", "three", HandOff.REWORDED)}


def test_what_was_answered_before_or_is_asked_much_later_was_not_tried_again() -> None:
    """A text that others ask about, too, happens to be limited at times; and who waits has nothing passed on."""
    known, late, own = TALK(), TALK(), TALK()
    rows: list[dict[str, Any]] = [
        {"account_id": "zero", "text": known},
        {"account_id": "one", "text": f"please explain {known}", "status": 429},
        {"account_id": "two", "text": f"what is meant by {known}"},
        {"account_id": "one", "text": f"please explain {own}", "status": 429},
        {"account_id": "one", "text": f"what is meant by {own}"},
        {"account_id": "one", "text": f"please explain {late}", "status": 429, "started_at": at(3_600.0)},
        {"account_id": "two", "text": f"what is meant by {late}", "started_at": at(3_680.0)},
    ]

    assert passed(rows) == set()


def test_what_failed_and_was_put_off_is_asked_in_other_words_elsewhere() -> None:
    """A list's item, worded anew for the account that gets it the next day; a phrase of it alone may be luck."""
    item, other = TALK(12), TALK(12)
    own: list[dict[str, Any]] = [{"account_id": "one", "text": TALK()} for _ in range(12)]
    rows: list[dict[str, Any]] = [
        *own,
        {"account_id": "one", "text": f"{TALK(6)} {item}", "status": 429},
        {"account_id": "one", "text": f"{TALK(6)} {other}", "status": 429},
        {"account_id": "one", "text": f"{TALK(9)} {other}"},
        {"account_id": "two", "text": f"{item} {TALK(4)}", "started_at": at(80_000.0)},
        {"account_id": "two", "text": f"{other} {TALK(4)}", "started_at": at(80_100.0)},
        {"account_id": "three", "text": f"{TALK(30)} {' '.join(item.split()[:5])}", "started_at": at(90_000.0)},
    ]

    assert passed(rows) == {("one", "two", HandOff.LATER)}


def test_what_somebody_had_asked_in_other_words_before_another_failed_with_it_is_an_echo() -> None:
    """Two who work on one public list meet in either order."""
    item = TALK(12)
    rows: list[dict[str, Any]] = [
        {"account_id": "one", "text": f"{TALK(6)} {item}"},
        {"account_id": "two", "text": TALK()},
        {"account_id": "two", "text": f"{item} {TALK(4)}", "started_at": at(80_000.0), "status": 429},
    ]

    assert passed(rows) == set()
    assert passed(rows, backwards) == {("two", "one", HandOff.LATER)}


def test_what_crowds_ask_about_was_not_tried_again_by_the_next_of_them() -> None:
    """The day's news, limited on one account, comes up on many others within a minute."""
    news = TALK()
    crowd = [{"account_id": f"a{n}", "text": f"what of {news} {TALK(2)}", "started_at": at(n + 1.0)} for n in range(9)]

    assert passed([{"account_id": "one", "text": f"explain {news}", "status": 429}, *crowd]) == set()


def test_an_answer_that_comes_back_in_another_accounts_input() -> None:
    """Cleaning and judging send one account's output into another's input."""
    answer = TALK(60)

    found = passed(
        [
            {"account_id": "one", "text": TALK(), "output_text": answer},
            {"account_id": "two", "text": f"clean the following trace: {answer}"},
        ]
    )

    assert ("one", "two", HandOff.QUOTED) in found


def test_quoting_public_text_passes_nothing_on() -> None:
    """What had been asked before it was answered, or was answered to many, is common property."""
    poem, recipe = TALK(60), TALK(60)
    rows: list[dict[str, Any]] = [
        {"account_id": "zero", "text": f"continue this poem: {poem}"},
        {"account_id": "one", "text": TALK(), "output_text": poem},
        {"account_id": "two", "text": f"what is this: {poem}"},
        *({"account_id": f"cook-{i}", "text": TALK(), "output_text": recipe} for i in range(4)),
        {"account_id": "three", "text": f"shorten this: {recipe}"},
    ]

    assert passed(rows) == set()


def test_a_reasoning_signature_replayed_in_a_foreign_account() -> None:
    """Signatures are issued to one account; sending one's own back is ordinary."""
    rows: list[dict[str, Any]] = [
        {"account_id": "one", "text": TALK(), "output_signature": "sig-a"},
        {"account_id": "one", "text": TALK(), "reasoning_signatures": ["sig-a"]},
        {"account_id": "two", "text": TALK(), "reasoning_signatures": ["sig-a"]},
    ]

    assert passed(rows) == {("one", "two", HandOff.SIGNATURE)}


def test_a_signature_from_elsewhere_that_several_accounts_send_in() -> None:
    """Nobody in the log was issued it, so it came with a conversation that somebody else had; the first one gave it."""
    sent = [{"account_id": name, "text": TALK(), "reasoning_signatures": ["sig-b"]} for name in ("one", "two", "three")]

    assert passed(sent) == {("one", "two", HandOff.CARRIED), ("one", "three", HandOff.CARRIED)}
    assert passed(sent[:1]) == set()


def test_a_signature_that_crowds_send_in_is_common_property() -> None:
    """An example in somebody's documentation holds one."""
    sent = [{"account_id": f"a{n}", "text": TALK(), "reasoning_signatures": ["sig-c"]} for n in range(9)]

    assert passed(sent) == set()
