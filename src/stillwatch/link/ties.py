"""What ties accounts and groups to a group: the evidence of all families, against what honest accounts show."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import pdtrc

from stillwatch.facts.group import FEW, Codes
from stillwatch.facts.rows import rows_of
from stillwatch.facts.token import Family, TokenKind
from stillwatch.link.family_bits import family_bits, per_family
from stillwatch.link.hand_offs import WORDS_ONLY
from stillwatch.link.tried_texts import beyond_the_best, texts_apart
from stillwatch.link.views import Views
from stillwatch.stats.calibrate import bits_of_p

Floats = npt.NDArray[np.float64]


Place = tuple[int, int]
"""A token: the place of its view, and its place there."""
NO_PLACE: Final = (-1, -1)

Pace = Callable[[Codes, Codes, bool], Floats]
"""What the rhythm of some accounts says for their being of a group (bits), or what of it is firm."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JoinOptions:
    """When groups are one campaign and when an account belongs to it."""

    join_bits: float = 12.0
    """Evidence that two groups are one, each group being one observation (bits): chance joins one pair in 4,000."""
    lone_family_bits: float = 16.0
    """... and this much when only one family of evidence ties them, so that no one token chains two groups."""
    asking_bits: float = 1.5
    """From this much on it is worth asking whether one scheduler runs two groups (bits)."""
    most_asked: int = 8
    """A group is asked so with at most this many others, those it shares most with, and the parts of a wide group are
    gathered around at most this many of them (bounds the time)."""
    most_showing: int = 64
    """What more groups than this show is common property, and brings no two of them together."""
    speaking_bits: float = 4.0
    """A family takes part in tying two groups from this much on (bits)."""
    most_token_bits: float = 12.0
    """What one kind of token may say at most about two groups."""
    most_texts: int = 3
    """Texts that are tried again add up for an account, so many at most ..."""
    one_text: float = 0.5
    """... and such of which less than this share of the rarer one's senders send the other: phrases of one text are
    one observation."""
    attach_bits: float = 4.0
    """An account that no group claimed joins a campaign when it belongs with these odds (bits: 16 to 1)."""
    least_reuse: float = 0.05
    most_reuse: float = 0.9
    """Bounds on how often accounts of one hand are taken to use what the others of it use."""
    group_bits: float = 20.0
    """What a group must add to be one of those that explain the accounts (bits): of a million groups that chance could
    make, one is that good."""
    looks: int = 3
    """Groups are chosen again among what those that did not stand leave behind, at most this often."""
    choices: int = 8
    """... each time without those that did not stand, until all do, at most this often."""
    growth_rounds: int = 8
    """Campaigns grow until nobody joins, at most this often: each newcomer makes what it holds rarer outside."""
    taking_part: float = 0.3
    """Two groups are one only where so many accounts of each, as a share of the smaller one, are themselves tied to the
    other: two accounts that are in both hands (stolen keys) do not make their office part of a campaign."""
    absorbing_share: float = 0.5
    """A confirmed group of which this share went to one campaign leaves its other accounts to it as well."""
    circle_bits: float = 0.5
    """Accounts that pass work among themselves only stay in a group where all else says so much for an account of them,
    on average (bits). On nine looked-at logs of levels 2 and 3 circles of another campaign have 0.2 and less, those of
    the group's own 1.6 and more, but for a reseller's, whose accounts have nothing in common but what they pass."""
    least_circle: int = FEW
    """What passes in a group among fewer accounts than this, and to none of its others, says of them what it would of
    as small a group: nothing is enforced on it (accounts)."""
    tied_bits: float = 6.0
    """An account is tied to a group with this much evidence of its own (bits)."""
    belongs_bits: float = 2.0
    """A member that does not belong with these odds, judged by the rest of its campaign, is let go (bits: 4 to 1)."""
    least_prior_bits: float = 1.0
    """What stands against any account's being of a campaign at least, even of one that is most of the log (bits)."""
    least_share: float = 0.1
    """A group shows a token when this share of its accounts holds it: what one member does says nothing about all."""
    own_share: float = 0.25
    """Who holds a thing is looked at when so many of its holders are of a group, and two at least (bounds the time)."""


class Ties:
    """The evidence of one scan, asked about accounts and groups."""

    def __init__(self, views: Views, options: JoinOptions, pace: Pace) -> None:
        """Take the scan's views; `pace` gives what the rhythm of some accounts says for their being of a group."""
        self.views = views
        self.options = options
        self.pace = pace
        self.accounts = len(views.exchanges)
        self.text_of = {
            place: texts_apart(view, options.one_text)
            for place, view in enumerate(views.views)
            if view.kind is TokenKind.TRIED_TEXT
        }

    def prior_bits(self, size: int) -> float:
        """What stands against an account's being one of a campaign of that many, before anything is known of it (bits).

        The rarer a campaign's accounts are among all, the more strangers have a chance to look like one of them; but
        only those of its milieu do, against whom the evidence is held.
        """
        strangers = min(self.accounts, self.views.milieu.around(size)) - size
        return max(self.options.least_prior_bits, float(np.log2(max(1, strangers) / max(1, size))))

    def background(self, groups: list[Codes]) -> list[Floats]:
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

    @contextmanager
    def leaving_out(self, background: list[Floats], members: Codes, barred: Place = NO_PLACE) -> Iterator[list[Floats]]:
        """`background` as it is without what some accounts hold; it is as before afterwards.

        The number of all accounts is left as it is: the groups that are looked at one by one are a small part of them.
        The `barred` token ties nobody: everybody is taken to hold it.
        """
        kept = []
        for view, often in zip(self.views.views, background, strict=True):
            tokens, counts = np.unique(view.held[rows_of(view.by_account, members)[0]], return_counts=True)
            kept.append((often, tokens, often[tokens]))
            often[tokens] -= counts / (int(view.known.sum()) + 2.0)
        if barred != NO_PLACE:
            background[barred[0]][barred[1]] = 1.0
        try:
            yield background
        finally:
            for often, tokens, before in kept:
                often[tokens] = before

    def shares(self, members: Codes) -> list[dict[int, float]]:
        """By view, the share of the members that hold each token."""
        out = []
        for view in self.views.views:
            known = int(view.known[members].sum())
            counts: dict[int, float] = {}
            if known:
                held, _ = rows_of(view.by_account, members)
                places, n = np.unique(view.held[held], return_counts=True)
                share = n / known
                keep = share >= self.options.least_share
                counts = dict(zip(places[keep].tolist(), share[keep].tolist(), strict=True))
            out.append(counts)
        return out

    def shared_bits(  # noqa: PLR0913 - two groups, and what is known of each
        self,
        ours: Codes,
        theirs: Codes,
        our_shares: list[dict[int, float]],
        their_shares: list[dict[int, float]],
        background: list[Floats],
        *,
        firm: bool = False,
    ) -> list[float]:
        """What two groups share by things and by words, and what they hand on to each other, in bits.

        What is `firm` leaves out request parameters, which colleagues share.
        """
        kinds: list[tuple[TokenKind, float]] = []
        for place, view in enumerate(self.views.views):
            mine, other = our_shares[place], their_shares[place]
            if not mine or not other or (view.kind is TokenKind.SETTINGS and firm):
                continue
            # Both groups must show it broadly; the rarer it is outside all groups, the more it says. Accounts have one
            # card and a few addresses, whose shares add up, but any number of templates, of which the best counts.
            commoner = self.views.commoner(place, len(ours) + len(theirs))
            common = [
                min(mine[token], other[token]) * float(-np.log2(min(1.0, commoner * background[place][token])))
                for token in mine.keys() & other.keys()
            ]
            best = max(common, default=0.0) if view.kind.family is Family.WORDS else sum(common)
            kinds.append((view.kind, min(best, self.options.most_token_bits)))
        families = [
            family_bits([(kind, bits) for kind, bits in kinds if kind.family is family])
            for family in (Family.THINGS, Family.WORDS)
        ]
        return [*families, self.cross_bits(ours, theirs)]

    def words_bits(self, ours: Codes, theirs: Codes, background: list[Floats]) -> float:
        """What words say of two groups, told account by account: on average for an account of the one or the other.

        Where a template is paraphrased no one text is sent by most of both, but each account sends some that many of
        the other group do.
        """
        both = ((ours, theirs), (theirs, ours))
        return min(float(self.shared_against(a, b, background, firm=True)[Family.WORDS].mean()) for a, b in both)

    def cross_bits(self, ours: Codes, theirs: Codes) -> float:
        """Hand-offs between two groups beyond what strangers would make.

        Null: few strangers pass work on at all, and then to anybody by traffic; quotations pass between strangers as
        between everybody, and what is told by words as often as it passes between the two the wrong way round. An
        account counts once, since one that is in both hands (a stolen key, a customer) ties nobody else.
        """
        passes = self.views.passes
        rows, owner = passes.between(ours, theirs)
        partner = passes.partner[rows]
        our_share = float(self.views.exchanges[ours].sum()) / max(passes.total, 1.0)
        their_share = float(self.views.exchanges[theirs].sum()) / max(passes.total, 1.0)
        strangers = passes.options.strangers_give * (len(ours) * their_share + len(theirs) * our_share)
        quotations = float(passes.quotations.sum()) * our_share * their_share
        quotations = max(quotations, float(passes.echoes.between(ours, theirs, WORDS_ONLY)))
        total = 0.0
        for quoted, expected, least in ((False, strangers, 2), (True, quotations, 3)):
            chosen = passes.quoted[rows] == quoted
            pairs = min(len(np.unique(owner[chosen])), len(np.unique(partner[chosen])))
            if pairs >= least:  # one or two may be luck
                total += max(0.0, bits_of_p(float(pdtrc(pairs - 1, max(expected, passes.options.least_expected)))))
        return total

    def take_part(self, ours: Codes, theirs: Codes, background: list[Floats]) -> float:
        """Share of the accounts of one group that are themselves tied to another group."""
        bits = self.families_against(ours, theirs, background).sum(axis=0)
        return float((bits >= self.options.tied_bits).mean())

    def families_against(
        self, accounts: Codes, members: Codes, background: list[Floats], *, firm: bool = False
    ) -> Floats:
        """(4, n): what things, words, hand-offs and rhythm say for each account about a group, in bits.

        An account that is a member is judged by the others. What is `firm` leaves out what nothing may be enforced on:
        request parameters, which colleagues share, texts beyond the most telling one, and requests that others may have
        timed.
        """
        shared = self.shared_against(accounts, members, background, firm=firm)
        passes = self.views.passes.bits(accounts, members)
        return np.stack([shared[Family.THINGS], shared[Family.WORDS], passes, self.pace(accounts, members, firm)])

    def shared_against(
        self, accounts: Codes, members: Codes, background: list[Floats], *, firm: bool = False
    ) -> dict[Family, Floats]:
        """(n,) each: what things and words say for each account about a group, in bits.

        How often the group reuses a kind at all is read off its members: a hand with a card for each account says
        nothing by cards, for or against. Texts that are tried again elsewhere are the group's work, and each is an
        observation; of all others the best counts. What is `firm` leaves out request parameters and texts but the best.
        """
        kinds: dict[TokenKind, Floats] = {}
        belongs = np.isin(accounts, members)
        for place, view in enumerate(self.views.views):
            known = int(view.known[members].sum())
            if known < 2 or (view.kind is TokenKind.SETTINGS and firm):  # noqa: PLR2004 - nobody to share with
                continue
            rows, owner = rows_of(view.by_account, members)
            tokens, token, counts = np.unique(view.held[rows], return_inverse=True, return_counts=True)
            sharing = np.zeros(len(members), dtype=np.bool_)
            sharing[owner[counts[token] >= 2]] = True  # noqa: PLR2004 - shared means two
            reuse = min(max(float(sharing.sum()) / known, self.options.least_reuse), self.options.most_reuse)
            rows, owner = rows_of(view.by_account, accounts)
            held = view.held[rows]
            token = np.minimum(np.searchsorted(tokens, held), max(len(tokens) - 1, 0))
            among = np.where(tokens[token] == held, counts[token], 0) if len(tokens) else np.zeros(len(held))
            others = (among - belongs[owner]) / np.maximum(known - belongs[owner], 1)
            # A hand that spreads over many cards still shows each of them more than strangers do.
            total = max(float(counts.sum()) / known, 1.0) if view.kind.family is Family.THINGS else 1.0
            often = np.minimum(self.views.commoner(place, len(members)) * background[place][held], 1.0)
            by_row = np.log2((1.0 - reuse) + reuse * others / total / often)
            bits = np.full(len(accounts), np.log2(1.0 - reuse))
            np.maximum.at(bits, owner, by_row)
            if view.kind is TokenKind.TRIED_TEXT and not firm:
                text = self.text_of[place][held]
                bits += beyond_the_best(owner, text, by_row, len(accounts), self.options.most_texts)
            bits = np.where(view.known[accounts], bits, 0.0)
            kinds[view.kind] = np.clip(bits, -4.0, self.options.most_token_bits)
        return per_family(kinds, len(accounts))
