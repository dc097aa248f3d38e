"""Chance in small change: seeded streams by name, and scalar draws bought in bulk."""

import math
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Generic, TypeVar

import numpy as np

from stillwatch.errors import StopError

_BULK = 4096
T = TypeVar("T")


def stream(seed: int, *names: str) -> np.random.Generator:
    """Return the generator that belongs to `names` under `seed`.

    Streams are found by name, so that leaving one population out of a range
    changes nothing in the traffic of the others.
    """
    return np.random.default_rng([seed, zlib.crc32("/".join(names).encode())])


class Dice:
    """Scalar draws from one NumPy generator, bought in bulk because single ones cost ten times more."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Draw everything from `rng`."""
        self.rng = rng
        self._units: Iterator[float] = iter(())
        self._normals: Iterator[float] = iter(())

    def unit(self) -> float:
        """Return a number from [0, 1)."""
        for value in self._units:
            return value
        self._units = iter(self.rng.random(_BULK).tolist())
        return next(self._units)

    def normal(self) -> float:
        """Return a standard normal deviate."""
        for value in self._normals:
            return value
        self._normals = iter(self.rng.standard_normal(_BULK).tolist())
        return next(self._normals)

    def chance(self, probability: float) -> bool:
        """Return true with this probability."""
        return self.unit() < probability

    def below(self, limit: int) -> int:
        """Return an integer from [0, limit)."""
        return int(self.unit() * limit)

    def between(self, low: float, high: float) -> float:
        """Return a number from [low, high)."""
        return low + (high - low) * self.unit()

    def exponential(self, mean: float) -> float:
        """Return a waiting time of this mean."""
        return -mean * math.log(1.0 - self.unit())

    def lognormal(self, median: float, sigma: float) -> float:
        """Return a positive number with this median, spread by `sigma` on the log scale."""
        return median * math.exp(sigma * self.normal())

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of `choices`, each as likely."""
        return choices[int(self.unit() * len(choices))]

    def hex(self, digits: int) -> str:
        """Return so many random hexadecimal digits."""
        return "".join(f"{int(self.unit() * 65536):04x}" for _ in range((digits + 3) // 4))[:digits]


class Urn(Generic[T]):
    """Things drawn with unequal chances."""

    def __init__(self, things: Sequence[T], weights: Sequence[float]) -> None:
        """Keep `things`, each drawn in proportion to its weight."""
        self.things = tuple(things)
        self._rising = list(accumulate(weights))

    @classmethod
    def zipf(cls, things: Sequence[T], exponent: float = 1.0) -> "Urn[T]":
        """Make an urn where the k-th thing weighs 1/k**exponent (Zipf's popularity)."""
        return cls(things, [1.0 / (k + 1) ** exponent for k in range(len(things))])

    @classmethod
    def named(cls, shares: Sequence[tuple[str, float]], known: Mapping[str, T]) -> "Urn[T]":
        """Make an urn of `known` things by their names' shares; one that is not named has none."""
        for name, _ in shares:
            if name not in known:
                raise StopError(f"a share is given to {name!r}, which is not known: choose from {', '.join(known)}")
        return cls([known[name] for name, _ in shares], [share for _, share in shares])

    def draw(self, dice: Dice) -> T:
        """Return one thing; it stays in the urn."""
        return self.things[bisect_right(self._rising, dice.unit() * self._rising[-1])]
