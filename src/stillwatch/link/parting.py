"""Groups that only a text, or only what passes elsewhere in them, holds together are parted into what they are."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from stillwatch.facts.group import Codes
from stillwatch.facts.rows import rows_of
from stillwatch.facts.token import Family, TokenKind
from stillwatch.link.passing_circles import PassingCircles
from stillwatch.link.views import Views
from stillwatch.stats.calibrate import MOST_BITS, bits_of_p, log2_choose
from stillwatch.stats.pairings import log2_few_between


def parts_of(views: Views, members: Codes, tied: Callable[[Codes, Codes], bool], least: int) -> list[Codes]:
    """The groups that `members` really are, the widest first.

    An office and a campaign that use one tool share its words, and each shares things with itself: taken together they
    look like one group with both. Whoever shares things with each other, but none with the rest, stays with the rest
    only if the two are `tied` by what they do. Parts smaller than `least` stay where they are: they share too little to
    be told apart by it.
    """
    label = circles_of_things(views, members)
    sizes = np.bincount(label)
    rest = members
    parts = []
    for circle in np.flatnonzero(sizes >= least).tolist():
        part = members[label == circle]
        others = rest[~np.isin(rest, part)]
        if len(others) >= least and not tied(part, others):
            parts.append(part)
            rest = others
    return sorted([rest, *parts], key=lambda part: (-len(part), int(part[0])))


def without_passing_apart(
    views: Views, members: Codes, tie: Callable[[Codes, Codes], float], least_bits: float
) -> Codes:
    """The group without those of its circles that pass work to nobody else in it and that nothing else ties to it.

    What passes within a circle of accounts ties these to each other, and none of them to the others: two pools that
    were taken for one because some of their accounts send alike both pass work, though never to each other. A circle of
    at most half of the group goes where `tie`, what an account of it shows on average about the others (bits), is less
    than `least_bits`, the smallest first.
    """
    inside = np.zeros(len(views.exchanges), dtype=np.bool_)
    inside[members] = True
    rest = members
    for part in sorted(PassingCircles.among(views, inside).each(), key=len):
        others = rest[~np.isin(rest, part)]
        if len(part) <= len(members) / 2 and len(others) and tie(part, others) < least_bits:
            rest = others
    return rest


def circles_of_things(views: Views, members: Codes) -> npt.NDArray[np.int32]:
    """(n,) which circle each member is in: members that share things, at one remove or more, are in one circle."""
    rows, columns = [], []
    first = 0
    for view in views.views:
        if view.kind.family is not Family.THINGS or view.kind is TokenKind.SIGNUP_BURST:
            continue  # to sign up in one week is to have nothing in common yet: two classes begin with the term
        held, owner = rows_of(view.by_account, members)
        tokens, token = np.unique(view.held[held], return_inverse=True)
        rows.append(owner)
        columns.append(token + first)
        first += len(tokens)
    if not rows:
        return np.arange(len(members), dtype=np.int32)
    row, column = np.concatenate(rows), np.concatenate(columns)
    nodes = len(members) + first
    ties = coo_array((np.ones(len(row), dtype=np.int8), (row, column + len(members))), shape=(nodes, nodes))
    label: npt.NDArray[np.int32] = connected_components(ties, directed=False)[1][: len(members)]
    return label


def passes_apart(views: Views, ours: Codes, theirs: Codes) -> float:
    """How seldom a pool that deals its work out at random would pass so little between two parts of it, in bits.

    Null: who passes work to whom is drawn at random, each account as often as it does (`stats.pairings`); of all
    divisions of the accounts the emptiest is looked at, so that naming one is paid for. A few passes each leave a
    pool in pieces by chance, and then this says nothing.
    """
    within, others, between = _pairs(views, ours, ours), _pairs(views, theirs, theirs), _pairs(views, ours, theirs)
    luck = 2.0 ** log2_few_between(within, others, between)
    chosen = log2_choose(len(ours) + len(theirs), len(ours))
    return bits_of_p(luck, most=MOST_BITS + chosen) - chosen


def _pairs(views: Views, ours: Codes, theirs: Codes) -> int:
    """Pairs of accounts, one of each set, that pass anything."""
    rows, owner = views.passes.between(ours, theirs)
    ends = np.sort(np.stack([ours[owner], views.passes.partner[rows]]), axis=0)
    return int(np.unique(ends, axis=1).shape[1])
