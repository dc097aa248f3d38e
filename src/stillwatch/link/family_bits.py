"""What a family says, from what each of its kinds does: kinds that are one observation count once."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from stillwatch.facts.token import Family, TokenKind

Floats = npt.NDArray[np.float64]


def family_bits(kinds: Sequence[tuple[TokenKind, float]]) -> float:
    """A family's bits from those of its kinds: kinds that say the same count once, the others add up.

    An address and its block, a template and an equal text are the same observation twice.
    """
    twins = (
        (TokenKind.CLIENT_ADDRESS, TokenKind.CLIENT_BLOCK),
        (TokenKind.TEMPLATE, TokenKind.TRIED_TEXT, TokenKind.SYSTEM_PROMPT, TokenKind.WORK_ITEM, TokenKind.SETTINGS),
    )
    total = 0.0
    for group in twins:
        total += max((bits for kind, bits in kinds if kind in group), default=0.0)
    grouped = {kind for group in twins for kind in group}
    return total + sum(bits for kind, bits in kinds if kind not in grouped)


def per_family(by_kind: dict[TokenKind, Floats], n: int) -> dict[Family, Floats]:
    """`family_bits` for every account at once."""
    out = {Family.THINGS: np.zeros(n), Family.WORDS: np.zeros(n)}
    addresses = [by_kind[kind] for kind in (TokenKind.CLIENT_ADDRESS, TokenKind.CLIENT_BLOCK) if kind in by_kind]
    if addresses:
        out[Family.THINGS] += np.max(addresses, axis=0)
    texts = [bits for kind, bits in by_kind.items() if kind.family is Family.WORDS]
    if texts:
        out[Family.WORDS] += np.max(texts, axis=0)
    for kind, bits in by_kind.items():
        if kind.family is Family.THINGS and kind not in (TokenKind.CLIENT_ADDRESS, TokenKind.CLIENT_BLOCK):
            out[Family.THINGS] += bits
    return out
