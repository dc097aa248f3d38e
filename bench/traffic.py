"""Plain synthetic traffic of any size for speed measurements: word salad with the shape of real logs."""

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

TEXT_BYTES: Final = 700
"""Text of one exchange, question and answer together (bytes), as the issue states it."""
_VOCABULARY: Final = 30_000
_CHUNK: Final = 100_000
_START: Final = 1_780_272_000_000_000  # 2026-06-01 in microseconds


def write_traffic(out: Path, *, exchanges: int, accounts: int, seed: int) -> None:
    """Write `exchanges` rows of contract Parquet into `out`, and `accounts.parquet` beside them.

    Words follow Zipf's law; accounts follow a heavy-tailed popularity; one account in fifty belongs to a campaign of
    twenty that shares a card and a template, so that the whole pipeline has work to do.
    """
    rng = np.random.default_rng(seed)
    folder = out / "exchanges"
    folder.mkdir(parents=True)
    lengths = np.clip(rng.poisson(5.2, _VOCABULARY), 1, 14)
    letters = np.array(list("etaoinshrdlucmfwypvbgkjqxz"))
    words = pa.array(["".join(rng.choice(letters, size)) for size in lengths.tolist()])
    popularity = 1.0 / (np.arange(_VOCABULARY) + 5.0)
    edges = np.cumsum(popularity / popularity.sum())
    share = np.cumsum(rng.pareto(1.2, accounts) + 0.2)
    share /= share[-1]
    campaign = np.where(np.arange(accounts) % 50 == 0, np.arange(accounts) // 1000, -1)  # 20 accounts of every 1,000
    templates = _texts(words, edges, 200, 30, rng)
    for part, first in enumerate(range(0, exchanges, _CHUNK)):
        size = min(_CHUNK, exchanges - first)
        who = np.searchsorted(share, rng.random(size))
        asked = _texts(words, edges, size, 47, rng)
        wrapped = pc.binary_join_element_wise(templates.take(pa.array(np.maximum(campaign[who], 0) % 200)), asked, " ")
        asked = pc.if_else(pa.array(campaign[who] >= 0), wrapped, asked)
        start = _START + (rng.random(size) * 7 * 86_400e6).astype(np.int64)
        table = pa.table(
            {
                "exchange_id": pc.binary_join_element_wise(
                    "x", pa.array(np.arange(first, first + size)).cast("string"), ""
                ),
                "started_at": pa.array(start, pa.timestamp("us", "UTC")),
                "ended_at": pa.array(
                    start + (rng.gamma(2.0, 3.0, size) * 1e6).astype(np.int64), pa.timestamp("us", "UTC")
                ),
                "account_id": pc.binary_join_element_wise("acct-", pa.array(who).cast("string"), ""),
                "model": pa.array(np.array(["large", "small"])[rng.integers(0, 2, size)]),
                "client_ip": _addresses(who),
                "input_messages": _messages(asked),
                "output_text": _texts(words, edges, size, 58, rng),
                "input_tokens": pa.array(np.full(size, 90)),
                "output_tokens": pa.array(np.full(size, 110)),
                "status": pa.array(np.where(rng.random(size) < 0.02, 429, 200), pa.int32()),
            }
        )
        pq.write_table(table, folder / f"part-{part:05d}.parquet", compression="zstd", row_group_size=32_768)
    ids = pc.binary_join_element_wise("acct-", pa.array(np.arange(accounts)).cast("string"), "")
    cards = np.where(campaign >= 0, -campaign - 1, np.arange(accounts))
    pq.write_table(
        pa.table(
            {
                "account_id": ids,
                "payment_fingerprint": pc.binary_join_element_wise("card", pa.array(cards).cast("string"), ""),
                "verification_level": pa.array(["card"] * accounts),
            }
        ),
        out / "accounts.parquet",
    )


def _texts(words: pa.Array, edges: np.ndarray, rows: int, length: int, rng: np.random.Generator) -> pa.Array:
    chosen = np.searchsorted(edges, rng.random(rows * length))
    offsets = pa.array(np.arange(rows + 1, dtype=np.int32) * length)
    return pc.binary_join(pa.ListArray.from_arrays(offsets, words.take(pa.array(chosen))), " ")


def _messages(texts: pa.Array) -> pa.Array:
    roles = pa.array(["user"]).take(pa.array(np.zeros(len(texts), dtype=np.int64)))
    structs = pa.StructArray.from_arrays([roles, texts], ["role", "text"])
    return pa.ListArray.from_arrays(pa.array(np.arange(len(texts) + 1, dtype=np.int32)), structs)


def _addresses(who: np.ndarray) -> pa.Array:
    parts = [pa.array((who >> shift) & 255).cast("string") for shift in (16, 8, 0)]
    return pc.binary_join_element_wise("20", *parts, ".")
