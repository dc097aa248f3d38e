"""What an account of a group passed by what it did itself, and not only by what others did with it."""

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from stillwatch.facts.group import Codes
from stillwatch.link.views import Views

Floats = npt.NDArray[np.float64]


def by_own_deed(views: Views, members: Codes, least: int) -> npt.NDArray[np.bool_]:
    """(n,) whether an account passed work within a group by what it did itself, and not only by what others did.

    Whoever knows an account's prompts can send them first from an account that is limited, so that it seems to take
    work over, and after it when it is limited itself; whoever knows its conversations can go on with them. It took
    work over itself where it sent what only another's answer can have told it (words, that of `least` others: one
    may be public), and had work go round where it gave to `least` others and took from as many. Conversations held
    elsewhere may be public, and sent in before it by others, and what is in its requests, in other words, is sooner
    known beforehand than the whole of one is. Whoever gives in one way and takes in another had nothing go round.
    """
    rows, owner = views.passes.between(members, members)
    takes, quoted = views.passes.takes[rows], views.passes.quoted[rows]
    retried, resumed = views.passes.retried[rows] & ~views.passes.reworded[rows], views.passes.resumed[rows]
    untold = views.passes.retried[rows] | resumed

    def from_others(chosen: npt.NDArray[np.bool_], least: int) -> npt.NDArray[np.bool_]:
        flags: npt.NDArray[np.bool_] = np.bincount(owner[chosen], minlength=len(members)) >= least
        return flags

    told = from_others(takes & ~untold & ~quoted, 1) | from_others(takes & quoted, least)
    own: npt.NDArray[np.bool_] = told
    for way in (retried, resumed):
        own |= from_others(takes & way, least) & from_others(~takes & way, least)
    return own


def among_few(views: Views, members: Codes, least: int) -> npt.NDArray[np.bool_]:
    """(n,) whether whatever an account passes within a group stays in a circle of fewer than `least` of its accounts.

    Colleagues who go on with each other's conversations, and use the tool that a campaign uses, pass it nothing.
    """
    rows, owner = views.passes.between(members, members)
    ends = owner, np.searchsorted(members, views.passes.partner[rows])
    graph = coo_array((np.ones(len(rows), dtype=np.int8), ends), shape=(len(members), len(members)))
    circle = connected_components(graph, directed=False)[1]
    few: npt.NDArray[np.bool_] = np.bincount(circle)[circle] < least
    return few


def only_gave(views: Views, members: Codes) -> npt.NDArray[np.bool_]:
    """(n,) whether an account only ever gave within a group, as a relay's customer does, and no failed request.

    What was tried again elsewhere was sent by whoever shares the balancer.
    """
    rows, owner = views.passes.between(members, members)
    gave = np.bincount(owner, minlength=len(members)) > 0
    own = np.bincount(owner[views.passes.takes[rows] | views.passes.retried[rows]], minlength=len(members)) > 0
    only: npt.NDArray[np.bool_] = gave & ~own
    return only


def passed_each(views: Views, members: Codes) -> Floats:
    """(n,) passes but words that an account takes part in within a group, for each of its exchanges."""
    rows, owner = views.passes.between(members, members)
    strong = ~views.passes.quoted[rows]
    times = np.bincount(owner[strong], weights=views.passes.times[rows[strong]], minlength=len(members))
    each: Floats = times / np.maximum(views.exchanges[members], 1)
    return each
