"""Evidence of reuse: an e-value under the null, and large for a hand."""

from typing import Any

import numpy as np
import pytest

from stillwatch.stats.reuse_kernel import in_sequence, leave_one_out


def draw(rng: np.random.Generator, accounts: int, tokens: int) -> tuple[Any, Any, Any, Any, Any]:
    """Every account holds one token, drawn by the tokens' own frequencies."""
    popularity = rng.dirichlet(np.ones(tokens))
    held = rng.choice(tokens, size=accounts, p=popularity).astype(np.int32)
    frequency = np.maximum(np.bincount(held, minlength=tokens), 1) / accounts
    by_account = np.arange(accounts + 1, dtype=np.int64)
    weight, known = np.ones(accounts, dtype=np.float32), np.ones(accounts, dtype=np.bool_)
    return by_account, held, weight, known, frequency


def test_groups_of_strangers_show_evidence_no_oftener_than_promised() -> None:
    """Of random groups at most one in 2**b shows b bits (Markov), for several b."""
    rng = np.random.default_rng(1)
    tokens = draw(rng, 3_000, 400)
    mass = np.zeros(400)

    bits = np.array(
        [
            in_sequence(rng.choice(3_000, 12, replace=False).astype(np.int32), *tokens, 1.0, -1, 0.5, mass)
            for _ in range(4_000)
        ]
    )

    for b in (2, 4, 6):
        assert float((bits >= b).mean()) <= 2.0**-b


def test_a_shared_rare_token_is_strong_and_a_barred_one_says_nothing() -> None:
    """Ten accounts with one card stand out; the card that proposed them does not count."""
    by_account, held, weight, known, frequency = draw(np.random.default_rng(2), 1_000, 300)
    held[:10] = 0
    frequency = np.maximum(np.bincount(held, minlength=300), 1) / 1_000
    tokens, members, mass = (by_account, held, weight, known, frequency), np.arange(10, dtype=np.int32), np.zeros(300)

    assert in_sequence(members, *tokens, 1.0, -1, 0.5, mass) > 30
    assert in_sequence(members, *tokens, 1.0, 0, 0.5, mass) < 0
    assert not mass.any()


@pytest.mark.parametrize("place", [0, 17])
def test_a_token_that_is_taken_to_be_commoner_says_as_much_as_one_that_is(place: int) -> None:
    """Four times as common, or certain at most."""
    by_account, held, weight, known, frequency = draw(np.random.default_rng(3), 1_000, 300)
    held[:10] = place
    members, mass = np.arange(10, dtype=np.int32), np.zeros(300)

    def bits(often: object, commoner: float) -> float:
        return float(in_sequence(members, by_account, held, weight, known, often, commoner, -1, 0.5, mass))

    assert bits(frequency, 4.0) == pytest.approx(bits(np.minimum(4.0 * frequency, 1.0), 1.0))
    assert bits(frequency, 1e9) <= 0.0


def test_an_account_without_the_groups_token_is_less_likely_a_member() -> None:
    """Left-one-out ratios are above one for sharers and below one for the stranger."""
    by_account = np.arange(5, dtype=np.int64)
    held = np.array([0, 0, 0, 1], dtype=np.int32)
    out = np.zeros(4)

    leave_one_out(
        np.arange(4, dtype=np.int32), np.ones(4), by_account, held, np.ones(4, dtype=np.float32),
        np.ones(4, dtype=np.bool_), np.array([0.01, 0.01]), 1.0, -1, 0.5, np.zeros(2), out,
    )  # fmt: skip

    assert (out[:3] > 10).all()
    assert out[3] < 1
