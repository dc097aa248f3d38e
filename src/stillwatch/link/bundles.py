"""Bundles: texts that go together, since whoever sends one mostly sends the other, whatever else they send."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components
from scipy.special import bdtrc

from stillwatch.facts.incidence import Incidence


@dataclass(frozen=True, kw_only=True, slots=True)
class BundleOptions:
    """When two texts go together."""

    least_senders: int = 3
    """A text has at least so many senders, and two texts so many in common: a campaign begins at three."""
    most_senders: float = 0.1
    """What a larger share of the accounts sends is common property, and goes with everything."""
    in_common: float = 0.5
    """Two texts go together where this share of the rarer one's senders send the other as well, ..."""
    beyond_bits: float = 13.0
    """... and strangers would have so many senders in common this seldom (bits): a text that
    meets a hundred others goes with one of them by chance once in eighty times, which only proposes."""
    least_texts: int = 2
    """Who sends so many of a bundle is in its candidate: one text may be cover that a campaign and others share. Of 387
    who sent one text of a bundle of 36 a campaign's were 150, of 149 who sent two 140."""
    least_dense: float = 0.5
    """Texts that are apart from all others are one bundle where this share of their pairs go together: communities are
    told against the whole log, and the only bundle of a small one would be broken up."""
    texts_an_account: int = 32
    """The rarest texts of an account that are looked at (bounds the time): on looked-at logs of levels 2 and 3 nine
    accounts in ten have fewer than 20."""


def texts_together(view: Incidence, accounts: int, options: BundleOptions) -> tuple[csr_array, csr_array]:
    """(accounts, texts) who sends which of the rarer texts, and (texts, texts) how far beyond chance two go together.

    The latter is in bits, and 0 where they do not. Null: the senders of the rarer text send the other as often as all
    accounts do (binomial).
    """
    sizes = view.sizes
    rare = (sizes >= options.least_senders) & (sizes <= options.most_senders * accounts)
    account = np.repeat(np.arange(accounts), np.diff(view.by_account))
    held = rare[view.held]
    account, text = account[held], view.held[held]
    order = np.lexsort((text, sizes[text], account))
    account, text = account[order], text[order]
    rank = np.arange(len(account)) - np.searchsorted(account, account)
    kept = rank < options.texts_an_account
    places = np.cumsum(rare) - 1
    size = sizes[rare]
    sends = csr_array(
        (np.ones(int(kept.sum()), dtype=np.int32), (account[kept], places[text[kept]])), shape=(accounts, len(size))
    )
    both = coo_array(sends.T @ sends)
    often = (both.row < both.col) & (both.data >= options.least_senders)
    one, other, common = both.row[often], both.col[often], both.data[often]
    few, many = np.minimum(size[one], size[other]), np.maximum(size[one], size[other])
    bits = -np.log2(np.maximum(bdtrc(common - 1, few, many / accounts), np.finfo(np.float64).tiny))
    go = (common >= options.in_common * few) & (bits >= options.beyond_bits)
    return sends, csr_array(coo_array((bits[go], (one[go], other[go])), shape=(len(size), len(size))))


def dense_parts(together: csr_array, options: BundleOptions) -> list[npt.NDArray[np.int64]]:
    """Three texts and more that are apart from all others, most of whose pairs go together."""
    parts, of = connected_components(together, directed=False)
    sizes = np.bincount(of, minlength=parts)
    pairs = np.bincount(of[coo_array(together).row], minlength=parts)
    dense = (sizes >= 3) & (pairs >= options.least_dense * sizes * (sizes - 1) / 2.0)  # noqa: PLR2004 - two are a pair
    return [np.flatnonzero(of == part) for part in np.flatnonzero(dense).tolist()]
