"""The same traffic, written as each format, gives the same members."""

import io
from functools import cache
from pathlib import Path

import pytest

from stillwatch.pipeline import ScanRequest, scan
from stillwatch.read.raw import RawExchange, RawMessage
from tests.link.worlds import World
from tests.read.writers import FORMATS, write_as


class Silent:
    """Progress that nobody watches."""

    def step(self, name: str, done: int, total: int | None) -> None:
        """Say nothing."""


@cache
def small_world() -> World:
    """A hundred people and one careless campaign."""
    world = World(seed=11)
    world.honest(100, each=12)
    world.careless(24, each=15)
    return world


def exchanges(world: World) -> list[RawExchange]:
    """The world's rows as readers make them."""
    return [
        RawExchange(
            exchange_id=str(row["exchange_id"]),
            started_at=int(row["started_at"]),
            ended_at=int(row["ended_at"]),
            account_id=str(row["account_id"]),
            credential_id=str(row["account_id"]),
            model=str(row["model"]),
            operation="chat",
            client_ip=str(row["client_ip"]),
            input_messages=[RawMessage(**message) for message in row["input_messages"]],
            output_text=str(row["output_text"]),
            status=int(row["status"]),
        )
        for row in sorted(world.exchanges, key=lambda row: row["started_at"])
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_gives_the_same_members(name: str, tmp_path: Path) -> None:
    """Even the access log without texts names the same accounts, by network, payment and rhythm."""
    world = small_world()
    accounts = world.write(tmp_path / "world") / "accounts.parquet"
    log = tmp_path / ("log.parquet" if name == "parquet" else "log.jsonl")
    write_as(name, exchanges(world), log)
    request = ScanRequest(
        inputs=(str(log),),
        accounts=accounts,
        secret_dir=tmp_path / "secret",
    )

    findings = scan(request, progress=Silent(), rejects_to=io.StringIO())

    assert findings.scan.rejected == 0
    assert findings.scan.exchanges == len(world.exchanges)
    assert [{member.account_id for member in campaign.members} for campaign in findings.campaigns] == [
        set(world.campaigns)
    ]
