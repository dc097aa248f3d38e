"""Shared words: prompt templates that several accounts use by habit, found from sampled shingles."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from stillwatch.facts.content import ContentState
from stillwatch.facts.holdings import Holdings
from stillwatch.facts.incidence import Incidence
from stillwatch.facts.roster import Roster
from stillwatch.facts.token import TokenKind
from stillwatch.facts.traffic import Traffic
from stillwatch.stats.alike_sets import cluster_alike

_DECOYS: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class WordOptions:
    """What counts as a habit of words."""

    least_exchanges: int = 2
    """A phrase is a habit once an account used it in this many exchanges: what is said once is talk, not a template.
    An account that made fewer exchanges than twice this shows its habits from the first one on."""
    least_share: float = 0.02
    """... and in at least this share of them, so that the stock phrases of heavy talkers do not count. Three quarters
    of cover traffic leave a template of ten variants above it."""
    alike: float = 0.6
    """Phrases whose holders overlap this much (Jaccard) are one template."""
    least_holders: int = 2
    """Templates of fewer accounts are private."""
    settings_share: float = 0.5
    """Request parameters that an account sends in at least this share of its exchanges are those of its software."""


def shared_words(traffic: Traffic, roster: Roster, options: WordOptions) -> list[Incidence]:
    """Templates where texts could be read; equal system prompts and messages where only digests could."""
    states = traffic.activity.states
    full = states[:, ContentState.FULL] > 0
    hashed = states[:, ContentState.HASHED] > 0
    found = [templates(traffic.phrases, roster, traffic.activity.exchanges, full, options)]
    if int(states[:, ContentState.HASHED].sum()) * _DECOYS > int(states.sum()):
        for kind, held in ((TokenKind.SYSTEM_PROMPT, traffic.systems), (TokenKind.WORK_ITEM, traffic.prompts)):
            found.append(_equal_texts(kind, held, roster, hashed | full, options))
    found.append(_settings(traffic.settings, roster, traffic.activity.exchanges, options))
    return [one for one in found if len(one.tokens)]


def _settings(held: Holdings, roster: Roster, total: npt.NDArray[np.int64], options: WordOptions) -> Incidence:
    """The request parameters that each account's software sends; logs without any say nothing."""
    code = roster.codes(held.account)
    share = (held.exchanges / np.maximum(total[code], 1)).astype(np.float32)
    keep = share >= options.settings_share
    known = np.full(len(roster), len(held) > 0, dtype=np.bool_)
    return Incidence.of(TokenKind.SETTINGS, held.token[keep], code[keep], share[keep], known)


def templates(
    phrases: Holdings,
    roster: Roster,
    total: npt.NDArray[np.int64],
    known: npt.NDArray[np.bool_],
    options: WordOptions,
) -> Incidence:
    """Phrases of the same holders joined into templates, each with the accounts that use it by habit.

    A template's token is the smallest shingle in it, so it is the same in every scan that sees the same template.
    """
    return joined_alike(TokenKind.TEMPLATE, _by_habit(phrases, roster, total, options), roster, known, options)


def joined_alike(
    kind: TokenKind, held: Holdings, roster: Roster, known: npt.NDArray[np.bool_], options: WordOptions
) -> Incidence:
    """Phrases of the same holders as one token each, the smallest of them, and who shows a third of them at least."""
    changes = np.concatenate([[True], held.token[1:] != held.token[:-1]]) if len(held) else np.zeros(0, dtype=np.bool_)
    bounds = np.concatenate([np.flatnonzero(changes), [len(held)]]).astype(np.int64)
    account = roster.codes(held.account)
    label = cluster_alike(bounds, account, options.alike)
    if len(label) == 0:
        nothing = np.zeros(0, dtype=np.uint64)
        return Incidence.of(kind, nothing, account, np.zeros(0, dtype=np.float32), known)
    sizes = np.diff(bounds)
    phrase_label = np.repeat(label, sizes)
    support = np.bincount(label)
    pair = phrase_label.astype(np.int64) * len(roster) + account
    unique, counts = np.unique(pair, return_counts=True)
    owner, code = unique // len(roster), (unique % len(roster)).astype(np.int32)
    # An account uses the template when it shows at least a third of the phrases that were sampled of it.
    uses = 3 * counts >= support[owner]
    owner, code = owner[uses], code[uses]
    token = held.token[bounds[:-1]]
    smallest = np.full(len(support), np.iinfo(np.uint64).max, dtype=np.uint64)
    np.minimum.at(smallest, label, token)
    order = np.lexsort((code, smallest[owner]))
    token, code = smallest[owner][order], code[order]
    mine = np.bincount(code, minlength=len(roster))
    weight = (1.0 / np.maximum(mine[code], 1)).astype(np.float32)
    return Incidence.of(kind, token, code, weight, known)


def _equal_texts(
    kind: TokenKind, held: Holdings, roster: Roster, known: npt.NDArray[np.bool_], options: WordOptions
) -> Incidence:
    """Texts that are equal under the deployment's key, for logs that hold digests in place of texts."""
    least = options.least_exchanges if kind is TokenKind.SYSTEM_PROMPT else 1
    held = held.habitual(least).shared(options.least_holders)
    code = roster.codes(held.account)
    mine = np.bincount(code, minlength=len(roster))
    weight = (1.0 / np.maximum(mine[code], 1)).astype(np.float32)
    return Incidence.of(kind, held.token, code, weight, known)


def _by_habit(phrases: Holdings, roster: Roster, total: npt.NDArray[np.int64], options: WordOptions) -> Holdings:
    """Phrases used often enough by an account, and by enough accounts."""
    phrases = phrases.shared(options.least_holders)
    made = total[roster.codes(phrases.account)]
    least = np.where(made < 2 * options.least_exchanges, 1, options.least_exchanges)
    often = (phrases.exchanges >= least) & (phrases.exchanges >= options.least_share * made)
    return Holdings(phrases.token[often], phrases.account[often], phrases.exchanges[often]).shared(
        options.least_holders
    )
