"""Confirmed groups are made one campaign each: joined where they are one hand, and only there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.facts.incidence import Incidence
from stillwatch.facts.token import TokenKind
from stillwatch.link.choosing import Confirmed
from stillwatch.link.hand_offs import HandOff, HandOffs
from stillwatch.link.joining import Joiner
from stillwatch.link.ties import JoinOptions
from stillwatch.link.views import Views

if TYPE_CHECKING:
    from stillwatch.link.pools import Pools

ACCOUNTS = 300
Held = Mapping[TokenKind, Sequence[Iterable[int]]]
"""By kind, the holders of each token."""
Pairs = Iterable[tuple[int, int]]

FARM, OFFICE = range(10), range(20, 30)


def confirmed(members: Iterable[int], bits: float = 20.0) -> Confirmed:
    """A group that two families confirm, and what ties each member to the others."""
    codes = np.array(sorted(members), dtype=np.int32)
    return Confirmed(codes, np.full(len(codes), bits))


def incidence(kind: TokenKind, holders: Sequence[Iterable[int]]) -> Incidence:
    """Tokens of one kind with these holders; all others are known to hold something of their own."""
    pairs = [(token, account) for token, some in enumerate(holders) for account in sorted(some)]
    token, account = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Incidence.of(
        kind,
        token.astype(np.uint64),
        account.astype(np.int32),
        np.ones(len(pairs), dtype=np.float32),
        np.ones(ACCOUNTS, dtype=np.bool_),
    )


def joiner(
    held: Held,
    passes: Pairs,
    together: float = 0.0,
    options: JoinOptions | None = None,
    stands: Callable[[npt.NDArray[np.int32]], bool] = lambda _members: True,
) -> Joiner:
    """A joiner for accounts with as much traffic each, where `together` is the rhythm of any two groups."""
    giver, taker = np.array(list(passes), dtype=np.int32).reshape(-1, 2).T
    passed = HandOffs.of(giver, taker, np.full(len(giver), HandOff.RETRY, dtype=np.int8))
    views = Views(
        [incidence(kind, tokens) for kind, tokens in held.items()], passed, np.full(ACCOUNTS, 20, dtype=np.int64)
    )

    def no_pace(
        accounts: npt.NDArray[np.int32], _members: npt.NDArray[np.int32], _firm: object = None
    ) -> npt.NDArray[np.float64]:
        return np.zeros(len(accounts))

    return Joiner(views, options or JoinOptions(), lambda _one, _other: together, stands, no_pace)


def joined(by: Joiner, groups: Sequence[Confirmed]) -> list[set[int]]:
    """The campaigns that confirmed groups make."""
    return [set(one.members.tolist()) for one in by.join(list(groups), 3)]


def test_a_group_that_does_not_stand_is_in_no_other_groups_way() -> None:
    """A circle of the farm and strangers fits better than the farm alone; once it has fallen, the farm is found."""
    strangers = range(40, 60)
    by = joiner({TokenKind.PAYMENT: [FARM]}, [], stands=lambda members: not bool(np.isin(members, strangers).any()))

    found = joined(by, [confirmed(FARM, bits=15.0), confirmed([*FARM, *strangers], bits=25.0)])

    assert found == [set(FARM)]


def ring(members: Sequence[int]) -> Pairs:
    """Work handed round."""
    return zip(members, [*members[1:], members[0]], strict=True)


WIDE = list(range(24))
PARTS = [WIDE[0:8], WIDE[8:16], WIDE[16:24]]


def test_dense_parts_of_one_wide_circle_of_hand_offs_come_back_as_one() -> None:
    """Each part has its own card and looks purer than the whole, which is one hand nevertheless."""
    steps = [(i, (i + step) % 24) for i in WIDE for step in (1, 5)]
    by = joiner({TokenKind.PAYMENT: PARTS}, steps)
    groups = [confirmed(WIDE, 10.0), *(confirmed(part, 25.0) for part in PARTS)]

    assert joined(by, groups) == [set(WIDE)]


def test_a_thin_circle_of_hand_offs_is_one_hand_unless_its_parts_fit_better() -> None:
    """Work that goes round once ties neighbours only: the parts would not find each other, the circle keeps them."""
    by = joiner({TokenKind.PAYMENT: PARTS}, ring(WIDE))
    parts = [confirmed(part, 25.0) for part in PARTS]

    assert joined(by, [confirmed(WIDE, 22.0), *parts]) == [set(WIDE)]
    assert joined(by, [confirmed(WIDE, 10.0), *parts]) == [set(part) for part in PARTS]


def test_parts_that_pass_work_to_each_other_are_reunited() -> None:
    """A wide confirmed group that is no circle by itself joins the parts that density made of it."""
    within = [pair for part in PARTS for pair in ring(part)]
    across = [(PARTS[one][i], PARTS[(one + 1) % 3][i]) for one in range(3) for i in range(5)]
    by = joiner({TokenKind.PAYMENT: PARTS}, [*within, *across])
    groups = [confirmed(WIDE, 10.0), *(confirmed(part, 25.0) for part in PARTS)]

    assert joined(by, groups) == [set(WIDE)]


def test_parts_that_pass_nothing_to_each_other_stay_apart() -> None:
    """A wide group that holds several circles is no reason to call them one."""
    by = joiner({TokenKind.PAYMENT: PARTS}, [pair for part in PARTS for pair in ring(part)])
    groups = [confirmed(WIDE, 10.0), *(confirmed(part, 25.0) for part in PARTS)]

    assert joined(by, groups) == [set(part) for part in PARTS]


def test_whoever_is_in_no_part_is_taken_in_by_what_ties_him() -> None:
    """The rest of a wide group goes with the campaign that most of it went to, account by account."""
    network = range(12)
    held: Held = {TokenKind.PAYMENT: [range(9)], TokenKind.CLIENT_ADDRESS: [network], TokenKind.TEMPLATE: [range(11)]}
    groups = [confirmed(range(9), 22.0), confirmed([*network, 40], 8.0)]

    found = joined(joiner(held, []), groups)

    assert len(found) == 1
    assert set(range(11)) <= found[0]
    assert 40 not in found[0]


def test_who_holds_a_thing_that_few_of_a_campaign_have_and_hardly_anybody_else_is_taken_in() -> None:
    """Each exit is shown by two of its 24 accounts; who has one with its card and device is one of it."""
    exits = [[k, k + 12] for k in range(12)]
    newcomer, crowd = [30], range(40, 60)
    held = [[*exits[0], *newcomer], [*exits[1], *crowd], *exits[2:]]
    by = joiner(dict.fromkeys([TokenKind.CLIENT_ADDRESS, TokenKind.PAYMENT, TokenKind.SIGNUP_DEVICE], held), ring(WIDE))

    assert joined(by, [confirmed(WIDE)]) == [{*WIDE, *newcomer}]


def test_who_does_not_belong_to_a_group_is_left_to_the_one_that_takes_it() -> None:
    """The office's group held an account of the farm more dearly, which holds the farm's card and not the office's."""
    held: Held = {TokenKind.PAYMENT: [FARM, OFFICE], TokenKind.CLIENT_ADDRESS: [FARM, OFFICE]}
    stray = FARM[-1]
    groups = [confirmed(FARM[:-1]), confirmed([*OFFICE, stray], 25.0)]

    assert joined(joiner(held, [], together=0.0), groups) == [set(FARM), set(OFFICE)]


def test_two_accounts_of_one_person_are_no_part_of_a_group_by_what_they_share_with_each_other() -> None:
    """Their card is theirs alone; the tool that they have in common with the group is half the town's."""
    couple = [40, 41]
    held: Held = {TokenKind.PAYMENT: [FARM, couple], TokenKind.TEMPLATE: [[*FARM, *couple, *range(100, 170)]]}

    assert joined(joiner(held, []), [confirmed([*FARM, *couple])]) == [set(FARM)]


SETS = st.lists(st.sets(st.integers(0, 14), min_size=3, max_size=10), max_size=6)


@settings(max_examples=60)
@given(
    cards=SETS,
    texts=SETS,
    groups=st.lists(st.tuples(st.sets(st.integers(0, 14), min_size=3), st.floats(5, 40)), max_size=6),
    passes=st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)).filter(lambda pair: pair[0] != pair[1])),
    together=st.sampled_from([0.0, 30.0]),
    data=st.data(),
)
def test_nobody_is_in_two_campaigns_and_the_order_of_groups_does_not_matter(
    cards: list[set[int]],
    texts: list[set[int]],
    groups: list[tuple[set[int], float]],
    passes: list[tuple[int, int]],
    together: float,
    data: st.DataObject,
) -> None:
    """Whatever is confirmed: disjoint campaigns of three and more, the largest first, the same however they came."""
    by = joiner({TokenKind.PAYMENT: cards, TokenKind.TEMPLATE: texts}, passes, together)
    found = [confirmed(members, bits) for members, bits in groups]

    campaigns = joined(by, found)

    assert all(len(one) >= 3 for one in campaigns)
    assert sum(map(len, campaigns)) == len(set().union(*campaigns))
    assert [len(one) for one in campaigns] == sorted(map(len, campaigns), reverse=True)
    assert joined(by, data.draw(st.permutations(found))) == campaigns


def test_a_group_all_of_whose_accounts_belong_to_another_is_none() -> None:
    """Three accounts that share nothing with each other, but each a card and a device with some of the farm's."""
    guests = range(40, 43)
    cards = [[*range(3 * k, 3 * k + 3), guest] for k, guest in enumerate(guests)]
    by = joiner({TokenKind.PAYMENT: cards, TokenKind.SIGNUP_DEVICE: cards}, [])

    moved = by._moved([np.array(FARM, dtype=np.int32), np.array(guests, dtype=np.int32)], [])

    assert [set(members.tolist()) for members in moved] == [{*FARM, *guests}]


class OneList:
    """The office works off one list, which some of all accounts send as well."""

    def __init__(self, bits: Mapping[int, float]) -> None:
        """Take what says for the accounts that they are dealt their work from it."""
        self.bits = np.zeros(ACCOUNTS)
        self.bits[list(bits)] = list(bits.values())

    def on_list(self, members: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        """Everybody in the office's group, where it has no guest."""
        return np.full(len(members), 20 in members and 70 not in members)

    def dealt(self, members: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
        """Of the office's list."""
        return self.bits if 20 in members else np.zeros(ACCOUNTS)


def test_whoever_is_dealt_work_from_a_groups_list_joins_it_unless_another_group_has_it() -> None:
    """It needs what any account needs that no group claimed; and surely dealt, it surely belongs."""
    by = joiner({TokenKind.PAYMENT: [FARM], TokenKind.SIGNUP_DEVICE: [OFFICE]}, [(0, 1)])
    by.dealt = OneList({50: 30.0, 60: 6.0, 0: 30.0, 21: 25.0})

    found = by.join([confirmed(FARM), confirmed(OFFICE)], 3)

    assert {frozenset(one.members.tolist()) for one in found} == {frozenset(FARM), frozenset([*OFFICE, 50])}
    office = next(one for one in found if 50 in one.members)
    sure = dict(zip(office.members.tolist(), office.bits.tolist(), strict=True))
    assert (sure[50], sure[21]) == (30.0, 25.0)


def test_who_is_dealt_another_part_of_a_list_does_not_join_it() -> None:
    """With him the office would have no one list any more, and would be nothing."""
    by = joiner({TokenKind.PAYMENT: [FARM], TokenKind.SIGNUP_DEVICE: [OFFICE]}, [(0, 1)])
    by.dealt = OneList({70: 30.0})

    found = by.join([confirmed(FARM), confirmed(OFFICE)], 3)

    assert {frozenset(one.members.tolist()) for one in found} == {frozenset(FARM), frozenset(OFFICE)}


class OnlyPassing:
    """Pools of which nothing is known but that work which passes is all that ties any group."""

    def only_passes(self, _members: npt.NDArray[np.int32]) -> bool:
        """Whatever the group."""
        return True

    def joined(self, groups: list[npt.NDArray[np.int32]]) -> list[npt.NDArray[np.int32]]:
        """None share a software."""
        return groups

    def strangers(self, members: npt.NDArray[np.int32], _: object) -> npt.NDArray[np.bool_]:
        """All ask alike."""
        return np.zeros(len(members), dtype=np.bool_)

    def parts(self, members: npt.NDArray[np.int32], *_: object) -> list[npt.NDArray[np.int32]]:
        """Each is one."""
        return [members]

    def completed(
        self, groups: list[npt.NDArray[np.int32]]
    ) -> tuple[list[npt.NDArray[np.int32]], npt.NDArray[np.float64]]:
        """Nobody is taken in."""
        return groups, np.full(ACCOUNTS, np.inf)


def test_groups_that_only_passes_tie_are_the_circles_between_which_work_passes() -> None:
    """Two parts of a reseller's circle were confirmed; one pass leads across, and two to those that no part had."""
    passes = ring(range(12))
    parts = [confirmed(range(5)), confirmed(range(5, 10))]
    by = joiner({TokenKind.PAYMENT: [range(100, 110)]}, passes)
    by.pools = cast("Pools", OnlyPassing())

    assert joined(by, parts) == [set(range(12))]
    assert set(range(12)) not in joined(joiner({TokenKind.PAYMENT: [range(100, 110)]}, passes), parts)


class Strangers(OnlyPassing):
    """Pools in which whoever is not of the farm asks for something else than the farm does."""

    def strangers(self, members: npt.NDArray[np.int32], _: object) -> npt.NDArray[np.bool_]:
        """Whom only words tie to it."""
        return ~np.isin(members, FARM)


def test_whoever_uses_a_text_that_most_users_of_are_in_a_group_leaves_it_where_they_are_many() -> None:
    """Nearly nobody outside sends it because they are inside; a single stranger does not make a text common."""

    def left(users: range) -> set[int]:
        members = np.array([*FARM, *users], dtype=np.int32)
        by = joiner({TokenKind.TEMPLATE: [members.tolist()]}, ring(FARM))
        by.pools = cast("Pools", Strangers())
        return set(by._without_strangers([members])[0].tolist())

    assert left(range(20, 80)) == set(FARM)
    assert left(range(20, 21)) == {*FARM, 20}
