"""From ties to groups: propose generously, confirm by another family, prune account by account, join what is one."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from stillwatch.facts.group import Linked
from stillwatch.facts.holdings import Holdings
from stillwatch.facts.roster import Roster
from stillwatch.facts.token import Family, TokenKind
from stillwatch.facts.traffic import Traffic
from stillwatch.link.candidates import candidates
from stillwatch.link.company import Company
from stillwatch.link.describe import Scene, describe
from stillwatch.link.echoes import Echoes
from stillwatch.link.evidence import Evidence
from stillwatch.link.joining import Joiner
from stillwatch.link.options import LinkOptions
from stillwatch.link.pace_circles import PaceCircle, pace_circles
from stillwatch.link.pools import Pools
from stillwatch.link.search import Search
from stillwatch.link.traits import Traits
from stillwatch.link.views import Views
from stillwatch.link.work_lists import WorkLists

Floats = npt.NDArray[np.float64]


def find_groups(traffic: Traffic, roster: Roster, options: LinkOptions, rng: np.random.Generator) -> Linked:
    """Every group that two families of evidence confirm, each account in at most one.

    Registered accounts are looked at among themselves: they never lend their evidence to others (law 3), nor do they
    make what a campaign sends look common.
    """
    if len(roster) < options.candidates.least_accounts:
        return Linked()
    evidence = Evidence.of(traffic, roster, options)
    registered = roster.column("authorised_use").is_valid().to_numpy(zero_copy_only=False)
    if not registered.any():
        return _groups_of(evidence, options, rng)
    others = _groups_of(evidence.among(~registered, ~registered), options, rng)
    # A few registered accounts have all in common: they stand out among everybody, not among themselves.
    exempt = _groups_of(evidence.among(registered, np.ones_like(registered)), options, rng)
    hands = 1 + max((group.hand for group in others.groups), default=-1)
    groups = (*others.groups, *(replace(group, hand=group.hand + hands) for group in exempt.groups))
    return Linked(groups=groups, tries=others.tries + exempt.tries)


def _groups_of(evidence: Evidence, options: LinkOptions, rng: np.random.Generator) -> Linked:
    """The groups that some evidence shows."""
    incidences, passed, timelines = evidence.incidences, evidence.passed, evidence.timelines
    traffic, roster = evidence.traffic, evidence.roster
    proposed = candidates(incidences, passed, len(roster), options.candidates, rng)
    echoes = Echoes.of(evidence.echoed, len(roster))
    views = Views(
        incidences, passed, traffic.activity.exchanges, echoes, evidence.customer, options.most_of_one_customer,
        options.passes, options.milieu,
    )  # fmt: skip
    software = next((view for view in incidences if view.kind is TokenKind.SETTINGS), None)
    traits = Traits(traffic.activity, options.pools.traits, rng, software)
    paces = Family.RHYTHM in options.families  # interchangeable traffic is of this family
    phrases = traffic.phrases if paces else Holdings.empty()
    lists = WorkLists(phrases, traffic.asked, roster, traffic.activity.exchanges, options.lists)
    search = Search(views, timelines, evidence.customer, traits, lists, options, rng)
    paced: list[PaceCircle] = []
    if paces:
        paced += pace_circles(incidences, timelines, options.pace, options.candidates, options.rhythm, rng)
    tries = len(proposed) + len(paced)
    if tries == 0:
        return Linked()
    least = options.candidates.least_accounts
    pools = Pools(
        search.views, timelines, traits, search.ties, search.one_pace,
        search.acts, search.only_passes, search.speakers.puts_off, options.pools, options.pace, options.candidates, rng,
    )  # fmt: skip
    company = Company(search.views, search.ties, traits, options.company)
    joiner = Joiner(
        search.views, options.join, search.together, search.stands, search.pace, pools, search.dealing,
        company,
    )  # fmt: skip
    joined = joiner.join(search.confirm(proposed, paced), least)
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
            faint=np.zeros((len(Family), len(one.members)), bool) if one.faint is None else one.faint,
            gave=np.zeros(len(one.members), dtype=np.bool_) if one.gave is None else one.gave,
            families=families,
            rhythm=rhythm,
            tries=tries,
            seconded=search.seconded,
            strong_passes=search.strong_passes(one.members),
            drawn=search.dealing.drawn(one.members),
            passes_work=search.views.passes.work(one.members),
            hand=one.hand,
        )
        for one, families, rhythm in kept
    )
    return Linked(groups=groups, tries=tries)


def confidence_of(bits: Floats, prior_bits: float) -> Floats:
    """Probability that an account belongs, from its evidence in bits and what stands against it beforehand."""
    confidence: Floats = 1.0 / (1.0 + 2.0 ** -np.clip(bits - prior_bits, -20.0, 20.0))
    return confidence
