"""Interchangeable traffic: accounts that one hand deals its work to are samples of one mix, whatever they say."""

from dataclasses import dataclass
from enum import Enum
from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist

from stillwatch.facts.activity import Activity
from stillwatch.facts.group import Codes
from stillwatch.facts.incidence import Incidence
from stillwatch.facts.rows import rows_of
from stillwatch.stats.two_samples import distance, p_of_difference

Floats = npt.NDArray[np.float64]

_BLOCK: Final = 512
"""So many accounts are held against all others at once (bounds memory: 32 kB each, against four thousand)."""


class Trait(Enum):
    """What accounts of one hand are alike in, however it deals out its work and whenever each of them is used.

    Hours, days, models and the time a request takes are not among them: who follows on whom, and passes what to whom,
    goes by these within one pool as well.
    """

    WORDS = "mix of words"
    PURPOSES = "purposes"
    VOLUME = "requests"
    SOFTWARE = "request parameters"


DEALT: Final = frozenset({Trait.WORDS, Trait.PURPOSES, Trait.VOLUME})
"""What a hand deals out to its accounts."""
ASKED: Final = frozenset({Trait.WORDS, Trait.PURPOSES, Trait.SOFTWARE})
"""What tells a hand's quiet accounts from bystanders. Not how much they ask: who asks little is seldom limited."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TraitOptions:
    """How accounts are held against each other."""

    looked_at: frozenset[Trait] = frozenset(Trait)
    """The traits that are looked at: all, but where their worth is measured. Without any, nobody is told apart."""
    rounds: int = 499
    """Random divisions that two sets of accounts are compared with."""
    close_rounds: int = 9_999
    """... and so many where they differ more than any of those and it matters how much."""
    least_software: float = 0.2
    """Two sets are not taken to be apart by software less than this far (squared distance): three accounts in ten of
    the one would send other parameters than those of the other."""
    most_accounts: int = 300
    """Accounts of a set that are looked at, drawn at random from more (bounds the time)."""


class Traits:
    """What each account of a scan is like, trait by trait, in deviations of all accounts."""

    def __init__(
        self,
        activity: Activity,
        options: TraitOptions,
        rng: np.random.Generator,
        software: Incidence | None = None,
    ) -> None:
        """Take what each account did and what its software sends; a trait is measured when it is first asked about."""
        self.activity = activity
        self.software = software
        self.options = options
        self.seed = int(rng.integers(1 << 63))
        self._scale: dict[Trait, tuple[Floats, Floats]] = {}

    @property
    def tell(self) -> bool:
        """Whether the log shows enough to tell accounts apart by: without texts, volume alone would have to."""
        return Trait.WORDS in self.options.looked_at and bool(self.activity.mixed.any())

    def likeness(self, ours: Codes, theirs: Codes, by: frozenset[Trait] = DEALT, *, closely: bool = False) -> float:
        """How often one hand that deals out its work at random makes two sets of accounts differ as much as these.

        The trait that differs most is believed, corrected for the number looked at (Bonferroni); at most 1. High also
        where there is too little to tell them apart by: three accounts are alike with many. Only the traits of `by` are
        looked at. What is asked `closely` is told down to what `close_rounds` can tell. Chance hangs on what is asked
        alone: asked again, it gives the same answer.
        """
        name = blake2b(ours.tobytes() + b"|" + theirs.tobytes(), digest_size=16).digest()
        rng = np.random.default_rng([self.seed, int.from_bytes(name)])
        one, other = self._drawn(ours, rng), self._drawn(theirs, rng)
        both = np.concatenate([one, other])
        traits = sorted(self.options.looked_at & by, key=lambda trait: trait.name)
        if not traits:
            return 1.0
        rounds = self.options.rounds
        told = [p_of_difference(self._values(trait, both), len(one), rounds, rng) for trait in traits]
        if closely and min(told) <= 1.0 / (rounds + 1):
            most = int(np.argmin(told))
            values = self._values(traits[most], both)
            told[most] = p_of_difference(values, len(one), self.options.close_rounds, rng)
        return min(1.0, min(told) * len(traits))

    def apart(self, ours: Codes, theirs: Codes, others: Codes, by: frozenset[Trait], told: float = 1.0) -> float:
        """How far two sets of accounts are apart, as a share of how far the farther one is from `others`.

        In the trait of `by` in which they are farthest apart so, of those that differ by chance less often than `told`,
        corrected for their number; 0 where none does. Two wide sets of one hand differ in something if it deals out
        several kinds of work; strangers differ about as much from a hand's accounts as from everybody's.
        """
        name = blake2b(ours.tobytes() + b"|" + theirs.tobytes() + b"|", digest_size=16).digest()
        rng = np.random.default_rng([self.seed, int.from_bytes(name)])
        one, other, rest = (self._drawn(some, rng) for some in (ours, theirs, others))
        both = np.concatenate([one, other])
        traits = sorted(self.options.looked_at & by, key=lambda trait: trait.name)
        found = 0.0
        for trait in traits:
            values, third = np.split(self._values(trait, np.concatenate([both, rest])), [len(both)])
            first, second = np.split(values, [len(one)])
            least = self.options.least_software if trait is Trait.SOFTWARE else np.finfo(np.float64).tiny
            share = distance(first, second) / max(distance(first, third), distance(second, third), least)
            if share <= found:
                continue
            if told < 1.0 and p_of_difference(values, len(one), self.options.rounds, rng) * len(traits) >= told:
                continue
            found = share
        return found

    def near(self, acting: Codes, some: Codes, others: Codes, *, most: float, told: float) -> bool:
        """Whether some accounts ask nearly as those who act in a group do: `apart` by at most such a share.

        In words whatever chance would make, and where purposes or software tell them apart (`told`) in these, too.
        """
        if self.apart(acting, some, others, frozenset({Trait.WORDS})) > most:
            return False
        return self.apart(acting, some, others, ASKED, told) <= most

    def as_near_by_chance(self, acting: Codes, some: Codes, others: Codes, most: int) -> Floats:
        """(n,) how often chance puts one of those who act as near in words to each of some accounts as one of them is.

        Null: those who act are, to this account, as anybody of the `others` is, so that each of them is as near as the
        nearest of them with the share of the others who are (one added to either). Of either at most so many are looked
        at, drawn at random from more. After Henze 1988, "A multivariate two-sample test based on the number of nearest
        neighbor type coincidences".
        """
        acts, rest = (self._values(Trait.WORDS, self.drawn(accounts, most)) for accounts in (acting, others))
        rows = self._values(Trait.WORDS, some)
        nearer = np.concatenate(
            [
                (cdist(block, rest) < cdist(block, acts).min(axis=1, keepdims=True)).sum(axis=1)
                for block in np.array_split(rows, 1 + len(rows) // _BLOCK)
            ]
        )
        chance: Floats = 1.0 - (1.0 - (nearer + 1.0) / (len(rest) + 1.0)) ** len(acts)
        return chance

    def drawn(self, accounts: Codes, most: int) -> Codes:
        """Some accounts, or so many of them drawn at random, the same each time it is asked."""
        rng = np.random.default_rng([self.seed, most])
        return accounts if len(accounts) <= most else np.sort(rng.choice(accounts, most, replace=False))

    def _drawn(self, accounts: Codes, rng: np.random.Generator) -> Codes:
        most = self.options.most_accounts
        return accounts if len(accounts) <= most else rng.choice(accounts, most, replace=False)

    def _values(self, trait: Trait, accounts: Codes) -> Floats:
        """(n, d): the trait of some accounts, each column in deviations of all accounts from their mean."""
        if trait is Trait.SOFTWARE:
            return self._sent(accounts)
        if trait not in self._scale:
            everybody = self._measured(trait, np.arange(len(self.activity.account), dtype=np.int32))
            deviation = everybody.std(axis=0)
            self._scale[trait] = everybody.mean(axis=0), np.where(deviation > 0.0, deviation, 1.0)
        mean, deviation = self._scale[trait]
        values: Floats = (self._measured(trait, accounts) - mean) / deviation
        return values

    def _measured(self, trait: Trait, accounts: Codes) -> Floats:
        """(n, d): the trait of some accounts as it is; where there is nothing to measure, 0."""
        made = np.maximum(self.activity.exchanges[accounts], 1).astype(np.float64)[:, None]
        match trait:
            case Trait.WORDS:
                return self.activity.mix[accounts] / np.maximum(self.activity.mixed[accounts], 1)[:, None]
            case Trait.PURPOSES:
                return self.activity.purposes[accounts] / made
            case _:
                return np.log(made)

    def _sent(self, accounts: Codes) -> Floats:
        """(n, d): which of the request parameters that any of some accounts sends each of them does."""
        if self.software is None:
            return np.zeros((len(accounts), 1))
        rows, owner = rows_of(self.software.by_account, accounts)
        tokens, place = np.unique(self.software.held[rows], return_inverse=True)
        sent = np.zeros((len(accounts), max(1, len(tokens))))
        sent[owner, place] = 1.0
        return sent
