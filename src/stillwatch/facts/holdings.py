"""Who holds what: for one kind of token, which accounts showed it and in how many exchanges."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from stillwatch.facts.pairs import Keys, Pairs

__all__ = ["Counts", "Holdings", "Keys"]

Counts = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Holdings(Pairs):
    """Rows (token, account, exchanges), sorted by token and then account, no pair twice; exchanges add up."""

    kind: ClassVar[type[np.signedinteger[Any]]] = np.int32

    @property
    def exchanges(self) -> Counts:
        """(n,): in how many exchanges each account showed each token."""
        return self.value.astype(np.int32, copy=False)

    @classmethod
    def shown(cls, token: Keys, account: Keys) -> "Holdings":
        """Make holdings of one row an exchange."""
        return cls.of(token, account, np.ones(len(token), dtype=np.int32))

    def habitual(self, least: int) -> "Holdings":
        """Only the pairs that were seen in at least `least` exchanges."""
        keep = self.value >= least
        return Holdings(self.token[keep], self.account[keep], self.value[keep])
