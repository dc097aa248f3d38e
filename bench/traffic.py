"""Plain synthetic traffic of any size for speed measurements: word salad with the shape of real logs."""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

TEXT_BYTES: Final = 700
"""Text of one exchange, question and answer together (bytes), as the issue states it."""
EXCHANGES_EACH: Final = 80
"""Exchanges an account makes on average: 16 million by 200,000 accounts."""

_VOCABULARY: Final = 30_000
CHUNK: Final = 100_000
"""Exchanges of one file."""
START: Final = 1_780_272_000_000_000
"""1 June 2026 in microseconds since 1970."""
_IN_CAMPAIGNS: Final = 0.12  # 24,000 of 200,000
_CAMPAIGN_SIZES: Final = (20, 100, 500, 2_500)
_CARD_HOLDERS: Final = 20  # accounts of a campaign that one card pays for
_TEMPLATES: Final = 200
_ASKED_WORDS: Final = 47
_ANSWERED_WORDS: Final = 58

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Made-up words, used by Zipf's law."""

    words: pa.Array
    by_rank: npt.NDArray[np.int32]
    """(2**16,): words in proportion to how often they are used, so that a draw is one look-up."""

    @classmethod
    def of(cls, rng: np.random.Generator) -> "Vocabulary":
        """Make up some words."""
        lengths = np.clip(rng.poisson(5.2, _VOCABULARY), 1, 14)
        letters = np.array(list("etaoinshrdlucmfwypvbgkjqxz"))
        popularity = 1.0 / (np.arange(_VOCABULARY) + 5.0)
        edges = np.cumsum(popularity / popularity.sum())
        by_rank = np.searchsorted(edges, (np.arange(1 << 16) + 0.5) / (1 << 16)).astype(np.int32)
        return cls(pa.array(["".join(rng.choice(letters, size)) for size in lengths.tolist()]), by_rank)

    def texts(self, rows: int, length: int, rng: np.random.Generator) -> pa.Array:
        """Texts of `length` words each that nobody else writes."""
        chosen = self.by_rank[rng.integers(0, 1 << 16, rows * length, dtype=np.uint16)]
        offsets = pa.array(np.arange(rows + 1, dtype=np.int32) * length)
        return pc.binary_join(pa.ListArray.from_arrays(offsets, self.words.take(pa.array(chosen))), " ")


@dataclass(frozen=True, slots=True)
class _World:
    """What every part of the traffic is drawn from."""

    seed: int
    vocabulary: Vocabulary
    share: npt.NDArray[np.float64]
    """(accounts,): running sum of the accounts' shares of the traffic."""
    campaign: Ints
    """(accounts,): the campaign of an account, or -1."""
    templates: pa.Array


def write_traffic(out: Path, *, exchanges: int, accounts: int, seed: int) -> None:
    """Write `exchanges` rows of contract Parquet into `out`, and `accounts.parquet` beside them.

    Words follow Zipf's law; accounts follow a heavy-tailed popularity; 12 % of the accounts belong to campaigns of 20
    to 2,500, each with one template and a card for every twenty, so that the whole pipeline has work to do.
    """
    folder = out / "exchanges"
    folder.mkdir(parents=True)
    world = _world(accounts, seed)
    parts = range(-(-exchanges // CHUNK))
    sizes = [min(CHUNK, exchanges - part * CHUNK) for part in parts]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn"), initializer=_settle, initargs=(world, folder)) as pool:
        for _ in pool.map(_write_part, parts, sizes):
            pass
    card = np.arange(accounts)
    members = np.argsort(world.campaign, kind="stable")[np.count_nonzero(world.campaign < 0) :]
    card[members] = accounts + np.arange(len(members)) // _CARD_HOLDERS
    write_accounts(out, card)


def write_accounts(out: Path, card: Ints) -> None:
    """Write `accounts.parquet`: account number i pays with card number `card[i]`."""
    table = {
        "account_id": numbered("acct-", np.arange(len(card))),
        "payment_fingerprint": numbered("card", card),
        "verification_level": pa.array(["card"] * len(card)),
    }
    pq.write_table(pa.table(table), out / "accounts.parquet")


def exchange_table(first: int, who: Ints, start: Ints, took: Ints, **more: Any) -> pa.Table:  # noqa: ANN401 - any column
    """Contract rows numbered from `first`: account numbers, starts and lengths (microseconds), and other columns."""
    return pa.table(
        {
            "exchange_id": numbered("x", np.arange(first, first + len(who))),
            "started_at": pa.array(start, pa.timestamp("us", "UTC")),
            "ended_at": pa.array(start + took, pa.timestamp("us", "UTC")),
            "account_id": numbered("acct-", who),
            "client_ip": _addresses(who),
            "input_tokens": pa.array(np.full(len(who), 90)),
            "output_tokens": pa.array(np.full(len(who), 110)),
            **more,
        }
    )


def write_part(folder: Path, part: int, table: pa.Table) -> None:
    """Write one file of the log as gateways do: zstd, row groups of some ten thousand rows."""
    pq.write_table(table, folder / f"part-{part:05d}.parquet", compression="zstd", row_group_size=32_768)


def numbered(prefix: str, numbers: Ints) -> pa.Array:
    """Names made of a prefix and a number."""
    return pc.binary_join_element_wise(prefix, pa.array(numbers).cast("string"), "")


def messages(texts: pa.Array) -> pa.Array:
    """Inputs of one user message each."""
    roles = pa.array(["user"]).take(pa.array(np.zeros(len(texts), dtype=np.int64)))
    structs = pa.StructArray.from_arrays([roles, texts], ["role", "text"])
    return pa.ListArray.from_arrays(pa.array(np.arange(len(texts) + 1, dtype=np.int32)), structs)


def _world(accounts: int, seed: int) -> _World:
    rng = np.random.default_rng(seed)
    vocabulary = Vocabulary.of(rng)
    share = np.cumsum(rng.pareto(1.2, accounts) + 0.2)
    campaign = np.full(accounts, -1, dtype=np.int64)
    free = rng.permutation(accounts)[: int(accounts * _IN_CAMPAIGNS)]
    for number, members in enumerate(_cut(free)):
        campaign[members] = number
    templates = vocabulary.texts(_TEMPLATES, 30, rng)
    return _World(seed, vocabulary, share / share[-1], campaign, templates)


def _cut(members: Ints) -> Iterable[Ints]:
    """Cut accounts into campaigns of the known sizes, smallest first; a rest too small for a size begins anew."""
    place = 0
    while place < len(members):
        for size in _CAMPAIGN_SIZES:
            if place + size > len(members) and place:
                break
            yield members[place : place + size]
            place += size
        else:
            continue
        if len(members) - place < _CAMPAIGN_SIZES[0]:
            return


_settled: list[tuple[_World, Path]] = []
"""What a process that writes parts was told at its start."""


def _settle(world: _World, folder: Path) -> None:
    _settled.append((world, folder))


def _write_part(part: int, size: int) -> None:
    world, folder = _settled[-1]
    rng = np.random.default_rng([world.seed, part])
    who = np.searchsorted(world.share, rng.random(size))
    asked = world.vocabulary.texts(size, _ASKED_WORDS, rng)
    template = world.templates.take(pa.array(np.maximum(world.campaign[who], 0) % _TEMPLATES))
    wrapped = pc.binary_join_element_wise(template, asked, " ")
    start = START + (rng.random(size) * 7 * 86_400e6).astype(np.int64)
    table = exchange_table(
        part * CHUNK, who, start, (rng.gamma(2.0, 3.0, size) * 1e6).astype(np.int64),
        model=pa.array(np.array(["large", "small"])[rng.integers(0, 2, size)]),
        input_messages=messages(pc.if_else(pa.array(world.campaign[who] >= 0), wrapped, asked)),
        output_text=world.vocabulary.texts(size, _ANSWERED_WORDS, rng),
        status=pa.array(np.where(rng.random(size) < 0.02, 429, 200), pa.int32()),
    )  # fmt: skip
    write_part(folder, part, table)


def _addresses(who: Ints) -> pa.Array:
    parts = [pa.array((who >> shift) & 255).cast("string") for shift in (16, 8, 0)]
    return pc.binary_join_element_wise("20", *parts, ".")
