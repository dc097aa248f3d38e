"""One campaign, one group: confirmed groups are made disjoint, joined where rare tokens cross them, and grown."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import pdtrc

from stillwatch.facts.group import Codes
from stillwatch.facts.incidence import Incidence
from stillwatch.facts.token import Family, TokenKind
from stillwatch.link.mixture import MixtureOptions, Views, family_bits, per_family
from stillwatch.stats.calibrate import bits_of_p

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class JoinOptions:
    """When groups are one campaign and when an account belongs to it."""

    join_bits: float = 12.0
    """Evidence that two groups are one, each group being one observation (bits): chance joins one pair in 4,000."""
    lone_family_bits: float = 16.0
    """... and this much when only one family of evidence ties them, so that no one token chains two groups."""
    asking_bits: float = 1.5
    """From this much on it is worth asking whether one scheduler runs two groups (bits)."""
    speaking_bits: float = 4.0
    """A family takes part in tying two groups from this much on (bits)."""
    most_token_bits: float = 12.0
    """What one kind of token may say at most about two groups."""
    attach_bits: float = 10.0
    """An account that no group claimed joins a campaign with this much evidence of its own (1,000 to 1)."""
    least_reuse: float = 0.05
    most_reuse: float = 0.9
    """Bounds on how often accounts of one hand are taken to use what the others of it use."""
    growth_rounds: int = 8
    """Campaigns grow until nobody joins, at most this often: each newcomer makes what it holds rarer outside."""
    taking_part: float = 0.3
    """Two groups are one only where so many accounts of each, as a share of the smaller one, are themselves tied to the
    other: two accounts that are in both hands (stolen keys) do not make their office part of a campaign."""
    absorbing_share: float = 0.5
    """A confirmed group of which this share went to one campaign leaves its other accounts to it as well."""
    least_own_bits: float = 6.0
    """A member that the rest of its campaign does not tie in this firmly is let go (bits)."""
    least_share: float = 0.1
    """A group shows a token when this share of its accounts holds it: what one member does says nothing about all."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A group that two families confirm."""

    members: Codes
    bits: Floats
    """(n,) what ties each member to the others, in bits."""
    strength: float
    """Bits of the whole group."""
    passing: bool = False
    """Whether it was proposed as a circle of hand-offs other than quotations."""
    speaking: npt.NDArray[np.bool_] | None = None
    """(4, n) whether each family ties a member in by itself; known once the group is final."""
    faint: npt.NDArray[np.int64] | None = None
    """(n,) how many of these do so faintly, or by request parameters only; known once the group is final."""


class Joiner:
    """Joins the confirmed groups of one scan."""

    def __init__(  # noqa: PLR0913 - the scan's views and what may be asked about them
        self,
        views: Views,
        options: JoinOptions,
        mixture: MixtureOptions,
        together: Callable[[Codes, Codes], float],
        stands: Callable[[Codes], bool],
        pace: Callable[[Codes, Codes], Floats],
    ) -> None:
        """Take the scan's views and three questions.

        `together` gives the bits of one scheduler behind two groups, `stands` whether two families are beyond chance
        for a group, `pace` what the rhythm of some accounts says for their being of a group.
        """
        self.together = together
        self.pace = pace
        self.stands = stands
        self.views = views
        self.mixture = mixture
        self.options = options
        self.accounts = len(views.exchanges)

    def join(self, confirmed: list[Confirmed], least: int, registered: npt.NDArray[np.bool_]) -> list[Confirmed]:
        """Disjoint campaigns of at least `least` accounts, in order of size and then of their smallest code.

        `registered` accounts never lend their evidence to others: in the end they are groups of their own.
        """
        groups = self._disjoint(confirmed, least)
        groups = self._merge(self._reunite(groups, confirmed))
        # A part that does not stand alone is let go before the others grow: its accounts may belong to one of them.
        groups = [members for members in groups if self.stands(members)]
        for _ in range(self.options.growth_rounds):
            before = sum(len(members) for members in groups)
            groups = self._grow(self._absorb(groups, confirmed))
            if sum(len(members) for members in groups) == before:
                break
        groups = [part for members in groups for part in (members[~registered[members]], members[registered[members]])]
        groups = [members for members in groups if len(members) >= least]
        groups.sort(key=lambda members: (-len(members), int(members[0])))
        background = self._background(groups)
        out = []
        for members in groups:
            families = self._families_against(members, members, background)
            bits = families.sum(axis=0)
            # What an account's software sends may tie it in, but is no evidence to act on: colleagues use one software.
            telling = self._families_against(members, members, background, settings=False)
            own = bits >= self.options.least_own_bits
            speaking = families >= self.options.speaking_bits
            faint = (speaking & (telling < self.options.least_own_bits)).sum(axis=0)
            if int(own.sum()) >= least:
                out.append(Confirmed(members[own], bits[own], 0.0, speaking=speaking[:, own], faint=faint[own]))
        return out

    def _disjoint(self, confirmed: list[Confirmed], least: int) -> list[Codes]:
        """Circles of hand-offs first, the widest of them foremost; then the densest groups. Nobody is in two groups.

        Strangers hardly ever hand work over, so a circle is one hand however wide it is. Of all else, density (bits an
        account: Hooi et al. 2016, FRAUDAR) prefers a pure part over a union of strangers' circles; what belongs
        together is joined afterwards.
        """

        def rank(one: Confirmed) -> tuple[bool, float, bytes]:
            size = len(one.members)
            return (not one.passing, -size if one.passing else -one.strength / size, one.members.tobytes())

        order = sorted(confirmed, key=rank)
        taken = np.zeros(self.accounts, dtype=np.bool_)
        groups = []
        for one in order:
            free = one.members[~taken[one.members]]
            if len(free) >= least:
                taken[free] = True
                groups.append(free)
        return groups

    def _reunite(self, groups: list[Codes], confirmed: list[Confirmed]) -> list[Codes]:
        """Join parts of a wider confirmed group that pass work to the rest of it, or whose accounts belong to the rest.

        Density breaks a wide campaign into its circles, which meet each other too seldom to be joined pair by pair.
        """
        background = self._background(groups)
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
            # Around the widest part, as long as another one is tied to what has been gathered.
            while len(within) > 1:
                within.sort(key=lambda place: (-len(parts[place]), place))
                core = within.pop(0)
                for place in list(within):
                    if self._is_part(parts[place], parts[core], background):
                        within.remove(place)
                        parts[core] = np.sort(np.concatenate([parts[core], parts.pop(place)]))
                label[parts[core]] = core
        return list(parts.values())

    def _is_part(self, ours: Codes, core: Codes, background: list[Floats]) -> bool:
        """Whether a group passes work to or from another, or its accounts belong to it."""
        if self._cross_bits(ours, core) >= self.options.join_bits:
            return True
        return self._take_part(ours, core, background) >= self.options.absorbing_share

    def _take_part(self, ours: Codes, theirs: Codes, background: list[Floats]) -> float:
        """Share of the accounts of one group that are themselves tied to another group."""
        bits = self._families_against(ours, theirs, background).sum(axis=0)
        return float((bits >= self.options.least_own_bits).mean())

    def _absorb(self, groups: list[Codes], confirmed: list[Confirmed]) -> list[Codes]:
        """Give the rest of a confirmed group to the campaign that most of it went to, account by account.

        A wide group (one network) loses to its denser parts (devices, cards); whoever is in none of them is still tied
        by what confirmed the whole.
        """
        label = np.full(self.accounts, -1, dtype=np.int64)
        for place, members in enumerate(groups):
            label[members] = place
        background = self._background(groups)
        for one in sorted(confirmed, key=lambda one: (-len(one.members), one.members.tobytes())):
            homes = label[one.members]
            free = one.members[homes < 0]
            if len(free) == 0 or len(free) == len(homes):
                continue
            home = int(np.bincount(homes[homes >= 0]).argmax())
            if (homes == home).sum() < self.options.absorbing_share * len(homes):
                continue
            bits = self._families_against(free, groups[home], background).sum(axis=0)
            label[free[bits >= self.options.least_own_bits]] = home
        return [np.flatnonzero(label == place).astype(np.int32) for place in range(len(groups))]

    def _background(self, groups: list[Codes]) -> list[Floats]:
        """By view, how often accounts outside every group hold each token: what honest traffic shows."""
        inside = np.zeros(self.accounts, dtype=np.bool_)
        for members in groups:
            inside[members] = True
        out = []
        for view in self.views.views:
            outside = np.add.reduceat(~inside[view.holders], view.by_token[:-1]) if len(view.tokens) else np.zeros(0)
            known = int((view.known & ~inside).sum())
            out.append((outside + 1.0) / (known + 2.0))
        return out

    def _shares(self, members: Codes) -> list[dict[int, float]]:
        """By view, the share of the members that hold each token."""
        out = []
        for view in self.views.views:
            known = int(view.known[members].sum())
            counts: dict[int, float] = {}
            if known:
                held = np.concatenate([view.held_by(code) for code in members.tolist()])
                places, n = np.unique(held, return_counts=True)
                share = n / known
                keep = share >= self.options.least_share
                counts = dict(zip(places[keep].tolist(), share[keep].tolist(), strict=True))
            out.append(counts)
        return out

    def _merge(self, groups: list[Codes]) -> list[Codes]:
        """Join the pair with the most evidence, again and again, until none has enough."""
        background = self._background(groups)
        shares: dict[int, list[dict[int, float]]] = {i: self._shares(members) for i, members in enumerate(groups)}
        members = dict(enumerate(groups))
        label = np.full(self.accounts, -1, dtype=np.int64)
        for i, codes in members.items():
            label[codes] = i
        waiting = {
            (a, b): self._link_bits(members[a], members[b], shares[a], shares[b], background)
            for a, b in sorted(self._pairs(shares, label))
        }
        while waiting:
            (a, b), best = max(waiting.items(), key=lambda item: (item[1], -item[0][0], -item[0][1]))
            if best < self.options.join_bits:
                break
            few, many = sorted((members[a], members[b]), key=len)
            tied = min(
                self._take_part(few, many, background) * len(few), self._take_part(many, few, background) * len(many)
            )
            if tied < self.options.taking_part * len(few):
                waiting[a, b] = 0.0
                continue
            members[a] = np.sort(np.concatenate([members[a], members.pop(b)]))
            label[members[a]] = a
            shares[a] = self._shares(members[a])
            del shares[b]
            neighbours = {x for pair in waiting for x in pair if (a in pair or b in pair) and x not in (a, b)}
            waiting = {pair: bits for pair, bits in waiting.items() if a not in pair and b not in pair}
            for other in sorted(neighbours):
                pair = (min(a, other), max(a, other))
                one, two = pair
                waiting[pair] = self._link_bits(members[one], members[two], shares[one], shares[two], background)
        return list(members.values())

    def _pairs(self, shares: dict[int, list[dict[int, float]]], label: npt.NDArray[np.int64]) -> set[tuple[int, int]]:
        """Groups that show a common token or hand something on to each other."""
        pairs: set[tuple[int, int]] = set()
        for place in range(len(self.views.views)):
            holders: dict[int, list[int]] = defaultdict(list)
            for group, by_view in shares.items():
                for token in by_view[place]:
                    holders[token].append(group)
            for found in holders.values():
                pairs.update((a, b) for i, a in enumerate(found) for b in found[i + 1 :])
        giver, taker = label[self.views.partner_of], label[self.views.partner]
        crossing = (giver >= 0) & (taker >= 0) & (giver < taker)
        pairs.update(zip(giver[crossing].tolist(), taker[crossing].tolist(), strict=True))
        return pairs

    def _link_bits(
        self,
        ours: Codes,
        theirs: Codes,
        our_shares: list[dict[int, float]] | None,
        their_shares: list[dict[int, float]] | None,
        background: list[Floats],
    ) -> float:
        """How much likelier one hand makes it that two groups show the same tokens and hand on to each other."""
        our_shares = self._shares(ours) if our_shares is None else our_shares
        their_shares = self._shares(theirs) if their_shares is None else their_shares
        kinds: list[tuple[TokenKind, float]] = []
        for place, view in enumerate(self.views.views):
            mine, other = our_shares[place], their_shares[place]
            if not mine or not other:
                continue
            # Both groups must show it broadly; the rarer it is outside all groups, the more it says. Accounts have one
            # card and a few addresses, whose shares add up, but any number of templates, of which the best counts.
            common = [
                min(mine[token], other[token]) * float(-np.log2(background[place][token]))
                for token in mine.keys() & other.keys()
            ]
            best = max(common, default=0.0) if view.kind.family is Family.WORDS else sum(common)
            kinds.append((view.kind, min(best, self.options.most_token_bits)))
        families = [
            family_bits([(kind, bits) for kind, bits in kinds if kind.family is family])
            for family in (Family.THINGS, Family.WORDS)
        ]
        families.append(self._cross_bits(ours, theirs))
        if max(families) < self.options.asking_bits:
            return 0.0
        # What both share may be what an office, an agency or a harness shares. One hand also works as one.
        if families[-1] < self.options.speaking_bits:
            families.append(self.together(ours, theirs))
        if max(families[2:]) < self.options.speaking_bits:
            return 0.0
        speaking = sum(1 for bits in families if bits >= self.options.speaking_bits)
        short = 0.0 if speaking >= 2 else self.options.lone_family_bits - self.options.join_bits  # noqa: PLR2004
        return sum(families) - short

    def _cross_bits(self, ours: Codes, theirs: Codes) -> float:
        """Hand-offs between two groups beyond what strangers would make.

        Null: few strangers pass work on at all, and then to anybody by traffic; quotations pass between strangers as
        between everybody. An account counts once, since one that is in both hands (a stolen key, a customer) ties
        nobody else.
        """
        rows, owner = self.views.partners_of(ours)
        partner = self.views.partner[rows]
        crossing = np.isin(partner, theirs)
        our_share = float(self.views.exchanges[ours].sum()) / max(self.views.total, 1.0)
        their_share = float(self.views.exchanges[theirs].sum()) / max(self.views.total, 1.0)
        strangers = self.mixture.strangers_give * (len(ours) * their_share + len(theirs) * our_share)
        quotations = float(self.views.quotations.sum()) * our_share * their_share
        total = 0.0
        for quoted, expected, least in ((False, strangers, 2), (True, quotations, 3)):
            chosen = crossing & (self.views.quoted[rows] == quoted)
            pairs = min(len(np.unique(owner[chosen])), len(np.unique(partner[chosen])))
            if pairs >= least:  # one or two may be luck
                total += max(0.0, bits_of_p(float(pdtrc(pairs - 1, max(expected, 0.02)))))
        return total

    def _grow(self, groups: list[Codes]) -> list[Codes]:
        """Attach unclaimed accounts that share a campaign's rare tokens, judged against accounts outside all groups."""
        taken = np.zeros(self.accounts, dtype=np.bool_)
        for members in groups:
            taken[members] = True
        background = self._background(groups)
        grown = []
        for members in groups:
            near = self._near(members, taken)
            if len(near):
                families = self._families_against(near, members, background)
                joined = near[families.sum(axis=0) >= self.options.attach_bits]
                taken[joined] = True
                members = np.sort(np.concatenate([members, joined])).astype(np.int32)  # noqa: PLW2901 - it grew
            grown.append(members)
        return grown

    def _near(self, members: Codes, taken: npt.NDArray[np.bool_]) -> Codes:
        """Unclaimed accounts that hold a token which the campaign shows, or pass work to or from it."""
        found = [np.zeros(0, dtype=np.int32)]
        for view, shares in zip(self.views.views, self._shares(members), strict=True):
            found += [view.holders_of(token) for token in shares]
        for code in members.tolist():
            found.append(self.views.partner[self.views.partner_bounds[code] : self.views.partner_bounds[code + 1]])
        near = np.unique(np.concatenate(found)).astype(np.int32)
        return near[~taken[near]]

    def _families_against(
        self, accounts: Codes, members: Codes, background: list[Floats], *, settings: bool = True
    ) -> Floats:
        """(4, n): what things, words, hand-offs and rhythm say for each account about a group, in bits.

        An account that is a member is judged by the others. How often the group reuses a kind at all is read off its
        members: a hand with a card for each account says nothing by cards, for or against.
        """
        kinds: dict[TokenKind, Floats] = {}
        belongs = np.isin(accounts, members)
        for place, view in enumerate(self.views.views):
            known = int(view.known[members].sum())
            if known < 2 or (view.kind is TokenKind.SETTINGS and not settings):  # noqa: PLR2004 - nobody to share with
                continue
            rows, owner = _rows_of(view, members)
            counts = np.bincount(view.held[rows], minlength=len(view.tokens)).astype(np.float64)
            sharing = np.zeros(len(members), dtype=np.bool_)
            sharing[owner[counts[view.held[rows]] >= 2]] = True  # noqa: PLR2004 - shared means two
            reuse = min(max(float(sharing.sum()) / known, self.options.least_reuse), self.options.most_reuse)
            rows, owner = _rows_of(view, accounts)
            held = view.held[rows]
            others = (counts[held] - belongs[owner]) / np.maximum(known - belongs[owner], 1)
            # A hand that spreads over many cards still shows each of them more than strangers do.
            total = max(float(counts.sum()) / known, 1.0) if view.kind.family is Family.THINGS else 1.0
            best = np.zeros(len(accounts))
            np.maximum.at(best, owner, others / total / background[place][held])
            bits = np.where(view.known[accounts], np.log2((1.0 - reuse) + reuse * best), 0.0)
            kinds[view.kind] = np.clip(bits, -4.0, self.options.most_token_bits)
        found = per_family(kinds, len(accounts))
        passes = self.views.pass_bits(accounts, members, self.mixture)
        return np.stack([found[Family.THINGS], found[Family.WORDS], passes, self.pace(accounts, members)])


def _rows_of(view: Incidence, accounts: Codes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The places in `view.held` of the accounts' tokens, and the place in `accounts` that each belongs to."""
    low = view.by_account[accounts]
    sizes = view.by_account[accounts + 1] - low
    rows = np.repeat(low - (np.cumsum(sizes) - sizes), sizes) + np.arange(int(sizes.sum()))
    return rows, np.repeat(np.arange(len(accounts)), sizes)
