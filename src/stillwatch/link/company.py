"""Company: accounts that send a text of a group's and ask as those who act in it do, taken in together."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stillwatch.facts.group import Codes
from stillwatch.facts.rows import rows_of
from stillwatch.facts.token import Family, TokenKind
from stillwatch.link.mixture import Views
from stillwatch.link.ties import Floats, Ties
from stillwatch.link.traits import Traits


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
    """... and at most so many times as many as in the group: what more do is not the group's."""
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
    crowd: int = 1_000
    """Of those of no group so many stand for everybody else, drawn at random from more (bounds the time)."""
    most_texts: int = 64
    """Texts of a group that are looked at, the most its own (bounds the time)."""
    rounds: int = 4
    """Looks at a group at most: who is taken in makes texts the group's own."""


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
        acting = members[self.views.passing(members) | paced]
        if len(acting) < self.options.least_acting:
            return nobody
        joined = [nobody]
        for senders in self._senders(members, taken):
            quiet = self.views.quiet_by_chance(senders, members)
            others = np.setdiff1d(crowd, senders)
            near = self.traits.near(acting, senders, others, most=self.options.near, told=self.options.told)
            if quiet < self.options.quiet or not near:
                continue
            whole = np.union1d(members, senders).astype(np.int32)
            with self.ties.leaving_out(background, senders) as outside:
                bits = self.ties.families_against(senders, whole, outside).sum(axis=0)
            joined.append(senders[bits >= self.ties.prior_bits(len(whole)) + self.ties.options.belongs_bits])
        return np.unique(np.concatenate(joined)).astype(np.int32)

    def _senders(self, members: Codes, taken: npt.NDArray[np.bool_]) -> list[Codes]:
        """For each text that a group shows and few others do, those of no group who send it; the group's own first."""
        options = self.options
        inside = np.zeros(len(taken), dtype=np.bool_)
        inside[members] = True
        found: list[tuple[float, bytes, Codes]] = []
        for view in self.views.views:
            if view.kind.family is not Family.WORDS or view.kind is TokenKind.SETTINGS:
                continue
            rows, _ = rows_of(view.by_account, members)
            tokens, within = np.unique(view.held[rows], return_counts=True)
            shown = within >= options.least_inside
            for token, n in zip(tokens[shown].tolist(), within[shown].tolist(), strict=True):
                holders = view.holders_of(token)
                senders = np.sort(holders[~taken[holders]]).astype(np.int32)
                if len(senders) >= options.least_outside and len(holders) - n <= options.most_outside * n:
                    found.append(((len(holders) - n) / n, senders.tobytes(), senders))
        found.sort(key=lambda one: one[:2])
        unique = {name: senders for _, name, senders in found}
        return list(unique.values())[: options.most_texts]
