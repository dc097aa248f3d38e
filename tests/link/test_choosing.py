"""Groups are chosen by what they add: unions of strangers and splinters of one hand are not among them."""

from collections.abc import Iterable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.link.choosing import Confirmed, chosen

ACCOUNTS = 60


def confirmed(members: Iterable[int], bits: float) -> Confirmed:
    """A group whose members are tied to it by so much each."""
    codes = np.array(sorted(members), dtype=np.int32)
    return Confirmed(codes, np.full(len(codes), bits))


def groups_of(*proposed: Confirmed, taken: Iterable[int] = (), prior: float = 5.0) -> list[set[int]]:
    """The groups chosen, where as much stands against each of them."""
    gone = np.zeros(ACCOUNTS, dtype=np.bool_)
    gone[list(taken)] = True
    found = chosen(list(proposed), np.full(len(proposed), prior), gone, group_bits=20.0, least=3)
    return [set(members.tolist()) for _, members in found]


def test_a_splinter_of_a_group_is_not_a_group() -> None:
    """Three of twelve who fit each other a little better than the rest would gain less than a group costs."""
    whole = confirmed(range(12), 14.0)

    assert groups_of(whole, confirmed(range(3), 19.0)) == [set(range(12))]


def test_a_union_of_strangers_gives_way_to_its_parts() -> None:
    """The union explains more at first; each part fits its accounts so much better that both are worth it."""
    parts = [confirmed(range(12), 20.0), confirmed(range(20, 32), 20.0)]
    union = confirmed([*range(12), *range(20, 32)], 14.0)

    assert groups_of(union, *parts) == [set(range(12)), set(range(20, 32))]


def test_whoever_fits_no_part_stays_with_the_whole() -> None:
    """Two dense parts leave four accounts of a wide group, which are a group still."""
    wide = confirmed(range(28), 14.0)

    found = groups_of(wide, confirmed(range(12), 22.0), confirmed(range(12, 24), 22.0))

    assert sorted(found, key=min) == [set(range(12)), set(range(12, 24)), set(range(24, 28))]


def test_a_group_that_hardly_anything_ties_is_none() -> None:
    """What stands against each account is more than what speaks for it, or what they add up to is too little."""
    assert groups_of(confirmed(range(12), 4.0)) == []
    assert groups_of(confirmed(range(3), 10.0)) == []


def test_accounts_that_are_taken_already_add_nothing() -> None:
    """What is left of a group must be worth a group by itself."""
    group = confirmed(range(10), 15.0)

    assert groups_of(group, taken=range(4)) == [set(range(4, 10))]
    assert groups_of(group, taken=range(9)) == []


def test_each_group_comes_with_the_place_of_the_one_it_is_of() -> None:
    """Two accounts are taken, so the group is smaller than what was confirmed, but still told as the second."""
    taken = np.zeros(ACCOUNTS, dtype=np.bool_)
    taken[:2] = True

    ((place, members),) = chosen(
        [confirmed(range(20, 24), 1.0), confirmed(range(12), 20.0)], np.full(2, 5.0), taken, group_bits=20.0, least=3
    )

    assert (place, set(members.tolist())) == (1, set(range(2, 12)))


@given(
    groups=st.lists(st.tuples(st.sets(st.integers(0, ACCOUNTS - 1), min_size=3), st.floats(0, 40)), max_size=8),
    data=st.data(),
)
def test_groups_are_disjoint_and_the_same_in_whatever_order_they_came(
    groups: list[tuple[set[int], float]], data: st.DataObject
) -> None:
    """Nobody is in two; nobody is in a group that was not proposed with him in it."""
    proposed = [confirmed(members, bits) for members, bits in {frozenset(a): b for a, b in groups}.items()]

    found = groups_of(*proposed)

    assert sum(map(len, found)) == len(set().union(*found))
    assert all(any(group <= set(one.members.tolist()) for one in proposed) for group in found)
    assert groups_of(*data.draw(st.permutations(proposed))) == found
