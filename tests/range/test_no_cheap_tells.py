"""Neither style nor any single column tells campaign from honest accounts."""

from functools import cache

import numpy as np
import pytest

from stillwatch.range.make import SHIPPED_CORPORA
from tests.range import tells
from tests.range.conftest import Made

MOST = 0.65
PERMUTATIONS = 12
FEW = 10  # exchanges of each account that the classifier of style reads


@cache
def features(made: Made) -> tuple[list[str], tells.Numbers]:
    """Return the style and corpus vocabulary of every account."""
    some = tells.a_few_of_each(made.exchanges, FEW)
    names, shape = tells.style(some)
    _, words = tells.vocabulary(some, SHIPPED_CORPORA)
    return names, np.hstack([shape, words])


def test_style_does_not_carry_over_to_campaigns_not_seen(disguised: Made) -> None:
    """A classifier of style that never saw a campaign or class before is no better than chance at placing it."""
    names, shape = features(disguised)
    kinds = sorted(set(disguised.kind.values()))
    truth = np.array([disguised.truth_of(name) for name in names])
    hands = np.array([kinds.index(disguised.kind[name]) for name in names])

    found = tells.classified(shape, truth, hands)

    assert found <= MOST


def test_style_tells_hands_apart_no_better_than_it_tells_any_hands_apart(disguised: Made) -> None:
    """With every hand in training, the classifier does as well on labels dealt to hands at random.

    Accounts of one hand write alike, so a classifier that has seen some of them knows the others. That is
    recognition of hands, not of guilt: the same happens when innocent hands are called guilty by lot.
    """
    names, shape = features(disguised)
    rng = np.random.default_rng(1)
    folds = rng.permutation(len(names))
    truth = np.array([disguised.truth_of(name) for name in names])
    hands = np.array([disguised.kind[name] for name in names])
    dealt = [tells.classified(shape, lot, folds) for lot in tells.dealt(hands, int(truth.sum()), PERMUTATIONS, rng)]

    found = tells.classified(shape, truth, folds)

    assert found <= np.quantile(dealt, 0.95)


def test_no_single_column_tells(disguised: Made) -> None:
    """No column of exchanges or accounts, summed up in any way, separates the sides beyond AUC 0.65."""
    positive = {name: disguised.truth_of(name) for name in disguised.kind}

    found = tells.columns(disguised.exchanges, disguised.accounts, positive)

    assert {column: round(area, 3) for column, area in found.items() if area > MOST} == {}


@pytest.mark.parametrize("shift", [0.0, 1.0, 3.0])
def test_the_classifier_can_see(shift: float) -> None:
    """Where there is a difference the classifier finds it, and where there is none it does not."""
    rng = np.random.default_rng(7)
    truth = rng.random(800) < 0.4
    shape = rng.standard_normal((800, 6))
    shape[truth, 2] += shift

    found = tells.classified(shape, truth, np.arange(800))

    assert found == pytest.approx({0.0: 0.5, 1.0: 0.76, 3.0: 0.98}[shift], abs=0.07)
