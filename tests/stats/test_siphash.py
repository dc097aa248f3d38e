"""Keyed digests of Arrow strings."""

import hashlib

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.stats.siphash import digest_strings, sip13

KEY = (0x0706050403020100, 0x0F0E0D0C0B0A0908)


def reference_sip13(data: bytes, k0: int, k1: int) -> int:
    """SipHash-1-3 written from the paper, on Python integers."""
    mask = (1 << 64) - 1
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

    def rotl(x: int, b: int) -> int:
        return ((x << b) | (x >> (64 - b))) & mask

    def round_() -> None:
        v[0] = (v[0] + v[1]) & mask
        v[1] = rotl(v[1], 13) ^ v[0]
        v[0] = rotl(v[0], 32)
        v[2] = (v[2] + v[3]) & mask
        v[3] = rotl(v[3], 16) ^ v[2]
        v[0] = (v[0] + v[3]) & mask
        v[3] = rotl(v[3], 21) ^ v[0]
        v[2] = (v[2] + v[1]) & mask
        v[1] = rotl(v[1], 17) ^ v[2]
        v[2] = rotl(v[2], 32)

    padded = data + b"\0" * (-(len(data) + 1) % 8) + bytes([len(data) & 0xFF])
    for i in range(0, len(padded), 8):
        m = int.from_bytes(padded[i : i + 8], "little")
        v[3] ^= m
        round_()
        v[0] ^= m
    v[2] ^= 0xFF
    for _ in range(3):
        round_()
    return v[0] ^ v[1] ^ v[2] ^ v[3]


@given(data=st.binary(max_size=40))
def test_the_digest_is_siphash_1_3(data: bytes) -> None:
    """Any bytes digest as the paper says."""
    array = np.frombuffer(data, dtype=np.uint8)

    digest = sip13(array, 0, len(array), np.uint64(KEY[0]), np.uint64(KEY[1]))

    assert int(digest) == reference_sip13(data, *KEY)


@given(texts=st.lists(st.one_of(st.none(), st.text(max_size=12)), max_size=8), cut=st.integers(0, 8))
def test_a_slice_digests_as_the_whole_does(texts: list[str | None], cut: int) -> None:
    """Arrow slices share buffers with an offset; the digests are those of the rows they show."""
    array = pa.array(texts, type=pa.string())

    whole = digest_strings(array, KEY)

    assert digest_strings(array.slice(cut), KEY).tolist() == whole[cut:].tolist()


def test_blank_is_zero_and_outer_space_does_not_count() -> None:
    """Null, empty and blank texts have no digest; clients trim differently, so ends do not matter."""
    digests = digest_strings(pa.array([None, "", " \n", "a b", "  a b\n"]), KEY)

    assert digests[:3].tolist() == [0, 0, 0]
    assert digests[3] == digests[4] != 0


def test_another_key_gives_other_digests() -> None:
    """Without the deployment's key a guess cannot be tested."""
    texts = pa.array([hashlib.sha256(bytes([i])).hexdigest() for i in range(64)])

    assert not set(digest_strings(texts, KEY).tolist()) & set(digest_strings(texts, (1, 2)).tolist())
