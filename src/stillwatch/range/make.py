"""Make a range: plan it, let its populations act hour by hour, and write the tables."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from stillwatch.errors import StopError
from stillwatch.range.campaigns import Campaign
from stillwatch.range.chance import Dice, stream
from stillwatch.range.honest.honest_class import Population
from stillwatch.range.library import open_library
from stillwatch.range.log import Log
from stillwatch.range.networks import Networks
from stillwatch.range.plan import Plan, Proportions, plan_range
from stillwatch.range.provider import Provider, Service
from stillwatch.range.rhythm import HOUR, read_curves
from stillwatch.range.skill import Skill
from stillwatch.range.world import DAY, World

STARTS_AT = datetime(2026, 6, 1, tzinfo=UTC)
RELEASE_AT = 0.45  # assumption: the new model comes out when this share of the range has passed
ROWS_PER_FILE = 100_000
ROWS_PER_GROUP = 25_000
BYTES_PER_EXCHANGE = 2_200  # measured: zstd Parquet, histories included
SHIPPED_CORPORA = Path(__file__).parent / "corpora"


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a range came to."""

    out: Path
    exchanges: int
    accounts: int
    campaigns: int


def make_range(
    out: Path,
    *,
    scale: float = 0.0005,
    seed: int = 1,
    level: int = 0,
    campaigns: Sequence[str] | None = None,
    honest: Sequence[str] | None = None,
    corpora: Path | None = None,
    days: float | None = None,
    proportions: Proportions | None = None,
    service: Service | None = None,
) -> Made:
    """Write `exchanges/*.parquet`, `accounts.parquet`, `truth.parquet` and `truth_exchanges/*.parquet` into `out`.

    The same arguments give the same bytes. Memory stays flat: exchanges leave for disk as time passes.
    """
    plan = plan_range(scale=scale, level=level, campaigns=campaigns, honest=honest, proportions=proportions or Proportions(), days=days)
    _check_folder(out, plan)
    dice = Dice(stream(seed, "library"))
    library = open_library(corpora or SHIPPED_CORPORA, dice)
    started = STARTS_AT.timestamp()
    world = World(
        seed=seed, level=level, started_at=started, days=plan.days, library=library, curves=read_curves(SHIPPED_CORPORA / "rhythms.parquet"), networks=Networks(Dice(stream(seed, "networks"))),
        provider=Provider(service or Service(), started + RELEASE_AT * plan.days * DAY), log=Log(seed * 1_000_003), thieves=any(share.archetype.kind == "credential_rotation_multichannel" for share in plan.campaigns),
    )  # fmt: skip
    populations = _populate(world, plan)
    with _Writer(out) as writer:
        since = started
        step = _window(plan)
        while since < world.ends_at:
            until = min(world.ends_at, since + step)
            for population in populations:
                population.act(since, until)
            writer.write(*world.log.release(until))
            since = until
    pq.write_table(world.register.records(), out / "accounts.parquet", compression="zstd")  # type: ignore[no-untyped-call]
    pq.write_table(world.register.truth(), out / "truth.parquet", compression="zstd")  # type: ignore[no-untyped-call]
    return Made(out=out, exchanges=writer.rows, accounts=len(world.register.accounts), campaigns=len(plan.campaigns))


def _populate(world: World, plan: Plan) -> list[Population]:
    populations: list[Population] = [each.populate(world, exchanges, world.dice("honest", each.kind)) for each, exchanges in plan.honest]
    for share in plan.campaigns:
        if share.exchanges:
            populations.append(Campaign(world, share.archetype, exchanges=share.exchanges, accounts=share.accounts, skill=Skill(level=plan.level)))
    return populations


def _window(plan: Plan) -> float:
    """Return how far time moves before exchanges are written: a day, or less where a day holds very many."""
    hours = 24.0
    while hours > 1 and plan.exchanges / plan.days * hours / 24 > ROWS_PER_FILE / 2:
        hours /= 2
    return hours * HOUR


def _check_folder(out: Path, plan: Plan) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise StopError(f"{out} is not empty: choose another --out, or empty it first")
    here = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    needed, free = plan.exchanges * BYTES_PER_EXCHANGE, shutil.disk_usage(here).free
    if needed > free:
        raise StopError(f"a range of this scale needs about {needed / 1e9:,.1f} GB and {here} has {free / 1e9:,.1f} GB free: lower --scale or free space")


class _Writer:
    """Parquet files of about a hundred thousand rows, filled window by window."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self.rows = 0
        self._files = 0
        self._held: list[tuple[pa.Table, pa.Table]] = []

    def __enter__(self) -> "_Writer":
        (self._out / "exchanges").mkdir(parents=True)
        (self._out / "truth_exchanges").mkdir()
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()

    def write(self, exchanges: pa.Table, truth: pa.Table) -> None:
        self._held.append((exchanges, truth))
        if sum(table.num_rows for table, _ in self._held) >= ROWS_PER_FILE:
            self._flush()

    def _flush(self) -> None:
        if not self._held:
            return
        for name, tables in zip(("exchanges", "truth_exchanges"), zip(*self._held, strict=True), strict=True):
            path = self._out / name / f"part-{self._files:05d}.parquet"
            pq.write_table(pa.concat_tables(tables), path, compression="zstd", compression_level=3, row_group_size=ROWS_PER_GROUP)  # type: ignore[no-untyped-call]
        self.rows += sum(table.num_rows for table, _ in self._held)
        self._files += 1
        self._held = []
