"""Client addresses as the numbers of their nets: IPv4 as it is mostly written in one pass, anything else one by one."""

from functools import lru_cache

import numba as nb
import numpy as np
import pyarrow as pa

from stillwatch.facts.address import net_of
from stillwatch.stats.siphash import string_buffers

_DOT, _ZERO = ord("."), ord("0")


def client_nets(addresses: pa.StringArray) -> pa.Array:
    """Addresses as numbers; what is no address becomes null."""
    data, offsets, present = string_buffers(addresses)
    nets, found = _plain_nets(data, offsets, present)
    odd = np.flatnonzero(present & ~found)
    if len(odd):
        encoded = addresses.take(pa.array(odd)).dictionary_encode()
        others = pa.array([_net(text) for text in encoded.dictionary.to_pylist()], type=pa.uint64())
        others = others.take(encoded.indices)
        nets[odd] = others.fill_null(0).to_numpy()
        found[odd] = others.is_valid().to_numpy(zero_copy_only=False)
    return pa.array(nets, mask=~found)


@lru_cache(maxsize=1 << 18)
def _net(text: str) -> int | None:
    return net_of(text)


@nb.njit(cache=True, nogil=True)
def _plain_nets(data, offsets, present):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """The values of the texts that are four numbers with dots between them, and which of them are."""
    n = len(present)
    nets = np.zeros(n, dtype=np.uint64)
    found = np.zeros(n, dtype=np.bool_)
    for i in range(n):
        if present[i]:
            net = _plain_net(data, offsets[i], offsets[i + 1])
            if net >= 0:
                nets[i] = net
                found[i] = True
    return nets, found


@nb.njit(cache=True, nogil=True)
def _plain_net(data, at, end):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """The value of data[at:end] as an IPv4 address without spaces or leading zeros, or -1."""
    net = np.int64(0)
    for part in range(4):
        if part:
            if at == end or data[at] != _DOT:
                return -1
            at += 1
        first = at
        number = 0
        while at < end and at < first + 3 and _ZERO <= data[at] <= _ZERO + 9:
            number = 10 * number + data[at] - _ZERO
            at += 1
        if at == first or number > 255 or (at > first + 1 and data[first] == _ZERO):  # noqa: PLR2004 - IPv4
            return -1
        net = net << 8 | number
    return net if at == end else -1
