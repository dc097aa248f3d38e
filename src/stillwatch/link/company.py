"""Company: who sends a group's text, or two of its marks at once, and asks as those who act in it do, taken in."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.special import ndtr

from stillwatch.facts.group import Codes
from stillwatch.facts.rows import rows_of
from stillwatch.facts.token import Family, TokenKind
from stillwatch.link.ties import Floats, Ties
from stillwatch.link.traits import ASKED, Trait, Traits
from stillwatch.link.views import Views


@dataclass(frozen=True, kw_only=True, slots=True)
class CompanyOptions:
    """When those who send a group's text are of the group."""

    least_acting: int = 8
    """So many of a group pass work on or keep a pace, at least: fewer say little of what the others would ask."""
    least_inside: int = 3
    """So many of a group send a text that is looked at ..."""
    least_outside: int = 5
    """... and so many of no group do, together: what fewer ask tells too little of them ..."""
    most_outside: float = 4.0
    """... and at most so many times as many as in the group: what more do is not the group's, nor a mark of it."""
    near: float = 0.1
    """In words they are at most so far from those who act, as a share of how far either is from everybody else, and
    where purposes or software tell them apart (`told`), in these. On 37 looked-at logs 97 of 100 who were so near to a
    campaign were of it, and one in seven of all who sent its texts."""
    told: float = 0.05
    """What differs so much by chance this seldom tells two sets of accounts apart."""
    quiet: float = 0.05
    """None of them passes anything to the group: by chance each would be as quiet this often at least, on average, if
    it passed work as often as the group does by how much it sends. Those who have as much traffic as a busy pool and
    never take part are not of it: the users of a harness that it uses, who ask for the same."""
    spread: float = 0.01
    """What passes in the group touches so few accounts by chance this seldom, if those who are taken in had as great a
    part in it as anybody, by how much they send: of a relay's accounts few users of its harness are any. No set that
    is mostly of the campaign on 33 looked-at logs is refused by it."""
    both_outside: int = 8
    """Of those who show two marks of a group at once, texts or a text and a software, that go together in it, so many
    are of no group, at least, and not more than in it. Strangers who send the one seldom have the other as well: in
    such sets of six looked-at logs 761 times of 784 an account was the campaign's, in sets of five and more 1,771 times
    of 1,892, but on one log 47 of 108 (before a mark was held to `most_outside`)."""
    both_words: float = 0.3
    """They may be so far in words from those who act where that is not beyond chance: the two marks tell them from
    others, and few accounts of a hand that deals out several kinds of work are as far apart by luck."""
    most_marks: int = 64
    """Marks of one kind that are looked at, those that most of the group show (bounds the time)."""
    crowd: int = 1_000
    """Of those of no group so many stand for everybody else, drawn at random from more (bounds the time)."""
    most_texts: int = 64
    """Texts of a group that are looked at, and pairs of marks, the most its own first (bounds the time)."""
    rounds: int = 4
    """Looks at a group at most: who is taken in makes texts the group's own."""


@dataclass(frozen=True, slots=True)
class _Senders:
    """Accounts of no group that show one text of a group, or two of its marks at once."""

    accounts: Codes
    both: bool
    share: float
    """Of the group that shows the same."""


class Company:
    """Asks who keeps the groups of one scan company."""

    def __init__(self, views: Views, ties: Ties, traits: Traits, options: CompanyOptions) -> None:
        """Take the scan's views, ties and traits, and how to look at them."""
        self.views = views
        self.ties = ties
        self.traits = traits
        self.options = options

    def taken_in(self, groups: list[Codes]) -> list[Codes]:
        """The groups, each with those of no group who keep it company.

        A campaign of which half is found makes its own texts look common, since the other half sends them as well: each
        of these is tied too little as long as the others count as strangers. Together they are asked about: null is
        that those who send a text ask for things of their own, as the users of a harness or of a published prompt do.
        """
        if not self.traits.tell:
            return groups
        out = list(groups)
        taken = np.zeros(len(self.views.exchanges), dtype=np.bool_)
        for members in groups:
            taken[members] = True
        crowd = self.traits.drawn(np.flatnonzero(~taken).astype(np.int32), self.options.crowd)
        background = self.ties.background(out)
        for place in range(len(out)):
            for _ in range(self.options.rounds):
                joined = self._company(out[place], taken, crowd, background)
                if len(joined) == 0:
                    break
                taken[joined] = True
                out[place] = np.sort(np.concatenate([out[place], joined]))
                background = self.ties.background(out)
        return out

    def _company(self, members: Codes, taken: npt.NDArray[np.bool_], crowd: Codes, background: list[Floats]) -> Codes:
        """Accounts of no group that keep a group company, held against a `crowd` of others."""
        nobody = np.zeros(0, dtype=np.int32)
        paced = self.ties.pace(members, members, False) >= self.ties.options.speaking_bits  # noqa: FBT003 - see `Pace`
        # Not by quotations: the users of a harness quote each other, and would all keep each other company.
        acting = members[self.views.passes.passing(members) | paced]
        if len(acting) < self.options.least_acting:
            return nobody
        joined = [nobody]
        for senders in self._senders(members, taken):
            some = senders.accounts
            if self.views.passes.quiet_by_chance(some, members) < self.options.quiet:
                continue
            if not self._near(senders, acting, np.setdiff1d(crowd, some)):
                continue
            whole = np.union1d(members, some).astype(np.int32)
            with self.ties.leaving_out(background, some) as outside:
                families = self.ties.families_against(some, whole, outside)
            if senders.both:  # nobody else shows both, who is not one of them
                words = list(Family).index(Family.WORDS)
                bits = np.log2(max(1.0, senders.share * len(taken)))
                families[words] = np.maximum(families[words], min(bits, self.ties.options.most_token_bits))
            own = families.sum(axis=0) >= self.ties.prior_bits(len(whole)) + self.ties.options.belongs_bits
            if own.any() and spread_by_chance(self.views, members, some[own]) >= self.options.spread:
                joined.append(some[own])
        return np.unique(np.concatenate(joined)).astype(np.int32)

    def _near(self, senders: _Senders, acting: Codes, others: Codes) -> bool:
        """Whether some accounts ask nearly as those who act in a group do, held against `others`."""
        options = self.options
        if not senders.both:
            return self.traits.near(acting, senders.accounts, others, most=options.near, told=options.told)
        words = self.traits.apart(acting, senders.accounts, others, frozenset({Trait.WORDS}))
        if words > options.both_words:
            return False
        return self.traits.apart(acting, senders.accounts, others, ASKED, options.told) <= options.near

    def _senders(self, members: Codes, taken: npt.NDArray[np.bool_]) -> list[_Senders]:
        """Those of no group who send a text that the group shows and few others do, or show two of its marks at once.

        Each set once, those first of which most are in the group already; texts before pairs.
        """
        options = self.options
        free = np.flatnonzero(~taken).astype(np.int32)
        shown, texts = self._marks(members, taken)
        inside, outside = shown[members], shown[free]
        within, without = (inside.T @ inside).toarray(), (outside.T @ outside).toarray()
        first, second = np.triu_indices(len(texts))
        n, others = within[first, second], without[first, second]
        both = first != second
        kept = (texts[first] | texts[second]) & (n >= options.least_inside)
        kept &= others >= np.where(both, options.both_outside, options.least_outside)
        kept &= others <= np.where(both, 1.0, options.most_outside) * n
        ratio = others / np.maximum(n, 1)
        shows = outside.tocsc()
        found: dict[bytes, _Senders] = {}
        for pairs in (False, True):
            chosen = np.flatnonzero(kept & (both == pairs))
            for k in chosen[np.argsort(ratio[chosen], kind="stable")][: options.most_texts].tolist():
                one, other = (shows.indices[shows.indptr[m] : shows.indptr[m + 1]] for m in (first[k], second[k]))
                some = free[np.intersect1d(one, other)]
                found.setdefault(some.tobytes(), _Senders(some, pairs, float(n[k]) / len(members)))
        return list(found.values())

    def _marks(self, members: Codes, taken: npt.NDArray[np.bool_]) -> tuple[csr_array, npt.NDArray[np.bool_]]:
        """(accounts, marks) who shows which text or software that a group shows, and (marks,) whether it is a text."""
        options = self.options
        holders: list[Codes] = []
        texts: list[bool] = []
        for view in self.views.views:
            if view.kind.family is not Family.WORDS or len(view.tokens) == 0:
                continue
            rows, _ = rows_of(view.by_account, members)
            tokens, within = np.unique(view.held[rows], return_counts=True)
            others = np.add.reduceat(~taken[view.holders], view.by_token[:-1], dtype=np.int64)[tokens]
            rare = np.flatnonzero((within >= options.least_inside) & (others <= options.most_outside * within))
            chosen = tokens[rare[np.argsort(-within[rare], kind="stable")][: options.most_marks]]
            holders += [view.holders_of(token) for token in chosen.tolist()]
            texts += [view.kind is not TokenKind.SETTINGS] * len(chosen)
        row = np.concatenate([np.zeros(0, dtype=np.int32), *holders])
        column = np.repeat(np.arange(len(holders)), [len(some) for some in holders])
        shown = csr_array((np.ones(len(row), dtype=np.int32), (row, column)), shape=(len(taken), len(holders)))
        return shown, np.array(texts, dtype=np.bool_)


def spread_by_chance(views: Views, members: Codes, others: Codes) -> float:
    """How often what passes in a group would touch so few accounts, if `others` were of it as well.

    Null: either end of each pair of accounts between which work passed falls on an account of both by how much it
    sends; how many are touched is taken as normal, with the variance of independent accounts (of balls in boxes it is
    less: Johnson and Kotz 1977, Urn Models and Their Application, chapter 3).
    """
    rows, owner = views.passes.between(members, members)
    strong = ~views.passes.quoted[rows]
    one, other = members[owner[strong]], views.passes.partner[rows[strong]]
    pairs = np.unique(np.stack([np.minimum(one, other), np.maximum(one, other)]), axis=1)
    sends = views.exchanges[np.concatenate([members, others])].astype(np.float64)
    touched = 1.0 - np.exp(-pairs.size * sends / sends.sum())
    beyond = (len(np.unique(pairs)) + 0.5 - touched.sum()) / max(np.sqrt((touched * (1.0 - touched)).sum()), 1e-9)
    return float(ndtr(beyond))
