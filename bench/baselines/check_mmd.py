"""The MMD baseline against what its authors published, on real texts: benign windows, and windows with attackers in.

    python -m bench.baselines.check_mmd --corpora DIR --out FILE

The protocol is that of arXiv:2606.05725 as its README and paper tell it: windows of 1,500 queries, a benign reference
sample, a threshold at the 95th percentile of benign against benign, held-out benign windows for false positives, and
windows in which a share of the queries is an attacker's. What differs is said in the notes that are written.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from bench.baselines.mmd import Discrepancy, MmdOptions, rbf
from bench.baselines.requests import LONGEST, Floats
from bench.baselines.vectors import Encoder

SHARES: Final = (0.05, 0.10, 0.25, 0.50, 1.0)
"""Of a window that is the attacker's, as published."""
PUBLISHED: Final[Mapping[int, tuple[float, ...]]] = {
    100: (0.007, 0.013, 0.046, 0.760, 0.989),
    1_500: (0.003, 0.590, 0.937, 1.000, 1.000, 1.000),
}
"""False positives, then windows caught at each share (main table and table by window size; the latter without 1.0)."""
WINDOWS: Final = 300
"""Benign windows of the null, and as many held out: of so many, one is the published rate of false positives."""
MIXED: Final = 50
"""Windows at each share."""
PUBLISHED_FPR: Final = 0.003
MOST_TEXTS: Final = 4_000
"""Of each pool (null, held out, attacker), which bounds the work."""
PARTS: Final = (0.25, 0.65)
"""Where benign texts are parted: a quarter for vectors, two fifths for reference and null, the rest held out."""
Kernel = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pair:
    """Benign users of one kind, and what an attacker sends."""

    name: str
    benign: tuple[str, ...]
    attack: tuple[str, ...]


PAIRS: Final = (
    Pair("MMLU / Alpaca", ("C/mmlu",), ("A/alpaca_9k",)),
    Pair("GSM8K / Alpaca", ("C/gsm8k",), ("A/alpaca_9k",)),
    Pair("GSM8K / GPTeacher code", ("C/gsm8k",), ("A/gpteacher_codegen",)),
    Pair("MMLU / GPTeacher toolformer", ("C/mmlu",), ("A/gpteacher_toolformer",)),
    Pair("P3 templates / Alpaca", ("C/p3_templates_a",), ("A/alpaca_9k",)),
    Pair("P3 templates / GPTeacher roleplay", ("C/p3_templates_a",), ("A/gpteacher_roleplay",)),
    Pair(
        "people / Alpaca",
        ("B/dolly_3k", "B/sharegpt_1k", "B/realhumaneval", "B/instructwild_users", "B/oasst_en100"),
        ("A/alpaca_9k",),
    ),
    Pair(
        "people / GPTeacher toolformer",
        ("B/dolly_3k", "B/sharegpt_1k", "B/realhumaneval", "B/instructwild_users", "B/oasst_en100"),
        ("A/gpteacher_toolformer",),
    ),
)


@dataclass(frozen=True, slots=True)
class Found:
    """Shares of windows with an alarm: benign, then at each share of attackers."""

    at_percentile: tuple[float, ...]
    """Above the 95th percentile of the null."""
    at_published_rate: tuple[float, ...]
    """Above the value that as few held-out benign windows exceed as published."""


def main() -> None:
    """Measure all pairs, print them, and write what the scoreboard shows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--windows", type=int, nargs="+", default=[100, 1_500])
    chosen = parser.parse_args()
    told = tell(chosen.corpora, chosen.seeds, chosen.windows)
    for row in [told["columns"], *told["rows"]]:
        print("  ".join(f"{cell:<34}" if k == 0 else f"{cell:>14}" for k, cell in enumerate(row)))
    if chosen.out:
        chosen.out.write_text(json.dumps(told, indent=1), encoding="utf-8")


def tell(corpora: Path, seeds: Sequence[int], windows: Sequence[int]) -> dict[str, list[str] | list[list[str]]]:
    """Measure, and tell it as notes and a table."""
    texts = {path: asked(corpora / f"{path}.parquet") for pair in PAIRS for path in (*pair.benign, *pair.attack)}
    found = {pair.name: [check(pair, texts, windows, seed) for seed in seeds] for pair in PAIRS}
    rows: list[list[str]] = []
    for place, window in enumerate(windows):
        rows += [[name, f"{window:,}", *_cells([each[place] for each in own])] for name, own in found.items()]
        every = [each[place] for own in found.values() for each in own]
        rows.append(["**mean**", f"{window:,}", *_cells(every)])
        published = [f"{value:.3f}" for value in PUBLISHED.get(window, ())]
        rows.append(["**published**", f"{window:,}", *published, *["-"] * (len(SHARES) + 2 - len(published))])
    notes = [
        "The detector as published, before it was adapted to accounts. What differs from the publication:",
        f"{len(PAIRS)} other pairs of texts, {len(seeds)} seeds, {WINDOWS} benign and {MIXED} mixed windows, drawn",
        "anew from the same texts; and vectors of TF-IDF with a truncated SVD, not of bge-small-en-v1.5.",
        "With the 95th percentile of an equal null as threshold, 5 % of benign windows raise an alarm by",
        "construction; the published 0.3 % means that the published threshold lies higher than that. The last",
        "column therefore gives 5 % attackers at a threshold that 0.3 % of held-out benign windows exceed.",
    ]
    columns = ["benign / attacker", "window", "benign alarms", *(f"{share:.0%} attackers" for share in SHARES),
               "5% at published rate"]  # fmt: skip
    return {"notes": notes, "columns": columns, "rows": rows}


def asked(path: Path) -> list[str]:
    """Every text of a user in a corpus, once each."""
    table = pq.read_table(path, columns=["role", "text"])
    rows = zip(table["role"].to_pylist(), table["text"].to_pylist(), strict=True)
    return list(dict.fromkeys(text[:LONGEST] for role, text in rows if role == "user" and text))


def check(pair: Pair, texts: Mapping[str, Sequence[str]], windows: Sequence[int], seed: int) -> list[Found]:
    """Measure one pair once, at each size of window.

    Benign texts are parted in three: one part that vectors are learnt from, for a vector fits the texts it was learnt
    from better than any other; one for the reference and the null; and one held out.
    """
    rng = np.random.default_rng(seed)
    benign = rng.permutation([text for path in pair.benign for text in texts[path]]).tolist()
    attack = rng.permutation([text for path in pair.attack for text in texts[path]]).tolist()
    learnt, known, held_out = np.split(np.arange(len(benign)), [int(part * len(benign)) for part in PARTS])
    encoder = Encoder.learn([benign[k] for k in learnt.tolist()], rng)
    usual = encoder.encode([benign[k] for k in known[:MOST_TEXTS].tolist()])
    unseen = encoder.encode([benign[k] for k in held_out[:MOST_TEXTS].tolist()])
    reference = Discrepancy.to(usual[: min(MmdOptions().reference, len(usual) // 2)])
    pool = np.concatenate([unseen, encoder.encode(attack[:MOST_TEXTS])])
    among_usual = rbf(usual, usual, reference.gamma)
    among_pool = rbf(pool, pool, reference.gamma)
    near = rbf(pool, reference.reference, reference.gamma).mean(axis=1, dtype=np.float64)
    hostile = np.arange(len(pool)) >= len(unseen)

    def measured(size: int, share: float, count: int) -> Floats:
        picks = draw(hostile, size, share, count, rng)
        across: Floats = near @ picks / picks.sum(axis=0, dtype=np.float64)
        return within(among_pool, picks) + reference.within - 2.0 * across

    found = []
    for size in windows:
        null = benign_null(among_usual, size, len(reference.reference), rng)
        clean = measured(size, 0.0, WINDOWS)
        mixed = [measured(size, share, MIXED) for share in SHARES]
        published = np.quantile(clean, 1.0 - PUBLISHED_FPR)
        threshold = np.percentile(null, MmdOptions().percentile)
        found.append(
            Found(
                tuple(float((each > threshold).mean()) for each in (clean, *mixed)),
                tuple(float((each > published).mean()) for each in (clean, *mixed)),
            )
        )
    return found


def benign_null(kernel: Kernel, size: int, reference: int, rng: np.random.Generator) -> Floats:
    """MMD squared of benign against benign: reference and window both drawn anew, without a text in common."""
    count = len(kernel)
    windows, references = np.zeros((2, count, WINDOWS), np.float32)
    for column in range(WINDOWS):
        order = rng.permutation(count)
        references[order[: min(reference, count // 2)], column] = 1.0
        windows[order[count // 2 :][:size], column] = 1.0
    across: Floats = (references * (kernel @ windows)).sum(axis=0, dtype=np.float64)
    pairs: Floats = references.sum(axis=0, dtype=np.float64) * windows.sum(axis=0, dtype=np.float64)
    return np.asarray(within(kernel, windows) + within(kernel, references) - 2.0 * across / pairs, np.float64)


def within(kernel: Kernel, picks: Kernel) -> Floats:
    """Mean kernel of two different texts of each window; a column of `picks` is 1 where a text is in the window."""
    n = picks.sum(axis=0, dtype=np.float64)
    everything = (picks * (kernel @ picks)).sum(axis=0, dtype=np.float64)
    alone = np.diagonal(kernel).astype(np.float64) @ picks
    return np.asarray((everything - alone) / (n * (n - 1)), np.float64)


def draw(hostile: npt.NDArray[np.bool_], size: int, share: float, count: int, rng: np.random.Generator) -> Kernel:
    """Windows without replacement, of which this share is hostile; all there are, where there are fewer."""
    picks = np.zeros((len(hostile), count), np.float32)
    wanted = round(share * size)
    for pool, many in ((np.flatnonzero(hostile), wanted), (np.flatnonzero(~hostile), size - wanted)):
        for column in range(count):
            picks[rng.choice(pool, min(many, len(pool)), replace=False), column] = 1.0
    return picks


def _cells(found: Sequence[Found]) -> list[str]:
    means = np.mean([each.at_percentile for each in found], axis=0)
    strict = np.mean([each.at_published_rate for each in found], axis=0)
    return [*(f"{value:.3f}" for value in means), f"{strict[1]:.3f}"]


if __name__ == "__main__":
    main()
