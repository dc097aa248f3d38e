"""Customers: accounts that are plainly one customer's, whose dealings among themselves say nothing of a wider hand."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from stillwatch.facts.incidence import Incidence
from stillwatch.facts.token import TokenKind
from stillwatch.link.hand_offs import HandOff, HandOffs
from stillwatch.link.rhythm import each_alone

Codes = npt.NDArray[np.int32]

_OWN: Final = (
    TokenKind.PAYMENT,
    TokenKind.SIGNUP_DEVICE,
    TokenKind.SIGNUP_ADDRESS,
    TokenKind.CLIENT_ADDRESS,
    TokenKind.CREDENTIAL,
)
"""Things that a person with two accounts has on both, and hardly two strangers at once."""


def payers(views: Sequence[Incidence], accounts: int) -> Codes:
    """(accounts,) a number for each account, the same for accounts that one payment instrument pays for."""
    held = next((view for view in views if view.kind is TokenKind.PAYMENT), None)
    if held is None:
        return np.arange(accounts, dtype=np.int32)
    account = np.repeat(np.arange(accounts), np.diff(held.by_account))
    nodes = accounts + len(held.tokens)
    pays = coo_array((np.ones(len(account), np.int8), (account, accounts + held.held)), shape=(nodes, nodes))
    payer: Codes = connected_components(pays, directed=False)[1][:accounts].astype(np.int32)
    return payer


def firms(claims: Sequence[Codes], views: Sequence[Incidence], payer: Codes, most: int) -> Codes:
    """(accounts,) a number for each account, the same for those of one firm: a name or domain, and a thing, of its own.

    Each of `claims` is (accounts,) the number of what an account says that it belongs to, an organisation or an e-mail
    domain, -1 for nothing. One that 2 to `most` accounts claim is nobody else's, unless the domain is known to be a
    disposable one; a thing is the firm's own, where it is among `_OWN` and only accounts with that claim hold it. Who
    is paid for with others' accounts is of no firm.
    """
    n = len(payer)
    first = n
    account: list[npt.NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    firm: list[npt.NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    for claim in claims:
        of = _claimed_by_few(claim, views, most)
        inside = np.flatnonzero((of >= 0) & _shares_within(of, views) & _alone(of, payer))
        account.append(inside)
        firm.append(of[inside].astype(np.int64) + first)
        first += int(claim.max(initial=-1)) + 1
    ends = np.concatenate(account), np.concatenate(firm)
    graph = coo_array((np.ones(len(ends[0]), np.int8), ends), shape=(first, first))
    label = connected_components(graph, directed=False)[1][:n]
    found: Codes = np.where(np.isin(np.arange(n), ends[0]), n + label, np.arange(n)).astype(np.int32)
    return found


def _claimed_by_few(claim: Codes, views: Sequence[Incidence], most: int) -> Codes:
    """(accounts,) the claims that 2 to `most` accounts make; -1 for others, and for users of disposable domains."""
    of = claim.copy()
    for view in views:
        if view.kind is TokenKind.EMAIL_DOMAIN:
            of[view.holders] = -1
    made = np.flatnonzero(of >= 0)
    sizes = np.bincount(of[made], minlength=1)[of[made]]
    of[made[(sizes < 2) | (sizes > most)]] = -1  # noqa: PLR2004 - a firm has two at least
    return of


def _shares_within(of: Codes, views: Sequence[Incidence]) -> npt.NDArray[np.bool_]:
    """(accounts,) whether an account holds a thing of its own kind that only accounts with its claim hold."""
    shares = np.zeros(len(of), dtype=np.bool_)
    for view in views:
        if view.kind in _OWN and len(view.tokens):
            shares[view.holders[np.repeat(_held_by_one(view, of), view.sizes)]] = True
    return shares


def _held_by_one(view: Incidence, of: Codes) -> npt.NDArray[np.bool_]:
    """(t,) whether all holders of a token have one number; `view` has a token at least."""
    low, high = (end.reduceat(of[view.holders], view.by_token[:-1]) for end in (np.minimum, np.maximum))
    one: npt.NDArray[np.bool_] = low == high
    return one


def _alone(of: Codes, within: Codes) -> npt.NDArray[np.bool_]:
    """(accounts,) whether all with an account's number in `within`, one payer's say, have one number in `of`."""
    order = np.lexsort((of, within))
    first = np.flatnonzero(np.diff(within[order], prepend=-2))  # no number is less than -1
    low, high = (end.reduceat(of[order], first) for end in (np.minimum, np.maximum))
    alone = np.zeros(len(of), dtype=np.bool_)
    alone[order] = np.repeat(low == high, np.diff(np.append(first, len(of))))
    return alone


def customers(payer: Codes, owner: Codes, firm: Codes, house: Codes, most_unnamed: int) -> Codes:
    """(accounts,) a number for each account, the same for those of one firm or house, or that one payer pays for.

    One payer's are one customer's, where no two of them name different organisations and at least half of them name
    one, or where they are no more than `most_unnamed`, as many keys as a small firm has. `owner` is (accounts,) the
    number of the organisation, -1 for none. A card that pays for several names, or for dozens without one, makes no
    customer.
    """
    agree, half, sizes = _naming_one(owner, payer)
    whole = agree & (half | (sizes <= most_unnamed))
    n = len(payer)
    return together(np.where(whole, n + payer, np.arange(n)), firm, house)


def _naming_one(owner: Codes, within: Codes) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_], Codes]:
    """(accounts,) of those with an account's number in `within`: whether no two name different organisations.

    And whether half of them, at least, name one; and how many they are. `owner` is -1 where none is named.
    """
    order = np.lexsort((owner, within))
    inside, named = within[order], owner[order]
    first = np.flatnonzero(np.diff(inside, prepend=-2))  # no number is less than -1
    sizes = np.diff(np.append(first, len(inside)))
    # Of each the accounts without a name come first: the first named one and the last must agree.
    unnamed = np.add.reduceat((named < 0).astype(np.int64), first)
    last = first + sizes - 1
    agree = (unnamed == sizes) | (named[np.minimum(first + unnamed, last)] == named[last])
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.repeat(np.arange(len(first)), sizes)
    return agree[place], (2 * unnamed <= sizes)[place], sizes[place].astype(np.int32)


def together(*numbers: Codes) -> Codes:
    """(accounts,) a number for each account, the same for those that have one in any of some `numbers` of accounts."""
    n = len(numbers[0])
    start = np.cumsum([0, *(int(some.max(initial=-1)) + 1 for some in numbers)])
    column = np.concatenate([some + first for some, first in zip(numbers, start, strict=False)])
    row = np.tile(np.arange(n), len(numbers))
    ties = coo_array((np.ones(len(row), np.int8), (row, n + column)), shape=(n + int(start[-1]),) * 2)
    found: Codes = connected_components(ties, directed=False)[1][:n].astype(np.int32)
    return found


def of_one_payer(owner: Codes, payer: Codes, house: Codes, most: int) -> Codes:
    """(accounts,) a number for each account, the same for 2 to `most` that one payer pays for and that are one house's.

    No two of them name different organisations, and at least half of them name one and have its domain, so that name,
    domain and payer say the same: what passes between a firm's few keys behind one router is its own.
    """
    n = len(owner)
    agree, half, sizes = _naming_one(owner, payer)
    housed = np.bincount(payer, weights=house >= n, minlength=int(payer.max(initial=-1)) + 1)[payer]
    one = agree & half & (sizes >= 2) & (sizes <= most) & (2 * housed >= sizes)  # noqa: PLR2004 - a firm has two
    found: Codes = np.where(one, n + payer, np.arange(n)).astype(np.int32)
    return found


def few_of_one_name(owner: Codes, domain: Codes, views: Sequence[Incidence], most: int) -> Codes:
    """(accounts,) a number for each account, the same for 2 to `most` that name one organisation, one by its own mail.

    That is an e-mail domain of which nobody names another organisation or none, and no disposable one; the others may
    write from a public one and pay with cards of their own, as staff of a small firm do. A hand that names a firm for
    every few of its accounts hides what passes between those few, and nothing of what passes between one firm and the
    next.
    """
    n = len(owner)
    of = _claimed_by_few(owner, views, most)
    writes = (of >= 0) & (domain >= 0) & _alone(owner, domain)
    known = np.isin(of, of[writes])
    found: Codes = np.where(known, n + of, np.arange(n)).astype(np.int32)
    return found


def houses(owner: Codes, domain: Codes, views: Sequence[Incidence]) -> Codes:
    """(accounts,) a number for each account, the same for those that name one organisation and have its e-mail domain.

    A domain is an organisation's where nobody names another beside it, half of its users name it, and it is no
    disposable one. `owner` and `domain` are (accounts,) numbers, -1 for none. Colleagues whose jobs start each other
    need not pay with one card.
    """
    n = len(owner)
    of = _claimed_by_few(domain, views, n)
    agree, half, _ = _naming_one(owner, of)
    found: Codes = np.where((of >= 0) & (owner >= 0) & agree & half, n + of, np.arange(n)).astype(np.int32)
    return found


def own_pairs(views: Sequence[Incidence], payer: Codes, least_kinds: int) -> Codes:
    """(pairs, 2) two accounts that share so many kinds of things with each other alone: one customer's, old and new.

    Neither pays with what a third account pays with, so that a hand cannot hide what its accounts pass on by pairing
    them up: only what passes within a pair is left out, and two accounts are no campaign.
    """
    pairs: list[Codes] = [np.zeros((0, 2), dtype=np.int32)]
    for view in views:
        if view.kind in _OWN:
            two = np.flatnonzero(view.sizes == 2)  # noqa: PLR2004 - a pair
            first = view.by_token[two]
            # A pair counts once for each kind, however many addresses it shares.
            pairs.append(np.unique(np.sort(np.stack([view.holders[first], view.holders[first + 1]], 1), 1), axis=0))
    found, kinds = np.unique(np.concatenate(pairs), axis=0, return_counts=True)
    pays_for = np.bincount(payer)[payer]
    return found[(kinds >= least_kinds) & (pays_for[found] <= 2).all(axis=1)]  # noqa: PLR2004 - the pair itself


def beyond_firms(view: Incidence, firm: Codes) -> Incidence:
    """What accounts share beyond their own firm: what only one firm's accounts hold ties them to nobody else.

    A thing that holds two keys of each of two firms together says nothing of the firms, whatever text both send.
    """
    return view.only(~_held_by_one(view, firm)) if len(view.tokens) else view


def between_customers(passed: HandOffs, pairs: Codes, firm: Codes, customer: Codes) -> HandOffs:
    """The hand-offs without those between the two accounts of a pair, or the accounts of a firm.

    What one customer's accounts ask in other words after a limit, or days later, is left out as well: its jobs ask much
    the same, and start each other.
    """
    accounts = len(firm)
    own = pairs[:, 0].astype(np.int64) * accounts + pairs[:, 1]
    low, high = np.minimum(passed.giver, passed.taker), np.maximum(passed.giver, passed.taker)
    kept = ~np.isin(low.astype(np.int64) * accounts + high, own) & (firm[passed.giver] != firm[passed.taker])
    told = ~np.isin(passed.kind, (HandOff.REWORDED, HandOff.PARKED, HandOff.LATER))
    kept &= told | (customer[passed.giver] != customer[passed.taker])
    return HandOffs(passed.giver[kept], passed.taker[kept], passed.kind[kept], passed.count[kept])


def each_customer(members: Codes, customer: Codes, most_of_one: float) -> list[Codes]:
    """A group's accounts by customer; each alone where one customer has more than such a share of them.

    A customer's own jobs start each other. That says nothing of other customers, and everything of a group that is most
    of it one customer's.
    """
    _, of, sizes = np.unique(customer[members], return_inverse=True, return_counts=True)
    if len(members) == 0 or sizes.max() > most_of_one * len(members):
        return each_alone(members)
    order = np.argsort(of, kind="stable")
    return np.split(members[order], np.cumsum(sizes)[:-1])


def beyond_customers(
    account: Codes, partner: Codes, customer: Codes, members: Codes, most_of_one: float
) -> npt.NDArray[np.bool_]:
    """(n,) whether each hand-off, from an account to its partner, tells of a group more than of one customer in it.

    A firm's nine keys behind one router say nothing of the thirty strangers who send its text, too; of a group that is
    for the most part that firm's they say everything.
    """
    beyond: npt.NDArray[np.bool_] = customer[account] != customer[partner]
    if not beyond.all() and _most_of_one(customer[members]) > most_of_one * len(members):
        beyond[:] = True
    return beyond


def _most_of_one(customer: Codes) -> int:
    """How many of some accounts, of which there is one at least, are one customer's."""
    return int(np.unique(customer, return_counts=True)[1].max())
