"""A group: accounts that ties propose as one hand, with what each family of evidence found, before it is judged."""

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from stillwatch.facts.token import Family, TokenKind

Codes = npt.NDArray[np.int32]

FEW: Final = 8
"""Fewer accounts than this do among themselves what campaigns do, without being one: households, teams with a common
tool, friends who pool their keys, a firm's few keys; published campaigns have hundreds of accounts. Of 208 groups of
two to seven at `review` on 140 looked-at logs, which mostly others composed, 98 were honest; of 61 groups of eight to
ten 13, seven of them on four logs of such look-alikes alone. The default of every option that asks for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedToken:
    """One token that members hold together."""

    kind: TokenKind
    token: int
    inside: int
    """Members that hold it."""
    outside: int
    """Accounts outside the group that hold it too."""
    account_codes: tuple[int, ...]
    """The members that hold it, at most 200."""

    @property
    def ties(self) -> int:
        """Pairs of members that it ties."""
        return self.inside * (self.inside - 1) // 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Passing:
    """What passed between members in one way."""

    words: str
    pairs: int
    times: int
    evades: bool = False
    """Whether what passed had been limited, banned or refused before: it went round what the provider decided. What was
    asked in other words may be another request: jobs of one customer, set going at once, ask much the same."""
    failed: bool = False
    """Whether what passed had failed, whether it was asked again at once or later, as it was or in other words."""
    backwards: int = 0
    """Pairs between which what was put off passes the wrong way round: chance makes as many of the right one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scheduling:
    """What the scheduler test found."""

    tested: bool
    moment_s: float
    """A start this soon after another account's end counts as a coincidence, ..."""
    together: bool
    """... or after another account's start, where that told more, ..."""
    others: int = 1
    """... or after the starts of so many others."""
    coincidences: int
    expected: float
    spread_z: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """Whether all that some accounts send is drawn from one list of texts, whichever of them sends."""

    bits: float = 0.0
    """Evidence against each having work of its own; 0 where it is not drawn so, or too little is sent to tell."""
    texts: int = 0
    a_request: float = 0.0
    """How many of the texts are in one request, on average."""
    ratio: float = math.nan
    """How much oftener two requests of one account have a text in common than two requests of two accounts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Strand:
    """One family's evidence for a group."""

    family: Family
    bits: float
    kinds: tuple[tuple[TokenKind, float], ...] = ()
    """Bits by kind of token, where the family has kinds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Accounts proposed as one hand; codes are places in the scan's roster."""

    members: Codes
    """(n,) sorted codes."""
    confidence: npt.NDArray[np.float64]
    """(n,) probability that each member belongs, under the mixture of members and bystanders."""
    bits: npt.NDArray[np.float64]
    """(n,) evidence that ties each member to the others."""
    speaking: npt.NDArray[np.bool_]
    """(4, n) whether each family (in the order of Family) ties each member in by itself."""
    faint: npt.NDArray[np.bool_]
    """(4, n) which of these do so too faintly to act on, by request parameters only, which colleagues share too, or by
    hand-offs that others can make with an account that does nothing."""
    gave: npt.NDArray[np.bool_]
    """(n,) whether each only gave work to the others, conversations or answers, and neither took any over nor had a
    failed request tried again by them: so do a relay's customers."""
    passed: npt.NDArray[np.float64]
    """(n,) how often each passed work to the others or took it over, for each of its exchanges; words do not count."""
    strands: tuple[Strand, ...]
    tokens: tuple[SharedToken, ...]
    """What members share, most telling first, at most 60."""
    passings: tuple[Passing, ...]
    edges: tuple[tuple[int, int, float, tuple[str, ...]], ...]
    """Pairs of members with bits and reasons, strongest first, at most 600."""
    scheduling: Scheduling
    sameness: float
    """Intraclass correlation of the members' words: 0 when accounts are samples of one mix, 1 when each is its own."""
    tries: int
    """How many groups were tried in this scan: what the evidence must be corrected for."""
    strong_passes: float
    """Bits of hand-offs other than quotations, which strangers hardly ever make."""
    seconded: float
    """Bits that a second family must show once another has confirmed the group: fewer groups come that far."""
    drawn: Drawn = field(default_factory=Drawn)
    passes_work: bool = True
    """Whether three of its accounts and more pass anything but words to each other."""
    hand: int = -1
    """Groups that one hand seems to move have the same number; -1 where that was not asked."""

    def strand(self, family: Family) -> float:
        """Bits of one family (0 when it found nothing)."""
        return next((one.bits for one in self.strands if one.family is family), 0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Linked:
    """Everything `link` found."""

    groups: tuple[Group, ...] = field(default=())
    tries: int = 0
