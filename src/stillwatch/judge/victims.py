"""Accounts that two hands use: a stolen key's owner is a victim, who is warned and restored, not accused (law 5)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from stillwatch.facts.group import Codes, Group
from stillwatch.facts.roster import Roster
from stillwatch.facts.traffic import Traffic

_LOWER: Final = np.uint64(0xFFFFFFFF)

Counted = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class VictimOptions:
    """When an account seems to be used by two hands."""

    least_exchanges: int = 3
    """Each of two networks made at least this many exchanges, ..."""
    least_share: float = 0.01
    """... and this share of the account's: less is a visit."""
    belongs: float = 0.1
    """How sure it can be at most that such an account is the campaign's own: of accounts like that on development
    ranges, one in ten was."""
    most_excused: float = 0.9
    """Where more of one hand's accounts than this look like victims, it is how it works and excuses nobody, ..."""
    least_habit: int = 10
    """... if it has at least this many accounts: a few stolen keys may be all that was found of a campaign, ..."""
    same_hands: float = 2.0 / 3.0
    """... and more than this share of them are used with the same two kinds of software and parameters: owners of
    stolen keys have their own. Of 23 keys of one thief at most 0.5 have any but the thief's in common."""
    looks_stolen: float = 0.1
    """Where this share of a group's accounts look like victims, it steals keys, and an account that two networks use
    with the same software may be a victim as well: a thief's client may be the owner's by luck ..."""
    most_abroad: float = 0.5
    """... unless more of its other accounts than this go through two networks: it is then how the group works."""
    own_things: float = 0.5
    """Where this share of its other accounts share cards, devices or networks with each other, who shares none with
    them may be a victim, too: a thief uses a key, and has no part in its account."""
    most_alike: float = 0.1
    """One person takes software and habits along: two hands share at most this much of both between networks
    (overlap of the two mixes, 0 to 1)."""


@dataclass(frozen=True, slots=True)
class Hands:
    """Whose hands some accounts seem to be in, (n,) each."""

    two: npt.NDArray[np.bool_]
    """Whether an account is used from networks that another hand stands behind."""
    visited: npt.NDArray[np.bool_]
    """Whether it was used even once from another network with other software or other parameters."""
    two_places: npt.NDArray[np.bool_]
    """Whether it is used from two networks, whatever with."""


def hands_on(members: Codes, roster: Roster, traffic: Traffic, options: VictimOptions) -> Hands:
    """From where and with what the members are used, in one pass over them.

    A campaign's own account is used as its tooling is set up: one client, one exit or a few that the others use too. A
    stolen key keeps its owner's place of use and gains another. Two networks show another hand where neither software
    nor request parameters are alike, or where one of the two falls apart altogether: whoever sends one thing with one
    set of parameters and covers it with another, by the same program, mixes them up on one network or another.
    """
    two, visited, places = np.zeros((3, len(members)), dtype=np.bool_)
    for k, used in _uses(members, roster, traffic):
        often = used.often(options)
        two[k] = often.of_two_hands(options.most_alike)
        visited[k] = any(bool(unlike.any()) for unlike in used.unlike(options.most_alike))
        places[k] = len(often.software) > 1
    return Hands(two=two, visited=visited, two_places=places)


def habits(
    groups: Sequence[Group], two_hands: npt.NDArray[np.bool_], roster: Roster, traffic: Traffic, options: VictimOptions
) -> list[bool]:
    """By group, whether being used by two hands is how its accounts work, so that it excuses none of them.

    `two_hands` has a row for each account of the scan. Groups that one hand moves are asked together: stolen keys may
    have come to be a group of their own beside the thief's accounts.
    """
    names = [("hand", group.hand) if group.hand >= 0 else ("alone", place) for place, group in enumerate(groups)]
    together: dict[tuple[str, int], list[Codes]] = defaultdict(list)
    for name, group in zip(names, groups, strict=True):
        together[name].append(group.members)
    habit = {}
    for name, parts in together.items():
        members = np.concatenate(parts)
        shared = members[two_hands[members]]
        many = len(members) >= options.least_habit and len(shared) > options.most_excused * len(members)
        habit[name] = many and _second_hand(shared, roster, traffic) > options.same_hands
    return [habit[name] for name in names]


def _second_hand(members: Codes, roster: Roster, traffic: Traffic) -> float:
    """The share of some accounts that show the second most common software, and set of parameters, among them.

    Of the two the lesser share: many an owner's software sends no parameters, or is what most people use.
    """
    shares = []
    for held in (traffic.seats, traffic.manners):
        code = roster.codes(held.account)
        mine = np.isin(code, members)
        used = np.unique(np.stack([held.token[mine] >> np.uint64(32), code[mine].astype(np.uint64)]), axis=1)
        _, accounts = np.unique(used[0], return_counts=True)
        if len(accounts) > 1:
            shares.append(float(np.sort(accounts)[-2]) / len(members))
    return min(shares, default=0.0)


@dataclass(frozen=True, slots=True)
class _Uses:
    """How often one account was used from each network, by what it was used with."""

    software: Counted
    """(networks, kinds of software)"""
    manners: Counted
    """(networks, sets of request parameters)"""

    def often(self, options: VictimOptions) -> "_Uses":
        """Only the networks that use it, rather than visit."""
        used = self.software.sum(axis=1)
        kept = used >= max(options.least_exchanges, options.least_share * float(used.sum()))
        return _Uses(software=self.software[kept], manners=self.manners[kept])

    def of_two_hands(self, most_alike: float) -> bool:
        """Whether the networks fall apart in one respect, or two of them differ in both."""
        apart = _falls_apart(self.software) or _falls_apart(self.manners)
        return apart or any(bool(unlike.all(axis=0).any()) for unlike in self.unlike(most_alike))

    def unlike(self, most_alike: float) -> Iterator[npt.NDArray[np.bool_]]:
        """For each network, (2, networks behind it): whether they hardly have software, or parameters, in common."""
        mixes = [table / np.maximum(table.sum(axis=1, keepdims=True), 1.0) for table in (self.software, self.manners)]
        for k in range(len(self.software) - 1):
            yield np.stack([np.minimum(mix[k], mix[k + 1 :]).sum(axis=1) <= most_alike for mix in mixes])


def _uses(members: Codes, roster: Roster, traffic: Traffic) -> Iterator[tuple[int, _Uses]]:
    """What each member that was used from several networks was used with where, and its place among them."""
    place = np.full(len(roster), -1, dtype=np.int64)
    place[members] = np.arange(len(members))
    cut = []
    for held in (traffic.seats, traffic.manners):
        owner = place[roster.codes(held.account)]
        mine = np.flatnonzero(owner >= 0)
        mine = mine[np.argsort(owner[mine], kind="stable")]
        bounds = np.searchsorted(owner[mine], np.arange(len(members) + 1))
        cut.append((held.token[mine], held.exchanges[mine], bounds))
    for k in range(len(members)):
        rows = [(seat[bounds[k] : bounds[k + 1]], count[bounds[k] : bounds[k + 1]]) for seat, count, bounds in cut]
        networks = np.unique(np.concatenate([seat & _LOWER for seat, _ in rows]))
        if len(networks) < 2:  # noqa: PLR2004 - one place is one hand's
            continue
        software, manners = (_counted(seat, count, networks) for seat, count in rows)
        yield k, _Uses(software=software, manners=manners)


def _counted(seat: npt.NDArray[np.uint64], count: npt.NDArray[np.int32], networks: npt.NDArray[np.uint64]) -> Counted:
    kinds, kind = np.unique(seat >> np.uint64(32), return_inverse=True)
    table = np.zeros((len(networks), len(kinds)))
    np.add.at(table, (np.searchsorted(networks, seat & _LOWER), kind), count)
    return table


def _falls_apart(table: Counted) -> bool:
    """Whether no chain of networks, each with a kind in common with the next, joins them all."""
    shown = table > 0
    reached = shown[:1].any(axis=0)
    while not (joined := (shown & reached).any(axis=1)).all():
        wider = shown[joined].any(axis=0)
        if (wider == reached).all():
            return True
        reached = wider
    return False
