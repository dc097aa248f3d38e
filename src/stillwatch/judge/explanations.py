"""Honest explanations, looked for by name before anything is concluded, and what each of them accounts for."""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from stillwatch.facts.address import label_of
from stillwatch.facts.campaign import Explanation, Tier
from stillwatch.facts.group import Group
from stillwatch.facts.roster import Roster
from stillwatch.facts.token import Family, TokenKind
from stillwatch.facts.traffic import Traffic
from stillwatch.judge.look import NETWORK_KINDS, Look

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, kw_only=True, slots=True)
class ExplanationOptions:
    """When a group fits an honest explanation. Each is set so that doubt falls on the side of the accounts."""

    most_of: float = 0.8
    """An explanation must cover this share of a group's accounts: the rest may be visitors."""
    most_of_sharing: float = 0.6
    """... and this share where nothing but things and words ties the group: what honest neighbours share draws in
    visitors whom no explanation names."""
    registered: float = 0.5
    """A group of which this share is registered use is left to whoever registered it."""
    weak_verification: frozenset[str] = frozenset({"none", "unverified", "email", "phone", "card", ""})
    """Levels of verification that anybody passes in bulk; an owner verified no better is only claimed."""
    public_domain_share: float = 0.05
    """An e-mail domain that more of all accounts use is a public mail service and says nothing about an owner."""
    people_per_day: float = 120.0
    """People ask less than this a day (exchanges per account and active day, median of the group)."""
    night_hours: int = 6
    """People in one place sleep: this many hours in a row, on the clock of the log, ..."""
    night_share: float = 0.06
    """... hold at most this share of their exchanges (a quarter would be even), ..."""
    night_doubt: float = 0.05
    """... or no more than people would show by luck more often than this: few exchanges make no sure night."""
    least_span_h: float = 20.0
    """Shorter logs cannot show a night (hours)."""
    different_work: float = 0.03
    """Words differ between accounts at least this much (intraclass correlation) where each serves its own customer:
    measured 0.05 and more for products, fleets and harnesses, 0.002 and less for one work list (DESIGN)."""
    watched_belongs: float = 0.1
    """How sure it can be at most that an account of a group at `watch` belongs to a campaign: what its owners say of
    themselves or an honest explanation keeps the group there. On ranges and on traffic that others composed none of
    280 accounts of such groups did."""
    own_cards: float = 0.5
    """Organisations that nobody verified are taken for several where this share of the accounts pays with a card that
    several accounts of one of them, and of no other, pay with: a name alone costs nothing."""
    naming: float = 0.5
    """... and one payer's accounts for its customers' where this share of them name an organisation, or have an e-mail
    domain that is no public one."""
    two_agencies: float = 0.5
    """Customers of two agencies with one tool, each of which pays for its own, where this share of them was verified:
    cards go round among accounts with made-up names, too. In one looked-at group of thirty such 0.57 were."""
    only_networks: float = 0.8
    """So many of a group share a network, and at most what is left of it any other thing, where networks and texts are
    all that it shares: of two looked-at groups of a hosted runner's customers 0.85 do."""
    most_evading: float = 0.1
    """An owner who hides nothing does not go round limits either: requests that were limited, banned or refused on one
    account and tried again on another touch at most this many pairs of accounts, as a share of the group's accounts."""
    each_net: float = 0.25
    """Two classes may be one group, since they ask for the same: each then has a network that this share of the group
    works from and the other does not. So may the customers of two agencies, each of which has a card."""
    list_length: int = 20
    """This many shared templates and no shared thing is a published list of prompts that many work through."""


@dataclass(frozen=True, slots=True)
class Found:
    """An explanation, and the evidence it accounts for."""

    explanation: Explanation
    kinds: frozenset[TokenKind]
    families: frozenset[Family]
    no_further: Tier | None = None
    """What owners say of themselves accounts for no evidence, but keeps the group at this tier; None: no matter."""
    of_sharing_only: bool = False
    """... unless something counts that the accounts do together, which what they say of themselves does not explain."""


def find_explanations(group: Group, roster: Roster, traffic: Traffic, options: ExplanationOptions) -> list[Found]:
    """Every honest explanation that fits the group."""
    looks: tuple[Callable[[Look], Found | None], ...] = (
        _registered_use,
        _disclosed_owner,
        _declared_owner,
        _separate_owners,
        _claimed_owners,
        _one_class,
        _one_network,
        _one_product,
        _one_payer,
        _claimed_customers,
        _one_customer,
        _networks_only,
        _one_harness,
        _one_benchmark,
    )
    view = Look(group, roster, traffic, options)
    return [found for look in looks if (found := look(view)) is not None]


def could_be_people(group: Group, roster: Roster, traffic: Traffic, options: ExplanationOptions) -> bool:
    """Whether only the shortness of the log keeps a group from being explained as a class or an office."""
    look = Look(group, roster, traffic, options)
    domain, share = look.institution()
    token, on_net = look.one_net()
    together = max(share if domain else 0.0, on_net if token else 0.0) >= options.most_of
    cards = look.holds(TokenKind.PAYMENT) > 1 - options.most_of
    return together and not cards and look.too_short() and look.few_each()


def _found(
    name: str, words: str, share: float, *, kinds: frozenset[TokenKind] = frozenset(), families: tuple[Family, ...] = ()
) -> Found:
    return Found(Explanation(name=name, words=words, share=round(share, 4)), kinds, frozenset(families))


def _registered_use(look: Look) -> Found | None:
    share = sum(1 for value in look.values("authorised_use") if value) / look.n
    if share < look.options.registered:
        return None
    words = f"{share:.0%} of the accounts are registered for authorised use"
    return _found("registered use", words, share, families=tuple(Family))


def _disclosed_owner(look: Look) -> Found | None:
    owner, share = look.most_common("organisation")
    if owner is None or share < look.options.most_of or not look.verified():
        return None
    words = f"{share:.0%} of the accounts belong to one verified organisation: an owner may run many accounts"
    return _found("one disclosed owner", words, share, families=tuple(Family))


def _declared_owner(look: Look) -> Found | None:
    """One name or domain and one payer or network for all: unverified, but nothing is hidden.

    Who runs many accounts so that they are not seen to be one keeps them apart on paper. The provider sees these to be
    one customer without us, and can give that customer one budget.
    """
    owner, share = look.most_common("organisation")
    domain, of_domain = look.institution()
    token, on_net = look.one_net()
    own_net = token is not None and token.outside == 0 and on_net >= look.options.most_of
    # As the accounts table has it: what only one firm's accounts hold ties nobody, and is no shared thing.
    _, paid = look.most_common("payment_fingerprint")
    named = owner is not None and share >= look.options.most_of
    if paid >= look.options.most_of:
        tied = "one payer pays for them"
    elif own_net and named and any(look.own_domains()):
        tied = "they work from one network that nobody else uses"
    else:
        return None
    if named and not look.verified():
        words = f"{share:.0%} of the accounts name one organisation, unverified, and {tied}"
    elif domain is not None and of_domain >= look.options.most_of:
        words = f"{of_domain:.0%} of the accounts have one e-mail domain of their own, and {tied}"
    else:
        return None
    found = _hides_nothing(look, "one declared owner", words, max(share, of_domain))
    # Many accounts that each pay with another card hide something, though they name one owner and share its network.
    return found if paid >= look.options.most_of else replace(found, no_further=Tier.REVIEW)


def _hides_nothing(look: Look, name: str, words: str, share: float) -> Found:
    """What the provider sees to be one customer's without us; limits that its accounts go round are another matter."""
    evading = sum(one.pairs for one in look.group.passings if one.evades) > look.options.most_evading * look.n
    if evading:
        words += ", but they go round each other's limits"
    return replace(_found(name, words, share), no_further=Tier.REVIEW if evading else Tier.WATCH)


def _separate_owners(look: Look) -> Found | None:
    """Several verified organisations with one tool: whatever is shared besides words stays inside each of them."""
    named, owners = look.named(), look.values("organisation")
    if named < look.options.most_of or not look.verified():
        return None
    owner_of = dict(zip(look.group.members.tolist(), owners, strict=True))
    things = [token for token in look.group.tokens if token.kind.family is Family.THINGS]
    inside = sum(1 for token in things if len({owner_of[code] for code in token.account_codes}) == 1)
    if not things or inside < look.options.most_of * len(things):
        return None
    count = len({owner for owner in owners if owner})
    words = f"{count} verified organisations, each with its own cards and networks, use one tool"
    return _found("separate owners", words, named, families=(Family.THINGS, Family.WORDS))


def _claimed_owners(look: Look) -> Found | None:
    """The same where not enough are verified, or a hosted tool (a review runner, say) works for all from its networks.

    Several organisations with keys of their own; that they share networks as well says that they are not apart.
    """
    named, own_cards = look.named(), look.own_cards()
    if named < look.options.most_of or own_cards < look.options.own_cards or _separate_owners(look) is not None:
        return None
    names = {owner for owner in look.values("organisation") if owner}
    if len(names) < 2:  # noqa: PLR2004 - one owner is another matter
        return None
    words = f"{len(names)} organisations, most with several accounts on a card of their own, use one tool"
    return replace(_found("claimed owners", words, named), no_further=Tier.WATCH, of_sharing_only=True)


def _one_class(look: Look) -> Found | None:
    """A course or hackathon: one campus or one institution's addresses, little each, and everybody sleeps.

    Or two of them with the same exercises, each in its own place.
    """
    domain, share = look.institution()
    token, on_net = look.one_net()
    on_net = max(on_net if token else 0.0, look.two_nets())
    if max(share if domain else 0.0, on_net) < look.options.most_of:
        return None
    if look.holds(TokenKind.PAYMENT) > 1 - look.options.most_of or not look.like_people():
        return None
    burst = look.holds(TokenKind.SIGNUP_BURST)
    if domain is None and burst < 0.5:  # noqa: PLR2004 - half signed up together: a course, else an office
        return None
    words = "one institution's people, little each and by day: a class, course or hackathon shares tasks and answers"
    kinds = NETWORK_KINDS | {TokenKind.SIGNUP_DEVICE, TokenKind.EMAIL_DOMAIN}
    return _found("one class", words, max(share, on_net), kinds=kinds, families=(Family.WORDS, Family.HAND_OFFS))


def _one_network(look: Look) -> Found | None:
    """People in one place, or behind its two exits: a campus has one for its halls and one for its library."""
    token, share = look.one_net()
    if token is None or max(share, look.two_nets()) < look.options.most_of:
        return None
    if look.holds(TokenKind.PAYMENT) > 1 - look.options.most_of or not look.like_people():
        return None
    name = label_of(token.token, block=token.kind is TokenKind.CLIENT_BLOCK)
    if share < look.options.most_of:
        name, share = f"{name} and one network more", look.two_nets()
    words = f"{share:.0%} of the accounts work from {name}, by day and little each: an office, campus or shared exit"
    return _found("one network", words, share, kinds=NETWORK_KINDS, families=(Family.WORDS,))


def _one_product(look: Look) -> Found | None:
    """One product's customers: the product's system prompt and servers, and every customer asks something else."""
    if look.group.sameness < look.options.different_work or math.isnan(look.group.sameness):
        return None
    keys = look.roster.keys[look.group.members]
    forwarded = float(np.isin(keys, look.traffic.tenants.account).mean())
    if forwarded < look.options.most_of:
        return None
    if look.holds(TokenKind.PAYMENT) > 1 - look.options.most_of and not look.verified():
        return None
    words = f"{forwarded:.0%} of the accounts forward their own end users, who ask for different things: one product"
    return _found("one product", words, forwarded, kinds=NETWORK_KINDS, families=(Family.WORDS,))


def _one_payer(look: Look) -> Found | None:
    """An agency: one card pays for several verified organisations, or each of several agencies' cards does.

    Where each has work of its own, that is all that ties them. Where the same is done for all of them, with one tool or
    by one job that goes through an agency's customers, they are a hand that hides nothing.
    """
    paid = look.holds(TokenKind.PAYMENT)
    names = {value for value in look.values("organisation") if value}
    if paid < look.options.most_of or len(names) < look.options.most_of * look.n or not look.verified():
        return None
    if look.group.sameness >= look.options.different_work:
        words = f"one payer for {len(names)} verified organisations that ask for different things: an agency"
        return _found("one payer", words, paid, kinds=frozenset({TokenKind.PAYMENT}) | NETWORK_KINDS)
    words = f"an agency's card pays for each of {len(names)} verified organisations that ask for the same: one service"
    return _hides_nothing(look, "one payer", words, paid)


def _claimed_customers(look: Look) -> Found | None:
    """What looks like an agency whose customers nobody verified: one card, and most who give a name give their own.

    Or two agencies with one tool, each with a card of its own, where half of their customers were verified.

    Ten accounts on one card are one customer to the provider, whatever they are called: it can give that customer one
    budget without us. So this holds where all ask for the same as well, unless they do something together.
    """
    names = look.claims()
    paid, separate = look.most_held(TokenKind.PAYMENT), len(set(names)) / max(1, len(names))
    both = look.two_held(TokenKind.PAYMENT) if look.verified(look.options.two_agencies) else 0.0
    if max(paid, both) < look.options.most_of or look.verified():
        return None
    if len(names) < look.options.naming * look.n or separate < look.options.most_of:
        return None
    payers = "one payer" if paid >= look.options.most_of else "two payers"
    words = f"{payers} for {len(set(names))} organisations or e-mail domains of their own, unverified"
    return replace(_found("claimed customers", words, max(paid, both)), no_further=Tier.WATCH, of_sharing_only=True)


def _one_customer(look: Look) -> Found | None:
    """One card and one address for all, which nobody else has, whatever names the accounts have, if any.

    A fleet of agents, say, with an account for each. Who keeps accounts apart does not pay for them with one card and
    work with them from one address; and the provider can give one budget to a card.
    """
    share = min(look.most_held(kind, alone=True) for kind in (TokenKind.PAYMENT, TokenKind.CLIENT_ADDRESS))
    if share < look.options.most_of or look.verified():
        return None
    words = f"one payment instrument and one address for {share:.0%} of the accounts, and nobody else has either"
    return replace(_found("one customer", words, share), no_further=Tier.WATCH, of_sharing_only=True)


def _networks_only(look: Look) -> Found | None:
    """Nothing but networks and texts is shared: by a hosted service's customers, classes, a hackathon, neighbours.

    Who lives in one place or rents from one host works in its trades and writes its languages, and shares networks and
    texts with people whom he has nothing to do with. A pool behind one exit may look so too, so that this accounts for
    nothing; but what such accounts do together tells them, or a card, device or throw-away mail domain that they share.
    """
    share = look.only_networks()
    if share < look.options.only_networks:
        return None
    words = f"all that {share:.0%} of the accounts share is networks and texts, as neighbours do"
    return replace(_found("networks and texts only", words, share), no_further=Tier.WATCH, of_sharing_only=True)


def _one_harness(look: Look) -> Found | None:
    """Popular tools: most of those who use the texts are not in the group at all."""
    # What is drawn from one list is what hardly anybody else sends, whatever parameters the software sends along.
    own = {TokenKind.SETTINGS} if look.group.drawn.bits > 0.0 else set()
    words = [t for t in look.group.tokens if t.kind.family is Family.WORDS and t.kind not in own]
    common = [t for t in words if 2 * t.inside >= look.n]
    rare = {code for t in common or words if t.outside < t.inside for code in t.account_codes}
    # Where no text is common to the group, a few accounts may have one of their own.
    if not words or len(rare) > (0.0 if common else (1.0 - look.options.most_of) * look.n):
        return None
    outside = max(t.outside for t in common or words)
    share = max(t.inside for t in common or words) / look.n
    text = f"the shared text is also used by {outside} accounts outside the group: a popular harness or prompt library"
    return _found("one harness", text, share, families=(Family.WORDS,))


def _one_benchmark(look: Look) -> Found | None:
    shared = [t for t in look.group.tokens if t.kind.family is Family.WORDS and 2 * t.inside >= look.n]
    # Who runs a benchmark asks each question once, or all of them again; who words work anew draws from one stock.
    if len(shared) < look.options.list_length or look.group.strand(Family.THINGS) > 0.0 or look.group.drawn.bits > 0.0:
        return None
    text = f"{len(shared)} different prompts are shared and no thing is: a published benchmark or list that many run"
    return _found("one benchmark", text, 1.0, families=(Family.WORDS,))
