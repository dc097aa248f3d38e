"""Make a range: plan it, let its populations act hour by hour, and write the tables."""

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from stillwatch.errors import StopError
from stillwatch.range.campaigns import Campaign
from stillwatch.range.chance import Dice, stream
from stillwatch.range.library import open_library
from stillwatch.range.log import Log
from stillwatch.range.networks import Networks
from stillwatch.range.plan import Plan, Proportions, plan_range
from stillwatch.range.provider import Provider, Service
from stillwatch.range.rhythm import HOUR, read_curves
from stillwatch.range.signup import SignUpDesk
from stillwatch.range.tables import EXCHANGES
from stillwatch.range.world import DAY, World
from stillwatch.range.writer import BYTES_PER_EXCHANGE, ROWS_PER_FILE, Writer

if TYPE_CHECKING:
    from stillwatch.range.honest.honest_class import Population

STARTS_AT = datetime(2026, 6, 1, tzinfo=UTC)
SHIPPED_CORPORA = Path(__file__).parent / "corpora"

Defender = Callable[[pa.Table, datetime], Collection[str]]
"""Sees the exchanges of a window and when it ended; names accounts to suspend."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a range came to."""

    out: Path
    exchanges: int
    accounts: int
    campaigns: int
    learnt: dict[str, tuple[str, ...]]
    """What each campaign of level 4 changed, in order."""


def make_range(  # noqa: PLR0913 - what a person may choose, each by name
    out: Path,
    *,
    scale: float = 0.0005,
    seed: int = 1,
    level: int = 0,
    campaigns: Sequence[str] | None = None,
    honest: Sequence[str] | None = None,
    corpora: Path | None = None,
    days: float | None = None,
    parameters: Mapping[str, Mapping[str, object]] | None = None,
    proportions: Proportions | None = None,
    service: Service | None = None,
    defender: Defender | None = None,
    progress: Callable[[float], None] | None = None,
) -> Made:
    """Write `exchanges/*.parquet`, `accounts.parquet`, `truth.parquet` and `truth_exchanges/*.parquet` into `out`.

    The same arguments give the same bytes, and memory stays flat, since exchanges leave for disk as time passes.
    `parameters` changes assumptions, of a campaign, an honest class or what holds for everybody, by the names of the
    catalogue: {"live_relay": {"sticky": 0.5}, "manners": {"think_s": 60.0}}. `defender` is asked after every window
    which accounts to suspend, so that campaigns of level 4 have something to adapt to. `progress` is told the share
    done.
    """
    plan = plan_range(
        scale=scale,
        level=level,
        campaigns=campaigns,
        honest=honest,
        parameters=parameters or {},
        proportions=proportions or Proportions(),
        service=service or Service(),
        days=days,
    )
    _check_folder(out, plan)
    world = _world(plan, seed, corpora or SHIPPED_CORPORA)
    pa.default_memory_pool().release_unused()  # whole corpora were read, of which the library keeps a part
    crowd = [each.populate(world, exchanges, world.dice("honest", each.kind)) for each, exchanges in plan.honest]
    hostile = [_launch(world, plan, number) for number, share in enumerate(plan.campaigns) if share.exchanges]
    populations: list[Population] = [*crowd, *hostile]
    with Writer(out) as writer:
        since = world.started_at
        while since < world.ends_at:
            until = min(world.ends_at, since + _window(plan))
            for population in populations:
                population.act(since, until)
            seen = [EXCHANGES.empty_table()]
            for exchanges, truth in world.log.release(until):
                writer.add(exchanges, truth)
                if defender is not None:
                    seen.append(exchanges)
            writer.roll()
            if defender is not None:
                world.register.suspend(defender(pa.concat_tables(seen), datetime.fromtimestamp(until, UTC)), until)
            if progress is not None:
                progress((until - world.started_at) / (world.ends_at - world.started_at))
            since = until
        writer.write(world.register.records(), "accounts.parquet")
        writer.write(world.register.truth(), "truth.parquet")
    learnt = {campaign.archetype.kind: tuple(campaign.learnt) for campaign in hostile if campaign.learnt}
    accounts = len(world.register.accounts)
    return Made(out=out, exchanges=writer.rows, accounts=accounts, campaigns=len(plan.campaigns), learnt=learnt)


def _world(plan: Plan, seed: int, corpora: Path) -> World:
    customs, service = plan.customs, plan.service
    started = STARTS_AT.timestamp()
    kinds = {share.archetype.kind for share in plan.campaigns}
    networks = Networks(customs.addresses, Dice(stream(seed, "networks")))
    return World(
        seed=seed,
        level=plan.level,
        started_at=started,
        days=plan.days,
        library=open_library(corpora, customs.uses, Dice(stream(seed, "library"))),
        curves=read_curves(SHIPPED_CORPORA / "rhythms.parquet"),
        rhythms=customs.rhythms.weeks(),
        customs=customs,
        networks=networks,
        desk=SignUpDesk(customs.sign_up, customs.clientele, networks),
        provider=Provider(service, started + service.release_at * plan.days * DAY),
        log=Log(seed * 1_000_003),
        thieves="credential_rotation_multichannel" in kinds,
        relay="live_relay" in kinds,
    )


def _launch(world: World, plan: Plan, number: int) -> Campaign:
    share = plan.campaigns[number]
    return Campaign(world, share.archetype, exchanges=share.exchanges, accounts=share.accounts)


def _window(plan: Plan) -> float:
    """Return how far time moves before exchanges are written: a day, or less where a day holds very many."""
    hours = 24.0
    while hours > 1 and plan.exchanges / plan.days * hours / 24 > ROWS_PER_FILE / 2:
        hours /= 2
    return hours * HOUR


def _check_folder(out: Path, plan: Plan) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise StopError(f"{out} is not an empty folder: choose another --out, or empty it first")
    here = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    needed, free = plan.exchanges * BYTES_PER_EXCHANGE / 1e9, shutil.disk_usage(here).free / 1e9
    if needed > free:
        raise StopError(
            f"a range of this scale needs about {needed:,.1f} GB and {here} has {free:,.1f} GB free: "
            "lower --scale, free space, or choose another --out"
        )
