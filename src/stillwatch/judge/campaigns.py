"""Groups judged and written up as campaigns: those that accuse, and those with an honest explanation."""

from typing import Final

import numpy as np
import numpy.typing as npt

from stillwatch.facts.campaign import Campaign, Evidence, Link, Member, PurposeShare, Tier
from stillwatch.facts.group import Group, Linked
from stillwatch.facts.purpose import Purpose
from stillwatch.facts.roster import Roster
from stillwatch.facts.token import Family
from stillwatch.facts.traffic import Traffic
from stillwatch.judge.conduct import Conduct, time_of
from stillwatch.judge.verdict import JudgeOptions, Verdict, judge_group
from stillwatch.judge.victims import habits
from stillwatch.judge.wording import examples, limits, reasons, would_clear

_LEAST_PURPOSE: Final = 0.02
"""Purposes that less than one exchange in fifty shows are not reported."""


def judge(
    linked: Linked, roster: Roster, traffic: Traffic, options: JudgeOptions
) -> tuple[tuple[Campaign, ...], tuple[Campaign, ...]]:
    """The campaigns, and the groups set aside as explained.

    Each in the order in which a person should look: highest tier first, then what chance does not make, then most bits
    that count.
    """
    accused: list[Campaign] = []
    explained: list[Campaign] = []
    verdicts = [judge_group(group, roster, traffic, options) for group in linked.groups]
    kept = [_kept(group, verdict) for group, verdict in zip(linked.groups, verdicts, strict=True)]
    conduct = Conduct.of(
        [group.members[mine] for group, mine in zip(linked.groups, kept, strict=True)], roster, traffic, options.victims
    )
    habit = habits(linked.groups, conduct.two_hands, roster, traffic, options.victims)
    for place, (group, verdict) in enumerate(zip(linked.groups, verdicts, strict=True)):
        campaign = _written(group, verdict, kept[place], conduct, place, habit[place], roster, traffic, options)
        (explained if verdict.tier is None else accused).append(campaign)

    def rank(campaign: Campaign) -> tuple[int, bool, float, str]:
        return (-campaign.tier, campaign.made_by_chance(), -campaign.counted_bits(), campaign.campaign_id)

    return tuple(sorted(accused, key=rank)), tuple(sorted(explained, key=rank))


def _kept(group: Group, verdict: Verdict) -> npt.NDArray[np.bool_]:
    """Registered accounts are exempt from what accuses, and listed where nothing does."""
    return ~verdict.registered if verdict.tier is not None else np.ones(len(group.members), dtype=np.bool_)


def _written(  # noqa: PLR0913 - everything a campaign is made of
    group: Group,
    verdict: Verdict,
    kept: npt.NDArray[np.bool_],
    conduct: Conduct,
    place: int,
    habit: bool,  # noqa: FBT001 - a fact of the group
    roster: Roster,
    traffic: Traffic,
    options: JudgeOptions,
) -> Campaign:
    tier = verdict.tier or Tier.WATCH
    codes = group.members[kept]
    activity = traffic.activity
    name = campaign_name(roster.keys[codes])
    chosen = set(codes.tolist())
    exempt = int((~kept).sum())
    why = reasons(group, verdict)
    if exempt:
        why += (f"{exempt} accounts of registered use act with the group and are exempt",)
    exchanges = int(activity.exchanges[codes].sum())
    purposes = activity.purposes[codes].sum(axis=0) / max(1, exchanges)
    return Campaign(
        campaign_id=name,
        accounts=len(codes),
        exchanges=exchanges,
        tokens=int(activity.tokens[codes].sum()),
        first_seen=time_of(int(activity.first[codes].min())),
        last_seen=time_of(int(activity.last[codes].max())),
        models=conduct.models[place],
        evidence=tuple(
            Evidence(
                family=one.family,
                bits=round(max(one.bits, 0.0), 2),
                beyond_chance=one.beyond,
                neutralised_by=one.neutralised_by,
                examples=examples(group, one.family),
            )
            for one in verdict.weighed
        ),
        expected_by_chance=float(f"{verdict.expected_by_chance:.3g}"),
        purposes=tuple(
            PurposeShare(purpose=purpose, share=round(float(share), 4))
            for purpose, share in sorted(zip(Purpose, purposes, strict=True), key=lambda pair: -pair[1])
            if share >= _LEAST_PURPOSE
        ),
        tier=tier,
        reasons=why,
        would_clear=would_clear(group, verdict),
        limits=limits(group, traffic, roster, verdict),
        explanations=tuple(one.explanation for one in verdict.explanations),
        members=_members(group, kept, name, tier, verdict, habit, conduct, roster, traffic, options),
        links=tuple(
            Link(a=roster.ids[a], b=roster.ids[b], bits=round(bits, 2), reasons=texts)
            for a, b, bits, texts in group.edges
            if a in chosen and b in chosen
        ),
        timeline=conduct.timelines[place],
    )


def campaign_name(keys: npt.NDArray[np.uint64]) -> str:
    """A name that stays while most members do: made from the smallest scrambled key among them (MinHash).

    Two scans name a group alike with probability equal to the overlap of its members (Jaccard).
    """
    scrambled = (keys ^ (keys >> np.uint64(31))) * np.uint64(0x9E3779B97F4A7C15)
    return f"sw-{int(scrambled.min()) >> 24:010x}"


def _members(  # noqa: PLR0913 - everything a member's row is made of
    group: Group,
    kept: npt.NDArray[np.bool_],
    name: str,
    tier: Tier,
    verdict: Verdict,
    habit: bool,  # noqa: FBT001 - a fact of the group
    conduct: Conduct,
    roster: Roster,
    traffic: Traffic,
    options: JudgeOptions,
) -> tuple[Member, ...]:
    """The members, surest first.

    An account that two hands use goes no further than watch: it may be a stolen key's owner, who is to be told; nor, in
    a group many of whose accounts look stolen, one that was used even once as if by somebody else. Neither does one
    that only gives work in a group whose core shows more: it may be a relay's customer, whose conversations
    went on there, unless it uses the group's software as most of those do, and shares things where others do. One that
    takes work over as well is, where nearly all others show more, unless a good part of what it sends is passed so. In
    a group that only shares things and words, neither does one that shows just one of them, unless all that it sends is
    drawn from one list: a card and a network are also an agency's.
    An account goes no further than review when fewer than two families tie this very account in firmly, when a verified
    organisation stands behind it, which can be asked, when it was used even once as if by somebody else, or, in a group
    many of whose accounts look stolen, when two networks use it, as they do few others, or when it shares no things as
    most others do.
    """
    weak = options.explanations.weak_verification
    levels = roster.column("verification_level").take(group.members).to_pylist()
    owners = roster.column("organisation").take(group.members).to_pylist()
    vouched = [bool(owner) and (level or "").lower() not in weak for owner, level in zip(owners, levels, strict=True)]
    speaking = group.speaking.sum(axis=0)
    # Customers of a relay pass conversations on to its accounts and show nothing else of it, but for its software.
    passes = group.speaking[list(Family).index(Family.HAND_OFFS)]
    gives = passes & group.gave
    firm = group.speaking & ~group.faint
    only_gives = gives & ~firm.any(axis=0)
    # Customers have software of their own: where most who only give use the group's, they are quiet accounts of it,
    # unless its accounts share cards, devices or networks, as a customer has no part in.
    uses = group.speaking[list(Family).index(Family.WORDS)]
    shares = group.speaking[list(Family).index(Family.THINGS)]
    apart = _out_of_line(shares, gives, options.victims.own_things)
    if gives.any() and float(uses[gives].mean()) > options.most_customers_alike:
        only_gives &= ~uses | apart
    core = float((speaking[~only_gives] >= options.families_to_act).mean()) if not only_gives.all() else 0.0
    only_passes = only_gives & (core >= options.core_share)
    busy = (group.passed >= options.customers_pass) & ~group.faint.any(axis=0) & ~group.gave
    only_passes |= passes & (speaking == 1) & (core >= options.nearly_all) & ~busy
    two_hands, visited = conduct.two_hands[group.members], conduct.visited[group.members]
    does = np.array([family in options.telling for family in Family])
    deeds = group.speaking[does].sum(axis=0)
    only_shares = (deeds == 0) & (group.bits < options.lone_sharing_bits)
    # What it seems to have done may all be what others did to it: they send its prompts, or when it sends.
    only_shares |= passes & ~firm[does].any(axis=0)
    excused = two_hands & (not habit)
    two_places = conduct.two_places[group.members]
    abroad = float(two_places[~excused].mean()) if not excused.all() else 0.0
    steals = float(excused.mean()) >= options.victims.looks_stolen and abroad <= options.victims.most_abroad
    stranger = _out_of_line(shares, excused, options.victims.own_things)
    asked = visited | ((two_places | stranger) & steals)
    out = []
    for place in np.flatnonzero(kept).tolist():
        code = int(group.members[place])
        confidence = float(group.confidence[place])
        own = tier
        alone = int(firm[:, place].sum()) < options.families_to_act
        if alone and not verdict.telling and not verdict.drawn:
            own = min(own, Tier.WATCH)
        unsure = alone or confidence < options.act_confidence or only_shares[place]
        if tier is Tier.ACT and (unsure or vouched[place] or asked[place]):
            own = Tier.REVIEW
        if excused[place] or only_passes[place] or (visited[place] and steals):
            confidence = min(confidence, options.victims.belongs)
            own = Tier.WATCH
        if Tier.WATCH in (own, verdict.tier):
            confidence = min(confidence, options.explanations.watched_belongs)
        out.append(
            Member(
                account_id=roster.ids[code],
                campaign_id=name,
                confidence=round(confidence, 4),
                tier=own,
                bits=round(float(group.bits[place]), 2),
                exchanges=int(traffic.activity.exchanges[code]),
            )
        )
    return tuple(sorted(out, key=lambda one: (-one.confidence, -one.bits, one.account_id)))


def _out_of_line(shares: npt.NDArray[np.bool_], but: npt.NDArray[np.bool_], least: float) -> npt.NDArray[np.bool_]:
    """(n,) who shares no things in a group in which this share of all `but` some do."""
    return ~shares & (not but.all() and float(shares[~but].mean()) >= least)
