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

from stillwatch.stats.many_bytes import load_eight, mark_sixty_four
from stillwatch.stats.siphash import rotl, sip_absorb, sip_round, sip_start

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

_FEW: Final = 32
"""Shingles that are sorted by counting how many are smaller."""

_DIGIT: Final = 35  # '#', the mask of a run of digits
_LOWER: Final = np.uint64(0x2020202020202020)
"""What makes eight letters lower-case."""


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

    `words` needs room for end - start + 1 hashes. Nearly all words are short and of plain letters, so what is hashed of
    them is found first and hashed together afterwards, several at once. The hashes of longer words wait at the end of
    `words`, each with its place; a word of eight bytes or more leaves room for that.
    """
    # Places are unsigned throughout: a signed one costs a test for places counted from the end.
    i, stop = np.uint64(start), np.uint64(end)
    n = np.uint64(0)
    waiting = np.uint64(len(words))
    key = sip_start(k0, k1)
    while i < stop:
        i, n, waiting, stuck = _plain_words(data, i, stop, key, words, n, waiting)
        if stuck:
            i, n, waiting = _other_words(data, i, stop, key, words, n, waiting)
    for j in range(n):
        words[j] = _finish(key, words[j])
    while waiting < np.uint64(len(words)):
        words[words[waiting]] = words[waiting + np.uint64(1)]
        waiting += np.uint64(2)
    return np.int64(n)


@nb.njit(inline="always", cache=True)
def _plain_words(data, i, stop, key, words, n, waiting):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """Take the words from i on, cut by ASCII separators, that end within 64 bytes and are of plain letters.

    Stuck is who meets another character, a word that is longer, or the end of the buffer.
    """
    if i + np.uint64(64 + 8) > np.uint64(len(data)):  # eight bytes are loaded where the last word begins
        return i, n, waiting, True
    letters, odd = mark_sixty_four(data, i)
    gaps = ~(letters | odd)
    if i + np.uint64(64) > stop:  # what follows the text in the buffer is another text
        behind = np.uint64(1) << (stop - i)
        gaps = (gaps & (behind - np.uint64(1))) | behind
    at = i
    stuck = gaps == 0
    while gaps != 0:
        before = (gaps & (~gaps + np.uint64(1))) - np.uint64(1)  # the bits below the next gap
        if odd & before:
            stuck = True
            break
        gaps &= gaps - np.uint64(1)
        size = i + _count_bits(before) - at
        if size < 8:
            words[n] = _last_block(data, at, size, size)
            n += np.uint64(size > 0)
        else:
            waiting -= np.uint64(2)
            words[waiting] = n
            words[waiting + np.uint64(1)] = _long_word(data, at, size, key)
            n += np.uint64(1)
        at += size + np.uint64(1)
    return at, n, waiting, stuck


@nb.njit(inline="always", cache=True)
def _long_word(data, at, size, key):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """The hash of a word of eight plain letters or more."""
    state = key
    rest = size
    while rest >= 8:
        state = sip_absorb(state, load_eight(data, at) | _LOWER)
        at += np.uint64(8)
        rest -= np.uint64(8)
    return _finish(state, _last_block(data, at, rest, size))


@nb.njit(inline="always", cache=True)
def _last_block(data, at, rest, size):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """The last `rest` bytes, fewer than eight, of a word of `size` plain letters, as SipHash ends."""
    kept = (np.uint64(1) << (np.uint64(8) * rest)) - np.uint64(1)
    return ((load_eight(data, at) | _LOWER) & kept) | (size << np.uint64(56))


@nb.njit(cache=True, nogil=True)
def _other_words(data, i, stop, key, words, n, waiting):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - one pass over bytes, by design
    """Take words byte by byte from i on, until behind an ASCII separator."""
    state = key
    block = np.uint64(0)
    length = np.uint64(0)
    in_digits = False
    between = False
    while not between:
        # 1. What stands here: a letter (code), a separator, or a character that is a word.
        code = np.uint64(0)
        kind = 0
        size = 1
        if i < stop:
            b = data[i]
            if b < 0x80:
                if 97 <= b <= 122:
                    code, kind = np.uint64(b), 1
                elif 65 <= b <= 90:
                    code, kind = np.uint64(b) + np.uint64(32), 1
                elif 48 <= b <= 57:
                    code, kind = np.uint64(_DIGIT), 1
                else:
                    between = True
            else:
                c, size = _decode(data, np.int64(i), np.int64(stop))
                kind = _kind(c)
                code = np.uint64(_fold_case(c))
        else:
            between = True
        i += np.uint64(size)
        if kind == 1:
            # 2. A letter joins the open word, eight bytes to a block of SipHash.
            digit = code == np.uint64(_DIGIT)
            if digit and in_digits:
                continue
            in_digits = digit
            while code > 0:
                block |= (code & np.uint64(0xFF)) << (np.uint64(8) * (length & np.uint64(7)))
                length += np.uint64(1)
                if length & np.uint64(7) == 0:
                    state = sip_absorb(state, block)
                    block = np.uint64(0)
                code >>= np.uint64(8)
            continue
        in_digits = False
        # 3. Anything else closes the open word; a character that is a word follows it.
        if length > 0:
            block |= length << np.uint64(56)
            if length < 8:
                words[n] = block
            else:
                waiting -= np.uint64(2)
                words[waiting] = n
                words[waiting + np.uint64(1)] = _finish(state, block)
            n += np.uint64(1)
            state = key
            block = np.uint64(0)
            length = np.uint64(0)
        if kind == 2:
            words[n] = code | (np.uint64(4) << np.uint64(56))
            n += np.uint64(1)
    return i, n, waiting


@nb.njit(inline="always", cache=True)
def _finish(state, block):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """The hash, after the last block: two closing rounds, one fewer than digests have."""
    v0, v1, v2, v3 = sip_absorb(state, block)
    v0, v1, v2, v3 = sip_round(v0, v1, v2 ^ np.uint64(0xFF), v3)
    v0, v1, v2, v3 = sip_round(v0, v1, v2, v3)
    return v0 ^ v1 ^ v2 ^ v3


@nb.njit(inline="always", cache=True)
def _count_bits(x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """How many bits are set (Warren, Hacker's Delight, 5-1): LLVM knows it, and takes the processor's instruction."""
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (x * np.uint64(0x0101010101010101)) >> np.uint64(56)


@nb.njit(cache=True, nogil=True)
def keep_shingles(words, n, bound, found, kept):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers
    """Keep the shingles of `n` word hashes that fall under `bound`, sorted, without repeats; return how many.

    At most len(kept): the smallest win. A text of MIN_WORDS to SHINGLE_WORDS words is one shingle, always kept.
    `found` is room for n hashes to work in.
    """
    if n < SHINGLE_WORDS:
        if n < MIN_WORDS:
            return 0
        kept[0] = _shingle(words, 0, n)
        return 1
    # Which shingles are kept is chance, so a jump that depends on it is guessed wrong: they are counted instead.
    count = np.uint64(0)
    for i in range(n - SHINGLE_WORDS + 1):
        h = _shingle(words, i, SHINGLE_WORDS)
        found[count] = h
        count += np.uint64(h < bound)
    return _sort(found, np.int64(count), kept)


@nb.njit(inline="always", cache=True)
def _shingle(words, first, length):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    h = np.uint64(length)
    for j in range(length):
        h += rotl(words[np.uint64(first + j)], 11 * (j + 1))
    return _mix64(h)


@nb.njit(cache=True, nogil=True)
def _sort(found, n, kept):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """Write the first n of `found` into `kept`, sorted and without repeats, as many as it holds; return how many."""
    if n <= _FEW:
        # Each goes where as many are smaller: no jump depends on chance. Repeats would leave gaps.
        total = np.uint64(0)
        for i in range(n):
            h = found[np.uint64(i)]
            place = np.uint64(0)
            for j in range(n):
                place += np.uint64(found[np.uint64(j)] < h)
            kept[place] = h
            total += place
        if total == np.uint64(n * (n - 1) // 2):
            return n
    found[:n].sort()
    count = 0
    for i in range(n):
        if i == 0 or found[i] != found[i - 1]:
            if count == len(kept):
                break
            kept[count] = found[i]
            count += 1
    return count


@nb.njit(cache=True, nogil=True)
def add_to_mix(words, n, mix):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers
    """Add word hashes to a signed count sketch of power-of-two width; counts stop at +-127."""
    mask = np.uint64(len(mix) - 1)
    for i in range(n):
        slot = words[np.uint64(i)] & mask
        step = np.int64((words[np.uint64(i)] >> np.uint64(19)) & np.uint64(2)) - 1
        mix[slot] = max(-127, min(127, mix[slot] + step))


@nb.njit(cache=True, nogil=True)
def find_cues(words, n, cues, cue_bits, last_words):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers
    """The bit set of the cue phrases that occur.

    `cues` is a power-of-two open-addressing table of phrase hashes (0 = empty), `cue_bits` what each stands for, and
    `last_words` a filter of 65,536 bits on the top bits of a phrase's last word.
    """
    marks = np.uint32(0)
    mask = np.uint64(len(cues) - 1)
    for i in range(n):
        word = words[np.uint64(i)]
        if not last_words[word >> np.uint64(54)] >> ((word >> np.uint64(48)) & np.uint64(63)) & np.uint64(1):
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
