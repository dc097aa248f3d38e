"""Addresses as numbers, and back."""

import ipaddress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.facts.address import IPV4_SPACE, block_of, label_of, net_of, seat_of

DIGESTS = st.integers(0, 2**64 - 1)
NETS = st.integers(1, 2**64 - 1) | st.integers(1, IPV4_SPACE - 1)


def seat(digest: int, net: int) -> tuple[int, int]:
    """The upper and the lower half of a place of use."""
    whole = int(seat_of(np.array([digest], dtype=np.uint64), np.array([net], dtype=np.uint64))[0])
    return whole >> 32, whole & 0xFFFFFFFF


@given(address=st.ip_addresses(v=4))
def test_an_ipv4_address_reads_back(address: ipaddress.IPv4Address) -> None:
    """The number is the address, and its block holds it."""
    net = net_of(str(address))

    assert net is not None
    assert label_of(net, block=False) == str(address)
    assert address in ipaddress.ip_network(label_of(block_of(net), block=True))


@given(address=st.ip_addresses(v=6, network="2001:db8::/32"))
def test_an_ipv6_address_reads_back_as_its_subscriber(address: ipaddress.IPv6Address) -> None:
    """The number stands for a /64, whose block is a /48 around it."""
    net = net_of(str(address))

    assert net is not None
    assert address in ipaddress.ip_network(label_of(net, block=False))
    assert address in ipaddress.ip_network(label_of(block_of(net), block=True))


@pytest.mark.parametrize("text", ["", "localhost", "1.2.3", "1.2.3.4, 5.6.7.8", "::", "1.2.3.4:80", "💥"])
def test_what_is_no_single_address_is_nobodys(text: str) -> None:
    """Lists, names, ports and rubbish tie no two accounts together."""
    assert net_of(text) is None


@given(one=DIGESTS, other=DIGESTS, net=NETS)
def test_other_software_in_the_same_place_changes_the_upper_half_only(one: int, other: int, net: int) -> None:
    """The lower half is the network block's, whatever runs in it."""
    ours, theirs = seat(one, net), seat(other, net)

    assert ours[1] == theirs[1]
    assert (ours[0] == theirs[0]) == (one >> 32 == other >> 32)


@given(digest=DIGESTS, net=NETS, other=NETS)
def test_the_same_software_elsewhere_changes_the_lower_half_only(digest: int, net: int, other: int) -> None:
    """The upper half is the software's, wherever it runs; addresses of one block are one place."""
    here, there = seat(digest, net), seat(digest, other)

    assert here[0] == there[0] == digest >> 32
    assert seat(digest, block_of(net)) == here


def test_blocks_hardly_ever_meet_in_the_lower_half() -> None:
    """A hundred thousand neighbouring and scattered blocks of both kinds keep nearly as many places."""
    rng = np.random.default_rng(5)
    v4 = np.arange(50_000, dtype=np.uint64) << np.uint64(8)
    v6 = (np.uint64(0x20010DB8) << np.uint64(32)) + (rng.permutation(50_000).astype(np.uint64) << np.uint64(16))
    nets = np.concatenate([v4[1:], v6])

    seats = seat_of(np.zeros(len(nets), dtype=np.uint64), nets)

    assert len(np.unique(seats)) > len(nets) - 10
