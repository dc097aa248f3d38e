"""Texts go together where whoever sends one mostly sends the other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from stillwatch.facts.token import TokenKind
from stillwatch.link.bundles import BundleOptions, dense_parts, texts_together
from tests.link.test_candidates import held

ACCOUNTS = 400


def pairs(texts: list[list[int]], options: BundleOptions | None = None) -> dict[tuple[int, int], float]:
    """The pairs of texts that go together, by their places among the rarer texts, and how far beyond chance (bits)."""
    _, together = texts_together(held(TokenKind.TEMPLATE, texts, ACCOUNTS), ACCOUNTS, options or BundleOptions())
    found = together.tocoo()
    return {
        (one, other): bits
        for one, other, bits in zip(found.row.tolist(), found.col.tolist(), found.data.tolist(), strict=True)
    }


def test_texts_of_one_work_list_go_together_whatever_else_their_senders_send() -> None:
    """Ten accounts send both; every one of them also sends a text of forty people."""
    pool, cover = list(range(10)), [list(range(place, 400, 10)) for place in range(10)]

    found = pairs([pool, pool[:8], *cover])

    assert list(found) == [(0, 1)]
    assert found[0, 1] == pytest.approx(-np.log2(binom.sf(7, 8, 10 / ACCOUNTS)))


def test_half_of_the_rarer_texts_senders_must_send_the_other() -> None:
    """Nine of twenty who meet by far more than chance still have most of their work apart."""
    assert pairs([list(range(20)), list(range(11, 31))]) == {}
    assert pairs([list(range(20)), list(range(10, 30))]) != {}


def test_what_more_than_a_tenth_sends_goes_with_nothing() -> None:
    """Users of a popular harness send everything beside it."""
    assert pairs([list(range(41)), list(range(30))]) == {}
    assert pairs([list(range(40)), list(range(30))]) != {}


def test_three_senders_in_common_are_no_bundle_where_chance_makes_as_many() -> None:
    """Three of six who send a text of forty: one pair of such texts in sixty looks as much alike by luck."""
    assert pairs([list(range(6)), [*range(3), *range(100, 137)]]) == {}
    assert pairs([list(range(6)), list(range(3, 9))]) != {}


def test_texts_apart_from_all_others_are_one_bundle_where_most_of_them_go_together() -> None:
    """A work list of four texts; a chain of five, each of which goes with the next only; a pair."""
    work = [list(range(10)) for _ in range(4)]
    chain = [list(range(100 + 10 * place, 120 + 10 * place)) for place in range(5)]
    pair = [list(range(200, 210)) for _ in range(2)]
    options = BundleOptions()
    _, together = texts_together(held(TokenKind.TEMPLATE, [*work, *chain, *pair], ACCOUNTS), ACCOUNTS, options)

    assert [part.tolist() for part in dense_parts(together, options)] == [[0, 1, 2, 3]]


def test_an_accounts_commoner_texts_are_left_out_where_it_sends_many() -> None:
    """One account with everything costs as much as one with 32 texts."""
    texts = [[0, *range(1 + 3 * place, 4 + 3 * place)] for place in range(60)]

    sends, _ = texts_together(held(TokenKind.TEMPLATE, [*texts, list(range(30))], ACCOUNTS), ACCOUNTS, BundleOptions())

    assert sends[[0]].sum() == BundleOptions().texts_an_account
    assert sends[[0]].toarray()[0, 60] == 0
    assert sends[[1]].toarray()[0, 60] == 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sets(st.integers(0, 59), min_size=2, max_size=12), min_size=1, max_size=12))
def test_pairs_are_those_that_counting_one_by_one_finds(texts: list[set[int]]) -> None:
    """Against a plain loop over all pairs."""
    options = BundleOptions(most_senders=0.2)
    listed = [sorted(one) for one in texts]
    _, together = texts_together(held(TokenKind.TEMPLATE, listed, 60), 60, options)
    rare = [set(one) for one in listed if options.least_senders <= len(one) <= options.most_senders * 60]

    expected = np.zeros((len(rare), len(rare)))
    for i, one in enumerate(rare):
        for j in range(i + 1, len(rare)):
            few, many, common = *sorted((len(one), len(rare[j]))), len(one & rare[j])
            bits = -np.log2(max(binom.sf(common - 1, few, many / 60), np.finfo(float).tiny))
            if common >= max(options.least_senders, options.in_common * few) and bits >= options.beyond_bits:
                expected[i, j] = bits

    assert together.toarray() == pytest.approx(expected)
