"""Members or bystanders: which accounts of a candidate group belong, fitted as a mixture of the two."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stillwatch.facts.group import Codes
from stillwatch.facts.token import Family, TokenKind
from stillwatch.link.family_bits import per_family
from stillwatch.link.views import Views

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class MixtureOptions:
    """How members are told from bystanders."""

    rounds: int = 25
    prior: float = 0.6
    """Belonging before the evidence, where the fit starts from."""
    most_bits: float = 20.0
    """One family moves one account by at most this much: no single tie decides about anybody (bits)."""


@dataclass(frozen=True, slots=True)
class Split:
    """A candidate split into members and bystanders."""

    belongs: Floats
    """(n,) probability that each account belongs."""
    bits: Floats
    """(n,) what all families say for each account, in bits."""


def split(views: Views, members: Codes, view: int, token: int, options: MixtureOptions) -> Split:
    """Fit the mixture to one candidate, the proposing token (`view`, `token`) left out."""
    n = len(members)
    r = np.full(n, options.prior)
    reuse = np.full(len(views.views), 0.5)
    bits = np.zeros(n)
    prior = options.prior
    for _ in range(options.rounds):
        by_kind: dict[TokenKind, Floats] = {}
        for place, incidence in enumerate(views.views):
            ratio, again = views.ratios(members, r, place, token if place == view else -1, float(reuse[place]))
            reuse[place] = min(max(again, 0.001), 0.999)
            by_kind[incidence.kind] = np.log2(np.maximum(ratio, 1e-6))
        families = per_family(by_kind, n)
        families[Family.HAND_OFFS] = views.passes.bits(members, members)
        bits = np.zeros(n)
        for one in families.values():
            bits += np.clip(one, -options.most_bits, options.most_bits)
        odds = np.log2(prior / (1.0 - prior)) + bits
        updated = 1.0 / (1.0 + 2.0 ** -np.clip(odds, -40.0, 40.0))
        prior = float(np.clip(updated.mean(), 0.02, 0.98))
        if float(np.abs(updated - r).max()) < 1e-4:  # noqa: PLR2004 - settled
            r = updated
            break
        r = updated
    return Split(r, bits)
