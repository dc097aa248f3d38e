"""Shapes that an adversary might choose, at growing sizes: time and memory must not grow faster than what is read.

`python -m bench.shapes` prints a row a size, and how much longer each row of the log took than at the size before. A
size that takes longer than `--patience` ends its shape.
"""

import argparse
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench.scan import scan_command, timed
from bench.traffic import (
    CHUNK,
    START,
    Ints,
    Vocabulary,
    exchange_table,
    messages,
    write_accounts,
    write_part,
)

_WEEK_US: Final = 7 * 86_400_000_000
_GROWTH: Final = 10


def one_token(world: Path, size: int, rng: np.random.Generator) -> None:
    """One prompt, card and all, that `size` accounts hold, each in two exchanges."""
    text = Vocabulary.of(rng).texts(1, 40, rng)
    _write(world, np.repeat(np.arange(size), 2), rng, lambda who: text.take(pa.array(np.zeros(len(who), np.int64))))
    write_accounts(world, np.zeros(size, dtype=np.int64))


def one_account(world: Path, size: int, rng: np.random.Generator) -> None:
    """One account with `size` exchanges among a thousand others."""
    words = Vocabulary.of(rng)
    who = np.concatenate([np.zeros(size, dtype=np.int64), rng.integers(1, 1_000, 10_000)])
    _write(world, who, rng, lambda who: words.texts(len(who), 20, rng))
    write_accounts(world, np.arange(1_000))


def threes(world: Path, size: int, rng: np.random.Generator) -> None:
    """`size` campaigns of three accounts, each with a card and a prompt of its own, three exchanges an account."""
    words = Vocabulary.of(rng)
    prompts = words.texts(size, 15, rng)
    who = np.repeat(np.arange(3 * size), 3)
    _write(
        world, who, rng,
        lambda who: pc.binary_join_element_wise(prompts.take(pa.array(who // 3)), words.texts(len(who), 10, rng), " "),
    )  # fmt: skip
    write_accounts(world, np.arange(3 * size) // 3)


SHAPES: Final[dict[str, tuple[Callable[[Path, int, np.random.Generator], None], int, int]]] = {
    "one-token": (one_token, 10_000, 1_000_000),
    "one-account": (one_account, 100_000, 10_000_000),
    "threes": (threes, 100, 1_000_000),
}
"""Shapes by name: what writes one, its smallest size and its largest."""


def main() -> None:
    """Measure every shape, smallest size first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shapes", nargs="*", default=list(SHAPES), help="shapes to measure")
    parser.add_argument("--patience", type=float, default=300.0, help="seconds that one scan may take")
    parser.add_argument("--most", type=int, help="largest size (default: what the issue asks for)")
    chosen = parser.parse_args()
    for name in chosen.shapes:
        make, size, most = SHAPES[name]
        before = 0.0
        while size <= min(most, chosen.most or most):
            try:
                seconds, memory = _measured(make, size, chosen.patience)
            except subprocess.TimeoutExpired:
                print(f"{name:>12} {size:>11,}  not within {chosen.patience:.0f} s", flush=True)
                break
            growth = f"{seconds / before:>5.1f} times as long for {_GROWTH} times as much" if before else ""
            print(f"{name:>12} {size:>11,} {seconds:>7.1f} s {memory:>6.2f} GB  {growth}", flush=True)
            before, size = seconds, size * _GROWTH


def _measured(
    make: Callable[[Path, int, np.random.Generator], None], size: int, patience: float
) -> tuple[float, float]:
    with tempfile.TemporaryDirectory(prefix="stillwatch-shapes-") as folder:
        world = Path(folder) / "world"
        (world / "exchanges").mkdir(parents=True)
        make(world, size, np.random.default_rng(1))
        return timed(scan_command(world, Path(folder) / "out"), patience)


def _write(world: Path, who: Ints, rng: np.random.Generator, asked: Callable[[Ints], pa.Array]) -> None:
    """Write one exchange for each account number in `who`, in shuffled order."""
    who = rng.permutation(who)
    for part, first in enumerate(range(0, len(who), CHUNK)):
        some = who[first : first + CHUNK]
        start = START + rng.integers(0, _WEEK_US, len(some))
        texts = asked(some)
        table = exchange_table(first, some, start, rng.integers(0, 10**7, len(some)), input_messages=messages(texts))
        write_part(world / "exchanges", part, table)


if __name__ == "__main__":
    main()
