"""Network addresses as one number each, so that blocks are arithmetic and labels can be read back."""

import ipaddress
from typing import Final

import numpy as np
import numpy.typing as npt

IPV4_SPACE: Final = 1 << 32
_BLOCK_BITS_V4: Final = 8  # a /24: what one small customer or one rented pool slice is usually given
_BLOCK_BITS_V6: Final = 16  # from the /64 of one subscriber to the /48 of one site (RFC 6177)


def net_of(text: str) -> int | None:
    """IPv4 as its 32-bit value, IPv6 as the upper 64 bits (one subscriber, RFC 6177); None for anything else.

    No routed IPv6 prefix is below 2**32, so the two never meet.
    """
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return int(address.ipv4_mapped)
        upper = int(address) >> 64
        return upper if upper >= IPV4_SPACE else None
    return int(address)


def block_of(net: int) -> int:
    """The /24 of an IPv4 address, the /48 of an IPv6 net, as the number of its first address."""
    bits = _BLOCK_BITS_V4 if net < IPV4_SPACE else _BLOCK_BITS_V6
    return net >> bits << bits


def seat_of(digest: npt.NDArray[np.uint64], net: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """A digest (of client software, say) in the upper half and the network block in the lower: a place of use.

    Two uses by different people differ in both halves; a new release or a train ride changes one of them.
    """
    bits = np.where(net < IPV4_SPACE, np.uint64(_BLOCK_BITS_V4), np.uint64(_BLOCK_BITS_V6))
    block = (net >> bits) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(32)
    seat: npt.NDArray[np.uint64] = digest >> np.uint64(32) << np.uint64(32) | block
    return seat


def label_of(net: int, *, block: bool) -> str:
    """How a report writes an address or a block."""
    if net < IPV4_SPACE:
        return str(ipaddress.ip_network((net, 24))) if block else str(ipaddress.IPv4Address(net))
    return str(ipaddress.ip_network((net << 64, 48 if block else 64)))
