"""The graph of a campaign's accounts, thinned out to what matters and laid out here: the page needs no script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import pi, sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

from stillwatch.cli.words import bits, clipped, counted
from stillwatch.facts.campaign import Campaign, Link, Member

MOST_NODES: Final = 150
MOST_EDGES: Final = 400
MOST_LABELS: Final = 5
MOST_LISTED: Final = 6

_ROUNDS: Final = 160
"""Steps of the layout: 150 nodes have settled by then."""
_PULL_TO_CENTRE: Final = 0.9
"""Keeps parts that nothing joins on the same picture."""
_SMALLEST, _LARGEST = 3.0, 9.0
"""Radius of a node in pixels."""
_THINNEST, _THICKEST = 0.6, 3.0
"""Width of an edge in pixels."""
_LABEL_WIDTH, _LABEL_HEIGHT = 32.0, 5.0
"""Room that a name takes, in per cent of the picture."""

_Positions = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """An account: where it stands, in per cent of the picture, and its radius in pixels."""

    x: float
    y: float
    radius: float
    title: str
    label: str
    """The account's name, where there is room for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """A tie between two accounts."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Graph:
    """What to draw, and how much of the whole it is."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    strongest: tuple[Link, ...]
    """The ties to list in words beside the picture."""
    words: str


def draw_graph(campaign: Campaign) -> Graph | None:
    """Pick the strongest ties of `campaign` and lay them out, or nothing where no ties between pairs were kept."""
    ranked = sorted(campaign.links, key=lambda link: (-link.bits, link.a, link.b))
    links = _strongest(ranked)
    if not links:
        return None
    accounts = list(dict.fromkeys(account for link in links for account in (link.a, link.b)))
    place = {account: position for position, account in enumerate(accounts)}
    ends = np.array([(place[link.a], place[link.b]) for link in links])
    weights = np.array([max(link.bits, 0.0) for link in links])
    spots = _lay_out(len(accounts), ends, weights)
    return Graph(
        nodes=_nodes(accounts, spots, links, {member.account_id: member for member in campaign.members}),
        edges=tuple(
            Edge(
                x1=spots[start, 0],
                y1=spots[start, 1],
                x2=spots[end, 0],
                y2=spots[end, 1],
                width=_between(_THINNEST, _THICKEST, link.bits / max(links[0].bits, 1e-9)),
                title=tie_words(link),
            )
            for link, (start, end) in zip(links, ends, strict=True)
        ),
        strongest=tuple(ranked[:MOST_LISTED]),
        words=_coverage(campaign, len(accounts), len(links)),
    )


def tie_words(link: Link) -> str:
    """Say one tie and its reasons."""
    return f"{clipped(link.a)} and {clipped(link.b)}, {bits(link.bits)} bits: {'; '.join(link.reasons)}"


def _strongest(ranked: Sequence[Link]) -> list[Link]:
    """Take the ties from the strongest on, as long as there is room for them and for both their accounts."""
    taken: list[Link] = []
    accounts: set[str] = set()
    for link in ranked:
        newcomers = {link.a, link.b} - accounts
        if link.a == link.b or len(accounts) + len(newcomers) > MOST_NODES:
            continue
        taken.append(link)
        accounts |= newcomers
        if len(taken) == MOST_EDGES:
            break
    return taken


def _lay_out(count: int, ends: npt.NDArray[np.int64], weights: npt.NDArray[np.float64]) -> _Positions:
    """Place `count` nodes so that tied ones stand close (Fruchterman and Reingold 1991), always in the same way.

    The start is a sunflower spiral in place of chance. The result is scaled to 4-96 % of the picture on both axes.
    """
    order = np.arange(count)
    radius, angle = np.sqrt((order + 0.5) / count), order * pi * (3 - sqrt(5))
    spots = np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))
    ideal = sqrt(pi / count)
    pull = 0.4 + weights / max(float(weights.max()), 1e-9)
    for step in range(_ROUNDS):
        apart = spots[:, None, :] - spots[None, :, :]
        distance = np.maximum(np.hypot(apart[..., 0], apart[..., 1]), 1e-6)
        push = (apart * (ideal**2 / distance**2)[..., None]).sum(axis=1) - _PULL_TO_CENTRE * ideal * spots
        along = spots[ends[:, 1]] - spots[ends[:, 0]]
        drawn = along * (np.hypot(along[:, 0], along[:, 1]) / ideal * pull)[:, None]
        np.add.at(push, ends[:, 0], drawn)
        np.add.at(push, ends[:, 1], -drawn)
        length = np.maximum(np.hypot(push[:, 0], push[:, 1]), 1e-9)
        farthest = 0.2 * (1 - step / _ROUNDS)
        spots = spots + push * (np.minimum(length, farthest) / length)[:, None]
    low, high = spots.min(axis=0), spots.max(axis=0)
    return np.asarray(4 + 92 * (spots - low) / np.maximum(high - low, 1e-9), dtype=np.float64)


def _nodes(
    accounts: Sequence[str], spots: _Positions, links: Sequence[Link], members: Mapping[str, Member]
) -> tuple[Node, ...]:
    weight = dict.fromkeys(accounts, 0.0)
    for link in links:
        weight[link.a] += link.bits
        weight[link.b] += link.bits
    labelled = _with_room(sorted(range(len(accounts)), key=lambda place: -weight[accounts[place]]), spots)
    busiest = max((members[account].exchanges for account in accounts if account in members), default=0)
    nodes = []
    for place, (account, (x, y)) in enumerate(zip(accounts, spots, strict=True)):
        member = members.get(account)
        share = sqrt(member.exchanges / busiest) if member and busiest else 0.3
        nodes.append(
            Node(
                x=x,
                y=y,
                radius=_between(_SMALLEST, _LARGEST, share),
                title=_node_words(account, member),
                label=account if place in labelled else "",
            )
        )
    return tuple(nodes)


def _with_room(ranked: Sequence[int], spots: _Positions) -> set[int]:
    """Pick the heaviest nodes whose names do not run into one another."""
    labelled: list[int] = []
    for place in ranked:
        gaps = np.abs(spots[labelled] - spots[place])
        if len(labelled) < MOST_LABELS and not np.any((gaps[:, 0] < _LABEL_WIDTH) & (gaps[:, 1] < _LABEL_HEIGHT)):
            labelled.append(place)
    return set(labelled)


def _node_words(account: str, member: Member | None) -> str:
    name = clipped(account)
    if member is None:
        return name
    sent = counted(member.exchanges, "exchange")
    return f"{name}: {bits(member.bits)} bits, confidence {member.confidence:.2f}, {sent}"


def _coverage(campaign: Campaign, accounts: int, ties: int) -> str:
    if accounts == campaign.accounts and ties == len(campaign.links):
        return f"All {counted(accounts, 'account')} and {counted(ties, 'tie')}."
    return (
        f"The {counted(ties, 'strongest tie')} of {len(campaign.links):,}, "
        f"between {accounts:,} of {counted(campaign.accounts, 'account')}."
    )


def _between(low: float, high: float, share: float) -> float:
    return low + (high - low) * min(1.0, max(0.0, share))
