"""Pools: what neither acts as one nor is alike is parted, and pieces of one software that are alike are one."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array

from stillwatch.facts.group import Codes
from stillwatch.facts.token import Family, TokenKind
from stillwatch.link.candidates import CandidateOptions, circles
from stillwatch.link.pace_circles import PaceOptions, following
from stillwatch.link.parting import passes_apart
from stillwatch.link.passing_circles import PassingCircles
from stillwatch.link.rhythm import Rhythm
from stillwatch.link.ties import Floats, Ties
from stillwatch.link.timelines import Timelines
from stillwatch.link.traits import ASKED, TraitOptions, Traits
from stillwatch.link.views import Views
from stillwatch.stats.calibrate import bits_of_p

Flags = npt.NDArray[np.bool_]

_TEXTS: Final = frozenset({TokenKind.SYSTEM_PROMPT, TokenKind.TEMPLATE})
_SENDING_NONE: Final = -1
"""In place of a software's parameters, where it sends none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolOptions:
    """When parts of a group are campaigns of their own, and when groups are parts of one."""

    traits: TraitOptions = field(default_factory=TraitOptions)
    apart: float = 0.02
    """Parts that do not act as one are parted where one hand would make them differ so much this seldom. On ten
    looked-at ranges words alone gave 27 halves of one pool, chosen by its circles, 0.04 and more, and pools of two
    campaigns 0.017 and less but for one, which volume tells."""
    alike: float = 0.2
    """Groups of one software are one where one hand would make them differ so much at least this often: of 27 pairs of
    two campaigns of one software, on ten ranges, those with a group of three accounts alone do."""
    apart_bits: float = 12.0
    """Groups that are alike are two all the same where so little work passes between them as chance would let between
    no two parts of one pool but once in 4,000 such groups (bits). On looked-at logs two relays of the same talk and
    two fleets of one work list show 60 and more, pieces of one pool that has no other fleet 6 and less."""
    using: float = 0.5
    """A group has a software when this share of its accounts sends the same request parameters ..."""
    most_users: float = 0.2
    """... and at most this share of the accounts outside all groups does: what more send is common property."""
    most_strangers: float = 0.002
    """A text marks a group when this share of it sends it (`using`) and at most this share of the accounts outside all
    groups does: two in a thousand, since a text that few strangers use may still be a public one."""
    unlike: float = 0.05
    """Accounts that only words tie to those who pass work or keep a pace with them are told from these where one hand,
    dealing out its work, would make them ask so differently, in words, purposes or software, this seldom (see
    `SpeakingOptions.alike`): the users of a harness that a campaign uses, too."""
    near: float = 0.1
    """... and they are farther apart than this share of how far either is from everybody else: a hand that deals out
    several kinds of work deals them out unevenly. On 46 looked-at logs quiet accounts of one campaign were 0.00 to 0.07
    from those who act, and 0.14 and more where half of them were strangers."""
    too_quiet: float = 4.0
    """... or where so many times as many of them are quiet as if all passed work by chance, each as often as all do by
    how much they send: who has as much traffic as those who act, and takes no part, does something else. Of a slow
    pool more than a quarter pass nothing by chance."""
    quiet_part: float = 0.05
    """Accounts that share things with each other only, and pass nothing to the rest of their group, are no part of it
    where chance makes them so quiet less often than this, by how much they send: four of one card who send little are
    seldom limited. Nor are they where they ask otherwise than those who act (`unlike`, `near`)."""
    least_acting: int = 8
    """... and so many act, at least: fewer say little of what the others would ask."""
    as_near: float = 0.05
    """Where most of what passes in a group is put off, a quiet account is one of it if chance puts one of those who act
    as near to it in words as one is this seldom. On 42 looked-at logs so many quiet accounts of such groups were kept
    and let go: at levels 1 and 2 of the campaigns 686 and 113, of the honest 45 and 108; at level 3 63 and 36, 15 and
    3."""
    crowd: int = 4_000
    """Of either at most so many accounts are looked at, drawn at random from more (bounds the time)."""
    most_groups: int = 64
    """Of one mark, the widest groups that are held against each other (bounds the time)."""
    passing: float = 5.0
    """Work that passes between two accounts counts as much as this many requests of one soon after the other's."""
    looks: int = 3
    """Circles are looked for this often, since each look finds others: some mix two pools, which then act as one."""
    most_circles: int = 16
    """Circles of a group's pace that are looked at as parts of it, the widest (bounds the time)."""


class Pools:
    """What is asked about the pools of one scan's groups."""

    def __init__(  # noqa: PLR0913 - the scan, and how to look at it
        self,
        views: Views,
        timelines: Timelines,
        traits: Traits,
        ties: Ties,
        together: Callable[[Codes, Codes], Rhythm],
        acts: Callable[[Codes], bool],
        only_passes: Callable[[Codes], bool],
        puts_off: Callable[[Codes], bool],
        options: PoolOptions,
        pace: PaceOptions,
        proposing: CandidateOptions,
        rng: np.random.Generator,
    ) -> None:
        """Take the scan's views, clocks and traits, and what may be asked about groups.

        `together` tests for one scheduler behind two sets of accounts; `acts` says whether a group passes work or keeps
        a pace, `only_passes` whether nothing but the work that passes within it ties a group, `puts_off` whether most
        of what passes within it is put off.
        """
        self.views = views
        self.timelines = timelines
        self.traits = traits
        self.ties = ties
        self.together = together
        self.acts = acts
        self.only_passes = only_passes
        self.puts_off = puts_off
        self.options = options
        self.pace = pace
        self.proposing = proposing
        self.rng = rng

    def joined(self, groups: list[Codes]) -> list[Codes]:
        """The groups, those made one that have one mark and whose accounts could be dealt out by one hand.

        A mark is a software that most of a group uses, or a text that most of it sends and hardly anybody outside all
        groups does. A reseller's pool falls into pieces that pass work within themselves only, and one work list into
        those who pay with one card. Two campaigns that bought one software do differ in something: in words, in
        purposes, or in how much they ask. Only what acts by itself, passing work or keeping a pace, is a piece of
        anything: colleagues who use the software are not. Software that sends no parameters is everybody's, so its
        groups are pieces only where nothing but passing ties them: whoever has words or a pace in common is known by
        these.
        """
        if not self.traits.tell:
            return groups
        background = self.ties.background(groups)
        groups = self._joined_by(groups, [self._software(members, background) for members in groups])
        outside = np.ones(len(self.views.exchanges), dtype=np.bool_)
        for members in groups:
            outside[members] = False
        return self._joined_by(groups, [self._text(members, outside) for members in groups])

    def _joined_by(self, groups: list[Codes], marks: Sequence[Hashable | None]) -> list[Codes]:
        """The groups, those of one mark joined that act and are alike."""
        by_mark: dict[Hashable, list[Codes]] = defaultdict(list)
        out: list[Codes] = []
        for members, mark in zip(groups, marks, strict=True):
            (by_mark[mark] if mark is not None else out).append(members)
        for using in by_mark.values():
            using.sort(key=lambda members: (-len(members), int(members[0])))
            asked = using[: self.options.most_groups] if len(using) > 1 else []
            pieces = [members for members in asked if self.acts(members)]
            out += gathered(pieces, self._alike, self.options.alike)
            out += [members for members in using if not any(members is piece for piece in pieces)]
        return out

    def _alike(self, ours: Codes, theirs: Codes) -> float:
        """`Traits.likeness` of two groups, and none where work that passes within each does not between them."""
        return (
            0.0
            if passes_apart(self.views, ours, theirs) >= self.options.apart_bits
            else self.traits.likeness(ours, theirs)
        )

    def completed(self, groups: list[Codes]) -> tuple[list[Codes], Floats]:
        """The groups with the circles of accounts that pass work among themselves only and use a group's software.

        The quiet accounts of a reseller often pass work to one other account, which is as quiet, and two such accounts
        may be one person's. What tells is how many circles of the log use the software of a group that acts: more than
        chance makes, of all softwares tried, and each four to one not by chance. Its widest group takes them in. Also
        (accounts,) how sure it is at most that each belongs to its group (bits), infinite where this says nothing.
        """
        accounts = len(self.views.exchanges)
        surest = np.full(accounts, np.inf)
        outside = np.ones(accounts, dtype=np.bool_)
        for members in groups:
            outside[members] = False
        circles = PassingCircles.among(self.views, outside)
        out = list(groups)
        if len(circles) == 0:
            return out, surest
        background = self.ties.background(groups)
        by_software: dict[int, list[int]] = defaultdict(list)
        for place in sorted(range(len(groups)), key=lambda place: (-len(groups[place]), int(groups[place][0]))):
            software = self._software(groups[place], background)
            if software is not None:
                by_software[software].append(place)
        luck = 2.0**-self.ties.options.attach_bits / max(1, len(by_software))
        for software, places in sorted(by_software.items()):
            sends, often = self._senders(software, outside)
            # Many send no parameters: a circle sends none when all of its accounts do not.
            using = circles.using(sends, often=often, share=1.0 if software == _SENDING_NONE else self.options.using)
            if using.by_chance > luck or using.bits < self.ties.options.belongs_bits:
                continue
            widest = next((place for place in places[: self.options.most_groups] if self.acts(groups[place])), None)
            if widest is not None:
                joining = circles.of(using.circles)
                surest[joining] = using.bits
                out[widest] = np.unique(np.concatenate([out[widest], joining]))
        return out, surest

    def _senders(self, software: int, outside: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.bool_], float]:
        """(accounts,) who sends a software's request parameters, and what share of those `outside` all groups does."""
        view = next(view for view in self.views.views if view.kind is TokenKind.SETTINGS)
        sends = np.zeros(len(view.known), dtype=np.bool_)
        if software == _SENDING_NONE:
            sends = view.known & (np.diff(view.by_account) == 0)
        else:
            sends[view.holders_of(software)] = True
        return sends, (float((sends & outside).sum()) + 1.0) / (float((view.known & outside).sum()) + 2.0)

    def quiet_part(self, part: Codes, rest: Codes) -> bool:
        """Whether it is no wonder that a part of a group passes nothing to the rest, as whose accounts it asks.

        Null: each account of it passes work as often as the rest does by how much it sends.
        """
        if not self.traits.tell or self.views.passes.all_quiet_by_chance(part, rest) < self.options.quiet_part:
            return False
        acting = rest[self.views.passes.passing(rest)]
        if len(acting) < self.options.least_acting:
            return False
        everybody = np.arange(len(self.views.exchanges), dtype=np.int32)
        others = np.setdiff1d(everybody, np.concatenate([part, rest]), assume_unique=True)
        return self.traits.apart(acting, part, others, ASKED, self.options.unlike) <= self.options.near

    def strangers(self, members: Codes, background: list[Floats]) -> npt.NDArray[np.bool_]:
        """(n,) whom only words tie to a group, where they are too many, or ask otherwise than those who act.

        Nobody where nothing tells the two apart: a slow pool's accounts are seldom limited. Where most of what passes
        is put off, those of them are strangers who ask otherwise, each told by itself.
        """
        nobody = np.zeros(len(members), dtype=np.bool_)
        if not self.traits.tell:
            return nobody
        families = self.ties.families_against(members, members, background)
        by = dict(zip(Family, families >= self.ties.options.speaking_bits, strict=True))
        acting = by[Family.HAND_OFFS] | by[Family.RHYTHM]
        # Who only gives does not act, since others may have gone on with what is its own; it is not quiet, either.
        quiet: npt.NDArray[np.bool_] = ~acting & ~by[Family.THINGS] & ~self.views.passes.passing(members)
        if int(acting.sum()) < 2 or int(quiet.sum()) < self.proposing.least_accounts:  # noqa: PLR2004 - nobody acts
            return nobody
        everybody = np.arange(len(self.views.exchanges), dtype=np.int32)
        others = np.setdiff1d(everybody, members, assume_unique=True)
        if self.puts_off(members):
            return self._far(members, acting, quiet, others)
        return quiet if self._told_apart(members, acting, quiet, others) else nobody

    def _told_apart(self, members: Codes, acting: Flags, quiet: Flags, others: Codes) -> bool:
        """Whether the quiet accounts of a group can be told from those who act, all together."""
        if int(acting.sum()) < self.options.least_acting:
            return False
        if float(quiet.mean()) >= self.options.too_quiet * self.views.passes.quiet_by_chance(members, members):
            return True
        if self.traits.likeness(members[acting], members[quiet], ASKED) >= self.options.unlike:
            return False
        most, told = self.options.near, self.options.unlike
        return not self.traits.near(members[acting], members[quiet], others, most=most, told=told)

    def _far(self, members: Codes, acting: Flags, quiet: Flags, others: Codes) -> Flags:
        """(n,) the quiet accounts that ask no more as one of those who act does than a stranger may.

        A hand that deals out work in several languages puts it off within each: who is limited there is no fair sample
        of its accounts, and the quiet ones are asked about one by one.
        """
        far = quiet.copy()
        chance = self.traits.as_near_by_chance(members[acting], members[quiet], others, self.options.crowd)
        far[quiet] = chance > self.options.as_near
        return far

    def parts(self, members: Codes, stands: Callable[[Codes], bool], background: list[Floats]) -> list[Codes]:
        """The pools that a group really is, the widest first.

        Circles that follow on each other are put together where they act as one, and then where they are alike in what
        they are used for. Whoever is in none goes to the part that it is tied to most. A part that does not `stand`
        alone is none, nor is one that neither passes work nor keeps a pace: its accounts may only ask in a language of
        their own.
        """
        if len(members) < 2 * self.proposing.least_accounts or not self.traits.tell:
            return [members]
        graph = following(self.timelines, members, self.pace) + self._passing(members)
        for _ in range(self.options.looks):
            found = self._divided(members, graph, stands, background)
            if len(found) > 1:
                parts = [part for one in found for part in self.parts(one, stands, background)]
                return sorted(parts, key=lambda part: (-len(part), int(part[0])))
        return [members]

    def _divided(
        self, members: Codes, graph: csr_array, stands: Callable[[Codes], bool], background: list[Floats]
    ) -> list[Codes]:
        """One look for the pools of a group, given who follows on whom in it."""
        least = self.proposing.least_accounts
        found = circles(graph, self.proposing, self.rng, resolutions=(1.0,))
        found.sort(key=lambda circle: (-len(circle), int(circle.min())))
        parts = [np.sort(members[circle]) for circle in found[: self.options.most_circles]]

        def act_as_one(one: Codes, other: Codes) -> float:
            return self._tie(one, other, background)

        speaking = self.ties.options.speaking_bits
        parts = gathered(gathered(parts, act_as_one, speaking), self._alike, self.options.apart)
        # Parts whose pace could not be told are not said to keep another's: nothing is parted without need.
        parts = gathered(parts, lambda one, other: 0.0 if self.together(one, other).tested else 1.0, 1.0)
        parts = [part for part in parts if len(part) >= least and stands(part) and self.acts(part)]
        if len(parts) < 2:  # noqa: PLR2004 - one pool
            return [members]
        rest = np.setdiff1d(members, np.concatenate(parts))
        tied = [
            self.ties.families_against(rest, part, background).sum(axis=0) - self.ties.prior_bits(len(part))
            for part in parts
        ]
        home = np.argmax(tied, axis=0)
        return [np.sort(np.concatenate([part, rest[home == place]])) for place, part in enumerate(parts)]

    def _passing(self, members: Codes) -> csr_array:
        """Members by members: how often work passed between them, as much as so many times one following the other."""
        rows, owner = self.views.passes.between(members, members)
        rows, owner = rows[~self.views.passes.quoted[rows]], owner[~self.views.passes.quoted[rows]]
        taker = np.searchsorted(members, self.views.passes.partner[rows])
        times = self.options.passing * self.views.passes.times[rows].astype(np.float64)
        return csr_array(coo_array((times, (owner, taker)), shape=(len(members), len(members))))

    def _tie(self, one: Codes, other: Codes, background: list[Floats]) -> float:
        """Bits of what makes two parts act as one: work that passes, be it once, what they share, or one pace."""
        rows, _ = self.views.passes.between(one, other)
        if not self.views.passes.quoted[rows].all():
            return np.inf
        ours, theirs = self.ties.shares(one), self.ties.shares(other)
        shared = max(self.ties.shared_bits(one, other, ours, theirs, background, firm=True))
        # What two pools use alike may be bought, where it is one text or thing; what they ask for tells one from the
        # other, and is told closely where it must be held against that.
        bought = shared >= self.ties.options.speaking_bits
        if not bought:
            shared = self.ties.words_bits(one, other, background)
        if shared >= self.ties.options.speaking_bits:
            shared -= max(0.0, bits_of_p(self.traits.likeness(one, other, closely=bought)))
        if shared >= self.ties.options.speaking_bits:
            return shared
        return self.together(one, other).bits

    def _text(self, members: Codes, outside: npt.NDArray[np.bool_]) -> tuple[int, int] | None:
        """The view and place of the text that most of a group sends, if hardly anybody outside all groups does.

        Pieces of one pool must choose the same of several: the one that most accounts send.
        """
        most = self.options.most_strangers * float(outside.sum())
        marks: list[tuple[int, int, int]] = []
        for place, view in enumerate(self.views.views):
            if view.kind not in _TEXTS:
                continue
            for token, share in self.ties.shares(members)[place].items():
                holders = view.holders_of(token)
                if share >= self.options.using and int(outside[holders].sum()) <= most:
                    marks.append((-len(holders), place, token))
        return min(marks)[1:] if marks else None

    def _software(self, members: Codes, background: list[Floats]) -> int | None:
        """The place of the request parameters that most of a group sends, if they are not everybody's."""
        for place, view in enumerate(self.views.views):
            if view.kind is TokenKind.SETTINGS:
                known = members[view.known[members]]
                sending_none = int((np.diff(view.by_account)[known] == 0).sum())
                if sending_none and sending_none >= self.options.using * len(known):
                    return _SENDING_NONE if self.only_passes(members) else None
                shares = self.ties.shares(members)[place]
                token = max(shares, key=lambda token: (shares[token], -token), default=-1)
                if token >= 0 and shares[token] >= self.options.using:
                    common = background[place][token] > self.options.most_users
                    return None if common else token
        return None


def gathered(parts: Sequence[Codes], tie: Callable[[Codes, Codes], float], least: float) -> list[Codes]:
    """Join the two parts that are tied most, again and again, until no two are tied by `least`."""
    live = dict(enumerate(parts))
    ties = {(a, b): tie(live[a], live[b]) for a in live for b in live if a < b}
    while ties:
        a, b = max(ties, key=lambda pair: (ties[pair], -pair[0], -pair[1]))
        if ties[a, b] < least:
            break
        live[a] = np.sort(np.concatenate([live[a], live.pop(b)]))
        ties = {pair: told for pair, told in ties.items() if not {a, b} & set(pair)}
        ties |= {(min(a, c), max(a, c)): tie(live[a], part) for c, part in live.items() if c != a}
    return list(live.values())
