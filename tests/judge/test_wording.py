"""What a report says of the things that accounts share reads as a person would write it."""

import numpy as np
import pytest

from stillwatch.facts.group import Drawn, SharedToken
from stillwatch.facts.token import Family, TokenKind
from stillwatch.judge.verdict import JudgeOptions, judge_group
from stillwatch.judge.wording import examples, limits, reasons
from tests.judge.groups import group_of, roster_of, traffic_of


@pytest.mark.parametrize(
    ("kind", "several"),
    [
        (TokenKind.SETTINGS, "3 sets of request parameters"),
        (TokenKind.SIGNUP_BURST, "3 bursts of sign-ups"),
        (TokenKind.CLIENT_ADDRESS, "3 client addresses"),
        (TokenKind.TEMPLATE, "3 prompt templates"),
    ],
)
def test_several_of_a_kind_are_told_in_the_plural(kind: TokenKind, several: str) -> None:
    """Of a thing that is one of something, it is the thing that there are several of."""
    tokens = [SharedToken(kind=kind, token=k, inside=4, outside=2, account_codes=(0, 1, 2, 3)) for k in range(3)]
    group = group_of(np.arange(4, dtype=np.int32), {kind.family: 30.0, Family.HAND_OFFS: 30.0}, tokens=tokens)

    assert any(line.startswith(f"4 accounts share {several};") for line in examples(group, kind.family))


def test_one_list_is_told_with_its_phrases_and_how_evenly_they_are_drawn() -> None:
    """What a person can check: how many phrases, how many in a request, and how often two requests share one."""
    traffic = traffic_of([{"account_id": f"a{i}", "started_at": 10**15 + i} for i in range(8)])
    drawn = Drawn(bits=40.0, texts=60, a_request=2.71, ratio=0.987)
    group = group_of(np.arange(8, dtype=np.int32), {Family.WORDS: 90.0}, drawn=drawn, put_off=2)

    verdict = judge_group(group, roster_of(traffic), traffic, JudgeOptions())

    assert reasons(group, verdict)[-1] == (
        "All that the accounts send is drawn from one list: 60 phrases that hardly anybody else sends, 2.7 in each"
        " request; two requests of one account share one 0.99 times as often as two of different accounts; where each"
        " has its own, it is oftener"
    )


def test_a_group_of_few_accounts_says_why_it_goes_no_further() -> None:
    """Seven are told so, eight are not."""
    traffic = traffic_of([{"account_id": f"a{i}", "started_at": 10**15 + i} for i in range(8)])
    bits = {Family.THINGS: 90.0, Family.HAND_OFFS: 90.0}

    def told(count: int) -> bool:
        group = group_of(np.arange(count, dtype=np.int32), bits)
        verdict = judge_group(group, roster_of(traffic), traffic, JudgeOptions())
        return any(one.startswith("So few accounts") for one in limits(group, traffic, roster_of(traffic), verdict))

    assert told(7)
    assert not told(8)
