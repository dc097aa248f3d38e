"""Echoes: what one account asks and another is answered afterwards, which tells how often public text is quoted."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stillwatch.facts.group import Codes
from stillwatch.facts.roster import Roster
from stillwatch.facts.rows import rows_of
from stillwatch.facts.traffic import Traffic
from stillwatch.link.hand_offs import HandOff, HandOffOptions, HandOffs
from stillwatch.link.passed_phrases import quoted


@dataclass(frozen=True, slots=True)
class Echoes:
    """Quotations read backwards: pairs of accounts of which one asked what the other was answered later.

    Nobody can have that from the other's answers. Two who work on the same public texts meet so in either order, as
    often in the one as in the other; work that passes from answer to question does so in one. On eight looked-at logs
    1,517 of 1,525 such pairs within a campaign that passes its answers on were forwards, and 166 of 324 within a class
    of honest accounts.
    """

    one: Codes
    """(rows,) in order; each pair is there both ways."""
    other: Codes
    bounds: npt.NDArray[np.int64]
    """(accounts + 1,) where the rows of each account begin."""

    @classmethod
    def of(cls, pairs: HandOffs, accounts: int) -> "Echoes":
        """By account, the pairs as `backwards` finds them, whichever of the two asked."""
        one, other = np.concatenate([pairs.giver, pairs.taker]), np.concatenate([pairs.taker, pairs.giver])
        order = np.lexsort((other, one))
        return cls(one[order], other[order], np.searchsorted(one[order], np.arange(accounts + 1)))

    @classmethod
    def none(cls, accounts: int) -> "Echoes":
        """Nothing was asked before somebody else was answered it."""
        return cls.of(HandOffs.none(), accounts)

    def within(self, members: Codes) -> int:
        """Pairs both of whose accounts are of a group; each way between two counts."""
        inside = np.zeros(len(self.bounds) - 1, dtype=np.bool_)
        inside[members] = True
        rows, _ = rows_of(self.bounds, members)
        return int(inside[self.other[rows]].sum()) // 2


def backwards(traffic: Traffic, roster: Roster, options: HandOffOptions) -> HandOffs:
    """Who first asked something that hardly anybody asks, and who was answered it afterwards without having asked it.

    As quotations are found, with questions and answers changed round. Without the end of a request its answer is as old
    as its question.
    """
    giver, taker = quoted(
        traffic.asked, traffic.said, roster, options.quote_holders, options.least_quotes, told_at_once=True
    )
    return HandOffs.of(giver, taker, np.full(len(giver), HandOff.QUOTED, dtype=np.int8))
