"""Accounts by tokens of one kind, both ways round: the bipartite structure that groups are found in."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stillwatch.facts.token import TokenKind

Codes = npt.NDArray[np.int32]
Offsets = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Incidence:
    """Which of n accounts hold which of t shared tokens of one kind, and how much of each account a token is."""

    kind: TokenKind
    tokens: npt.NDArray[np.uint64]
    """(t,): what each token is, for labels; only tokens with at least two holders are here."""
    by_token: Offsets
    """(t + 1,): where each token's holders begin in `holders`."""
    holders: Codes
    by_account: Offsets
    """(n + 1,): where each account's tokens begin in `held`."""
    held: Codes
    """Places in `tokens`."""
    weight: npt.NDArray[np.float32]
    """Beside `held`: the share of the account that this token is, 0-1; at most 1 an account."""
    known: npt.NDArray[np.bool_]
    """(n,): whether anything of this kind is known of an account, shared or not."""

    @classmethod
    def of(
        cls,
        kind: TokenKind,
        token: npt.NDArray[np.uint64],
        account: Codes,
        weight: npt.NDArray[np.float32],
        known: npt.NDArray[np.bool_],
    ) -> "Incidence":
        """Make an incidence from pairs sorted by token; tokens of a single holder are left out."""
        n = len(known)
        starts = np.flatnonzero(np.concatenate([[True], token[1:] != token[:-1]])) if len(token) else np.zeros(0, int)
        sizes = np.diff(np.concatenate([starts, [len(token)]]))
        keep = np.repeat(sizes >= 2, sizes)  # noqa: PLR2004 - shared means two
        token, account, weight = token[keep], account[keep], weight[keep]
        sizes = sizes[sizes >= 2]  # noqa: PLR2004
        place = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        order = np.argsort(account, kind="stable")
        by_account = np.zeros(n + 1, dtype=np.int64)
        np.cumsum(np.bincount(account, minlength=n), out=by_account[1:])
        by_token = np.zeros(len(sizes) + 1, dtype=np.int64)
        np.cumsum(sizes, out=by_token[1:])
        return cls(kind, token[by_token[:-1]], by_token, account, by_account, place[order], weight[order], known)

    def among(self, chosen: npt.NDArray[np.bool_], known: npt.NDArray[np.bool_]) -> "Incidence":
        """What (n,) chosen accounts share with each other; of the others, those `known` are known to hold nothing."""
        return self._of_rows(chosen[self._account()], self.known & known)

    def only(self, chosen: npt.NDArray[np.bool_]) -> "Incidence":
        """The (t,) chosen tokens; who holds others only is known to share nothing."""
        return self._of_rows(chosen[self.held], self.known)

    def _account(self) -> Codes:
        """Beside `held`: who holds it."""
        return np.repeat(np.arange(len(self.known), dtype=np.int32), np.diff(self.by_account))

    def _of_rows(self, chosen: npt.NDArray[np.bool_], known: npt.NDArray[np.bool_]) -> "Incidence":
        """What is left of the rows beside `held`."""
        rows = np.flatnonzero(chosen)
        rows = rows[np.argsort(self.held[rows], kind="stable")]
        return Incidence.of(self.kind, self.tokens[self.held[rows]], self._account()[rows], self.weight[rows], known)

    @property
    def sizes(self) -> Offsets:
        """(t,): holders of each token."""
        return np.diff(self.by_token)

    def frequency(self) -> npt.NDArray[np.float64]:
        """(t,): the share of the accounts that could hold a token of this kind which hold this one."""
        return self.sizes / max(1, int(self.known.sum()))

    def sizes_of(self, places: npt.NDArray[np.int32]) -> Offsets:
        """(n,): holders of the tokens at some places, without a look at all others."""
        sizes: Offsets = self.by_token[places + 1] - self.by_token[places]
        return sizes

    def holders_of(self, place: int) -> Codes:
        """The accounts that hold the token at `place`."""
        return self.holders[self.by_token[place] : self.by_token[place + 1]]

    def held_by(self, code: int) -> Codes:
        """The places of the tokens that an account holds."""
        return self.held[self.by_account[code] : self.by_account[code + 1]]
