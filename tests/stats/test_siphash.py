"""Keyed digests of Arrow strings."""

import hashlib

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.stats.siphash import digest_strings, sip13
from tests.stats.siphash_on_paper import siphash

KEY = (0x0706050403020100, 0x0F0E0D0C0B0A0908)


@given(data=st.binary(max_size=90))
def test_the_digest_is_siphash_1_3(data: bytes) -> None:
    """Any bytes digest as the paper says."""
    array = np.frombuffer(data, dtype=np.uint8)

    digest = sip13(array, 0, len(array), np.uint64(KEY[0]), np.uint64(KEY[1]))

    assert int(digest) == siphash(data, *KEY)


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
