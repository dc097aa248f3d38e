"""What passes between accounts, both ways, and what it says for an account or for a group."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import pdtrc

from stillwatch.facts.group import Codes
from stillwatch.facts.incidence import Incidence
from stillwatch.facts.rows import rows_of
from stillwatch.link.customers import beyond_customers
from stillwatch.link.echoes import Echoes
from stillwatch.link.hand_offs import PUT_OFF, RETRIED, WORDS_ONLY, HandOff, HandOffs
from stillwatch.link.milieu import MilieuOptions
from stillwatch.stats.calibrate import MOST_BITS, bits_of_p, more_than
from stillwatch.stats.pairings import covered_by

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class PassOptions:
    """When hand-offs tell that accounts are of one hand."""

    own_deeds: int = 2
    """An account itself took work over that repeats the answers of so many others, or that gave failed requests to so
    many and took them from as many: with one of each it may have met a public text, or somebody who knew its prompts.
    Under poison and framing two honest accounts of 1,433 came to `act`, both with one."""
    partner_reuse: float = 0.5
    """How often an account of one hand passes work inside the group, when it passes any on."""
    strangers_give: float = 0.1
    """At most this share of honest accounts ever has work go on elsewhere by a retry, a continued conversation or a
    replayed signature: people who move to a new account, customers of relays."""
    strangers_take: float = 0.01
    """... and at most this share goes on with work that others began."""
    most_gifts: int = 2
    """A member that was only ever given from: this often by luck (one in four), not more."""
    least_expected: float = 0.02
    """Hand-offs within a group are taken to be expected at least this often: rates that small are not known."""
    most_echoes: float = 0.25
    """What is put off tells no more than quotations do where so much goes the wrong way round in or around a group, as
    a share of what goes the right way in it: people who work on the same public texts."""
    most_around: float = 4.0
    """Those who send the texts of a group are asked about as well where so many times as many as it has do, at most; of
    texts that more send, up to as many as the group is held against, by as much as the group takes part in."""
    most_texts: int = 64
    """Texts of a group that are looked at so (bounds the time)."""
    put_off: float = 1.0
    """Of a group that puts requests off so many independent pairs are expected to be seen (the mean of an exponential
    prior): the fewer, the less they must be beyond chance."""
    passing_accounts: int = 3
    """Hand-offs speak for a group when at least this many of its accounts take part ..."""
    passing_share: float = 0.3
    """... and this share of them: a pair that passes work on says nothing of six colleagues beside it. Joining two
    groups asks the same share (`taking_part`)."""
    hubs: float = 0.25
    """All that passes goes by so many of those who take part, at most: stars, as of an app's users around its maker's
    key. Of three accounts one is between the others in a pipeline, too, and a balancer's make pairs."""
    many_put_off: int = 8
    """What failed is asked elsewhere, so or in other words, hours or days later by luck between a few accounts, in
    groups of three to seven on looked-at logs: on 22 of them 49 pairs of honest accounts made the same request so, and
    65 did the wrong way round. Where so many of a group take part in it, it is as telling as any other hand-off."""
    most_passes: int = 3
    """Hand-offs of one account beyond this many add nothing: they are not independent of each other."""


class Passes:
    """The hand-offs of a scan, each seen from either end, and what they say about its accounts and groups."""

    def __init__(  # noqa: PLR0913 - what passes, what chance passes, and who may pass what to himself
        self,
        passed: HandOffs,
        exchanges: npt.NDArray[np.int64],
        texts: Sequence[Incidence],
        echoes: Echoes,
        customer: Codes,
        most_of_one: float,
        options: PassOptions,
        milieu: MilieuOptions,
    ) -> None:
        """Lay out what was `passed` between accounts with that many exchanges each, who send these `texts`.

        (accounts,) `customer` numbers whose each account is, its own without; a group is one customer's where more than
        `most_of_one` of it are.
        """
        self.options = options
        self.milieu = milieu
        self.texts = texts
        self.echoes = echoes
        self.customer = customer
        self.most_of_one = most_of_one
        self.exchanges = exchanges
        self.total = float(exchanges.sum())
        # Both ways: an account's partners, how often, and whether words were all that passed.
        self.partner_of = np.concatenate([passed.giver, passed.taker])
        self.partner = np.concatenate([passed.taker, passed.giver])
        self.times = np.concatenate([passed.count, passed.count])
        self.quoted = np.tile(np.isin(passed.kind, WORDS_ONLY), 2)
        self.later = np.tile(passed.kind == HandOff.LATER, 2)
        self.put_off = np.tile(np.isin(passed.kind, PUT_OFF), 2)
        self.gifts = np.concatenate([passed.gifts(len(exchanges)), np.zeros(len(passed), dtype=np.int32)])
        self.retried = np.tile(np.isin(passed.kind, RETRIED), 2)
        self.resumed = np.tile(np.isin(passed.kind, (HandOff.RESUMED, HandOff.CARRIED)), 2)
        self.reworded = np.tile(np.isin(passed.kind, (HandOff.REWORDED, HandOff.LATER)), 2)
        self.takes = np.repeat([False, True], len(passed.giver))
        order = np.lexsort((self.takes, self.quoted, self.partner, self.partner_of))
        self.partner_of, self.partner = self.partner_of[order], self.partner[order]
        self.times, self.quoted, self.takes = self.times[order], self.quoted[order], self.takes[order]
        self.retried, self.resumed, self.gifts = self.retried[order], self.resumed[order], self.gifts[order]
        self.reworded, self.later, self.put_off = self.reworded[order], self.later[order], self.put_off[order]
        self.quotations = np.bincount(self.partner_of[self.quoted], minlength=len(exchanges))
        self.partner_bounds = np.searchsorted(self.partner_of, np.arange(len(exchanges) + 1))

    def bits(self, accounts: Codes, members: Codes, *, quotations: bool = True) -> Floats:
        """What hand-offs say for each account about a group, in bits: partners inside are likelier in one hand.

        Null: partners are met in proportion to the group's share of all exchanges; for quotations, where public text
        also passes between strangers, as often as others quote the group or are quoted by it, if that is oftener, and
        within the group as often as it passes there the wrong way round.
        Whoever takes words only, as many from others, and is quoted by none of the group marks or edits what everybody
        is answered: that says nothing. Without `quotations` only the others count.
        """
        if len(self.partner) == 0:
            return np.zeros(len(accounts))
        inside = np.zeros(len(self.exchanges), dtype=np.bool_)
        inside[members] = True
        share = float(self.exchanges[members].sum()) / max(self.total, 1.0)
        quoted = self._quoted_by_others(members, inside)
        rows, owner = rows_of(self.partner_bounds, accounts)
        beyond = self._beyond_customers(accounts[owner], rows, members)
        rows, owner = rows[beyond], owner[beyond]
        reuse = self.options.partner_reuse
        gain = np.log2((1.0 - reuse) + reuse / np.maximum([share, max(share, quoted)], 1e-6))
        gain = np.append(gain, min(gain[1], self._forwards(members)))
        words_only = self._words_only(members)
        way = words_only.astype(np.int64) + (self.quoted & ~self.later)
        if not quotations:
            told = ~words_only[rows]
            rows, owner = rows[told], owner[told]
        within = inside[self.partner[rows]]
        each = np.where(within, gain[way[rows]], np.log2(1.0 - reuse))
        # The most telling passes of an account count, up to `most_passes` of each sign.
        times = np.minimum(self.times[rows], self.options.most_passes)
        n = len(accounts)
        for_it = np.bincount(owner[within], weights=(each * times)[within], minlength=n)
        against = np.bincount(owner[~within], weights=(each * times)[~within], minlength=n)
        # A balancer hands work both ways. Who gives again and again and never takes is a relay's customer, whose
        # conversations went on elsewhere, or was quoted: no member.
        takes = np.bincount(owner[within & self.takes[rows]], minlength=n) > 0
        gives = np.bincount(owner[within], weights=self.gifts[rows][within], minlength=n)
        both_ways = takes | (gives <= self.options.most_gifts)
        strong = within & ~words_only[rows]
        took = np.bincount(owner[strong & self.takes[rows]], minlength=n) > 0
        gave = np.bincount(owner[strong], minlength=n) > 0
        words = words_only[rows]
        told = np.bincount(owner[within & words & ~self.takes[rows]], minlength=n) > 0
        takes_here = np.bincount(owner[within & words & self.takes[rows]], minlength=n)
        takes_elsewhere = np.bincount(owner[~within & words & self.takes[rows]], minlength=n)
        both_ways &= gave | told | (takes_here > takes_elsewhere)
        rare = np.where(took, self.options.strangers_take, np.where(gave, self.options.strangers_give, 1.0))
        for_it = np.minimum(for_it, self.options.most_passes * gain[0]) - np.log2(rare)
        bits: Floats = for_it * both_ways + np.maximum(against, self.options.most_passes * np.log2(1.0 - reuse))
        return bits

    def _words_only(self, members: Codes) -> npt.NDArray[np.bool_]:
        """(rows,) whether each hand-off is told by words that may have passed by luck.

        What was put off and asked elsewhere is such a one, unless many of a group take part in it, and hardly anybody
        had asked it before.
        """
        if not self.put_off.any():
            return self.quoted
        rows, owner = self.between(members, members)
        many = len(np.unique(owner[self.put_off[rows]])) >= self.options.many_put_off
        if many and self.one_way(members, PUT_OFF):
            return self.quoted & ~self.put_off
        return self.quoted | self.put_off

    def one_way(self, members: Codes, kinds: Sequence[HandOff]) -> bool:
        """Whether hardly anything of some kinds passes in or around a group the wrong way round.

        For how much does rightly, which counts in the group alone, so that its neighbours cannot make up for what
        chance does around it.
        """
        return self._wrongly(members, kinds) <= self.options.most_echoes * (self._rightly(members, kinds) + 1)

    def _wrongly(self, members: Codes, kinds: Sequence[HandOff]) -> float:
        """How much of some kinds passes the wrong way round in a group and among those who send its texts.

        A group may have been found by what passes in it the right way round, and chance makes others of those who send
        its texts meet the wrong way round. Where these are many, so much of it counts as the group has of what passes
        among them the right way round.
        """
        found = float(self.echoes.within(self._around(members, self.options.most_around * len(members)), kinds))
        crowd = self._around(members, self.milieu.around(len(members)))
        wrongly = self.echoes.within(crowd, kinds)
        if wrongly <= found:
            return found
        return max(found, wrongly * self._rightly(members, kinds) / max(self._rightly(crowd, kinds), 1))

    def _rightly(self, members: Codes, kinds: Sequence[HandOff]) -> int:
        """How much that is put off, and quoted where that is asked, passes in a group."""
        rows, _ = self.between(members, members)
        told = self.put_off[rows] | (self.quoted[rows] if HandOff.QUOTED in kinds else False)
        return int((told & self.takes[rows]).sum())

    def _around(self, members: Codes, most: float) -> Codes:
        """A group with everybody who sends a text that half of it sends and at most so many accounts in all do."""
        found = [members]
        for view in self.texts:
            tokens, counts = np.unique(view.held[rows_of(view.by_account, members)[0]], return_counts=True)
            own = tokens[(2 * counts >= len(members)) & (view.sizes_of(tokens) <= most)]
            found += [view.holders_of(token) for token in own[: self.options.most_texts].tolist()]
        around: Codes = np.unique(np.concatenate(found)).astype(np.int32)
        return around

    def _quoted_by_others(self, members: Codes, inside: npt.NDArray[np.bool_]) -> float:
        """How often those who are not of a group quote one of it or are quoted by it, of all that they do so, at most.

        What a group quotes of itself says nothing of how often strangers would. Where few others quote anybody, it is
        not known: of three more, all may have been of the group (the rule of three, Hanley and Lippman-Hand 1983).
        """
        rows, _ = rows_of(self.partner_bounds, members)
        across = int((self.quoted[rows] & ~inside[self.partner[rows]]).sum())
        others = int(self.quotations.sum()) - int(self.quotations[members].sum())
        return (across + 3.0) / (others + 3.0)

    def _forwards(self, members: Codes) -> float:
        """How much oftener a group quotes itself than one of it is answered what another had asked, in bits.

        Half a pair is added to either (Jeffreys' prior for a rate): of few pairs the order says little.
        """
        rows, _ = self.between(members, members)
        pairs = int((self.quoted[rows] & ~self.later[rows] & self.takes[rows]).sum())
        return float(np.log2((pairs + 0.5) / (self.echoes.within(members, (HandOff.QUOTED,)) + 0.5)))

    def between(self, ours: Codes, theirs: Codes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The rows of hand-offs, either way, from some accounts to others, and the place in `ours` of each."""
        rows, owner = rows_of(self.partner_bounds, ours)
        inside = np.zeros(len(self.exchanges), dtype=np.bool_)
        inside[theirs] = True
        between = inside[self.partner[rows]]
        return rows[between], owner[between]

    def passed_in(self, members: Codes, *, few: bool | None = None) -> float:
        """What hand-offs say for a group, account by account (bits); nothing for it where too few of them take part.

        `few` says whether too few do; by default it is told by their number.
        """
        bits = float(self.bits(members, members).sum())
        if self.few(members) if few is None else few:
            return min(bits, 0.0)
        return max(bits, self.put_off_bits(members))

    def put_off_bits(self, members: Codes) -> float:
        """What it says for a group that what failed in it is put off and asked there in other words (bits).

        Null: whoever fails with something is followed by others who ask it as often as he follows them, in the group
        and around it; between two of a group as often as such pairs lie in it by how much it sends. Pairs with an
        account in common are one observation.
        """
        rows, owner = self.between(members, members)
        given = self.put_off[rows] & ~self.takes[rows]
        pairs = min(len(np.unique(owner[given])), len(np.unique(self.partner[rows[given]])))
        if pairs == 0:
            return 0.0
        share = float(self.exchanges[members].sum()) / max(self.total, 1.0)
        backwards = float(np.isin(self.echoes.kind, PUT_OFF).sum()) / 2.0
        expected = max(self.options.least_expected, backwards * share**2, self._wrongly(members, PUT_OFF))
        return more_than(pairs, expected, self.options.put_off)

    def among(self, members: Codes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """`between` the accounts of a group, but for what passes within one of its customers."""
        rows, owner = self.between(members, members)
        told = self._beyond_customers(members[owner], rows, members)
        return rows[told], owner[told]

    def _beyond_customers(self, account: Codes, rows: npt.NDArray[np.int64], members: Codes) -> npt.NDArray[np.bool_]:
        """(rows,) whether hand-offs of some accounts, of all or of a group, tell of more than one customer in it."""
        return beyond_customers(account, self.partner[rows], self.customer, members, self.most_of_one)

    def passing(self, members: Codes) -> npt.NDArray[np.bool_]:
        """(n,) who passes anything but words within a group."""
        rows, owner = self.among(members)
        return np.bincount(owner[~self.quoted[rows]], minlength=len(members)) > 0

    def work(self, members: Codes) -> bool:
        """Whether more than a pair of a group's accounts pass anything but words to each other."""
        return int(self.passing(members).sum()) >= self.options.passing_accounts

    def quiet_by_chance(self, some: Codes, members: Codes) -> float:
        """The share of some accounts that would pass nothing, if each did as often as a group by how much it sends."""
        return float(np.exp(-self._passed_by_chance(some, members)).mean())

    def all_quiet_by_chance(self, some: Codes, members: Codes) -> float:
        """How often all of some accounts would pass nothing, if each did as often as a group by how much it sends."""
        return float(np.exp(-self._passed_by_chance(some, members).sum()))

    def _passed_by_chance(self, some: Codes, members: Codes) -> Floats:
        """How often each of some accounts would pass anything, if it did as often as a group by how much it sends."""
        _, owner = self.between(members, members)
        rate = len(owner) / max(float(self.exchanges[members].sum()), 1.0)
        return self.exchanges[some].astype(np.float64) * rate

    def strong_bits(self, members: Codes) -> float:
        """What hand-offs but words say for a group, account by account (bits); nothing for it where one pair makes all.

        Among a hundred accounts that share a thing and a text, one pair may have met by luck.
        """
        rows, owner = self.among(members)
        many = len(np.unique(owner[~self._words_only(members)[rows]])) >= self.options.passing_accounts
        bits = float(self.bits(members, members, quotations=False).sum())
        return max(bits if many else min(bits, 0.0), self.put_off_bits(members))

    def few(self, members: Codes) -> bool:
        """Whether too few accounts of a group pass anything within it to speak for all of them, or it goes by few hubs.

        An app repeats on its maker's key what its users' own could not do: that ties none of these to each other.
        """
        rows, owner = self.among(members)
        taking_part = len(np.unique(owner))
        if taking_part < max(self.options.passing_accounts, self.options.passing_share * len(members)):
            return True
        return covered_by(members[owner], self.partner[rows], int(self.options.hubs * taking_part))

    def passed_within(self, members: Codes, *, few: bool | None = None) -> float:
        """What all hand-offs between the accounts of a group say about the group, in bits.

        Null for quotations: they pass between strangers as between everybody, and as often in one order as in the
        other. Pairs with an account in common are one
        observation, and so are the repetitions of one pair: two accounts that quote each other say nothing of forty.
        """
        rows, _ = self.between(members, members)
        chosen = rows[~self.takes[rows] & self.quoted[rows] & ~self.later[rows]]
        pairs = min(len(np.unique(self.partner_of[chosen])), len(np.unique(self.partner[chosen])))
        bits = self.strong_bits(members)
        if pairs:
            share = float(self.exchanges[members].sum()) / max(self.total, 1.0)
            expected = max(float(self.quotations.sum()) / 2.0 * share**2, self.options.least_expected)
            expected = max(expected, float(self.echoes.within(members, (HandOff.QUOTED,))))
            # Each pair is an observation of its own, so their sum is not bounded as a single test is.
            quoted = max(0.0, bits_of_p(float(pdtrc(pairs - 1, expected)), most=MOST_BITS * pairs))
            bits = max(bits, 0.0) + quoted
        return min(bits, self.passed_in(members, few=few))
