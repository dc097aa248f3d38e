"""Addresses as numbers, and back."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.facts.address import block_of, label_of, net_of


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
