"""One scan's search: what is asked of candidates and of groups, and which of them two families confirm."""

from collections import OrderedDict
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from stillwatch.facts.group import Codes
from stillwatch.facts.token import Family, TokenKind
from stillwatch.link.bystanders import Split, split
from stillwatch.link.candidates import Candidate
from stillwatch.link.choosing import Confirmed
from stillwatch.link.customers import each_customer
from stillwatch.link.dealing import Dealing
from stillwatch.link.family_bits import family_bits
from stillwatch.link.options import LinkOptions
from stillwatch.link.pace import GroupPace
from stillwatch.link.pace_circles import PaceCircle
from stillwatch.link.parting import circles_of_things, passes_apart
from stillwatch.link.rhythm import UNTESTED, Rhythm, group_rhythm, shared_rhythm
from stillwatch.link.speaking import Speakers
from stillwatch.link.ties import NO_PLACE, Place, Ties
from stillwatch.link.timelines import Timelines
from stillwatch.link.traits import Traits
from stillwatch.link.views import Views
from stillwatch.link.work_lists import WorkLists
from stillwatch.stats.calibrate import log2_choose

Floats = npt.NDArray[np.float64]

_KEPT_PACES = 64
"""Paces of groups that are remembered: most are asked for again at once, and each may take some megabytes."""
_KEPT_TESTS = 4096
"""Scheduler tests that are remembered: groups are asked about again as others around them change."""


class Search:
    """One scan's search for groups: the views, the clock of each account, and what is asked of them."""

    def __init__(  # noqa: PLR0913 - the scan, and how to look at it
        self,
        views: Views,
        timelines: Timelines,
        customer: Codes,
        traits: Traits,
        lists: WorkLists,
        options: LinkOptions,
        rng: np.random.Generator,
    ) -> None:
        self.views = views
        self.timelines = timelines
        self.customer = customer
        self.options = options
        self.rng = rng
        self.ties = Ties(views, options.join, self.pace)
        self.background = self.ties.background([])
        """How often accounts hold each token, before any group is known."""
        self.paces: OrderedDict[bytes, GroupPace] = OrderedDict()
        """The paces asked for last, by the members of their groups."""
        self.seed = int(rng.integers(1 << 63))
        self.tested: OrderedDict[bytes, Rhythm] = OrderedDict()
        """The scheduler tests made last, by what was tested."""
        self.speakers = Speakers(views, self.ties, traits, options.speaking)
        self.dealing = Dealing(lists, self.ties, options.join, self.acts)
        self.needed = 0.0
        """Bits that a group's strongest family must show: as many groups were tried as were proposed."""
        self.seconded = 0.0
        """Bits that its second family must show: it is asked of confirmed groups only, which are fewer."""

    def confirm(self, proposed: list[Candidate], paced: list[PaceCircle]) -> list[Confirmed]:
        """Candidates that another family, or their own in other hours, confirms, cut down to their members."""
        self.needed = float(np.log2((len(proposed) + len(paced)) / self.options.alpha))
        self.dealing.needed = self.needed
        kept: list[Confirmed] = []
        quiet: list[Candidate] = []
        for candidate, other in zip(proposed, self._other_families(proposed).tolist(), strict=True):
            if other >= self.needed or self._passes_alone(candidate):
                one = self._cut(candidate)
                if one is not None:
                    kept.append(one)
                    continue
            quiet.append(candidate)
        kept += self._confirm_by_rhythm([one for one in quiet if not one.bundled], kept)
        kept += self._confirm_by_list(quiet, kept)
        for circle in paced:
            found = self._in_pace(circle)
            if found is not None:
                kept.append(found)
        self.seconded = float(np.log2(max(1, len(kept)) / self.options.alpha))
        return self.dealing.surer(kept)

    def _other_families(self, proposed: list[Candidate]) -> Floats:
        """For each candidate, the most bits that a family other than its proposer finds, quickly."""
        if not proposed:
            return np.zeros(0)
        members = np.concatenate([one.members for one in proposed])
        bounds = np.zeros(len(proposed) + 1, dtype=np.int64)
        np.cumsum([len(one.members) for one in proposed], out=bounds[1:])
        proposer = np.array([list(Family).index(one.family) for one in proposed])
        best = np.zeros(len(proposed))
        for place, incidence in enumerate(self.views.views):
            bits = self.views.quick_bits(bounds, members, place)
            foreign = proposer != list(Family).index(incidence.kind.family)
            best = np.where(foreign, np.maximum(best, bits), best)
        if len(self.views.passes.partner):
            for k, one in enumerate(proposed):
                if one.family is not Family.HAND_OFFS:
                    best[k] = max(best[k], float(self.views.passes.bits(one.members, one.members).sum()))
        return best

    def _cut(self, candidate: Candidate) -> Confirmed | None:
        """Members of a candidate, if enough remain and another family still confirms them."""
        proposer = (candidate.view, candidate.token)
        spoken_for = self.speakers.speak(candidate.members, proposer, bundled=candidate.bundled)
        if spoken_for:
            circles = self.speakers.circles_speak(candidate.members)
            one = self._spoken_for(candidate.members, NO_PLACE if circles else proposer)
        elif candidate.bundled:
            return None
        else:
            found = split(self.views, candidate.members, candidate.view, candidate.token, self.options.mixture)
            one = self._members_of(candidate.members, found)
        if one is None or self._passes_alone(candidate):
            return one
        foreign = max(bits for family, bits in self.families(one.members).items() if family is not candidate.family)
        # Choosing k members of n is itself a search among C(n, k) groups, which chance gets for free.
        chosen = log2_choose(len(candidate.members), len(one.members))
        if foreign < self.needed + chosen:
            return None
        few = self.views.passes.few(one.members)
        if spoken_for or not few or not self.speakers.speak(one.members):
            return one
        # These are members by more than what proposed them, which may speak for them now.
        return self._spoken_for(one.members, NO_PLACE) or one

    def _spoken_for(self, members: Codes, proposer: Place) -> Confirmed | None:
        """A group that those who pass work, or one list, speak for, cut down by what hardly anybody outside it shows.

        Within one pool all send the same texts, so that the mixture, which tells members from bystanders, has little
        to tell its accounts by. What proposed the group says nothing of it.
        """
        with self.ties.leaving_out(self.background, members, proposer) as outside:
            bits = self.ties.families_against(members, members, outside).sum(axis=0)
        inside = bits >= self.ties.prior_bits(len(members)) + self.options.join.belongs_bits
        wide = int(inside.sum()) >= self.options.candidates.least_accounts
        return Confirmed(members[inside], bits[inside]) if wide else None

    def _passes_alone(self, candidate: Candidate) -> bool:
        """Whether a circle of hand-offs is so far beyond chance that it is looked at without another family."""
        return candidate.passing and self.strong_passes(candidate.members) >= self.needed + self.options.lone_bits

    def strong_passes(self, members: Codes) -> float:
        """Bits of what strangers hardly ever do: hand-offs other than quotations, where enough accounts take part."""
        bits = self.views.passes.strong_bits(members)
        return min(bits, 0.0) if self.speakers.few_pass(members) else bits

    def _members_of(self, members: Codes, found: Split) -> Confirmed | None:
        """Those whom the mixture and the pace of the rest keep in; None where too few are left."""
        likely = members[found.belongs >= self.options.belongs]
        bits = found.bits + self.pace(members, likely)
        inside = bits >= self.options.least_member_bits
        if int(inside.sum()) < self.options.candidates.least_accounts:
            return None
        return Confirmed(members[inside], bits[inside])

    def _in_pace(self, circle: PaceCircle) -> Confirmed | None:
        """Accounts that keep one pace in the other hours, too, or that another family confirms; told from those around.

        The circle was found by how often they follow on each other, so those hours cannot say whether that was luck;
        crews among all users of a software can.
        """
        if circle.proven is None or circle.proven < -np.log2(self.options.alpha):
            parts = self._customers(circle.members)
            again = group_rhythm(circle.other_hours, parts, self.options.rhythm, self.rng).bits
            if again < self.needed and max(self.families(circle.members).values()) < self.needed:
                return None
        members = circle.members
        bits, inside = np.zeros(0), np.zeros(0, dtype=np.bool_)
        for _ in range(self.options.pace.rounds):
            with self.ties.leaving_out(self.background, members) as outside:
                bits = self.ties.families_against(circle.near, members, outside).sum(axis=0)
            inside = bits >= self.ties.prior_bits(len(members)) + self.options.join.belongs_bits
            if int(inside.sum()) < self.options.candidates.least_accounts:
                return None
            settled = np.array_equal(circle.near[inside], members)
            members = circle.near[inside]
            if settled:
                break
        return Confirmed(members, bits[inside])

    def _confirm_by_rhythm(self, quiet: list[Candidate], kept: list[Confirmed]) -> list[Confirmed]:
        """Candidates that only one scheduler ties together besides what proposed them."""
        if Family.RHYTHM not in self.options.families:
            return []
        fresh = self._fresh(quiet, kept)
        fresh.sort(key=lambda one: (-self.timelines.exchanges(one.members), one.members.tobytes()))
        found = []
        for candidate in fresh[: self.options.rhythm_tests]:
            rhythm = group_rhythm(self.timelines, self._customers(candidate.members), self.options.rhythm, self.rng)
            if rhythm.bits >= self.needed:
                fitted = split(self.views, candidate.members, candidate.view, candidate.token, self.options.mixture)
                cut = self._members_of(candidate.members, fitted)
                if cut is not None:
                    found.append(cut)
        return found

    def _confirm_by_list(self, quiet: list[Candidate], kept: list[Confirmed]) -> list[Confirmed]:
        """Circles of words whose accounts' requests are drawn from one list of texts."""
        wide = [one for one in quiet if one.family is Family.WORDS and one.view < 0]
        fresh = [one for one in self._fresh(wide, kept) if len(one.members) >= self.options.lists.least_accounts]
        fresh.sort(key=lambda one: (-len(one.members), one.members.tobytes()))
        found = []
        for candidate in fresh[: self.options.lists.tests]:
            members = self.dealing.circle(candidate.members)
            if members is None:
                continue
            cut = self._spoken_for(members, NO_PLACE)
            if cut is None or not self.dealing.has_list(cut.members):
                # What each sends of it may be in few others' requests, where all of them draw from it.
                cut = Confirmed(members, self.dealing.bits(members))
            found.append(cut)
        return found

    def _fresh(self, some: list[Candidate], kept: list[Confirmed]) -> list[Candidate]:
        """Those of some candidates that are not mostly within one confirmed group already."""
        least = self.options.overlap * np.array([len(one.members) for one in some])
        inside = most_in_one([one.members for one in some], [one.members for one in kept], len(self.views.exchanges))
        return [one for one, within in zip(some, (inside < least).tolist(), strict=True) if within]

    def families(self, members: Codes) -> dict[Family, float]:
        """Bits of the families that speak through accounts (rhythm speaks through the group).

        Request parameters help to tell members from bystanders, but confirm nothing: colleagues use one software.
        """
        out: dict[Family, float] = {}
        for family in (Family.THINGS, Family.WORDS):
            kinds = [
                (view.kind, self.views.group_bits(members, place))
                for place, view in enumerate(self.views.views)
                if view.kind.family is family and view.kind is not TokenKind.SETTINGS
            ]
            out[family] = family_bits(kinds)
        out[Family.HAND_OFFS] = self.views.passes.passed_in(members, few=self.speakers.few_pass(members))
        return out

    def proven(self, members: Codes) -> dict[Family, float]:
        """`families` as they are reported: what a few accounts pass to and fro proves nothing about a whole group."""
        out = self.families(members)
        few = self.speakers.few_pass(members)
        return out | {Family.HAND_OFFS: self.views.passes.passed_within(members, few=few)}

    def stands(self, members: Codes) -> bool:
        """Whether at least two families are beyond chance for a group."""
        families = self.families(members)
        return self.enough(members, families, UNTESTED) or self.enough(members, families, self.rhythm(members))

    def acts(self, members: Codes) -> bool:
        """Whether work that passes within a group, or its pace, is beyond chance."""
        return self.strong_passes(members) >= self.seconded or self.rhythm(members).bits >= self.seconded

    def only_passes(self, members: Codes) -> bool:
        """Whether a group shares nothing, and its pace is not beyond chance: only hand-offs can tie it."""
        families = self.families(members)
        shared = max(families[Family.THINGS], families[Family.WORDS])
        return shared < self.options.join.speaking_bits and self.rhythm(members).bits < self.seconded

    def enough(self, members: Codes, families: dict[Family, float], rhythm: Rhythm) -> bool:
        """Whether two families are beyond chance, or one that strangers do not show and far beyond it.

        Where words alone tie a group, it must be drawn from one list.
        """
        passed = self.strong_passes(members)
        lone = max(passed, rhythm.bits) - self.options.lone_bits
        told = dict(families)
        if passed < self.seconded:
            told[Family.HAND_OFFS] -= self.options.quoted_bits
        if max(told[Family.WORDS], rhythm.bits) < self.seconded and self._only_pairs(members):
            return False
        second, first = sorted((*told.values(), rhythm.bits))[-2:]
        if (first >= self.needed and second >= self.seconded) or lone >= self.needed:
            return True
        return told[Family.WORDS] >= self.needed and self.dealing.has_list(members)

    def _only_pairs(self, members: Codes) -> bool:
        """Whether neither a thing nor work that passes ties a third account to any two: persons with two accounts each.

        All that ties their accounts to each other's may then be a habit that many have.
        """
        rows, owner = self.views.passes.between(members, members)
        strong = ~self.views.passes.quoted[rows]
        partner = np.searchsorted(members, self.views.passes.partner[rows[strong]])
        n = len(members)
        row = np.concatenate([np.arange(n), owner[strong]])
        column = np.concatenate([n + circles_of_things(self.views, members), partner])
        ties = coo_array((np.ones(len(row), dtype=np.int8), (row, column)), shape=(2 * n, 2 * n))
        label = connected_components(ties, directed=False)[1][:n]
        return int(np.bincount(label).max()) <= 2  # noqa: PLR2004 - a pair

    def pace(self, accounts: Codes, members: Codes, firm: bool = False) -> Floats:  # noqa: FBT001, FBT002 - see `Pace`
        """What the rhythm of each account says for its being one of a group, or what of it is firm, in bits."""
        if len(accounts) == 0 or len(members) == 0 or Family.RHYTHM not in self.options.families:
            return np.zeros(len(accounts))
        name = members.tobytes()
        if name not in self.paces:
            parts = self._customers(members)
            self.paces[name] = GroupPace.of(
                self.timelines, members, self.options.rhythm, self.customer if len(parts) < len(members) else None
            )
            if len(self.paces) > _KEPT_PACES:
                self.paces.popitem(last=False)
        self.paces.move_to_end(name)
        return self.paces[name].bits(accounts, firm=firm)

    def together(self, one: Codes, other: Codes) -> float:
        """Bits of one scheduler behind two groups, or of one list that both are dealt their work from."""
        paced = self.one_pace(one, other).bits
        if paced >= self.options.join.speaking_bits:
            return paced
        if passes_apart(self.views, one, other) >= self.options.pools.apart_bits:
            return paced
        return max(paced, self.dealing.drawn(np.sort(np.concatenate([one, other]))).bits)

    def one_pace(self, one: Codes, other: Codes) -> Rhythm:
        """The scheduler test of two sets of accounts, each moved as a whole."""
        if Family.RHYTHM not in self.options.families:
            return UNTESTED
        return self._tested([one, other], surely=False)

    def rhythm(self, members: Codes) -> Rhythm:
        """The scheduler test of a group, as sure as what is kept by it must be."""
        if len(members) < self.options.candidates.least_accounts or Family.RHYTHM not in self.options.families:
            return UNTESTED
        return self._tested(self._customers(members), surely=True)

    def _customers(self, members: Codes) -> list[Codes]:
        """The parts of a group's scheduler test: the accounts of each customer, or each account."""
        return each_customer(members, self.customer, self.options.most_of_one_customer)

    def _tested(self, parts: Sequence[Codes], *, surely: bool) -> Rhythm:
        """A scheduler test by chance that hangs on what is tested alone: asked again, it gives the same answer."""
        name = blake2b(b"|".join(part.tobytes() for part in parts), digest_size=16).digest()
        if name not in self.tested:
            rng = np.random.default_rng([self.seed, int.from_bytes(name)])
            self.tested[name] = shared_rhythm(self.timelines, parts, self.options.rhythm, rng, surely=surely)
            if len(self.tested) > _KEPT_TESTS:
                self.tested.popitem(last=False)
        self.tested.move_to_end(name)
        return self.tested[name]


def most_in_one(some: Sequence[Codes], kept: Sequence[Codes], accounts: int) -> npt.NDArray[np.int64]:
    """(len(some),) how many accounts of each set are in one of the sets kept, the one that has most of them."""
    if not some or not kept:
        return np.zeros(len(some), dtype=np.int64)
    both = _by_account(some, accounts) @ _by_account(kept, accounts).T
    return np.asarray(both.max(axis=1).todense(), dtype=np.int64).ravel()


def _by_account(groups: Sequence[Codes], accounts: int) -> csr_array:
    """(groups, accounts): 1 where a group has an account."""
    bounds = np.concatenate([[0], np.cumsum([len(members) for members in groups])])
    members = np.concatenate(groups)
    return csr_array((np.ones(len(members), dtype=np.int32), members, bounds), shape=(len(groups), accounts))
