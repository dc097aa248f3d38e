"""Putting a text into another person's words: rarer words are swapped, byte for byte, for words of the same shape."""

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from numba import njit, types

from stillwatch.range.chance import Dice

PLAIN_WORDS = 400  # the most frequent words are left alone: they carry style and syntax
MOST_WORDS = 60_000
BIN = 40  # siblings of a word
_WORD = re.compile(r"[A-Za-z]{4,}|[\u0400-\u04ff]{4,}|[\u4e00-\u9fff]{2,4}")
_FNV_START, _FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3

Bytes = npt.NDArray[np.uint8]


class Retelling:
    """A vocabulary in groups of words alike in script, casing, ending and length, and the act of swapping them.

    A retold text has the bytes, casing, punctuation and common words of its original, so that no measure of style
    changes; runs of five words survive about one time in five.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        """Learn the words of `texts`."""
        counts = Counter(word for text in texts for word in _WORD.findall(text))
        groups: dict[tuple[object, ...], list[bytes]] = defaultdict(list)
        plain = {word for word, _ in counts.most_common(PLAIN_WORDS)}
        for word, _ in sorted(counts.most_common(MOST_WORDS)):
            if word not in plain:
                groups[_shape(word)].append(word.encode())
        bins = [group[k : k + BIN] for group in map(_mixed, groups.values()) for k in range(0, len(group), BIN)]
        self._slots, self._bins = _table(bins)
        self._sizes = np.array([len(words) for words in bins] or [1], np.int64)
        self._lengths = np.array([len(words[0]) for words in bins] or [1], np.int64)
        self._starts = np.concatenate([[0], np.cumsum(self._sizes * self._lengths)]).astype(np.int64)
        self._words = np.frombuffer(b"".join(b"".join(words) for words in bins) or b"-", np.uint8)

    def retell(self, text: str, dice: Dice, share: float) -> str:
        """Return `text` with this share of its rarer words swapped."""
        told = np.frombuffer(text.encode(), np.uint8).copy()
        if told.size:
            _swap(
                told,
                self._slots,
                self._bins,
                self._sizes,
                self._lengths,
                self._starts,
                self._words,
                int(dice.unit() * 2**52),
                share,
            )
        return told.tobytes().decode()


def _shape(word: str) -> tuple[object, ...]:
    size = len(word.encode())
    if word[0] >= "\u4e00":
        return ("han", size)
    case = "upper" if word.isupper() else "title" if word[0].isupper() else "lower"
    return (
        "cyrillic" if word[0] >= "\u0400" else "latin",
        case,
        word[-2:].lower() if word[0] < "\u0400" else word[-1],
        size,
    )


def _mixed(words: list[bytes]) -> list[bytes]:
    return sorted(words, key=zlib.crc32)


def _table(bins: list[list[bytes]]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """Return an open hash table from words to their bins: slots hold digests, 0 where empty."""
    size = 1 << max(4, (2 * sum(map(len, bins))).bit_length())
    slots, values = np.zeros(size, np.uint64), np.zeros(size, np.int64)
    for number, words in enumerate(bins):
        for word in words:
            digest = _fnv(word)
            at = digest & (size - 1)
            while slots[at]:
                at = (at + 1) & (size - 1)
            slots[at], values[at] = digest, number
    return slots, values


def _fnv(word: bytes) -> int:
    digest = _FNV_START
    for byte in word:
        digest = (digest ^ byte) * _FNV_PRIME & 0xFFFFFFFFFFFFFFFF
    return digest


_u8, _i64, _u64 = types.uint8[::1], types.int64[::1], types.uint64[::1]
_fixed = types.Array(types.uint8, 1, "C", readonly=True)


@njit(types.void(_u8, _u64, _i64, _i64, _i64, _i64, _fixed, types.int64, types.float64), cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _swap(  # noqa: C901, PLR0912, PLR0913 - Numba compiles one flat function best
    text: Bytes,
    slots: npt.NDArray[np.uint64],
    bins: npt.NDArray[np.int64],
    sizes: npt.NDArray[np.int64],
    lengths: npt.NDArray[np.int64],
    starts: npt.NDArray[np.int64],
    words: Bytes,
    seed: int,
    share: float,
) -> None:
    """Swap words of `text` in place. Words are runs of Latin letters, Cyrillic letters, or up to four Han signs."""
    state = np.uint64(seed) * np.uint64(2) + np.uint64(0x9E3779B97F4A7C15)
    mask = np.uint64(len(slots) - 1)
    end = len(text)
    at = 0
    while at < end:
        first = text[at]
        stop = at
        if (first >= 65 and first <= 90) or (first >= 97 and first <= 122):  # noqa: PLR2004
            while stop < end and ((text[stop] >= 65 and text[stop] <= 90) or (text[stop] >= 97 and text[stop] <= 122)):  # noqa: PLR2004
                stop += 1
        elif first == 0xD0 or first == 0xD1:  # noqa: PLR1714, PLR2004
            while stop + 1 < end and (text[stop] == 0xD0 or text[stop] == 0xD1):  # noqa: PLR2004
                stop += 2
        elif first >= 0xE4 and first <= 0xE9:  # noqa: PLR2004
            while stop + 2 < end and text[stop] >= 0xE4 and text[stop] <= 0xE9 and stop - at < 12:  # noqa: PLR2004
                stop += 3
        elif first >= 48 and first <= 57:  # noqa: PLR2004 - a digit after a digit is any digit
            stop = at + 1
            if at > 0 and text[at - 1] >= 48 and text[at - 1] <= 57:  # noqa: PLR2004
                state ^= state << np.uint64(13)
                state ^= state >> np.uint64(7)
                state ^= state << np.uint64(17)
                text[at] = np.uint8(48 + (state >> np.uint64(33)) % np.uint64(10))
            at = stop
            continue
        else:
            at += 1
            continue
        state ^= state << np.uint64(13)
        state ^= state >> np.uint64(7)
        state ^= state << np.uint64(17)
        if stop - at >= 4 and (state >> np.uint64(11)) * (1.0 / 9007199254740992.0) < share:  # noqa: PLR2004
            digest = np.uint64(0xCBF29CE484222325)
            for k in range(at, stop):
                digest = (digest ^ np.uint64(text[k])) * np.uint64(0x100000001B3)
            slot = digest & mask
            while slots[slot] != 0 and slots[slot] != digest:
                slot = (slot + np.uint64(1)) & mask
            if slots[slot] == digest:
                number = bins[slot]
                state ^= state << np.uint64(13)
                state ^= state >> np.uint64(7)
                state ^= state << np.uint64(17)
                chosen = np.int64((state >> np.uint64(33)) % np.uint64(sizes[number]))
                size = lengths[number]
                base = starts[number] + chosen * size
                for k in range(size):
                    text[at + k] = words[base + k]
        at = stop if stop > at else at + 1
