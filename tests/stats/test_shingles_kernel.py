"""Texts to words and shingles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.stats.shingles_kernel import (
    MAX_SHINGLES,
    SHINGLE_WORDS,
    _decode,
    _fold_case,
    _kind,
    _shingle,
    hash_words,
    keep_shingles,
)
from tests.stats.siphash_on_paper import siphash

KEY = (11, 22)
K0, K1 = np.uint64(KEY[0]), np.uint64(KEY[1])
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
    n = keep_shingles(words, len(words), bound, np.zeros(len(words), dtype=np.uint64), kept)
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


def plainly_hashed(text: bytes) -> list[int]:
    """The word hashes of a text, written from the description: character by character, on Python integers."""
    data = np.frombuffer(text, dtype=np.uint8)
    hashes: list[int] = []
    word = b""
    in_digits = False
    at = 0
    while at < len(text):
        code, size = (text[at], 1) if text[at] < 0x80 else _decode(data, at, len(text))
        at += size
        kind = int(chr(code).isalnum()) if code < 0x80 else _kind(code)
        digit = code < 0x80 and chr(code).isdigit()
        if kind == 1:
            letter = ord("#") if digit else ord(chr(code).lower()) if code < 0x80 else _fold_case(code)
            if not (digit and in_digits):
                word += letter.to_bytes((letter.bit_length() + 7) // 8, "little")
        else:
            hashes += [siphash(word, *KEY, closing=2)] if word else []
            word = b""
            if kind == 2:
                hashes.append(siphash(_fold_case(code).to_bytes(4, "little"), *KEY, closing=2))
        in_digits = digit
    return hashes + ([siphash(word, *KEY, closing=2)] if word else [])


@given(
    text=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=120).map(str.encode),
        st.text("abcxyzABCXYZ", max_size=40).flatmap(lambda word: st.text(f"{word} ,", max_size=200)).map(str.encode),
        st.text("aZ09 .,-\u00e9\u0416\u8bf7\u0e04\U0001f600_\u00a0\uff21", max_size=200).map(str.encode),
    ),
    before=st.integers(0, 9),
    after=st.binary(max_size=160),
)
def test_words_are_the_same_however_many_bytes_are_looked_at_together(text: bytes, before: int, after: bytes) -> None:
    """Whatever stands around a text in the buffer, its words are those of going through it character by character."""
    data = np.frombuffer(b"x" * before + text + after, dtype=np.uint8)
    words = np.zeros(len(text) + 1, dtype=np.uint64)

    n = hash_words(data, before, before + len(text), K0, K1, words)

    assert words[:n].tolist() == plainly_hashed(text)


@given(hashes=st.lists(st.integers(0, 40), max_size=120), most=st.integers(32, 40))
def test_the_smallest_shingles_are_kept_once_each_in_order(hashes: list[int], most: int) -> None:
    """Few or many, with repeats or without: what is kept is sorted, distinct, and the smallest there are."""
    words = np.array(hashes, dtype=np.uint64)
    everything = {int(_shingle(words, i, SHINGLE_WORDS)) for i in range(len(hashes) - SHINGLE_WORDS + 1)}
    kept = np.zeros(most, dtype=np.uint64)

    n = keep_shingles(words, len(words), ALL, np.zeros(len(words), dtype=np.uint64), kept)

    if len(hashes) >= SHINGLE_WORDS:
        assert kept[:n].tolist() == sorted(everything)[:most]


@given(text=st.text(max_size=300))
def test_no_more_than_the_cap_is_kept(text: str) -> None:
    """One text cannot fill memory."""
    assert len(shingles_of(text * 20)) <= MAX_SHINGLES


def test_short_texts_are_nobodys() -> None:
    """Two words make no shingle; three make one."""
    assert shingles_of("thank you") == set()
    assert len(shingles_of("thank you kindly")) == 1
