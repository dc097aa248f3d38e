"""Who speaks for whom: those of a group who pass work, for others who send the same and cannot be told from them."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from stillwatch.facts.group import Codes
from stillwatch.facts.token import Family, TokenKind
from stillwatch.link.hand_offs import PUT_OFF, HandOff
from stillwatch.link.ties import NO_PLACE, Place, Ties
from stillwatch.link.traits import ASKED, Traits
from stillwatch.link.views import Views

_KEPT: Final = 4096
"""Groups that are remembered: they are asked about again as others around them change."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SpeakingOptions:
    """When few accounts of a group speak for all of them."""

    least_passing: int = 8
    """So many accounts that pass work within a group, by more than quotations ..."""
    quoting_bits: float = 4.0
    """... or, by quotations only, so often that hand-offs tie them in by themselves (bits), ..."""
    passing_like: float = 0.1
    """... and this share of it speak for the others, ..."""
    bundled_like: float = 0.2
    """... or this share where a bundle of texts proposed the group, which may be that of several campaigns and of the
    users of their cover: eight or fourteen of a hundred are too few to be told from the others, ..."""
    own_text: float = 0.5
    """... where this share of either sends a text that those who pass work send ..."""
    most_others: float = 0.1
    """... and that at most so many others send, as a share of those of the group who do, ..."""
    alike: float = 0.05
    """... and one hand that deals out its work makes them differ so much at least this often, in words, purposes or
    software. On four looked-at logs of level 3 the worst of 25 pools' own accounts differ by software one time in 30,
    and a campaign's from the honest users of a harness, among whom it was, less than one time in 250."""
    circles: int = 3
    """So many circles that pass work speak for the others, too, however few accounts are in them: one is two accounts
    that may be one person's. What was put off and asked in other words is work here. Of 40 such sets of those who send
    one text, on 30 looked-at logs, one is of honest people, of 51 with two circles nine, and part of eight more ..."""
    circles_in_words: int = 2
    """... and so many where most of what passes in the group was put off and asked in other words. Of 170 such
    sets of those who send one text, on 42 looked-at logs, 126 are a campaign's, 26 in part, and of 18 that are mostly
    honest people's eleven are so nearly all; of 102 with three circles one is mostly theirs."""
    most_put_off: float = 0.5
    """Where most of it is put off, circles speak for the others until this share of the group is in them: who met no
    failure has nothing to put off."""
    near_put_off: float = 0.3
    """... and may be so far apart from them: those in the circles may be of a few of a hand's languages, by luck."""
    circled: float = 0.1
    """... if this share of the group is in them, ..."""
    most_others_circled: float = 1.0 / 3.0
    """... at most so many others send the text that they have in common, as a share of the group's who do, ..."""
    near: float = 0.1
    """... and those in the circles ask as the others do: at most so far apart, as a share of how far either is from
    everybody else."""


class Speakers:
    """Asks the groups of one scan whether those who pass work in them speak for the others."""

    def __init__(self, views: Views, ties: Ties, traits: Traits, options: SpeakingOptions) -> None:
        """Take the scan's views and traits, and how to look at them."""
        self.views = views
        self.ties = ties
        self.traits = traits
        self.options = options
        self._told: OrderedDict[tuple[bytes, Place, bool], bool] = OrderedDict()

    def few_pass(self, members: Codes) -> bool:
        """Whether too few accounts of a group pass work within it to speak for all of them."""
        return self.views.passes.few(members) and not self.speak(members)

    def speak(self, members: Codes, barred: Place = NO_PLACE, *, bundled: bool = False) -> bool:
        """Whether those of a group who pass work speak for the others.

        A slow pool's accounts are seldom limited, so that few ever pass anything. They speak for the others where these
        send a text that few but they do, and nothing in what they ask or in the software that they ask with tells them
        apart: a public text has users who ask alike, too. The `barred` token, by which the group was found, is no such
        text.
        """
        name = (members.tobytes(), barred, bundled)
        if name not in self._told:
            passes = self.views.passes.passing(members)
            passes |= self.views.passes.bits(members, members) >= self.options.quoting_bits
            share = self.options.bundled_like if bundled else self.options.passing_like
            enough = int(passes.sum()) >= max(self.options.least_passing, share * len(members))
            self._told[name] = self.circles_speak(members) or (
                enough
                and not bool(passes.all())
                and self.traits.tell
                and self._send_own_text(members, passes, barred, self.options.most_others)
                and self.traits.likeness(members[passes], members[~passes], ASKED) >= self.options.alike
            )
            if len(self._told) > _KEPT:
                self._told.popitem(last=False)
        return self._told[name]

    def circles_speak(self, members: Codes) -> bool:
        """Whether several circles of a group that pass work, none to another, speak for the others of it.

        Null: work passes by luck, or between the two accounts of one person, as often among those who send a text as
        among all. The text by which the group was found may be its own here: no other family hangs on it.
        """
        options = self.options
        rows, owner = self.views.passes.among(members)
        work = ~self.views.passes.quoted[rows] | self.views.passes.later[rows]
        n = len(members)
        ends = owner[work], np.searchsorted(members, self.views.passes.partner[rows[work]])
        graph = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(n, n))
        label = connected_components(graph, directed=False)[1]
        sizes = np.bincount(label, minlength=1)
        passes = sizes[label] > 1
        share, put_off = float(passes.mean()), self.puts_off(members)
        few = self.views.passes.few(members) or (put_off and share < options.most_put_off)
        if not few or share < options.circled or passes.all() or not self.traits.tell:
            return False
        in_words = put_off and 2 * int(self.views.passes.later[rows].sum()) >= len(rows)
        if int((sizes > 1).sum()) < (options.circles_in_words if in_words else options.circles):
            return False
        if not self._send_own_text(members, passes, NO_PLACE, options.most_others_circled):
            return False
        ours, theirs = members[passes], members[~passes]
        others = np.setdiff1d(np.arange(len(self.views.exchanges), dtype=np.int32), members, assume_unique=True)
        apart = self.traits.apart(ours, theirs, others, ASKED)
        if put_off:
            return apart <= options.near_put_off
        return apart <= options.near and self.traits.likeness(ours, theirs, ASKED) >= options.alike

    def puts_off(self, members: Codes) -> bool:
        """Whether most of what passes within a group is put off, and hardly anything does so the wrong way round."""
        rows, _ = self.views.passes.between(members, members)
        if 2 * int(self.views.passes.put_off[rows].sum()) < max(1, len(rows)):
            return False
        return self.views.passes.one_way(members, (HandOff.QUOTED, *PUT_OFF))

    def _send_own_text(self, members: Codes, passes: npt.NDArray[np.bool_], barred: Place, most_others: float) -> bool:
        """Whether most who pass work, and most of the others, send what the former send and few others do, by number.

        It need not be one text: a template that is paraphrased is many.
        """
        inside = np.zeros(len(self.views.exchanges), dtype=np.bool_)
        inside[members] = True
        for place, (view, shares) in enumerate(zip(self.views.views, self.ties.shares(members[passes]), strict=True)):
            if view.kind.family is not Family.WORDS or view.kind is TokenKind.SETTINGS:
                continue
            sends = np.zeros(len(inside), dtype=np.bool_)
            for token in shares:
                holders = view.holders_of(token)
                within = int(inside[holders].sum())
                if (place, token) != barred and len(holders) - within <= most_others * within:
                    sends[holders] = True
            if min(sends[members[passes]].mean(), sends[members[~passes]].mean()) >= self.options.own_text:
                return True
        return False
