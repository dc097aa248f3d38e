"""Retelling keeps the shape of a text and changes its words."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.range.chance import Dice
from stillwatch.range.retelling import Retelling

TEXTS = [
    "The merchant carried twelve barrels across the frozen harbour before anybody noticed the missing lanterns.",
    "Several engineers compared 1284 measurements, rewrote the parser and documented every surprising exception.",
    "Мы посетили музей и купили несколько старинных открыток, потом вернулись домой поздно вечером.",
    "医生建议病人每天散步半小时还要注意饮食和睡眠。",
] * 40
RARE = " ".join(f"{a}{b}ing{c}ed" for a in "abcdefghijkl" for b in "klmnopqrstuv" for c in "rstuvwxyz")
VOCABULARY = Retelling([*TEXTS, RARE])


def dice(seed: int) -> Dice:
    """Return fresh dice."""
    return Dice(np.random.default_rng(seed))


@given(text=st.text(max_size=300), seed=st.integers(0, 99))
def test_bytes_casing_and_signs_stay(text: str, seed: int) -> None:
    """A retold text is valid, as long in bytes, and differs only where letters or digits stood."""
    told = VOCABULARY.retell(text, dice(seed), 0.8)

    assert len(told.encode()) == len(text.encode())
    assert [letter for letter in told if not letter.isalnum()] == [letter for letter in text if not letter.isalnum()]


def test_words_change_with_the_share() -> None:
    """At 0 nothing but digits changes, at 1 most rarer words do, and the same dice tell the same."""
    text = " ".join(f"{a}{b}ing{c}ed" for a in "ijkl" for b in "klmn" for c in "rst")

    told = VOCABULARY.retell(text, dice(1), 1.0)

    assert VOCABULARY.retell(text, dice(1), 0.0) == text
    assert sum(old != new for old, new in zip(text.split(), told.split(), strict=True)) > len(text.split()) / 2
    assert VOCABULARY.retell(text, dice(2), 0.5) == VOCABULARY.retell(text, dice(2), 0.5)


def test_numbers_become_other_numbers() -> None:
    """A number keeps its first digit and length."""
    told = VOCABULARY.retell("in 123456789 steps", dice(3), 0.5)

    assert told.startswith("in 1")
    assert told != "in 123456789 steps"
    assert len(told) == len("in 123456789 steps")
