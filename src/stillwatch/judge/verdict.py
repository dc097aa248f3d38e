"""The verdict on one group: which evidence counts after honest explanations, and how far it may carry."""

import math
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from stillwatch.facts.campaign import Tier
from stillwatch.facts.group import FEW, Group
from stillwatch.facts.roster import Roster
from stillwatch.facts.token import Family, TokenKind
from stillwatch.facts.traffic import Traffic
from stillwatch.judge.explanations import ExplanationOptions, Found, could_be_people, find_explanations
from stillwatch.judge.victims import VictimOptions
from stillwatch.stats.calibrate import MOST_BITS, expected_by_chance


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgeOptions:
    """How sure a verdict must be."""

    explanations: ExplanationOptions = field(default_factory=ExplanationOptions)
    victims: VictimOptions = field(default_factory=VictimOptions)
    alpha: float = 1e-3
    """A family is beyond chance when all groups tried would show its evidence less often than this, together."""
    telling: frozenset[Family] = frozenset({Family.HAND_OFFS, Family.RHYTHM})
    """Families of what accounts do together, of which one is needed to act, and which a person should look at even when
    honest explanations account for all else: strangers hardly ever pass work to each other or keep each other's pace,
    whatever they share."""
    core_share: float = 0.5
    """A group has a core that shows more than hand-offs when this share of those who do not only give does. On
    development ranges 0.8 to 1.0 of a relay's accounts did, whose customers do not, and 0.3 to 0.4 of a reseller's,
    most of which have little traffic."""
    most_customers_alike: float = 0.5
    """Where more than this share of those who only give use the group's software, they are no customers of it by that:
    a relay's customers use what they like."""
    nearly_all: float = 0.9
    """Where nearly all members show more than hand-offs, whoever does not is out of line even if it took work over;
    where fewer do, only who gave and never took is. On ten development ranges 0.93 to 1.0 of a relay's accounts show
    more, and 0.82 of a reseller's that kept one pace, ten of whose others had taken work over."""
    customers_pass: float = 0.25
    """... unless it passes so much of what it sends on or takes it over, by its own deed: a customer has traffic of its
    own. On two looked-at ranges of level 3 a relay's accounts that show nothing else pass 0.26 of theirs and more, its
    customers who send ten requests and more 0.17 and less."""
    families_to_act: int = 2
    """Independent families that must each be beyond chance before anything may be enforced (law 1)."""
    least_to_review: int = FEW
    """A group of fewer accounts is watched, whatever it shows (accounts)."""
    least_known: float = 0.5
    """Share of a group's accounts that the accounts table must know before the group may reach `act`."""
    act_confidence: float = 0.999
    """Members less sure than this stay at `review` when their campaign reaches `act`: at most one in a thousand honest
    accounts may come there. On six ranges of levels 0 to 4 it moves one account of 1,474; of the honest ones that came
    to `act` beside throw-aways, one with 0.991."""
    choice_bits: float = 10.0
    """What hand-offs or rhythm count less for where nothing else speaks against chance, since a group may have been
    looked for by them (bits): as much as such a group must show beyond others to be kept."""
    own_work: float = 0.15
    """A group that only shares goes no further than watch where its accounts' words differ so much (intraclass
    correlation): each has work of its own, and nothing that they do together says that it is dealt out. Of groups that
    came to review by sharing alone on looked-at logs five campaigns' had 0.03 and less, three of people 0.16 and more;
    two pools of one campaign that do different work have 0.12 (DESIGN)."""
    list_passes: int = 2
    """A list is looked at where what failed is also asked again between so many pairs of its accounts, less those that
    pass what was put off the wrong way round, since chance makes both: users of one harness, people who write one
    language and firms that work through the same documents draw from one stock, too. Of 19 lists of honest people on
    looked-at logs without a campaign, which others composed, one has two such pairs, and four the wrong way round; of
    four campaigns' that nothing but a list ties, on logs of the same simulators, two have two, and ten less five."""
    lists_by_chance: float = 0.2
    """Campaigns that a log of honest traffic shows by such a list alone, at most, whatever its bits say: none of 18
    looked-at logs without a campaign had one (the rule of three)."""
    lone_sharing_bits: float = 20.0
    """A member that only shares things and words with a campaign at `act`, and is tied in by nothing that it does
    itself, stays at `review` with less evidence than this: neighbours share a card and a tool, too."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One family's evidence after explanations."""

    family: Family
    bits: float
    beyond: bool
    """Beyond chance as found."""
    counts: bool
    """Still beyond chance after what honest explanations account for."""
    neutralised_by: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is concluded about a group, before it is put into words."""

    tier: Tier | None
    """None: the group has an honest explanation and accuses nobody."""
    weighed: tuple[Weighed, ...]
    explanations: tuple[Found, ...]
    expected_by_chance: float
    telling: bool
    """Whether a family of what accounts do together counts, beside what they share."""
    drawn: bool
    """Whether words count, and all that the accounts send is drawn from one list: a person should look."""
    own_work: bool
    """Whether the accounts only share, and each asks for things of its own: that keeps the group at `watch`."""
    few: bool
    """Whether the group has too few accounts to look into: that keeps it at `watch`."""
    registered: npt.NDArray[np.bool_]
    """(n,) members of registered use: exempt whatever the group is."""


def judge_group(group: Group, roster: Roster, traffic: Traffic, options: JudgeOptions) -> Verdict:
    """Weigh one group. Nationality, language, country and time zone are not read here (law 2)."""
    needed = math.log2(max(1, group.tries) / options.alpha)
    acts = any(one.bits >= needed for one in group.strands if one.family in options.telling)
    most_of = options.explanations.most_of if acts else options.explanations.most_of_sharing
    found = find_explanations(group, roster, traffic, replace(options.explanations, most_of=most_of))
    confirmed = max(one.bits for one in group.strands) >= needed
    least = group.seconded if confirmed else needed
    weighed = tuple(_weigh(group, family, found, least) for family in Family)
    counting = _independent({one.family for one in weighed if one.counts}, group, least, options)
    telling = [one for one in weighed if one.counts and one.family in options.telling]
    alone = any(one.bits >= needed for one in telling if one.family is not Family.HAND_OFFS)
    alone |= bool(telling) and group.strong_passes >= needed
    words = next(one for one in weighed if one.family is Family.WORDS)
    drawn = words.counts and group.drawn.bits >= needed
    again = sum(max(0, one.pairs - one.backwards) for one in group.passings if one.failed)
    drawn &= again >= options.list_passes
    drawn &= not could_be_people(group, roster, traffic, options.explanations)
    own_work = not telling and group.sameness >= options.own_work  # not where it is unknown
    few = len(group.members) < options.least_to_review
    registered = np.array([bool(v) for v in roster.column("authorised_use").take(group.members).to_pylist()])
    tier: Tier | None
    if counting == 0:
        tier = None
    elif few:
        tier = Tier.WATCH
    elif counting < options.families_to_act:
        tier = Tier.REVIEW if alone or (drawn and not own_work) else Tier.WATCH
    elif not telling:
        # Things and words are also what an agency, an office and a common tool share.
        tier = Tier.WATCH if own_work else Tier.REVIEW
    elif float(roster.known[group.members].mean()) < options.least_known:
        tier = Tier.REVIEW  # authorised use could not be looked up, and it comes first (law 3)
    elif not group.passes_work and all(one.family is Family.HAND_OFFS for one in telling):
        tier = Tier.REVIEW  # whoever asks for the same things finds the answers of others in them, members or not
    elif could_be_people(group, roster, traffic, options.explanations):
        tier = Tier.REVIEW  # the log is too short to tell a class or an office from a campaign on one network
    else:
        tier = Tier.ACT
    claims = [one.no_further for one in found if one.no_further and not (one.of_sharing_only and telling)]
    if tier is not None:
        tier = min([tier, *claims])
    # The family that proposed the group is not evidence against chance: the strongest one is left out, unless it is so
    # strong that the group was kept for it alone. A family's bits are sums over accounts under a model of strangers,
    # and no family is believed further than any one test is.
    found_bits = {one.family: min(one.bits, MOST_BITS) for one in weighed}
    others = sum(sorted((bits for bits in found_bits.values() if bits > 0.0), reverse=True)[1:])
    others += min(group.drawn.bits, MOST_BITS) if drawn else 0.0
    alone_bits = max(found_bits[Family.RHYTHM], min(found_bits[Family.HAND_OFFS], group.strong_passes))
    by_chance = expected_by_chance(max(others, alone_bits - options.choice_bits), group.tries)
    if drawn and counting == 1:
        by_chance = max(by_chance, options.lists_by_chance)
    return Verdict(tier, weighed, tuple(found), by_chance, bool(telling), drawn, own_work, few, registered)


def _independent(counts: set[Family], group: Group, least: float, options: JudgeOptions) -> int:
    """How many of the families that count are no other's event.

    An answer that is sent on at once is one event: its start follows the other's end. What else passes is not asked of
    the rhythm (`hand_offs`).
    """
    only_quoted = options.telling <= counts and group.strong_passes < least
    return len(counts) - only_quoted


def _weigh(group: Group, family: Family, found: list[Found], needed: float) -> Weighed:
    bits = group.strand(family)
    beyond = bits >= needed
    by = next((one.explanation.name for one in found if family in one.families), None)
    if by is not None:
        return Weighed(family, bits, beyond, counts=False, neutralised_by=by)
    if family is Family.THINGS:
        gone = frozenset[TokenKind]().union(*(one.kinds for one in found))
        strand = next(one for one in group.strands if one.family is Family.THINGS)
        left = bits - sum(value for kind, value in strand.kinds if kind in gone)
        if left < needed <= bits:
            name = next(one.explanation.name for one in found if one.kinds)
            return Weighed(family, bits, beyond, counts=False, neutralised_by=name)
    return Weighed(family, bits, beyond, counts=beyond, neutralised_by=None)
