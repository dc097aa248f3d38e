"""Texts of requests that were tried again elsewhere: what a hand's work is about, told from its cover."""

from dataclasses import dataclass
from typing import Final

import numba as nb
import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components
from scipy.special import bdtrc

from stillwatch.facts.content import ContentState
from stillwatch.facts.holdings import Holdings
from stillwatch.facts.incidence import Incidence
from stillwatch.facts.pairs import is_among
from stillwatch.facts.roster import Roster
from stillwatch.facts.rows import rows_of
from stillwatch.facts.token import TokenKind
from stillwatch.facts.traces import WITHHELD
from stillwatch.facts.traffic import Traffic
from stillwatch.link.hand_offs import TriedAgain
from stillwatch.link.shared_words import WordOptions, joined_alike

Labels = npt.NDArray[np.int32]

_MOST_SENT: Final = 256
"""Who sends more texts that are tried again than this is not asked which of them are one (bounds the time)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TriedTextOptions:
    """When a text is what those who try failed requests again elsewhere care for."""

    least_pairs: int = 2
    """Pairs of accounts, none of them in two, between which a request with the text was tried again, at least: one
    person with two accounts is one pair, whatever is asked."""
    beyond_bits: float = 4.0
    """Of the accounts that failed with the text, as many tried it again elsewhere as chance would make of failed
    requests whatever they say this seldom (bits). It only says which texts are looked at: what their being shared is
    worth hangs on how many others send them."""
    passing_share: float = 0.1
    """The accounts of these pairs are this share of all that send the text, at least: what a client sends along is in
    many failed requests, and everybody who uses it sends it."""


def tried_texts(
    traffic: Traffic, roster: Roster, tried: TriedAgain, options: TriedTextOptions, words: WordOptions
) -> Incidence:
    """Texts of requests tried again elsewhere, each with everybody who sends it, be it once.

    Three quarters of what a hand sends may be cover, which it shares with honest people; what it cannot do without is
    what it tries again. Words that are a habit elsewhere (`shared_words`) are not needed here: the text is known to be
    somebody's work. Null: of failed requests, whatever they say, so many are tried again.
    """
    known = traffic.activity.states[:, ContentState.FULL] > 0
    failed = traffic.failed
    code = roster.codes(failed.account)
    # A failed request is an account and a time; so is each that was tried again.
    times, at = np.unique(np.concatenate([failed.time, tried.at]), return_inverse=True)
    failing = code.astype(np.int64) * len(times) + at[: len(failed)]
    given = tried.giver.astype(np.int64) * len(times) + at[len(failed) :]
    order = np.lexsort((tried.taker, given))
    requests, first = np.unique(given[order], return_index=True)
    again = np.flatnonzero(np.isin(failing, requests))
    request = np.searchsorted(requests, failing[again]).astype(np.int32)
    place, owner = rows_of(np.append(first, len(given)), request)
    row = again[owner]
    tokens, token, failures = np.unique(failed.token, return_inverse=True, return_counts=True)
    pairs = np.zeros(len(tokens), dtype=np.int64)
    _count_apart(token[row].astype(np.int64), code[row], tried.taker[order][place], len(roster), pairs)
    often = len(requests) / max(1, int(np.isin(traffic.traces.rows["outcome"], WITHHELD).sum()))
    bits = -np.log2(np.maximum(bdtrc(pairs - 1, failures, min(often, 1.0)), np.finfo(np.float64).tiny))
    found = (pairs >= options.least_pairs) & (bits >= options.beyond_bits)
    sent = traffic.phrases
    mine = is_among(sent.token, tokens[found])
    held = Holdings(sent.token[mine], sent.account[mine], sent.value[mine])
    place = np.searchsorted(tokens, held.token)
    senders = np.bincount(place, minlength=len(tokens))
    few = 2 * pairs >= options.passing_share * senders
    held = Holdings(held.token[few[place]], held.account[few[place]], held.value[few[place]])
    return joined_alike(TokenKind.TRIED_TEXT, held, roster, known, words)


def texts_apart(view: Incidence, one_text: float) -> Labels:
    """(tokens,): the text that each is of, from 0.

    A text that is paraphrased leaves several tokens, which the same accounts send more or less: two are one text where
    a share `one_text` of the rarer one's senders send both. Whoever sends very many sends them all alike.
    """
    sends = np.diff(view.by_account)
    few = np.repeat(sends <= _MOST_SENT, sends)
    account = np.repeat(np.arange(len(sends)), sends)[few]
    sent = csr_array((np.ones(len(account)), (account, view.held[few])), shape=(len(sends), len(view.tokens)))
    common = (sent.T @ sent).tocoo()
    senders = sent.sum(axis=0)
    same = common.data >= one_text * np.minimum(senders[common.row], senders[common.col])
    graph = coo_array((np.ones(int(same.sum())), (common.row[same], common.col[same])), shape=common.shape)
    label: Labels = connected_components(graph, directed=False)[1]
    return label


def beyond_the_best(
    owner: npt.NDArray[np.int64], text: Labels, bits: npt.NDArray[np.float64], accounts: int, most: int
) -> npt.NDArray[np.float64]:
    """(accounts,): what texts beside the most telling one say for an account, of `most` in all, in bits.

    `owner`, `text` and `bits` are of each row: of tokens of one text the most telling counts, and nothing against.
    """
    rows = np.lexsort((-bits, text, owner))
    again = np.zeros(len(rows), dtype=np.bool_)
    again[1:] = (np.diff(owner[rows]) == 0) & (np.diff(text[rows]) == 0)
    rows = rows[~again]
    rows = rows[np.lexsort((-bits[rows], owner[rows]))]
    rank = np.arange(len(rows)) - np.searchsorted(owner[rows], owner[rows])
    more = rows[(rank > 0) & (rank < most)]
    return np.bincount(owner[more], weights=np.maximum(bits[more], 0.0), minlength=accounts).astype(np.float64)


@nb.njit(cache=True)
def _count_apart(token, giver, taker, accounts, pairs):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    """Into `pairs`, for each token, pairs of which no two have an account in common; rows are sorted by token.

    Taken as they come, they are at least half as many as there can be.
    """
    used = np.full(accounts, -1, dtype=np.int64)
    for i in range(len(token)):
        if used[giver[i]] != token[i] and used[taker[i]] != token[i]:
            used[giver[i]] = used[taker[i]] = token[i]
            pairs[token[i]] += 1
