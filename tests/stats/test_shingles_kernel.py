"""Texts to words and shingles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.stats.shingles_kernel import MAX_SHINGLES, hash_words, keep_shingles

K0, K1 = np.uint64(11), np.uint64(22)
ALL = np.uint64(2**64 - 1)


def words_of(text: str | bytes) -> list[int]:
    """The word hashes of a text."""
    data = np.frombuffer(text if isinstance(text, bytes) else text.encode(), dtype=np.uint8)
    words = np.zeros(len(data) + 1, dtype=np.uint64)
    n = hash_words(data, 0, len(data), K0, K1, words)
    return [int(word) for word in words[:n]]


def shingles_of(text: str, bound: np.uint64 = ALL) -> set[int]:
    """The shingles of a text under a bound."""
    words = np.array(words_of(text), dtype=np.uint64)
    kept = np.zeros(MAX_SHINGLES, dtype=np.uint64)
    n = keep_shingles(words, len(words), bound, kept)
    return {int(h) for h in kept[:n]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello, World", "hello world"),
        ("task 12 of 99", "task 7 of 1000"),
        ("ÉCOLE ΑΒΓ ПРИВЕТ", "école αβγ привет"),
        ("\uff21\uff22\uff23 \uff58\uff59\uff5a", "abc xyz"),  # full-width letters
        ("a-b_c", "a b c"),
    ],
)
def test_case_numbers_and_punctuation_do_not_hide_a_template(one: str, other: str) -> None:
    """Texts that differ only so are the same words."""
    assert words_of(one) == words_of(other)


def test_scripts_without_spaces_give_a_word_a_character() -> None:
    """Han, kana and Thai are cut by character, Korean and Cyrillic by space."""
    assert len(words_of("请写出推理过程")) == 7
    assert len(words_of("カタカナ")) == 4
    assert len(words_of("한국어 문장")) == 2


def test_a_template_keeps_its_shingles_around_a_slot() -> None:
    """What is fixed is shared whatever stands in the slot."""
    fixed = "you are an expert data analyst who explains every step of the reasoning before the answer"

    common = shingles_of(f"{fixed} rain in spain") & shingles_of(f"{fixed} quarterly revenue of a bakery")

    assert common == shingles_of(fixed)


def test_sampling_keeps_the_same_shingles_in_every_text() -> None:
    """A bound drops or keeps a phrase alike wherever it stands (FracMinHash)."""
    bound = np.uint64(2**61)
    text = " ".join(f"word{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(200))

    sampled = shingles_of(text, bound)

    assert sampled == {h for h in shingles_of(text) if h < int(bound)}


@given(data=st.binary(max_size=200))
def test_any_bytes_are_words_or_not_but_never_an_error(data: bytes) -> None:
    """Broken UTF-8 is separators, and never more words than bytes."""
    assert len(words_of(data)) <= len(data)


@given(text=st.text(max_size=300))
def test_no_more_than_the_cap_is_kept(text: str) -> None:
    """One text cannot fill memory."""
    assert len(shingles_of(text * 20)) <= MAX_SHINGLES


def test_short_texts_are_nobodys() -> None:
    """Two words make no shingle; three make one."""
    assert shingles_of("thank you") == set()
    assert len(shingles_of("thank you kindly")) == 1
