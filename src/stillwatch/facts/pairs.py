"""Pairs of a token and an account with a number each, in order: the shape that most summaries have."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numba as nb
import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
Values = npt.NDArray[np.signedinteger[Any]]

_FEW = 24
"""Rows that are put in order by insertion; more are sorted."""
_COARSE, _FINE = 1 << 15, 8
"""Rows of a coarse bucket, which fits into the processor's cache, and of a fine one."""
_MOST_BITS = 12
"""Leading bits that tell buckets apart at most: more would miss the cache while rows are dealt out."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows (token, account, value), sorted by token and then account, no pair twice.

    What becomes of the values of a repeated pair is the kind's own: they add up, or the smallest stays.
    """

    token: Keys
    account: Keys
    value: Values

    smallest: ClassVar[bool] = False
    """Whether the smallest value of a repeated pair stays; otherwise the values add up."""
    kind: ClassVar[type[np.signedinteger[Any]]] = np.int64
    """The type of a value."""

    @classmethod
    def empty(cls) -> Self:
        """No pairs."""
        none = np.zeros(0, dtype=np.uint64)
        return cls(none, none, np.zeros(0, dtype=cls.kind))

    @classmethod
    def of(cls, token: Keys, account: Keys, value: Values) -> Self:
        """Make pairs of rows in any order, repeated ones included."""
        return cls(*_in_order(_locked(token), account, value.astype(cls.kind, copy=False), cls.smallest))

    @classmethod
    def joined(cls, parts: Sequence["Pairs"]) -> Self:
        """The pairs of all parts."""
        if len(parts) == 1:
            return cls(parts[0].token, parts[0].account, parts[0].value)
        return cls.of(*_end_to_end(cls, parts))

    @classmethod
    def in_row(cls, parts: Sequence["Pairs"]) -> Self:
        """The pairs of parts that follow one another: every token of one is larger than those of the one before."""
        return cls(*_end_to_end(cls, parts))

    @classmethod
    def shared_in(cls, parts: Sequence["Pairs"]) -> Self:
        """The pairs of all parts whose token at least two accounts hold.

        Most tokens are one account's alone, and are set aside before anything is sorted.
        """
        token, account, value = _end_to_end(cls, parts)
        keep = _held_by_two(token, account)
        return cls.of(token[keep], account[keep], value[keep])

    @classmethod
    def met_in(
        cls, sides: Sequence[Sequence["Pairs"]], others: Sequence["Pairs"], *, shared: Sequence[bool]
    ) -> list[Self]:
        """For each side the pairs of its parts whose token is in the others, and then those of the others in any side.

        Of each that is `shared`, the others last, also those whose token two of its accounts hold.
        """
        their_token, their_account, their_value = _end_to_end(cls, others)
        kept = _held_by_two(their_token, their_account) if shared[-1] else np.zeros(len(their_token), dtype=np.bool_)
        out = []
        for parts, by_two in zip(sides, shared[:-1], strict=True):
            token, account, value = _end_to_end(cls, parts)
            met = is_among(token, their_token)
            kept |= is_among(their_token, token)
            if by_two:
                met |= _held_by_two(token, account)
            out.append(cls.of(token[met], account[met], value[met]))
        return [*out, cls.of(their_token[kept], their_account[kept], their_value[kept])]

    def merge(self, other: Self) -> Self:
        """The pairs of both, in time linear in both."""
        if len(self) == 0 or len(other) == 0:
            return other if len(self) == 0 else self
        merged = _merge_sorted(
            self.token, self.account, self.value, other.token, other.account, other.value, self.smallest
        )
        return type(self)(*merged)

    def cut(self, low: int, high: int) -> Self:
        """The rows from place `low` up to `high`, without copying them."""
        return type(self)(self.token[low:high], self.account[low:high], self.value[low:high])

    def is_in_order(self) -> bool:
        """Whether the rows are as the class promises: what was read from a file may not be."""
        t, a = self.token, self.account
        return bool(((t[1:] > t[:-1]) | ((t[1:] == t[:-1]) & (a[1:] > a[:-1]))).all())

    def shared(self, least: int = 2) -> Self:
        """Only the tokens that at least `least` accounts hold."""
        if len(self) == 0:
            return self
        starts = np.flatnonzero(np.concatenate([[True], self.token[1:] != self.token[:-1]]))
        holders = np.diff(np.concatenate([starts, [len(self)]]))
        keep = np.repeat(holders >= least, holders)
        return type(self)(self.token[keep], self.account[keep], self.value[keep])

    def __len__(self) -> int:
        """How many pairs there are."""
        return len(self.token)


def is_among(keys: Keys, wanted: Keys) -> Flags:
    """(n,) whether each key is one of the wanted, in linear time and without sorting either."""
    if len(keys) == 0 or len(wanted) == 0:
        return np.zeros(len(keys), dtype=np.bool_)
    found: Flags = _among(_locked(np.ascontiguousarray(keys)), _locked(np.ascontiguousarray(wanted)))
    return found


def _locked(keys: Keys) -> Keys:
    """The keys, not to be written to: so is what Arrow hands out, and a kernel is compiled for each kind of column."""
    seen = keys.view()
    seen.flags.writeable = False
    return seen


def _end_to_end(kind: type[Pairs], parts: Sequence[Pairs]) -> tuple[Keys, Keys, Values]:
    if not parts:
        none = kind.empty()
        return none.token, none.account, none.value
    return (
        np.concatenate([one.token for one in parts]),
        np.concatenate([one.account for one in parts]),
        np.concatenate([one.value for one in parts]),
    )


@nb.njit(cache=True, nogil=True)
def _in_order(token, account, value, smallest):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """Sort rows by token and account and fold repeated pairs.

    Tokens are digests, so buckets by their leading bits hold a few rows each and need little more; where one token
    fills a bucket (a template, an address), its repeated pairs are folded in a hash table and what is left is sorted
    by merging, so no input takes quadratic time. Many rows are parted into coarse buckets first, so that the fine
    ones of each fit into the processor's cache.
    """
    n = len(token)
    if n == 0:
        return token.copy(), account.copy(), value.copy()
    bounds, t, a, v = _part(token, account, value, _COARSE)
    k = 0
    for c in range(len(bounds) - 1):
        low, high = bounds[c], bounds[c + 1]
        if low == high:
            continue
        begin = k
        inner, tt, aa, vv = _part(t[low:high], a[low:high], v[low:high], _FINE)
        for b in range(len(inner) - 1):
            first, last = inner[b], inner[b + 1]
            if last - first <= _FEW:
                _place_each(tt, aa, vv, first, last, t, a, v, k)
                k += last - first
            else:
                few = _fold_in_table(tt[first:last], aa[first:last], vv[first:last], smallest)
                order = np.argsort(aa[first : first + few], kind="mergesort")
                order = first + order[np.argsort(tt[first : first + few][order], kind="mergesort")]
                for row in order:
                    t[k], a[k], v[k] = tt[row], aa[row], vv[row]
                    k += 1
        k = _fold(t, a, v, begin, k, smallest)
    if n - k < n // 8:  # a little room to spare costs less than copying
        return t[:k], a[:k], v[:k]
    return t[:k].copy(), a[:k].copy(), v[:k].copy()


@nb.njit(cache=True, nogil=True)
def _part(token, account, value, each):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """Deal rows into rising buckets by the leading bits of their tokens, about `each` rows to a bucket.

    Returns the bounds of the buckets and the rows in their order.
    """
    n = len(token)
    low = token.min()
    span = token.max() - low
    bits = 1  # never 0: a shift by all 64 bits is undefined
    while (n >> bits) > each and bits < _MOST_BITS:
        bits += 1
    shift = 0
    while (span >> np.uint64(shift)) >> np.uint64(bits):
        shift += 1
    bounds = np.zeros((1 << bits) + 1, dtype=np.int64)
    for i in range(n):
        bounds[((token[i] - low) >> np.uint64(shift)) + np.uint64(1)] += 1
    for b in range(1 << bits):
        bounds[b + 1] += bounds[b]
    place = bounds[:-1].astype(np.uint64)  # unsigned: a signed place costs a test for places counted from the end
    t = np.empty(n, dtype=np.uint64)
    a = np.empty(n, dtype=np.uint64)
    v = np.empty(n, dtype=value.dtype)
    for i in range(n):
        b = (token[i] - low) >> np.uint64(shift)
        at = place[b]
        place[b] = at + np.uint64(1)
        t[at], a[at], v[at] = token[i], account[i], value[i]
    return bounds, t, a, v


@nb.njit(cache=True, nogil=True)
def _place_each(tt, aa, vv, first, last, t, a, v, k):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913 - numba infers
    """Put a few rows in order at place k of other columns.

    Each goes where as many tokens are smaller: no jump depends on chance, which the processor would guess wrong.
    """
    for i in range(first, last):
        token = tt[np.uint64(i)]
        place = np.uint64(k)
        for j in range(first, i):
            place += np.uint64(tt[np.uint64(j)] <= token)
        for j in range(i + 1, last):
            place += np.uint64(tt[np.uint64(j)] < token)
        t[place], a[place], v[place] = token, aa[np.uint64(i)], vv[np.uint64(i)]
    _insert_each(t, a, v, k, k + last - first)


@nb.njit(cache=True, nogil=True)
def _fold_in_table(t, a, v, smallest):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """Fold equal rows in place, in whatever order; return how many are left."""
    room = _room_for(len(t))
    taken = np.full(room, -1, dtype=np.int32)
    k = 0
    for i in range(len(t)):
        token, account, value = t[i], a[i], v[i]
        slot = _slot(token ^ (account * np.uint64(0xFF51AFD7ED558CCD)), room - 1)
        while taken[slot] >= 0 and (t[taken[slot]] != token or a[taken[slot]] != account):
            slot = (slot + 1) & (room - 1)
        at = taken[slot]
        if at < 0:
            taken[slot] = k
            t[k], a[k], v[k] = token, account, value
            k += 1
        elif not smallest:
            v[at] += value
        elif value < v[at]:
            v[at] = value
    return k


@nb.njit(cache=True, nogil=True)
def _insert_each(t, a, v, first, last):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    for i in range(first + 1, last):
        token, account, value = t[i], a[i], v[i]
        j = i - 1
        while j >= first and (t[j] > token or (t[j] == token and a[j] > account)):
            t[j + 1], a[j + 1], v[j + 1] = t[j], a[j], v[j]
            j -= 1
        t[j + 1], a[j + 1], v[j + 1] = token, account, value


@nb.njit(cache=True, nogil=True)
def _fold(t, a, v, first, last, smallest):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913 - numba infers
    """Fold equal neighbours among the rows from `first` up to `last` in place; return where those end that are left."""
    if first == last:
        return first
    k = first
    for i in range(first + 1, last):
        if t[i] == t[k] and a[i] == a[k]:
            if not smallest:
                v[k] += v[i]
            elif v[i] < v[k]:
                v[k] = v[i]
        else:
            k += 1
            t[k], a[k], v[k] = t[i], a[i], v[i]
    return k + 1


@nb.njit(cache=True, nogil=True)
def _merge_sorted(token_a, account_a, value_a, token_b, account_b, value_b, smallest):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913
    size = len(token_a) + len(token_b)
    t = np.empty(size, dtype=np.uint64)
    a = np.empty(size, dtype=np.uint64)
    v = np.empty(size, dtype=value_a.dtype)
    i = j = 0
    for k in range(size):
        ours = j == len(token_b) or (
            i < len(token_a)
            and (token_a[i] < token_b[j] or (token_a[i] == token_b[j] and account_a[i] <= account_b[j]))
        )
        if ours:
            t[k], a[k], v[k] = token_a[i], account_a[i], value_a[i]
            i += 1
        else:
            t[k], a[k], v[k] = token_b[j], account_b[j], value_b[j]
            j += 1
    k = _fold(t, a, v, 0, size, smallest)
    return t[:k].copy(), a[:k].copy(), v[:k].copy()


@nb.njit(inline="always", cache=True)
def _slot(key, mask):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    return np.int64(((key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & np.uint64(mask))


@nb.njit(inline="always", cache=True)
def _room_for(n):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """Slots of an open-addressing table for n keys: a power of two, at most half of it in use."""
    room = 16
    while room < 2 * n:
        room *= 2
    return room


@nb.njit(cache=True, nogil=True)
def _held_by_two(token, account):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """For each row, whether another account than the first that is met holds its token, too."""
    n = len(token)
    room = _room_for(n)
    first = np.full(room, -1, dtype=np.int32)
    two = np.zeros(n, dtype=np.bool_)
    leader = np.empty(n, dtype=np.int32)
    for i in range(n):
        slot = _slot(token[i], room - 1)
        while first[slot] >= 0 and token[first[slot]] != token[i]:
            slot = (slot + 1) & (room - 1)
        if first[slot] < 0:
            first[slot] = i
        leader[i] = first[slot]
        if account[leader[i]] != account[i]:
            two[leader[i]] = True
    for i in range(n):
        two[i] = two[leader[i]]
    return two


@nb.njit(cache=True, nogil=True)
def _among(keys, wanted):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    room = _room_for(len(wanted))
    slots = np.zeros(room, dtype=np.uint64)
    zero = False
    for key in wanted:
        if key == 0:
            zero = True
            continue
        slot = _slot(key, room - 1)
        while slots[slot] != 0 and slots[slot] != key:
            slot = (slot + 1) & (room - 1)
        slots[slot] = key
    found = np.empty(len(keys), dtype=np.bool_)
    for i in range(len(keys)):
        key = keys[i]
        slot = _slot(key, room - 1)
        while slots[slot] != 0 and slots[slot] != key:
            slot = (slot + 1) & (room - 1)
        found[i] = slots[slot] == key if key != 0 else zero
    return found
