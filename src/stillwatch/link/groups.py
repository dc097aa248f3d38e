"""From ties to groups: propose generously, confirm by another family, prune account by account, join what is one."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from stillwatch.facts.group import Codes, Linked
from stillwatch.facts.roster import Roster
from stillwatch.facts.token import Family, TokenKind
from stillwatch.facts.traffic import Traffic
from stillwatch.link.candidates import Candidate, CandidateOptions, candidates
from stillwatch.link.choosing import Confirmed
from stillwatch.link.customers import between_customers, customers, each_customer, own_pairs, payers
from stillwatch.link.describe import Scene, describe
from stillwatch.link.hand_offs import HandOffOptions, HandOffs, hand_offs
from stillwatch.link.joining import Joiner
from stillwatch.link.mixture import MixtureOptions, Split, Views, family_bits, split
from stillwatch.link.pace import GroupPace
from stillwatch.link.pace_circles import PaceCircle, PaceOptions, pace_circles
from stillwatch.link.pools import PoolOptions, Pools
from stillwatch.link.rhythm import UNTESTED, Rhythm, RhythmOptions, Timelines, group_rhythm, shared_rhythm
from stillwatch.link.shared_things import ThingOptions, shared_things
from stillwatch.link.shared_words import WordOptions, shared_words
from stillwatch.link.ties import JoinOptions, Ties
from stillwatch.link.traits import Trait, Traits
from stillwatch.stats.calibrate import log2_choose

Floats = npt.NDArray[np.float64]

_KEPT_PACES = 64
"""Paces of groups that are remembered: most are asked for again at once, and each may take some megabytes."""
_KEPT_TESTS = 4096
"""Scheduler tests that are remembered: groups are asked about again as others around them change."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkOptions:
    """Every option of the step, by the file that owns it, and how sure a group must be before it is kept."""

    things: ThingOptions = field(default_factory=ThingOptions)
    words: WordOptions = field(default_factory=WordOptions)
    hand_offs: HandOffOptions = field(default_factory=HandOffOptions)
    candidates: CandidateOptions = field(default_factory=CandidateOptions)
    mixture: MixtureOptions = field(default_factory=MixtureOptions)
    rhythm: RhythmOptions = field(default_factory=RhythmOptions)
    pace: PaceOptions = field(default_factory=PaceOptions)
    families: frozenset[Family] = frozenset(Family)
    """The families of evidence that are looked for: all of them, but where the worth of each is measured."""
    alpha: float = 1e-3
    """A family is beyond chance when all groups tried would show its evidence less often than this, together."""
    lone_bits: float = 10.0
    """Hand-offs or rhythm that exceed what one family needs by this much are worth a person's look by themselves
    (bits): a thousand to one beyond what all groups tried show by chance. Nothing is enforced on one family (law 1)."""
    belongs: float = 0.5
    """An account is a member when it belongs more likely than not."""
    rhythm_tests: int = 250
    """Candidates without another tie that are tested for a scheduler, largest traffic first (bounds the time)."""
    overlap: float = 0.5
    """A candidate of which this share is in confirmed groups already needs no test for a scheduler."""
    join: JoinOptions = field(default_factory=JoinOptions)
    pools: PoolOptions = field(default_factory=PoolOptions)
    least_passing: int = 8
    """So many accounts that pass work within a group, by more than quotations, ..."""
    passing_like: float = 0.1
    """... and this share of it speak for the others, where these ask for the same as they do, ..."""
    own_text: float = 0.5
    """... and this share of the group sends a text ..."""
    most_others: float = 0.1
    """... that at most so many others send, as a share of those of the group who do."""
    own_kinds: int = 2
    """Two accounts that share this many kinds of things with nobody else are one customer's: what passes between them
    says nothing of others."""
    most_unnamed: int = 4
    """So many accounts on one card that name no organisation are taken for one customer's keys; published campaigns
    have 5 to 30 accounts on one."""
    most_of_one_customer: float = 0.8
    """Where one customer has at most this share of a group, its accounts are moved together in the scheduler test, so
    that what its own jobs do is no evidence against other customers."""
    least_member_bits: float = 3.0
    """A member needs this much evidence of its own beside what proposed the group: knowing nothing ties nobody."""


def find_groups(traffic: Traffic, roster: Roster, options: LinkOptions, rng: np.random.Generator) -> Linked:
    """Every group that two families of evidence confirm, each account in at most one."""
    if len(roster) < options.candidates.least_accounts:
        return Linked()
    incidences = shared_things(traffic, roster, options.things) if Family.THINGS in options.families else []
    incidences += shared_words(traffic, roster, options.words) if Family.WORDS in options.families else []
    passed = hand_offs(traffic, roster, options.hand_offs) if Family.HAND_OFFS in options.families else HandOffs.none()
    payer = payers(incidences, len(roster))
    passed = between_customers(passed, own_pairs(incidences, payer, options.own_kinds), len(roster))
    proposed = candidates(incidences, passed, len(roster), options.candidates, rng)
    timelines = Timelines(traffic, roster)
    owner = roster.column("organisation").dictionary_encode().indices.fill_null(-1).to_numpy()
    customer = customers(payer, owner.astype(np.int32), options.most_unnamed)
    views, traits = (
        Views(incidences, passed, traffic.activity.exchanges),
        Traits(traffic.activity, options.pools.traits, rng),
    )
    search = _Search(views, timelines, customer, traits, options, rng)
    paced: list[PaceCircle] = []
    if Family.RHYTHM in options.families:
        paced += pace_circles(incidences, timelines, options.pace, options.candidates, options.rhythm, rng)
    tries = len(proposed) + len(paced)
    if tries == 0:
        return Linked()
    least = options.candidates.least_accounts
    pools = Pools(
        search.views, timelines, traits, search.ties, search.one_pace,
        search.acts, search.only_passes, options.pools, options.pace, options.candidates, rng,
    )  # fmt: skip
    joiner = Joiner(search.views, options.join, options.mixture, search.together, search.stands, search.pace, pools)
    registered = roster.column("authorised_use").is_valid().to_numpy(zero_copy_only=False)
    joined = joiner.join(search.confirm(proposed, paced), least, registered)
    kept = [
        (one, families, rhythm)
        for one in joined
        if search.enough(one.members, families := search.proven(one.members), rhythm := search.rhythm(one.members))
    ]
    scene = Scene(traffic, roster, search.views, passed)
    groups = tuple(
        describe(
            scene,
            members=one.members,
            confidence=confidence_of(one.bits, joiner.ties.prior_bits(len(one.members))),
            bits=one.bits,
            speaking=np.zeros((len(Family), len(one.members)), bool) if one.speaking is None else one.speaking,
            faint=np.zeros(len(one.members), dtype=np.int64) if one.faint is None else one.faint,
            gave=np.zeros(len(one.members), dtype=np.bool_) if one.gave is None else one.gave,
            families=families,
            rhythm=rhythm,
            tries=tries,
            seconded=search.seconded,
            strong_passes=search.strong_passes(one.members),
            hand=one.hand,
        )
        for one, families, rhythm in kept
    )
    return Linked(groups=groups, tries=tries)


def confidence_of(bits: Floats, prior_bits: float) -> Floats:
    """Probability that an account belongs, from its evidence in bits and what stands against it beforehand."""
    confidence: Floats = 1.0 / (1.0 + 2.0 ** -np.clip(bits - prior_bits, -20.0, 20.0))
    return confidence


class _Search:
    """One scan's search for groups: the views, the clock of each account, and what is asked of them."""

    def __init__(  # noqa: PLR0913 - the scan, and how to look at it
        self,
        views: Views,
        timelines: Timelines,
        customer: Codes,
        traits: Traits,
        options: LinkOptions,
        rng: np.random.Generator,
    ) -> None:
        self.views = views
        self.timelines = timelines
        self.customer = customer
        self.traits = traits
        self.options = options
        self.rng = rng
        self.ties = Ties(views, options.join, options.mixture, self.pace)
        self.background = self.ties.background([])
        """How often accounts hold each token, before any group is known."""
        self.paces: OrderedDict[bytes, GroupPace] = OrderedDict()
        """The paces asked for last, by the members of their groups."""
        self.seed = int(rng.integers(1 << 63))
        self.tested: OrderedDict[bytes, Rhythm] = OrderedDict()
        """The scheduler tests made last, by what was tested."""
        self.few: OrderedDict[bytes, bool] = OrderedDict()
        """Of the groups asked about last, whether too few pass work within them."""
        self.needed = 0.0
        """Bits that a group's strongest family must show: as many groups were tried as were proposed."""
        self.seconded = 0.0
        """Bits that its second family must show: it is asked of confirmed groups only, which are fewer."""

    def confirm(self, proposed: list[Candidate], paced: list[PaceCircle]) -> list[Confirmed]:
        """Candidates that another family, or their own in other hours, confirms, cut down to their members."""
        self.needed = float(np.log2((len(proposed) + len(paced)) / self.options.alpha))
        kept: list[Confirmed] = []
        quiet: list[Candidate] = []
        for candidate, other in zip(proposed, self._other_families(proposed).tolist(), strict=True):
            if other >= self.needed or self._passes_alone(candidate):
                one = self._cut(candidate)
                if one is not None:
                    kept.append(one)
                    continue
            quiet.append(candidate)
        kept += self._confirm_by_rhythm(quiet, kept)
        for circle in paced:
            found = self._in_pace(circle)
            if found is not None:
                kept.append(found)
        self.seconded = float(np.log2(max(1, len(kept)) / self.options.alpha))
        return kept

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
        if len(self.views.partner):
            for k, one in enumerate(proposed):
                if one.family is not Family.HAND_OFFS:
                    best[k] = max(
                        best[k], float(self.views.pass_bits(one.members, one.members, self.options.mixture).sum())
                    )
        return best

    def _cut(self, candidate: Candidate) -> Confirmed | None:
        """Members of a candidate, if enough remain and another family still confirms them."""
        found = split(self.views, candidate.members, candidate.view, candidate.token, self.options.mixture)
        one = self._members_of(candidate.members, found)
        if one is None:
            return None
        if self._passes_alone(candidate):
            return one
        foreign = max(bits for family, bits in self.families(one.members).items() if family is not candidate.family)
        # Choosing k members of n is itself a search among C(n, k) groups, which chance gets for free.
        chosen = log2_choose(len(candidate.members), len(one.members))
        if foreign < self.needed + chosen:
            return None
        return self._spoken_for(one) if self.views.few_pass(one.members, self.options.mixture) else one

    def _spoken_for(self, one: Confirmed) -> Confirmed:
        """A group of which few pass work and speak for the others, by what hardly anybody outside it shows.

        Within a slow pool all send the same texts, so that the mixture, which tells members from bystanders, has little
        to tell its accounts by.
        """
        if self.few_pass(one.members):
            return one
        with self.ties.leaving_out(self.background, one.members) as outside:
            bits = self.ties.families_against(one.members, one.members, outside).sum(axis=0)
        inside = bits >= self.ties.prior_bits(len(one.members)) + self.options.join.belongs_bits
        wide = int(inside.sum()) >= self.options.candidates.least_accounts
        return Confirmed(one.members[inside], bits[inside]) if wide else one

    def _passes_alone(self, candidate: Candidate) -> bool:
        """Whether a circle of hand-offs is so far beyond chance that it is looked at without another family."""
        return candidate.passing and self.strong_passes(candidate.members) >= self.needed + self.options.lone_bits

    def strong_passes(self, members: Codes) -> float:
        """Bits of what strangers hardly ever do: hand-offs other than quotations, where enough accounts take part."""
        bits = float(self.views.pass_bits(members, members, self.options.mixture, quotations=False).sum())
        return min(bits, 0.0) if self.few_pass(members) else bits

    def few_pass(self, members: Codes) -> bool:
        """Whether too few accounts pass work within a group to speak for all of them.

        A slow pool's accounts are seldom limited, so that few ever pass anything. They speak for the others where most
        send a text that few others do and nothing in what these ask tells them apart: a public text has users
        who ask alike, too.
        """
        if not self.views.few_pass(members, self.options.mixture):
            return False
        name = members.tobytes()
        if name not in self.few:
            passes = self.views.passing(members)
            enough = int(passes.sum()) >= max(self.options.least_passing, self.options.passing_like * len(members))
            self.few[name] = not (
                enough
                and self.traits.tell
                and self._send_own_text(members)
                and self.traits.likeness(members[passes], members[~passes], but=frozenset({Trait.VOLUME}))
                >= self.options.pools.alike
            )
            if len(self.few) > _KEPT_TESTS:
                self.few.popitem(last=False)
        return self.few[name]

    def _send_own_text(self, members: Codes) -> bool:
        """Whether most of a group send a text that few others do, by number."""
        inside = np.zeros(len(self.views.exchanges), dtype=np.bool_)
        inside[members] = True
        for view, shares in zip(self.views.views, self.ties.shares(members), strict=True):
            if view.kind.family is not Family.WORDS or view.kind is TokenKind.SETTINGS:
                continue
            for token, share in shares.items():
                outside = int((~inside[view.holders_of(token)]).sum())
                if share >= self.options.own_text and outside <= self.options.most_others * share * len(members):
                    return True
        return False

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
        taken = np.zeros(len(self.views.exchanges), dtype=np.bool_)
        for one in kept:
            taken[one.members] = True
        fresh = [one for one in quiet if float(taken[one.members].mean()) < self.options.overlap]
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
        out[Family.HAND_OFFS] = self.views.passed_in(members, self.options.mixture, few=self.few_pass(members))
        return out

    def proven(self, members: Codes) -> dict[Family, float]:
        """`families` as they are reported: what a few accounts pass to and fro proves nothing about a whole group."""
        out = self.families(members)
        few = self.few_pass(members)
        return out | {Family.HAND_OFFS: self.views.passed_within(members, self.options.mixture, few=few)}

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
        """Whether two families are beyond chance, or one that strangers do not show and far beyond it."""
        lone = max(self.strong_passes(members), rhythm.bits) - self.options.lone_bits
        second, first = sorted((*families.values(), rhythm.bits))[-2:]
        return (first >= self.needed and second >= self.seconded) or lone >= self.needed

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
        """Bits of one scheduler behind two groups."""
        return self.one_pace(one, other).bits

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
