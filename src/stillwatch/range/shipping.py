"""How the shipped corpora were made: a small, seeded choice of openly licensed texts and rhythms.

Run as `python -m stillwatch.range.shipping DATA OUT`, where DATA holds corpora in the range's schema (folders A, B,
C, E) and traces (folder D) under the names below. Licences and sources stand in `corpora/README.md`.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SEED = 20_260_601
LONGEST_TEXT = 1_500
CLIENTS = 60
HOURS = 336
LEAST_BUSY = 0.5  # of hours in which a client sends anything
MOST_PEAKED = 40  # times its mean
SCHEMA = pa.schema(
    [
        ("corpus", pa.string()),
        ("row_id", pa.string()),
        ("turn", pa.int32()),
        ("role", pa.string()),
        ("text", pa.string()),
        ("lang", pa.string()),
        ("label", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Choice:
    """So many conversations of one corpus."""

    path: str
    conversations: int
    answers: bool = True
    """Whether answers are shipped; those to jailbreaks are not."""


CHOICES = (
    Choice("A/belle_dev1k.parquet", 500),
    Choice("A/gpteacher_codegen.parquet", 2000),
    Choice("A/gpteacher_roleplay.parquet", 800),
    Choice("A/gpteacher_toolformer.parquet", 400),
    Choice("A/self_instruct_gpt3_outputs.parquet", 300),
    Choice("A/smile_20k.parquet", 700),
    Choice("B/arena_hard_v01.parquet", 500),
    Choice("B/awesome_prompts.parquet", 350),
    Choice("B/mt_bench.parquet", 80),
    Choice("B/oasst_en100.parquet", 100),
    Choice("B/realhumaneval.parquet", 1055),
    Choice("C/gsm8k.parquet", 1200),
    Choice("C/mbpp_plus.parquet", 399),
    Choice("C/mmlu.parquet", 1400),
    Choice("C/p3_templates_a.parquet", 2200),
    Choice("E/gptfuzz.parquet", 200, answers=False),
    Choice("E/jailbreakbench.parquet", 200, answers=False),
    Choice("E/xstest.parquet", 400, answers=False),
)


def ship(data: Path, out: Path) -> None:
    """Write `texts.parquet` and `rhythms.parquet` into `out`."""
    rng = np.random.default_rng(SEED)
    texts = pa.concat_tables(_chosen(pq.read_table(data / choice.path), choice, rng) for choice in CHOICES)
    _write(texts, out / "texts.parquet")
    _write(_rhythms(data / "D" / "servegen_small_mid_rates.parquet"), out / "rhythms.parquet")


def _chosen(table: pa.Table, choice: Choice, rng: np.random.Generator) -> pa.Table:
    """Draw whole conversations, each prompt once, with texts cut to a length."""
    ids = table["row_id"].to_pylist()
    first = np.flatnonzero(np.array([k == 0 or ids[k] != ids[k - 1] for k in range(len(ids))]))
    roles, openings = (table[name].take(pa.array(first)).to_pylist() for name in ("role", "text"))
    unique = np.array(
        sorted(
            {
                text: start for start, role, text in zip(first.tolist(), roles, openings, strict=True) if role == "user"
            }.values()
        )
    )
    picked = np.sort(rng.permutation(unique)[: choice.conversations])
    ends = dict(zip(first.tolist(), [*first[1:].tolist(), len(ids)], strict=True))
    rows = pa.array([row for start in picked.tolist() for row in range(start, ends[start])])
    kept = table.take(rows)
    if not choice.answers:
        kept = kept.filter(pc.equal(kept["role"], "user"))
    text = pc.utf8_slice_codeunits(kept["text"], 0, LONGEST_TEXT)
    columns = [text if name == "text" else kept[name] for name in SCHEMA.names]
    return pa.Table.from_arrays([column.cast(SCHEMA.field(k).type) for k, column in enumerate(columns)], schema=SCHEMA)


def _rhythms(path: Path) -> pa.Table:
    """Return the hourly rates of the busiest clients of a production trace, each relative to its own mean."""
    table = pq.read_table(path, columns=["model", "client", "t_s", "rate_rps"])
    keys = [
        f"{model}/{client}"
        for model, client in zip(table["model"].to_pylist(), table["client"].to_pylist(), strict=True)
    ]
    rates: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]] = {}
    for key, second, rate in zip(keys, table["t_s"].to_pylist(), table["rate_rps"].to_pylist(), strict=True):
        if second < HOURS * 3600:
            rates.setdefault(key, np.zeros(HOURS))[second // 3600] += rate / 6
    # A client that is silent most of the time, or nearly all of it at once, has no rhythm to lend.
    steady = {
        key: curve
        for key, curve in rates.items()
        if (curve > 0).mean() > LEAST_BUSY and curve.max() < MOST_PEAKED * curve.mean()
    }
    busiest = sorted(steady, key=lambda key: (-steady[key].sum(), key))[:CLIENTS]
    return pa.table(
        {
            "client": pa.array([key for key in busiest for _ in range(HOURS)]),
            "hour": pa.array([hour for _ in busiest for hour in range(HOURS)], pa.int32()),
            "rate": pa.array(np.concatenate([steady[key] / steady[key].mean() for key in busiest]).astype(np.float32)),
        }
    )


def _write(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd", compression_level=19)


def _arguments() -> Iterator[Path]:
    return map(Path, sys.argv[1:3])


if __name__ == "__main__":
    ship(*_arguments())
