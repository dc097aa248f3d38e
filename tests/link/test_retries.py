"""Requests tried again elsewhere."""

from typing import Any

import pytest

from stillwatch.link.echoes import backwards
from stillwatch.link.hand_offs import HandOff
from tests.link.handed_over import TALK, at, passed


@pytest.mark.parametrize("refusal", [{"status": 429}, {"status": 403}, {"finish_reason": "refusal"}])
def test_a_request_tried_elsewhere_after_a_limit_ban_or_refusal(refusal: dict[str, Any]) -> None:
    """The same request on another account within minutes is a retry elsewhere."""
    text = TALK()

    assert passed([{"account_id": "one", "text": text, **refusal}, {"account_id": "two", "text": text}]) == {
        ("one", "two", HandOff.RETRY)
    }


def test_an_honest_retry_stays_on_its_account() -> None:
    """Waiting and asking again is what clients do; a fallback after a broken gateway is no hand-off either."""
    text, other = TALK(), TALK()
    rows: list[dict[str, Any]] = [
        {"account_id": "one", "text": text, "status": 429},
        {"account_id": "one", "text": text},
        {"account_id": "one", "text": other, "status": 503},
        {"account_id": "two", "text": other},
    ]

    assert passed(rows) == set()


def put_off(text: str, *later: dict[str, Any]) -> list[dict[str, Any]]:
    """A request that is limited on an account that is answered all else, and what comes hours later."""
    own: list[dict[str, Any]] = [{"account_id": "one", "text": TALK()} for _ in range(5)]
    rest = [{"text": text, "started_at": at(hours * 3_600.0), **row} for hours, row in enumerate(later, start=5)]
    return [*own, {"account_id": "one", "status": 429, "text": text}, *rest]


def test_a_request_that_was_put_off_and_made_on_another_account_hours_later() -> None:
    """What failed is given to somebody else with the next day's work."""
    assert passed(put_off(TALK(), {"account_id": "two"})) == {("one", "two", HandOff.PARKED)}


@pytest.mark.parametrize(
    "later",
    [
        ["one", "two"],  # asked again by whoever failed
        ["two", "three", "four"],  # common property
    ],
)
def test_what_people_ask_again_or_many_ask_was_not_put_off_for_another(later: list[str]) -> None:
    """Who fails asks again; and a public question fails somewhere before somebody else asks it."""
    assert passed(put_off(TALK(), *({"account_id": name} for name in later))) == set()


def test_who_fails_with_half_of_what_he_asks_puts_nothing_off() -> None:
    """Of a suite of jailbreaks most is refused to everybody who works through it."""
    refused = [{"account_id": "one", "text": TALK(), "finish_reason": "refusal"} for _ in range(4)]

    assert passed([*refused, *put_off(TALK(), {"account_id": "two"})]) == set()


def test_who_asks_little_and_fails_twice_may_put_it_off() -> None:
    """Of three requests no share can be told; a third failure is a habit."""
    few: list[dict[str, Any]] = [
        {"account_id": "one", "text": TALK()},
        {"account_id": "one", "text": TALK(), "status": 429},
        *put_off(TALK(), {"account_id": "two"})[-2:],
    ]
    more = [*few[:2], {"account_id": "one", "text": TALK(), "status": 429}, *few[2:]]

    assert passed(few) == {("one", "two", HandOff.PARKED)}
    assert passed(more) == set()


@pytest.mark.parametrize("status", [500, 503, 529])
def test_what_an_error_broke_off_is_put_off_as_what_was_withheld_is(status: int) -> None:
    """At once somebody else's asking it goes round nothing, since nobody decided on it; hours later it was let be."""
    text = TALK()
    rows = put_off(text, {"account_id": "two"})
    rows[-2] = {**rows[-2], "status": status}

    assert passed(rows) == {("one", "two", HandOff.PARKED)}


def test_what_is_put_off_is_read_backwards_as_well() -> None:
    """Who had asked it hours before somebody else fails with it, and lets it be, was given nothing."""
    text = TALK()
    own: list[dict[str, Any]] = [{"account_id": "two", "text": TALK()} for _ in range(5)]
    rows = [
        *own,
        {"account_id": "one", "text": text},
        {"account_id": "two", "text": text, "status": 429, "started_at": at(18_000.0)},
    ]

    assert passed(rows) == set()
    assert passed(rows, backwards) == {("two", "one", HandOff.PARKED)}
    assert passed(put_off(TALK(), {"account_id": "two"}), backwards) == set()


def test_what_is_made_elsewhere_after_more_than_days_is_another_matter() -> None:
    """A question may come up again next week."""
    assert passed(put_off(TALK(), {"account_id": "two", "started_at": at(7 * 86_400.0)})) == set()


def test_what_everybody_asks_passes_nothing_on() -> None:
    """A popular prompt that failed once and was asked by many others was not handed to any of them."""
    rows: list[dict[str, Any]] = [
        {"account_id": f"a{i}", "text": "write a haiku about the sea", "status": 429 if i == 0 else 200}
        for i in range(12)
    ]

    assert passed(rows) == set()


def test_a_failed_request_is_not_hidden_by_sending_it_from_many_accounts() -> None:
    """What failed on an account that asks what nobody else does was passed on, however many send it afterwards."""
    text = TALK()
    own: list[dict[str, Any]] = [{"account_id": "one", "text": TALK()} for _ in range(10)]
    everybody: list[dict[str, Any]] = [{"account_id": f"a{i}", "text": text} for i in range(12)]

    assert passed([*own, {"account_id": "one", "text": text, "status": 429}, *everybody]) == {
        ("one", "a0", HandOff.RETRY)
    }


def test_a_failed_request_that_only_copies_make_common_was_passed_to_whoever_sent_it_at_once() -> None:
    """Failover acts within seconds; strangers who send the request later to make it look public hide nothing."""
    text = TALK()
    after = [0.5, *(20.0 * n for n in range(1, 13))]
    copies = [{"account_id": f"a{n}", "text": text, "started_at": at(wait)} for n, wait in enumerate(after)]

    assert passed([{"account_id": "one", "text": text, "status": 429, "ended_at": at(0.0)}, *copies]) == {
        ("one", "a0", HandOff.RETRY)
    }


def test_of_many_who_send_a_failed_request_in_the_same_moment_nobody_took_it_over() -> None:
    """A dozen people who start the same suite on the hour follow on each other's failures by luck."""
    text = TALK()
    others = [{"account_id": f"a{n}", "text": text, "started_at": at(0.3 * n + 0.5)} for n in range(12)]

    assert passed([{"account_id": "one", "text": text, "status": 429, "ended_at": at(0.0)}, *others]) == set()


def test_what_many_had_sent_before_it_failed_was_not_passed_to_the_next_of_them() -> None:
    """A public prompt stays public, however soon after a failure the next person sends it."""
    text = TALK()
    before = [{"account_id": f"a{n}", "text": text, "started_at": at(-3_600.0 * (n + 1))} for n in range(9)]
    failure = {"account_id": "one", "text": text, "status": 429, "ended_at": at(0.0)}

    assert passed([failure, *before, {"account_id": "next", "text": text, "started_at": at(0.5)}]) == set()


def test_a_failure_in_the_suite_that_everybody_runs_passes_nothing_on() -> None:
    """Where an account's other requests are everybody's, too, so is the one that failed."""
    suite = [TALK() for _ in range(12)]
    rows: list[dict[str, Any]] = [
        {"account_id": f"a{i:02d}", "text": text, "status": 429 if i == 0 and text is suite[5] else 200}
        for text in suite
        for i in range(12)
    ]

    assert passed(rows) == set()


def test_whoever_sends_what_had_failed_elsewhere_makes_nothing_common() -> None:
    """Throw-aways that copy each failed request at once, so that it looks public, do not hide who tried it again."""
    rows: list[dict[str, Any]] = []
    for k in range(6):
        text, since = TALK(), 1_000.0 * k
        rows.append(
            {"account_id": f"one{k}", "text": text, "status": 429, "started_at": at(since - 1), "ended_at": at(since)}
        )
        rows.append({"account_id": f"two{k}", "text": text, "started_at": at(since + 1.0)})
        rows += [{"account_id": f"copy{n:02d}", "text": text, "started_at": at(since + 1.1 + n)} for n in range(60)]

    assert passed(rows) == {(f"one{k}", f"two{k}", HandOff.RETRY) for k in range(6)}


@pytest.mark.parametrize(("exercises", "failing"), [(4, 3), (6, 2)])
def test_a_class_whose_exercises_failed_on_whoever_asked_first_copies_nobody(exercises: int, failing: int) -> None:
    """A few first askers who are at their limit leave what everybody asks common property."""
    texts = [TALK() for _ in range(exercises)]
    rows: list[dict[str, Any]] = []
    for k, text in enumerate(texts):
        since = 1_000.0 * k
        first = {"account_id": f"p{k % failing:02d}", "text": text, "status": 429}
        rows.append(first | {"started_at": at(since - 1), "ended_at": at(since)})
        rows += [{"account_id": f"p{n:02d}", "text": text, "started_at": at(since + 3.0 * n)} for n in range(10, 30)]

    assert passed(rows) == set()
