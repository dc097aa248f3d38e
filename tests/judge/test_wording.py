"""What a report says of the things that accounts share reads as a person would write it."""

import numpy as np
import pytest

from stillwatch.facts.group import SharedToken
from stillwatch.facts.token import Family, TokenKind
from stillwatch.judge.wording import examples
from tests.judge.groups import group_of


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
