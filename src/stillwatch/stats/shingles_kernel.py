"""Text bytes to keyed word hashes, and word hashes to sketches: shingles, a word mix, cue phrases.

Words are lower-cased runs of letters; a run of digits becomes one mask, so that numbered slots do not hide a
template. Scripts written without spaces (Han, kana, Thai, Lao, Khmer, Burmese) give one word a character.
Every word is hashed with SipHash under the deployment's key before anything else is made of it, so neither the
shingles nor the mix can be turned back into words without the key.
Sampling keeps a shingle when its hash falls under a fixed bound (FracMinHash: Irber et al. 2022), so the same
phrase is kept or dropped alike in every text, on every machine.
"""

from typing import Final

import numba as nb
import numpy as np

from stillwatch.stats.siphash import rotl, sip_round

SHINGLE_WORDS: Final = 5
"""Words in a shingle. Five: rare enough that strangers seldom write the same five, short enough to survive a
changed slot nearby (Broder 1997 used 10 for whole web pages, plagiarism work settles between 4 and 6)."""

MIN_WORDS: Final = 3
"""Texts of fewer words ("continue", "thank you") say nothing about who wrote them: no shingle is made."""

MAX_SHINGLES: Final = 256
"""Shingles kept of one text, so that one huge text cannot fill memory; reached by texts above 2,000 words."""

MIX_WIDTH: Final = 64

CUE_WORDS: Final = 4
"""Longest cue phrase, in words."""

_DIGIT: Final = 35  # '#', the mask of a run of digits


@nb.njit(inline="always", cache=True)
def _mix64(x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    x ^= x >> np.uint64(33)
    x *= np.uint64(0xFF51AFD7ED558CCD)
    x ^= x >> np.uint64(33)
    x *= np.uint64(0xC4CEB9FE1A85EC53)
    x ^= x >> np.uint64(33)
    return x


@nb.njit(cache=True, nogil=True)
def _decode(data, i, end):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """The code point at i and its length in bytes; broken sequences count as one separator byte."""
    b = np.int64(data[i])
    if b < 0xE0:
        if b >= 0xC2 and i + 1 < end:
            return ((b & 0x1F) << 6) | (np.int64(data[i + 1]) & 0x3F), 2
        return np.int64(0), 1
    if b < 0xF0:
        if i + 2 < end:
            return ((b & 0x0F) << 12) | ((np.int64(data[i + 1]) & 0x3F) << 6) | (np.int64(data[i + 2]) & 0x3F), 3
        return np.int64(0), 1
    if i + 3 < end:
        return (
            ((b & 0x07) << 18)
            | ((np.int64(data[i + 1]) & 0x3F) << 12)
            | ((np.int64(data[i + 2]) & 0x3F) << 6)
            | (np.int64(data[i + 3]) & 0x3F)
        ), 4
    return np.int64(0), 1


@nb.njit(cache=True, nogil=True)
def _fold_case(c):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """Lower case of Latin-1, Greek and Cyrillic letters, and full-width Latin as plain Latin."""
    if 0xC0 <= c <= 0xDE and c != 0xD7:
        return c + 0x20
    if 0x391 <= c <= 0x3A9 or 0x410 <= c <= 0x42F:
        return c + 0x20
    if 0x400 <= c <= 0x40F:
        return c + 0x50
    if 0xFF21 <= c <= 0xFF3A:
        return c - 0xFF21 + 97
    if 0xFF41 <= c <= 0xFF5A:
        return c - 0xFF41 + 97
    return c


@nb.njit(cache=True, nogil=True)
def _kind(c):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """0 separator, 1 letter of a word, 2 a character that is a word by itself."""
    if c < 0xC0:
        return 1 if c == 0xAA or c == 0xB5 or c == 0xBA else 0
    if c == 0xD7 or c == 0xF7:
        return 0
    if c < 0x0E00:
        return 1
    if c <= 0x0EFF or 0x1000 <= c <= 0x109F or 0x1780 <= c <= 0x17FF:
        return 2  # Thai, Lao, Burmese, Khmer
    if 0x2000 <= c <= 0x2BFF or 0x3000 <= c <= 0x303F or 0xFE00 <= c <= 0xFE6F:
        return 0  # punctuation, symbols, CJK punctuation, variation selectors
    if 0x3040 <= c <= 0x30FF or 0x3400 <= c <= 0x9FFF or 0xF900 <= c <= 0xFAFF or 0x20000 <= c <= 0x3FFFF:
        return 2  # kana and Han
    if 0xFF00 <= c <= 0xFFEF:
        return 1 if 0xFF21 <= c <= 0xFF3A or 0xFF41 <= c <= 0xFF5A else 0
    if c >= 0x1F000:
        return 0  # emoji and symbols
    return 1


@nb.njit(cache=True, nogil=True)
def hash_words(data, start, end, k0, k1, words):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - one pass over bytes, by design
    """Write the keyed hash of each word of data[start:end] into `words`; return how many there are.

    `words` needs room for end - start + 1 hashes.
    """
    n = 0
    s0 = k0 ^ np.uint64(0x736F6D6570736575)
    s1 = k1 ^ np.uint64(0x646F72616E646F6D)
    s2 = k0 ^ np.uint64(0x6C7967656E657261)
    s3 = k1 ^ np.uint64(0x7465646279746573)
    v0, v1, v2, v3 = s0, s1, s2, s3
    block = np.uint64(0)
    fill = 0
    length = 0
    in_digits = False
    i = start
    while i <= end:
        # 1. What stands here: a letter (code), a separator, or a character that is a word.
        code = np.int64(0)
        kind = 0
        size = 1
        if i < end:
            b = data[i]
            if b < 0x80:
                if 97 <= b <= 122:
                    code, kind = np.int64(b), 1
                elif 65 <= b <= 90:
                    code, kind = np.int64(b) + 32, 1
                elif 48 <= b <= 57:
                    code, kind = np.int64(_DIGIT), 1
            else:
                c, size = _decode(data, i, end)
                kind = _kind(c)
                code = np.int64(_fold_case(c))
        i += size
        if kind == 1:
            # 2. A letter joins the open word, eight bytes to a block of SipHash.
            digit = code == _DIGIT
            if digit and in_digits:
                continue
            in_digits = digit
            while code > 0:
                block |= (np.uint64(code) & np.uint64(0xFF)) << np.uint64(8 * fill)
                fill += 1
                length += 1
                if fill == 8:
                    v3 ^= block
                    v0, v1, v2, v3 = sip_round(v0, v1, v2, v3)
                    v0 ^= block
                    block = np.uint64(0)
                    fill = 0
                code >>= 8
            continue
        in_digits = False
        # 3. Anything else closes the open word; a character that is a word follows it.
        for turn in range(2):
            if turn == 1:
                if kind != 2:
                    break
                block = np.uint64(code)
                length = 4
            elif length == 0:
                continue
            m = block | (np.uint64(length & 0xFF) << np.uint64(56))
            v3 ^= m
            v0, v1, v2, v3 = sip_round(v0, v1, v2, v3)
            v0 ^= m
            v2 ^= np.uint64(0xFF)
            v0, v1, v2, v3 = sip_round(v0, v1, v2, v3)
            v0, v1, v2, v3 = sip_round(v0, v1, v2, v3)
            words[n] = v0 ^ v1 ^ v2 ^ v3
            n += 1
            v0, v1, v2, v3 = s0, s1, s2, s3
            block = np.uint64(0)
            fill = 0
            length = 0
    return n


@nb.njit(cache=True, nogil=True)
def keep_shingles(words, n, bound, kept):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers
    """Keep the shingles of `n` word hashes that fall under `bound`, sorted, without repeats; return how many.

    At most len(kept): the smallest win. A text of MIN_WORDS to SHINGLE_WORDS words is one shingle, always kept.
    """
    count = 0
    if MIN_WORDS <= n < SHINGLE_WORDS:
        return _keep(kept, count, _shingle(words, 0, n))
    for i in range(n - SHINGLE_WORDS + 1):
        h = _shingle(words, i, SHINGLE_WORDS)
        if h < bound:
            count = _keep(kept, count, h)
    return count


@nb.njit(inline="always", cache=True)
def _shingle(words, first, length):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    h = np.uint64(length)
    for j in range(length):
        h += rotl(words[first + j], 11 * (j + 1))
    return _mix64(h)


@nb.njit(cache=True, nogil=True)
def add_to_mix(words, n, mix):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers
    """Add word hashes to a signed count sketch of power-of-two width; counts stop at +-127."""
    mask = np.uint64(len(mix) - 1)
    for i in range(n):
        slot = np.int64(words[i] & mask)
        if words[i] & np.uint64(1 << 20):
            if mix[slot] < 127:
                mix[slot] += 1
        elif mix[slot] > -127:
            mix[slot] -= 1


@nb.njit(cache=True, nogil=True)
def find_cues(words, n, cues, cue_bits, last_words):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers
    """The bit set of the cue phrases that occur.

    `cues` is a power-of-two open-addressing table of phrase hashes (0 = empty), `cue_bits` what each stands for, and
    `last_words` a filter of 65,536 booleans on the top bits of a phrase's last word.
    """
    marks = np.uint32(0)
    mask = np.uint64(len(cues) - 1)
    for i in range(n):
        if not last_words[np.int64(words[i] >> np.uint64(48))]:
            continue
        for length in range(1, min(i + 1, CUE_WORDS) + 1):
            phrase = phrase_hash(words, i + 1 - length, length)
            slot = np.int64(phrase & mask)
            while cues[slot] != 0:
                if cues[slot] == phrase:
                    marks |= cue_bits[slot]
                    break
                slot = (slot + 1) & np.int64(mask)
    return marks


@nb.njit(cache=True, nogil=True)
def phrase_hash(words, first, length):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers
    """The hash of the phrase words[first : first + length]; never 0."""
    h = np.uint64(length) << np.uint64(32)
    for j in range(length):
        h += rotl(words[first + j], 7 * (j + 1))
    return _mix64(h) | np.uint64(1)


@nb.njit(cache=True, nogil=True)
def _keep(kept, n, h):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """Insert h into the sorted first n entries of `kept`; when full, the largest gives way."""
    lo, hi = 0, n
    while lo < hi:
        mid = (lo + hi) // 2
        if kept[mid] < h:
            lo = mid + 1
        else:
            hi = mid
    if lo < n and kept[lo] == h:
        return n
    if n == len(kept):
        if lo == n:
            return n
        n -= 1
    for j in range(n, lo, -1):
        kept[j] = kept[j - 1]
    kept[lo] = h
    return n + 1
