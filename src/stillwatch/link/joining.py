"""One campaign, one group: confirmed groups are made disjoint, joined where rare tokens cross them, and grown."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt

from stillwatch.facts.group import Codes
from stillwatch.facts.rows import rows_of
from stillwatch.facts.token import Family
from stillwatch.link.choosing import Confirmed, chosen
from stillwatch.link.company import Company
from stillwatch.link.one_hand import Hands
from stillwatch.link.own_deeds import among_few, by_own_deed, only_gave
from stillwatch.link.parting import circles_of_things, parts_of, without_passing_apart
from stillwatch.link.passing_circles import PassingCircles
from stillwatch.link.pools import Pools
from stillwatch.link.ties import JoinOptions, Pace, Ties
from stillwatch.link.views import Views

Floats = npt.NDArray[np.float64]


class Dealt(Protocol):
    """What is known of lists that accounts are dealt their work from."""

    def on_list(self, members: Codes) -> npt.NDArray[np.bool_]:
        """(n,) which members of a group that has one list send it as the others do."""

    def dealt(self, members: Codes) -> Floats:
        """(accounts,) what says for each account that it is dealt its work from that list (bits); nothing without."""


class Joiner:
    """Joins the confirmed groups of one scan."""

    def __init__(  # noqa: PLR0913 - the scan's views and what may be asked about them
        self,
        views: Views,
        options: JoinOptions,
        together: Callable[[Codes, Codes], float],
        stands: Callable[[Codes], bool],
        pace: Pace,
        pools: Pools | None = None,
        dealt: "Dealt | None" = None,
        company: Company | None = None,
    ) -> None:
        """Take the scan's views and what may be asked about it.

        `together` gives the bits of one scheduler behind two groups, `stands` whether two families are beyond chance
        for a group, `pace` what the rhythm of some accounts says for their being of a group, `dealt` who is dealt its
        work from a group's one list. Without `pools`, pieces of one software
        stay apart and what does not act as one stays together.
        """
        self.pools = pools
        self.dealt = dealt
        self.company = company
        self.together = together
        self.stands = stands
        self.views = views
        self.ties = Ties(views, options, pace)
        self.hands = Hands(views, self.ties, options, together)
        self.options = options
        self.accounts = len(views.exchanges)

    def join(self, confirmed: list[Confirmed], least: int) -> list[Confirmed]:
        """Disjoint campaigns of at least `least` accounts, in order of size and then of their smallest code."""
        groups: list[Codes] = []
        for look in range(self.options.looks):
            more = self._chosen(confirmed, groups, least, first=look == 0)
            if look > 0 and not more:
                break
            groups = self.hands.merged(self._reunite([*groups, *more], confirmed))
            # A part that does not stand alone is let go: its accounts may belong to others.
            groups = [members for members in groups if self.stands(members)]
        groups = self._in_pieces(groups)
        for _ in range(self.options.growth_rounds):
            before = sum(len(members) for members in groups)
            groups = self._grow(self._absorb(groups, confirmed))
            if sum(len(members) for members in groups) == before:
                break
        groups = [part for members in groups for part in parts_of(self.views, members, self._act_as_one, least)]
        groups = self._passing_apart(self._in_pools(self._without_strangers(groups)), least)
        groups = self._moved(self._in_pieces(groups), confirmed)
        groups = self._dealt(groups if self.company is None else self.company.taken_in(groups))
        groups, surest = self._completed(groups)
        groups = [members for members in groups if len(members) >= least]
        groups.sort(key=lambda members: (-len(members), int(members[0])))
        background = self.ties.background(groups)
        things = list(Family).index(Family.THINGS)
        out = []
        for members, hand in zip(groups, self.hands.numbers(groups, background), strict=True):
            families = self.ties.families_against(members, members, background)
            # What two share with each other and with nobody else makes one of the two, and no part of a group of them.
            circle = circles_of_things(self.views, members)
            pair = np.bincount(circle)[circle] == 2  # noqa: PLR2004
            families[things, pair] = np.minimum(families[things, pair], 0.0)
            bits = np.minimum(families.sum(axis=0), self.ties.prior_bits(len(members)) + surest[members])
            # What an account's software sends may tie it in, but is no evidence to act on: colleagues use one software.
            telling = self.ties.families_against(members, members, background, firm=True)
            needed = self.ties.prior_bits(len(members)) + self.options.belongs_bits
            listed = self._listed(members)
            if listed.any() and self.dealt is not None:
                bits = np.where(listed, np.maximum(np.maximum(bits, needed), self.dealt.dealt(members)[members]), bits)
            own = bits >= needed
            speaking = families >= self.options.speaking_bits
            doubtful = telling < self.options.tied_bits
            own_deed = by_own_deed(self.views, members, self.views.passes.options.own_deeds)
            few = among_few(self.views, members, self.options.least_circle)
            doubtful[list(Family).index(Family.HAND_OFFS)] |= ~own_deed | few
            faint = speaking & doubtful
            if int(own.sum()) >= least:
                gave = only_gave(self.views, members)[own]
                out.append(
                    Confirmed(
                        members[own], bits[own], speaking=speaking[:, own], faint=faint[:, own], gave=gave, hand=hand
                    )
                )
        return out

    def _moved(self, groups: list[Codes], confirmed: list[Confirmed]) -> list[Codes]:
        """The groups, those who do not belong to theirs moved to another that takes them; whom none takes stays."""
        background = self.ties.background(groups)
        home = np.full(self.accounts, -1, dtype=np.int64)
        cores = []
        for place, members in enumerate(groups):
            bits = self.ties.families_against(members, members, background).sum(axis=0)
            own = bits >= self.ties.prior_bits(len(members)) + self.options.belongs_bits
            own |= self._listed(members)
            home[members[~own]] = place
            cores.append(members[own])
        grown = self._grow(self._absorb(cores, confirmed))
        for place, members in enumerate(grown):
            home[members] = place
        moved = [np.flatnonzero(home == place).astype(np.int32) for place in range(len(groups))]
        return [members for members in moved if len(members)]  # all of a group may have gone to another

    def _listed(self, members: Codes) -> npt.NDArray[np.bool_]:
        """(n,) who sends what is on a group's one list, if it has one."""
        return np.zeros(len(members), dtype=np.bool_) if self.dealt is None else self.dealt.on_list(members)

    def _dealt(self, groups: list[Codes]) -> list[Codes]:
        """The groups that have one list, each with the unclaimed accounts that are dealt their work from it as well."""
        if self.dealt is None:
            return groups
        taken = np.zeros(self.accounts, dtype=np.bool_)
        for members in groups:
            taken[members] = True
        out = []
        for members in groups:
            if not self._listed(members).any():
                out.append(members)
                continue
            enough = self.dealt.dealt(members) >= self.ties.prior_bits(len(members)) + self.options.attach_bits
            joined = np.flatnonzero(enough & ~taken).astype(np.int32)
            grown = np.sort(np.concatenate([members, joined])).astype(np.int32)
            if not self._listed(grown).any():  # who is dealt another part of it as well makes them two lists
                out.append(members)
                continue
            taken[joined] = True
            out.append(grown)
        return out

    def _in_pieces(self, groups: list[Codes]) -> list[Codes]:
        """The groups, pieces of one pool joined."""
        return groups if self.pools is None else self.pools.joined(groups)

    def _completed(self, groups: list[Codes]) -> tuple[list[Codes], Floats]:
        """The groups with those who pass work among themselves, and how sure it is at most that each belongs (bits)."""
        if self.pools is None:
            return groups, np.full(self.accounts, np.inf)
        return self.pools.completed(groups)

    def _without_strangers(self, groups: list[Codes]) -> list[Codes]:
        """The groups without those whom a text ties to them that is as common as they are.

        Where most who use a text are in a group, hardly anybody outside sends it, and it seems to be the group's own.
        Those of them who can be told from whoever acts count as outside.
        """
        if self.pools is None:
            return groups
        background = self.ties.background(groups)
        out = list(groups)
        for place, members in enumerate(groups):
            strange = self.pools.strangers(members, background)
            if not strange.any():
                continue
            against = self.ties.background([*groups[:place], members[~strange], *groups[place + 1 :]])
            bits = self.ties.families_against(members, members, against).sum(axis=0)
            own = bits >= self.ties.prior_bits(len(members)) + self.options.belongs_bits
            out[place] = members[~strange | own | self._listed(members)]
        return out

    def _in_pools(self, groups: list[Codes]) -> list[Codes]:
        """The groups, those of several pools parted."""
        if self.pools is None:
            return groups
        background = self.ties.background(groups)

        def stands(members: Codes) -> bool:
            """Whether those would stand who would be left of a part that is judged by itself."""
            bits = self.ties.families_against(members, members, background).sum(axis=0)
            left = members[bits >= self.ties.prior_bits(len(members)) + self.options.belongs_bits]
            return len(left) > 0 and self.stands(left)

        return [part for members in groups for part in self.pools.parts(members, stands, background)]

    def _passing_apart(self, groups: list[Codes], least: int) -> list[Codes]:
        """The groups without the circles that only what passes within these ties, which are groups where they stand.

        What has left several groups, or none has claimed, is one circle where work passes between it.
        """
        background = self.ties.background(groups)

        def tie(part: Codes, others: Codes) -> float:
            return float(self.ties.families_against(part, others, background).sum(axis=0).mean())

        out, left = [], np.zeros(self.accounts, dtype=np.bool_)
        free = np.ones(self.accounts, dtype=np.bool_)
        for members in groups:
            if self.pools is not None and self.pools.only_passes(members):
                left[members] = True
                continue
            rest = without_passing_apart(self.views, members, tie, self.options.circle_bits)
            out.append(rest)
            free[rest] = False
            left[np.setdiff1d(members, rest)] = True
        if left.any():
            circles = PassingCircles.among(self.views, free).each()
            out += [circle for circle in circles if left[circle].any() and self.stands(circle)]
        return [members for members in out if len(members) >= least]

    def _chosen(self, confirmed: list[Confirmed], groups: list[Codes], least: int, *, first: bool) -> list[Codes]:
        """The confirmed groups that explain best what the groups chosen so far leave.

        Among all groups, what stands against an account's being of any counts, so that wide groups have their due; of
        what is left, whatever stands by itself is taken, and what does not stands in no other's way.
        """
        taken = np.zeros(self.accounts, dtype=np.bool_)
        for members in groups:
            taken[members] = True
        against = np.array([self.ties.prior_bits(len(one.members)) if first else 0.0 for one in confirmed])
        waiting, standing = list(range(len(confirmed))), []
        for _ in range(self.options.choices):
            left = [confirmed[k] for k in waiting]
            found = chosen(left, against[waiting], taken, group_bits=self.options.group_bits, least=least)
            standing = [(place, members) for place, members in found if first or self.stands(members)]
            if len(standing) == len(found):
                break
            fallen = {place for place, _ in found} - {place for place, _ in standing}
            waiting = [k for place, k in enumerate(waiting) if place not in fallen]
        return [members for _, members in standing]

    def _reunite(self, groups: list[Codes], confirmed: list[Confirmed]) -> list[Codes]:
        """Join parts of a wider confirmed group that pass work to the rest of it, or whose accounts belong to the rest.

        A wide campaign is chosen circle by circle where these fit their accounts better, and they meet each other too
        seldom to be joined pair by pair.
        """
        background = self.ties.background(groups)
        label = np.full(self.accounts, -1, dtype=np.int64)
        parts = dict(enumerate(groups))
        for place, members in parts.items():
            label[members] = place
        for whole in sorted(confirmed, key=lambda one: (-len(one.members), one.members.tobytes())):
            homes, inside = np.unique(label[whole.members], return_counts=True)
            within = [
                place
                for place, n in zip(homes.tolist(), inside.tolist(), strict=True)
                if place >= 0 and n >= self.options.absorbing_share * len(parts[place])
            ]
            if len(within) < 2:  # noqa: PLR2004 - nothing to join
                continue
            # Around the widest part, as long as others are tied to what has been gathered; then around the next.
            for _ in range(self.options.most_asked):
                within.sort(key=lambda place: (-len(parts[place]), place))
                core, others = within[0], within[1:]
                if not others:
                    break
                joining = self._parts_of(parts, others, core, label, background)
                for place in joining:
                    label[parts[place]] = core
                parts[core] = np.sort(np.concatenate([parts[core], *(parts.pop(place) for place in joining)]))
                within = [place for place in within if place in parts and (joining or place != core)]
        return list(parts.values())

    def _parts_of(
        self,
        parts: dict[int, Codes],
        others: list[int],
        core: int,
        label: npt.NDArray[np.int64],
        background: list[Floats],
    ) -> list[int]:
        """Which other parts pass work to or from the core, or are made of accounts that belong to it."""
        accounts = np.concatenate([parts[place] for place in others])
        first = np.cumsum([0, *(len(parts[place]) for place in others[:-1])])
        families = self.ties.families_against(accounts, parts[core], background)
        rows, _ = rows_of(self.views.passes.partner_bounds, parts[core])
        touching = set(label[self.views.passes.partner[rows]].tolist())
        cross = [self.ties.cross_bits(parts[place], parts[core]) if place in touching else 0.0 for place in others]
        # What passes by a single account of either says nothing about the others.
        passes = list(Family).index(Family.HAND_OFFS)
        lone = np.repeat(np.array(cross) <= 0.0, [len(parts[place]) for place in others])
        families[passes, lone] = np.minimum(families[passes, lone], 0.0)
        tied = np.add.reduceat((families.sum(axis=0) >= self.options.tied_bits).astype(np.int64), first)
        return [
            place
            for place, n, bits in zip(others, tied.tolist(), cross, strict=True)
            if bits >= self.options.join_bits
            or (
                n >= self.options.absorbing_share * len(parts[place])
                and self.ties.take_part(parts[core], parts[place], background) * len(parts[core])
                >= self.options.taking_part * min(len(parts[core]), len(parts[place]))
            )
        ]

    def _absorb(self, groups: list[Codes], confirmed: list[Confirmed]) -> list[Codes]:
        """Give the rest of a confirmed group to the campaign that most of it went to, account by account.

        A wide group (one network) loses to its denser parts (devices, cards); whoever is in none of them is still tied
        by what confirmed the whole.
        """
        label = np.full(self.accounts, -1, dtype=np.int64)
        for place, members in enumerate(groups):
            label[members] = place
        background = self.ties.background(groups)
        for one in sorted(confirmed, key=lambda one: (-len(one.members), one.members.tobytes())):
            homes = label[one.members]
            free = one.members[homes < 0]
            if len(free) == 0 or len(free) == len(homes):
                continue
            home = int(np.bincount(homes[homes >= 0]).argmax())
            if (homes == home).sum() < self.options.absorbing_share * len(homes):
                continue
            bits = self.ties.families_against(free, groups[home], background).sum(axis=0)
            label[free[bits >= max(self.options.tied_bits, self.ties.prior_bits(len(groups[home])))]] = home
        return [np.flatnonzero(label == place).astype(np.int32) for place in range(len(groups))]

    def _act_as_one(self, ours: Codes, theirs: Codes) -> bool:
        """Whether two parts of a group pass work to each other, be it once, or keep one pace.

        Or may do so: that one of them is as quiet as it is says nothing against it.
        """
        rows, _ = self.views.passes.between(ours, theirs)
        if not self.views.passes.quoted[rows].all():
            return True
        least = self.options.speaking_bits
        if self.ties.cross_bits(ours, theirs) >= least or self.together(ours, theirs) >= least:
            return True
        return self.pools is not None and self.pools.quiet_part(ours, theirs)

    def _grow(self, groups: list[Codes]) -> list[Codes]:
        """Attach unclaimed accounts that share a campaign's rare tokens, judged against accounts outside all groups."""
        taken = np.zeros(self.accounts, dtype=np.bool_)
        for members in groups:
            taken[members] = True
        background = self.ties.background(groups)
        grown = []
        for members in groups:
            near = self._near(members, taken)
            if len(near):
                families = self.ties.families_against(near, members, background)
                joined = near[families.sum(axis=0) >= self.ties.prior_bits(len(members)) + self.options.attach_bits]
                taken[joined] = True
                members = np.sort(np.concatenate([members, joined])).astype(np.int32)  # noqa: PLW2901 - it grew
            grown.append(members)
        return grown

    def _near(self, members: Codes, taken: npt.NDArray[np.bool_]) -> Codes:
        """Unclaimed accounts that hold a token which the campaign shows, or a thing of it, or pass work to or fro."""
        found = [np.zeros(0, dtype=np.int32)]
        for view, shares in zip(self.views.views, self.ties.shares(members), strict=True):
            found += [view.holders_of(token) for token in shares]
            if view.kind.family is Family.THINGS:
                # Of many exits each may be shown by few of the campaign's accounts, and be its own all the same.
                tokens, held = np.unique(view.held[rows_of(view.by_account, members)[0]], return_counts=True)
                own = (held >= 2) & (held >= self.options.own_share * view.sizes_of(tokens))  # noqa: PLR2004 - shared
                found += [view.holders_of(token) for token in tokens[own].tolist()]
        found.append(self.views.passes.partner[rows_of(self.views.passes.partner_bounds, members)[0]])
        near = np.unique(np.concatenate(found)).astype(np.int32)
        return near[~taken[near]]
