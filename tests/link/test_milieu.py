"""What is rare in a large log need not be so where a group lives: its evidence is held against a milieu."""

import numpy as np
import pytest

from stillwatch.facts.incidence import Incidence
from stillwatch.facts.token import Family, TokenKind
from stillwatch.link.hand_offs import HandOffs
from stillwatch.link.milieu import MilieuOptions
from stillwatch.link.ties import JoinOptions, Ties
from stillwatch.link.views import Views

MILIEU = MilieuOptions().accounts
GROUP = np.arange(20, dtype=np.int32)


def views_of(accounts: int, neighbours: int, size: int = len(GROUP)) -> Views:
    """A group on one network with so many neighbours, and a tool that all of them and ten others use."""
    nobody = np.zeros(0, dtype=np.int32)
    known = np.ones(accounts, dtype=np.bool_)
    network = np.arange(size + neighbours, dtype=np.int32)
    tool = np.arange(size + neighbours + 10, dtype=np.int32)
    return Views(
        [
            Incidence.of(kind, np.zeros(len(codes), dtype=np.uint64), codes, np.ones(len(codes), np.float32), known)
            for kind, codes in ((TokenKind.CLIENT_BLOCK, network), (TokenKind.TEMPLATE, tool))
        ],
        HandOffs(nobody, nobody, nobody.astype(np.int8), nobody),
        np.full(accounts, 20, dtype=np.int64),
    )


def ties_of(views: Views) -> Ties:
    """Without any pace."""
    return Ties(views, JoinOptions(), lambda some, _members, _firm: np.zeros(len(some)))


@pytest.mark.parametrize("place", [0, 1])
def test_a_larger_log_around_the_same_people_makes_their_group_no_surer(place: int) -> None:
    """Twenty logs side by side hold each group against its own; in a log that is no larger than one, all count."""
    small, large = views_of(MILIEU, 200), views_of(20 * MILIEU, 200)

    assert large.group_bits(GROUP, place) == pytest.approx(small.group_bits(GROUP, place))
    assert views_of(MILIEU // 2, 200).group_bits(GROUP, place) < small.group_bits(GROUP, place)


def test_neighbours_with_a_common_tool_are_no_surer_to_belong_in_a_larger_log() -> None:
    """What a network and a tool say for a neighbour, and what stands against it."""
    neighbour = np.array([len(GROUP) + 3], dtype=np.int32)
    said, against = [], []
    for accounts in (MILIEU, 20 * MILIEU):
        ties = ties_of(views_of(accounts, 200))
        shared = ties.shared_against(neighbour, GROUP, ties.background([GROUP]))
        said.append([shared[family][0] for family in (Family.THINGS, Family.WORDS)])
        against.append(ties.prior_bits(len(GROUP)))

    assert said[0] == pytest.approx(said[1], abs=0.01)
    assert against[0] == against[1]


def test_what_a_whole_milieu_may_have_says_nothing() -> None:
    """A network with more neighbours than a group is held against, in a log of which they are one in twenty."""
    ties = ties_of(views_of(20 * MILIEU, MILIEU))
    neighbour = np.array([len(GROUP) + 3], dtype=np.int32)

    assert ties.shared_against(neighbour, GROUP, ties.background([GROUP]))[Family.THINGS][0] <= 0.0
    assert ties.views.group_bits(GROUP, 0) <= 0.0


def test_a_wide_group_is_held_against_more() -> None:
    """A thousand accounts are found among ten thousand: what all of them share is not taken for everybody's."""
    wide = np.arange(1_000, dtype=np.int32)
    views = views_of(20 * MILIEU, 200, size=len(wide))

    assert views.milieu.around(len(wide)) == 10_000
    assert views.group_bits(wide, 0) > 2.0 * len(wide)
    assert ties_of(views).prior_bits(len(wide)) == pytest.approx(np.log2(9.0))
