"""SipHash-1-3 over Arrow strings: a keyed digest that nobody without the key can invert or guess at.

Source: Aumasson and Bernstein 2012, "SipHash: a fast short-input PRF"; the 1-3 variant is what CPython and Rust
use for their own tables. 64 bits: among 16 million digests two differ-but-collide with probability 1 in 140,000.
"""

from typing import Final

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from stillwatch.stats.many_bytes import load_eight

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]

_SPACE: Final = 32
_LAST_CONTROL: Final = 13


@nb.njit(inline="always", cache=True)
def rotl(x, b):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers
    """Rotate a 64-bit word left by `b` bits."""
    return (x << np.uint64(b)) | (x >> np.uint64(64 - b))


@nb.njit(inline="always", cache=True)
def sip_round(v0, v1, v2, v3):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers
    """One SipRound, as in section 2.1 of the paper."""
    v0 = v0 + v1
    v2 = v2 + v3
    v1 = rotl(v1, 13) ^ v0
    v3 = rotl(v3, 16) ^ v2
    v0 = rotl(v0, 32)
    v2 = v2 + v1
    v0 = v0 + v3
    v1 = rotl(v1, 17) ^ v2
    v3 = rotl(v3, 21) ^ v0
    v2 = rotl(v2, 32)
    return v0, v1, v2, v3


@nb.njit(inline="always", cache=True)
def sip_start(k0, k1):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers
    """The state before the first block."""
    return (
        k0 ^ np.uint64(0x736F6D6570736575),
        k1 ^ np.uint64(0x646F72616E646F6D),
        k0 ^ np.uint64(0x6C7967656E657261),
        k1 ^ np.uint64(0x7465646279746573),
    )


@nb.njit(inline="always", cache=True)
def sip_absorb(state, block):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers
    """The state after one block of eight bytes more."""
    v0, v1, v2, v3 = state
    v0, v1, v2, v3 = sip_round(v0, v1, v2, v3 ^ block)
    return v0 ^ block, v1, v2, v3


@nb.njit(inline="always", cache=True)
def _finish(state, block):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """The digest, after the last block."""
    v0, v1, v2, v3 = sip_absorb(state, block)
    v0, v1, v2, v3 = sip_round(v0, v1, v2 ^ np.uint64(0xFF), v3)
    v0, v1, v2, v3 = sip_round(v0, v1, v2, v3)
    v0, v1, v2, v3 = sip_round(v0, v1, v2, v3)
    return v0 ^ v1 ^ v2 ^ v3


@nb.njit(cache=True, nogil=True)
def sip13(data, start, end, k0, k1):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers
    """SipHash-1-3 of data[start:end] under the key (k0, k1), as uint64."""
    # Unsigned: a signed place in an array costs a test for places counted from its end.
    i, stop = np.uint64(start), np.uint64(end)
    last = (stop - i) << np.uint64(56)
    state = sip_start(k0, k1)
    while i + np.uint64(8) <= stop:
        state = sip_absorb(state, load_eight(data, i))
        i += np.uint64(8)
    for j in range(stop - i):
        last |= np.uint64(data[i + j]) << (np.uint64(8) * j)
    return _finish(state, last)


@nb.njit(cache=True, nogil=True)
def sip_pair(a, b, k0, k1):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers
    """SipHash-1-3 of the 16 bytes (a, b): how a chain of digests is folded into one."""
    state = sip_absorb(sip_absorb(sip_start(k0, k1), a), b)
    return _finish(state, np.uint64(16) << np.uint64(56))


@nb.njit(cache=True, nogil=True)
def trim(data, start, end):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers
    """The range without white space at its ends: clients and gateways trim differently."""
    while start < end and (data[start] == _SPACE or 9 <= data[start] <= _LAST_CONTROL):
        start += 1
    while end > start and (data[end - 1] == _SPACE or 9 <= data[end - 1] <= _LAST_CONTROL):
        end -= 1
    return start, end


@nb.njit(cache=True, nogil=True)
def _digest_all(data, offsets, present, k0, k1, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913
    for i in range(len(offsets) - 1):
        if present[i]:
            start, end = trim(data, offsets[i], offsets[i + 1])
            if end > start:
                digest = sip13(data, start, end, k0, k1)
                out[i] = digest if digest != 0 else np.uint64(1)


def string_buffers(strings: pa.StringArray) -> tuple[Bytes, npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    """The bytes, the n + 1 offsets and the presence mask of a string array, without copying its text."""
    buffers = strings.buffers()
    data = np.frombuffer(buffers[2], dtype=np.uint8) if buffers[2] is not None else np.zeros(0, dtype=np.uint8)
    first = strings.offset
    if len(strings) == 0 or buffers[1] is None:
        offsets = np.zeros(1, dtype=np.int32)
    else:
        offsets = np.frombuffer(buffers[1], dtype=np.int32)[first : first + len(strings) + 1]
    present = (
        np.ones(len(strings), dtype=np.bool_)
        if strings.null_count == 0
        else strings.is_valid().to_numpy(zero_copy_only=False)
    )
    return data, offsets, present


def digest_strings(strings: pa.StringArray, key: tuple[int, int]) -> Words:
    """Keyed digests, one uint64 a string; 0 where the string is null or blank, never 0 otherwise."""
    data, offsets, present = string_buffers(strings)
    out = np.zeros(len(strings), dtype=np.uint64)
    _digest_all(data, offsets, present, np.uint64(key[0]), np.uint64(key[1]), out)
    return out
