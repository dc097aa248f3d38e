"""Dense blocks of accounts and exact prompts, by FRAUDAR's measure: camouflage does not cheapen it.

Hooi et al. 2016, "FRAUDAR: Bounding graph fraud in the face of camouflage", algorithm 1 and section 4.2: edges into
a prompt that d accounts ask weigh 1 / log(d + c), a block's density is its weight over its nodes, and peeling the
node of least weight again and again passes through a block at least half as dense as the densest.
"""

import heapq
from dataclasses import dataclass

import numba as nb
import numpy as np

from bench.baselines.requests import Floats, Ints, Requests


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockOptions:
    """How blocks are weighed and how many are looked for."""

    softening: float = 5.0
    """c of the column weights (the paper's section 4.2)."""
    most_blocks: int = 50
    """Found one after another, the edges of each taken away before the next."""


@dataclass(frozen=True, slots=True)
class Block:
    """Accounts and prompts that are dense together."""

    rows: frozenset[int]
    columns: frozenset[int]
    density: float


def score_accounts(requests: Requests, options: BlockOptions) -> Floats:
    """The density of the densest block that each account is in, 0 where in none of at least two accounts."""
    texts = {text: k for k, text in enumerate(dict.fromkeys(text for text in requests.text if text))}
    edges = {
        (account, texts[text]) for account, text in zip(requests.account.tolist(), requests.text, strict=True) if text
    }
    scores = np.zeros(len(requests.names))
    for _ in range(options.most_blocks):
        if not edges:
            break
        rows, columns = (np.array(side, np.int64) for side in zip(*sorted(edges), strict=True))
        block = densest_block(rows, columns, options.softening)
        if len(block.rows) < 2:
            break  # one account alone is denser than any group that is left
        for row in block.rows:
            scores[row] = max(scores[row], block.density)
        edges = {(r, c) for r, c in edges if r not in block.rows or c not in block.columns}
    return scores


def densest_block(rows: Ints, columns: Ints, softening: float) -> Block:
    """Peel the bipartite graph of the given distinct edges, and return the densest block on the way."""
    _, row = np.unique(rows, return_inverse=True)
    _, column = np.unique(columns, return_inverse=True)
    accounts = int(row.max()) + 1  # columns are nodes too, numbered after the rows
    weight = 1.0 / np.log(np.bincount(column) + softening)
    ends = np.concatenate([np.stack([row, column + accounts]), np.stack([column + accounts, row])], axis=1)
    order = np.argsort(ends[0], kind="stable")
    nodes = accounts + len(weight)
    first = np.concatenate([[0], np.cumsum(np.bincount(ends[0], minlength=nodes))])
    peeled, left, density = _peel(first, ends[1][order], np.tile(weight[column], 2)[order])
    kept = np.setdiff1d(np.arange(nodes), peeled[: nodes - left])
    own = (np.unique(rows)[kept[kept < accounts]], np.unique(columns)[kept[kept >= accounts] - accounts])
    return Block(frozenset(own[0].tolist()), frozenset(own[1].tolist()), density)


@nb.njit(cache=True)
def _peel(first: Ints, neighbour: Ints, weight: Floats) -> tuple[Ints, int, float]:
    """Take the lightest node away until one is left: the nodes in that order, how many the best block has, its density.

    `first` says where the neighbours of each node begin; every edge stands once at each of its ends.
    """
    nodes = len(first) - 1
    load = np.zeros(nodes)
    for node in range(nodes):
        for edge in range(first[node], first[node + 1]):
            load[node] += weight[edge]
    heap = [(load[node], node) for node in range(nodes)]
    heapq.heapify(heap)
    there = np.ones(nodes, np.bool_)
    total, left = load.sum() / 2.0, nodes
    best, best_left = total / left, left
    peeled = np.zeros(nodes, np.int64)
    while left > 1:
        given, node = heapq.heappop(heap)
        if not there[node] or given != load[node]:
            continue  # an older entry of a node that has lost weight since, or is gone
        there[node] = False
        peeled[nodes - left] = node
        total -= load[node]
        left -= 1
        for edge in range(first[node], first[node + 1]):
            other = neighbour[edge]
            if there[other]:
                load[other] -= weight[edge]
                heapq.heappush(heap, (load[other], other))
        if total / left > best:
            best, best_left = total / left, left
    return peeled, best_left, best
