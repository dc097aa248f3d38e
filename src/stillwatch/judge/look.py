"""What the honest explanations ask of a group: who its accounts say they are, what they share, whether they sleep."""

import math
from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
from scipy.special import bdtrc

from stillwatch.facts.group import Group, SharedToken
from stillwatch.facts.roster import Roster
from stillwatch.facts.token import Family, TokenKind
from stillwatch.facts.traffic import Traffic

if TYPE_CHECKING:
    from stillwatch.judge.explanations import ExplanationOptions

_DAY_US: Final = 86_400_000_000

NETWORK_KINDS: Final = frozenset(
    {TokenKind.CLIENT_ADDRESS, TokenKind.CLIENT_BLOCK, TokenKind.SIGNUP_ADDRESS, TokenKind.SIGNUP_BURST}
)


class Look:
    """What the explanations ask of a group."""

    def __init__(self, group: Group, roster: Roster, traffic: Traffic, options: "ExplanationOptions") -> None:
        self.group = group
        self.roster = roster
        self.traffic = traffic
        self.options = options
        self.n = len(group.members)

    def values(self, column: str) -> list[str | None]:
        """The members' values in one column of the accounts table."""
        taken: list[str | None] = self.roster.column(column).take(self.group.members).to_pylist()
        return taken

    def most_common(self, column: str) -> tuple[str | None, float]:
        """The commonest value in a column and the share of members that have it."""
        counts = Counter(value for value in self.values(column) if value)
        if not counts:
            return None, 0.0
        value, count = min(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        return value, count / self.n

    def verified(self, share: float | None = None) -> bool:
        """Whether most members' owners were checked, or a share of them; where no levels are kept, they were."""
        if self.roster.column("verification_level").null_count == len(self.roster):
            return True
        weak = self.options.weak_verification
        good = sum(1 for level in self.values("verification_level") if (level or "").lower() not in weak)
        return good >= (self.options.most_of if share is None else share) * self.n

    def institution(self) -> tuple[str | None, float]:
        """An e-mail domain that the members share and hardly anybody else uses."""
        domain, share = self.most_common("email_domain")
        if domain is None:
            return None, 0.0
        everywhere = pc.sum(pc.equal(self.roster.column("email_domain"), domain)).as_py()
        if everywhere - round(share * self.n) > self.options.public_domain_share * len(self.roster):
            return None, 0.0
        disposable = any(token.kind is TokenKind.EMAIL_DOMAIN for token in self.group.tokens)
        return (None, 0.0) if disposable else (domain, share)

    def one_net(self) -> tuple[SharedToken | None, float]:
        """The one address or block that most members use, and their share."""
        nets = [t for t in self.group.tokens if t.kind in (TokenKind.CLIENT_ADDRESS, TokenKind.CLIENT_BLOCK)]
        if not nets:
            return None, 0.0
        best = max(nets, key=lambda token: (token.inside, token.kind is TokenKind.CLIENT_ADDRESS))
        return best, best.inside / self.n

    def two_nets(self) -> float:
        """Share of members that work from one of two addresses or blocks, each of which enough of them do alone."""
        return self.two_held(TokenKind.CLIENT_ADDRESS, TokenKind.CLIENT_BLOCK)

    def two_held(self, *kinds: TokenKind) -> float:
        """Share of members that hold one of two tokens of these kinds, each of which enough of them do alone."""
        held = [set(t.account_codes) for t in self.group.tokens if t.kind in kinds]
        covered: set[int] = set()
        for _ in range(2):
            more = max((one - covered for one in held), key=len, default=set())
            if len(more) < self.options.each_net * self.n:
                return 0.0
            covered |= more
        return len(covered) / self.n

    def holds(self, *kinds: TokenKind) -> float:
        """Share of members that hold some shared token of these kinds."""
        codes: set[int] = set()
        for token in self.group.tokens:
            if token.kind in kinds:
                codes.update(token.account_codes)
        return len(codes) / self.n

    def most_held(self, kind: TokenKind, *, alone: bool = False) -> float:
        """Share of members that hold the one token of a kind that most of them hold, or that they alone hold."""
        held = (t.inside for t in self.group.tokens if t.kind is kind and not (alone and t.outside))
        return max(held, default=0) / self.n

    def named(self) -> float:
        """Share of members that name an organisation."""
        return sum(1 for owner in self.values("organisation") if owner) / self.n

    def claims(self) -> list[str]:
        """Whose they are, of those members that say it: an organisation, or else a domain that is not public."""
        said = zip(self.values("organisation"), self.own_domains(), strict=True)
        return [one for owner, domain in said if (one := owner or domain)]

    def own_domains(self) -> list[str | None]:
        """The e-mail domain of each member, where it is no public or disposable one."""
        domains = self.roster.column("email_domain")
        most = self.options.public_domain_share * len(self.roster)
        public = {one["values"] for one in pc.value_counts(domains).to_pylist() if one["counts"] > most}
        disposable = any(token.kind is TokenKind.EMAIL_DOMAIN for token in self.group.tokens)
        return [None if disposable or domain in public else domain for domain in self.values("email_domain")]

    def own_cards(self) -> float:
        """Share of members on a card that several pay with, no two of which name different organisations."""
        pays: dict[str, list[str | None]] = {}
        for card, owner in zip(self.values("payment_fingerprint"), self.values("organisation"), strict=True):
            if card:
                pays.setdefault(card, []).append(owner)
        own = [owners for owners in pays.values() if len(owners) > 1 and len({one for one in owners if one}) == 1]
        return sum(len(owners) for owners in own) / self.n

    def only_networks(self) -> float:
        """Share of the members that share a network, or that share no other thing, whichever is less.

        A group names its most telling tokens only, and of each at most so many holders: cards and devices are looked up
        in the accounts table as well, and of any one token it is known how many hold it.
        """
        others = [kind for kind in TokenKind if kind.family is Family.THINGS and kind not in NETWORK_KINDS]
        networks = max(self.holds(*NETWORK_KINDS), *map(self.most_held, NETWORK_KINDS))
        columns = ("payment_fingerprint", "signup_device")
        return min(networks, 1.0 - max(self.holds(*others), *map(self.most_held, others), *map(self.common, columns)))

    def common(self, column: str) -> float:
        """Share of members whose value in a column of the accounts table another member has, too."""
        counts = Counter(value for value in self.values(column) if value)
        return sum(times for times in counts.values() if times > 1) / self.n

    def few_each(self) -> bool:
        """No more exchanges a day than people make."""
        activity, members = self.traffic.activity, self.group.members
        days = np.maximum(1.0, np.ceil((activity.last[members] - activity.first[members]) / _DAY_US))
        return float(np.median(activity.exchanges[members] / days)) <= self.options.people_per_day

    def too_short(self) -> bool:
        """Whether the log is too short to show a night."""
        activity = self.traffic.activity
        return float(activity.last.max() - activity.first.min()) < self.options.least_span_h * 3.6e9

    def like_people(self) -> bool:
        """Few exchanges a day each, and a night's sleep that most of the group keep: the rest may be visitors."""
        if self.too_short() or not self.few_each():
            return False
        each = self.traffic.activity.hours[self.group.members].astype(np.float64)
        night = _window(each, self.options.night_hours)
        order = np.argsort(night[:, int(night.sum(axis=0).argmin())], kind="stable")
        hours = each[order[: math.ceil(self.options.most_of * self.n)]].sum(axis=0)
        awake = _quietest(hours, self.options.night_hours) * hours.sum()
        by_luck = float(bdtrc(round(awake) - 1, round(hours.sum()), self.options.night_share)) if awake >= 1 else 1.0
        return by_luck >= self.options.night_doubt


def _window(hours: npt.NDArray[np.float64], length: int) -> npt.NDArray[np.float64]:
    """(..., 24): the exchanges in the `length` hours from each hour on, around the clock."""
    around = np.concatenate([hours, hours[..., : length - 1]], axis=-1)
    windows: npt.NDArray[np.float64] = np.lib.stride_tricks.sliding_window_view(around, length, axis=-1).sum(axis=-1)
    return windows


def _quietest(hours: npt.NDArray[np.float64], length: int) -> float:
    """The smallest share of exchanges in any `length` hours in a row, around the clock."""
    return float(_window(hours, length).min() / max(hours.sum(), 1.0))
