"""Which groups of a scan are dealt their work from one list, and who of them, as surely as any group must be told."""

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from stillwatch.facts.group import Codes, Drawn
from stillwatch.link.choosing import Confirmed
from stillwatch.link.ties import JoinOptions, Ties
from stillwatch.link.work_lists import WorkLists

Floats = npt.NDArray[np.float64]

_KEPT = 4096
"""Groups whose answers are remembered: they are asked about again as others around them change."""


class Dealing:
    """What is asked about lists of work in one scan."""

    def __init__(self, lists: WorkLists, ties: Ties, options: JoinOptions, acts: Callable[[Codes], bool]) -> None:
        """Take what accounts send, and the scan's ties; `acts` tells whether a group passes work on or keeps a pace."""
        self.lists = lists
        self.ties = ties
        self.options = options
        self.acts = acts
        self.needed = np.inf
        """Bits that a list must show: as many groups were tried as were proposed, which is known when all are."""
        self._told: OrderedDict[bytes, Drawn] = OrderedDict()

    def drawn(self, members: Codes) -> Drawn:
        """Whether a group's requests are drawn from one list."""
        name = blake2b(members.tobytes(), digest_size=16).digest()
        if name not in self._told:
            self._told[name] = self.lists.drawn(members)
            if len(self._told) > _KEPT:
                self._told.popitem(last=False)
        self._told.move_to_end(name)
        return self._told[name]

    def has_list(self, members: Codes) -> bool:
        """Whether a group's requests are drawn from one list beyond chance."""
        return self.drawn(members).bits >= self.needed

    def on_list(self, members: Codes) -> npt.NDArray[np.bool_]:
        """(n,) which members of a group whose work is dealt from one list send it as the others do."""
        if not self.has_list(members):
            return np.zeros(len(members), dtype=np.bool_)
        return np.isin(members, self.lists.senders(members))

    def dealt(self, members: Codes) -> Floats:
        """(accounts,) what says for an account that it is dealt its work from a group's one list, if it has one (bits).

        Who passes work on, or keeps one pace, is told by that: a stolen key's owner has sent texts of a list, too.
        """
        if not self.has_list(members) or self.acts(members):
            return np.zeros(self.lists.accounts)
        return self.lists.dealt(members)

    def circle(self, members: Codes) -> Codes | None:
        """Those of some accounts whose requests are drawn from one list, without its guests; None where it is none."""
        if self.has_list(members):
            return members
        members = self.lists.senders(members)
        # Guests are told by how much of it they send, whoever else sent that: a few more looks, and no search.
        looks = float(np.log2(1 + self.lists.options.rounds))
        return members if self.drawn(members).bits >= self.needed + looks else None

    def bits(self, members: Codes) -> Floats:
        """(n,) what a list says for the accounts of its circle (bits): as much as belonging needs, for who sends it.

        Few requests of each may have any of it.
        """
        enough = self.ties.prior_bits(len(members)) + self.options.belongs_bits
        return np.where(np.isin(members, self.lists.senders(members)), enough, 0.0)

    def surer(self, kept: list[Confirmed]) -> list[Confirmed]:
        """The confirmed groups, those that one list is dealt out to with whoever is dealt from it as one of them.

        What else confirmed such a group may be what a few of them pass, which says little for the others.
        """
        wide = sorted(range(len(kept)), key=lambda place: (-len(kept[place].members), kept[place].members.tobytes()))
        out = list(kept)
        for place in wide[: self.lists.options.tests]:
            members, bits = kept[place].members, kept[place].bits
            if self.has_list(members):
                out[place] = Confirmed(members, np.maximum(bits, self.bits(members)))
        return out
