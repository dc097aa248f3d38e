"""What the accounts of a scan hold in common, and how telling that is against the milieu of a group."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from stillwatch.facts.group import Codes
from stillwatch.facts.incidence import Incidence
from stillwatch.facts.token import Family, TokenKind
from stillwatch.link.echoes import Echoes
from stillwatch.link.hand_offs import HandOffs
from stillwatch.link.milieu import MilieuOptions
from stillwatch.link.passes import Passes, PassOptions
from stillwatch.stats.reuse_kernel import in_sequence, leave_one_out, quick_bits

Floats = npt.NDArray[np.float64]

REUSES = (0.5, 0.9)
"""Strengths of reuse that the group's evidence averages over, beside none at all: an average of e-values is one."""


class Views:
    """The incidences of a scan with their backgrounds, scratch space for the kernels, and what passes (`passes`)."""

    def __init__(  # noqa: PLR0913 - what accounts hold, pass and are
        self,
        views: list[Incidence],
        passed: HandOffs,
        exchanges: npt.NDArray[np.int64],
        echoes: Echoes | None = None,
        customer: Codes | None = None,
        most_of_one: float = 1.0,
        options: PassOptions | None = None,
        milieu: MilieuOptions | None = None,
    ) -> None:
        """Prepare `views` for accounts with that many exchanges each; what they pass is taken as `Passes` says."""
        self.views = views
        self.exchanges = exchanges
        self.milieu = milieu or MilieuOptions()
        self.frequency = [view.frequency() for view in views]
        self.known = [int(view.known.sum()) for view in views]
        self.mass = [np.zeros(len(view.tokens)) for view in views]
        self.passes = Passes(
            passed,
            exchanges,
            texts=_texts(views),
            echoes=Echoes.none(len(exchanges)) if echoes is None else echoes,
            customer=np.arange(len(exchanges), dtype=np.int32) if customer is None else customer,
            most_of_one=most_of_one,
            options=options or PassOptions(),
            milieu=self.milieu,
        )

    def commoner(self, place: int, size: int) -> float:
        """How much commoner a token of one view is, at most, in the milieu of a group of that many than in the log."""
        return max(1.0, self.known[place] / self.milieu.around(size))

    def ratios(self, members: Codes, r: Floats, place: int, barred: int, reuse: float) -> tuple[Floats, float]:
        """Each member's likelihood ratio in one view against the others, and the reuse that this implies."""
        view = self.views[place]
        out = np.ones(len(members))
        again = leave_one_out(
            members, r, view.by_account, view.held, view.weight, view.known, self.frequency[place],
            self.commoner(place, len(members)), barred, reuse, self.mass[place], out,
        )  # fmt: skip
        return out, float(again)

    def group_bits(self, members: Codes, place: int, barred: int = -1) -> float:
        """Evidence in bits that the group reuses tokens of one view, averaged over the strengths of reuse."""
        view = self.views[place]
        background, scratch = self.frequency[place], self.mass[place]
        commoner = self.commoner(place, len(members))
        tokens = (view.by_account, view.held, view.weight, view.known, background, commoner, barred)
        logs = [0.0, *(float(in_sequence(members, *tokens, reuse, scratch)) for reuse in REUSES)]
        return _mean_of_powers(logs)

    def quick_bits(self, bounds: npt.NDArray[np.int64], members: Codes, place: int) -> Floats:
        """`group_bits` of many groups in one view, at the lower strength of reuse only."""
        view = self.views[place]
        out = np.zeros(len(bounds) - 1)
        commoner = np.array([self.commoner(place, size) for size in np.diff(bounds).tolist()])
        quick_bits(
            bounds, members, view.by_account, view.held, view.weight, view.known, self.frequency[place], commoner,
            REUSES[0], self.mass[place], out,
        )  # fmt: skip
        return out


def _texts(views: Sequence[Incidence]) -> list[Incidence]:
    """Those views that tell who sends which text."""
    words = [view for view in views if view.kind.family is Family.WORDS and view.kind is not TokenKind.SETTINGS]
    return [view for view in words if len(view.tokens)]


def _mean_of_powers(logs: list[float]) -> float:
    """log2 of the mean of 2**x."""
    top = max(logs)
    return top + float(np.log2(np.mean(np.exp2(np.array(logs) - top))))
