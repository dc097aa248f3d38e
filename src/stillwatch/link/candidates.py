"""Candidate groups, proposed generously: holders of rare tokens, circles, and senders of texts that go together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from graspologic_native import leiden_csr
from scipy.sparse import coo_array, csr_array

from stillwatch.facts.incidence import Incidence
from stillwatch.facts.token import Family, TokenKind
from stillwatch.link.bundles import BundleOptions, dense_parts, texts_together
from stillwatch.link.hand_offs import HandOff, HandOffs

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, kw_only=True, slots=True)
class CandidateOptions:
    """Which groups are worth a test."""

    least_accounts: int = 3
    """Two accounts are a person with two accounts; a campaign begins at three."""
    largest_share: float = 0.6
    """A token that more of the accounts hold is common property: its holders are not a group."""
    finer: float = 8.0
    """Circles are looked for at resolution 1, where they are whole campaigns in a small log, and at this one, ..."""
    accounts_a_circle: int = 200
    """... and that many times finer again while circles of this many accounts could still be hidden in wider ones: the
    circles that modularity finds grow with the whole (Fortunato and Barthelemy 2007, "Resolution limit")."""
    iterations: int = 10
    """Circles are bettered so many times over ..."""
    trials: int = 4
    """... and looked for anew so often, of which the best are kept: found once and bettered once, a reseller's pieces
    moved by a tenth of its accounts with the luck of one look (82 to 104 of 164; with these, 91 to 97) ..."""
    most_ties: int = 50_000
    """... but once where there are more ties than this (bounds the time)."""
    bundles: BundleOptions = field(default_factory=BundleOptions)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed group and the family that proposed it, whose own evidence cannot confirm it."""

    members: Codes
    family: Family
    view: int
    """Place of the proposing incidence, or -1 for a circle."""
    token: int
    """Place of the proposing token in that incidence, or -1."""
    passing: bool = False
    """Whether it is a circle of hand-offs other than quotations, which strangers hardly ever make."""
    bundled: bool = False
    """Whether it is everybody who sends several of a bundle of texts: what words say for them is what proposed them, so
    that it counts only where somebody speaks for them."""


def candidates(
    views: list[Incidence], passed: HandOffs, accounts: int, options: CandidateOptions, rng: np.random.Generator
) -> list[Candidate]:
    """Every distinct set of accounts that some token, or some circle of hand-offs, things or words proposes.

    Paraphrase spreads one template over many, each of which some accounts of a pool send: no one of them has the pool,
    a circle of those who send many in common does. Cover traffic draws the accounts of a pool to the circles of its
    cover; the texts of one work list go together all the same, and so do those who send several of them.
    """
    most = max(options.least_accounts, int(options.largest_share * accounts))
    seen: dict[bytes, Candidate] = {}
    for one in _proposed(views, passed, accounts, most, options, rng):
        if options.least_accounts <= len(one.members) <= most:
            members = np.sort(one.members)
            seen.setdefault(members.tobytes(), replace(one, members=members))
    return list(seen.values())


def _proposed(  # noqa: PLR0913 - the scan, and what is worth proposing
    views: list[Incidence],
    passed: HandOffs,
    accounts: int,
    most: int,
    options: CandidateOptions,
    rng: np.random.Generator,
) -> Iterator[Candidate]:
    """Candidates of any size, some of them twice."""
    for place, view in enumerate(views):
        if view.kind is TokenKind.TRIED_TEXT:  # a template, mostly, whose holders are proposed as such
            continue
        sizes = view.sizes
        for token in np.flatnonzero((sizes >= options.least_accounts) & (sizes <= most)).tolist():
            yield Candidate(view.holders_of(token), view.kind.family, place, token)
    quoted = passed.kind == HandOff.QUOTED
    for chosen in (~quoted, quoted):
        for members in circles(_passing_graph(passed, chosen, accounts), options, rng):
            yield Candidate(members, Family.HAND_OFFS, -1, -1, passing=chosen is not quoted)
    for place, token, members in _passing_holders(views, passed, accounts):
        yield Candidate(members, views[place].kind.family, place, token)
    for family in (Family.THINGS, Family.WORDS):
        for members in circles(_holding_graph(views, accounts, family, options), options, rng):
            yield Candidate(members[members < accounts], family, -1, -1)
    for members in _senders_of_bundles(views, accounts, options, rng):
        yield Candidate(members, Family.WORDS, -1, -1, bundled=True)


def _passing_holders(views: list[Incidence], passed: HandOffs, accounts: int) -> Iterator[tuple[int, int, Codes]]:
    """For each token, those of its holders that pass work to each other (by more than a quotation).

    A habit that honest people have too, or hand-offs in scattered pairs, propose little; both together propose a hand.
    """
    strong = passed.kind != HandOff.QUOTED
    giver, taker = passed.giver[strong], passed.taker[strong]
    for place, view in enumerate(views):
        holds = csr_array(
            (np.ones(len(view.held), dtype=np.int8), view.held, view.by_account), shape=(accounts, len(view.tokens))
        )
        common = coo_array(holds[giver].multiply(holds[taker]))
        token = np.concatenate([common.col, common.col])
        account = np.concatenate([giver[common.row], taker[common.row]])
        pairs = np.unique(token.astype(np.int64) * accounts + account)
        token, account = pairs // accounts, (pairs % accounts).astype(np.int32)
        if len(token) == 0:
            continue
        edges = np.flatnonzero(np.concatenate([[True], token[1:] != token[:-1], [True]]))
        for low, high in pairwise(edges.tolist()):
            yield place, int(token[low]), account[low:high]


def _passing_graph(passed: HandOffs, chosen: npt.NDArray[np.bool_], accounts: int) -> csr_array:
    """Accounts by accounts: how often something passed between them, of the chosen hand-offs.

    Quotations are looked at apart: strangers quote the same public texts, but hardly ever retry each other's requests.
    """
    count = passed.count[chosen].astype(np.float64)
    return csr_array(coo_array((count, (passed.giver[chosen], passed.taker[chosen])), shape=(accounts, accounts)))


def _holding_graph(views: list[Incidence], accounts: int, family: Family, options: CandidateOptions) -> csr_array:
    """Accounts by a family's tokens (numbered on after the accounts): bits of surprise where one holds the other.

    What is common property is left out: it ties everybody, and weighs next to nothing. So are request parameters, of
    which an account has one software's and colleagues the same.
    """
    rows, columns, bits = [], [], []
    base = accounts
    for view in views:
        if view.kind.family is not family or view.kind is TokenKind.SETTINGS:
            continue
        surprise = -np.log2(view.frequency())
        rare = (view.frequency() <= options.largest_share)[view.held]
        rows.append(np.repeat(np.arange(accounts), np.diff(view.by_account))[rare])
        columns.append(base + view.held[rare].astype(np.int64))
        bits.append((surprise[view.held] * view.weight)[rare])
        base += len(view.tokens)
    if not rows:
        return csr_array((accounts, accounts))
    return csr_array(
        coo_array((np.concatenate(bits), (np.concatenate(rows), np.concatenate(columns))), shape=(base, base))
    )


def _senders_of_bundles(
    views: list[Incidence], accounts: int, options: CandidateOptions, rng: np.random.Generator
) -> Iterator[Codes]:
    """For each bundle of texts, everybody who sends several of them: an account may be in more than one."""
    for view in views:
        if view.kind.family is Family.WORDS and view.kind is not TokenKind.SETTINGS:
            sends, together = texts_together(view, accounts, options.bundles)
            finer = circles(together, options, rng, _resolutions(together.shape[0], options)[1:])
            for texts in (*dense_parts(together, options.bundles), *finer):
                yield np.flatnonzero(sends[:, texts].sum(axis=1) >= options.bundles.least_texts).astype(np.int32)


def _resolutions(nodes: int, options: CandidateOptions) -> list[float]:
    """Resolutions at which circles are looked for, coarse to fine."""
    out = [1.0, options.finer]
    while out[-1] * options.finer * options.accounts_a_circle <= nodes:
        out.append(out[-1] * options.finer)
    return out


def circles(
    graph: csr_array, options: CandidateOptions, rng: np.random.Generator, resolutions: Sequence[float] = ()
) -> list[Codes]:
    """Communities of a weighted graph against its own degrees (modularity), at each resolution (by default of options).

    Source: Traag, Waltman and van Eck 2019, "From Louvain to Leiden". Degrees are the null, so a popular thing or a
    chatty account joins nobody by itself.
    """
    both = csr_array(graph + graph.T)
    both.eliminate_zeros()
    # The library aborts on a network without weight, so only what is connected is handed to it.
    connected = np.flatnonzero(np.diff(both.indptr))
    if len(connected) == 0:
        return []
    both = csr_array(both[connected][:, connected])
    found = []
    trials = options.trials if both.nnz <= 2 * options.most_ties else 1
    for resolution in resolutions or _resolutions(both.shape[0], options):
        _, named = leiden_csr(
            both.indptr.astype(np.int64), both.indices.astype(np.int32), both.data.astype(np.float64), both.shape[0],
            resolution=resolution, iterations=options.iterations, trials=trials, seed=int(rng.integers(2**31)),
        )  # fmt: skip
        label = np.empty(len(named), dtype=np.int64)
        label[np.fromiter(named.keys(), dtype=np.int64)] = np.fromiter(named.values(), dtype=np.int64)
        order = np.argsort(label, kind="stable")
        bounds = np.flatnonzero(np.concatenate([[True], label[order][1:] != label[order][:-1], [True]]))
        found += [
            connected[order[low:high]].astype(np.int32)
            for low, high in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
            if high - low >= options.least_accounts
        ]
    return found
