"""Whole scans of accounts that share nothing but what passes between them, and of people who pass on to themselves."""

from pathlib import Path

import pytest

from stillwatch.facts.campaign import Tier
from tests.link.worlds import World
from tests.test_pipeline import accused, scan_world

POOL, DAYS = 24, 4


def world_of(seed: int) -> tuple[World, list[str], dict[str, str]]:
    """People, and a pool whose accounts each have a card, an address and much traffic of their own."""
    world = World(seed=seed)
    world.honest(400, each=10, days=DAYS)
    names = [world.account(f"pool-{i:02d}") for i in range(POOL)]
    home = {name: world.address() for name in names}
    for name in names:
        for _ in range(20):
            world.ask(name, moment(world), world.talk(), client_ip=home[name])
    return world, names, home


def moment(world: World) -> float:
    """Some time of the log (seconds from its start)."""
    return float(world.rng.uniform(0, (DAYS - 0.1) * 86_400))


@pytest.mark.parametrize("seed", range(2))
def test_a_pool_that_replays_stored_conversations_turn_by_turn(seed: int, tmp_path: Path) -> None:
    """Another provider answered them, so that nothing that an account was told here comes up in another."""
    world, names, home = world_of(seed)
    for _ in range(40):
        texts, at = [world.talk() for _ in range(9)], moment(world)
        for turn in range(1, 10, 2):
            messages = [{"role": ("user", "assistant")[k % 2], "text": texts[k]} for k in range(turn)]
            name = names[int(world.rng.integers(POOL))]
            world.ask(name, at + 20 * turn, "", client_ip=home[name], input_messages=messages)

    named = accused(scan_world(world.write(tmp_path / "w")), Tier.REVIEW)

    assert named <= set(names)
    assert len(named) >= 0.9 * POOL


@pytest.mark.parametrize("seed", range(2))
def test_a_pool_that_words_each_request_anew_when_it_tries_again(seed: int, tmp_path: Path) -> None:
    """No two requests are the same; the item of the work list in them is. Who is seldom limited may be missed."""
    world, names, home = world_of(seed)
    for _ in range(60):
        giver, taker = (names[int(k)] for k in world.rng.choice(POOL, 2, replace=False))
        item, at = world.talk(30), moment(world)
        limited = {"status": 429, "output_text": None, "client_ip": home[giver]}
        world.ask(giver, at, f"{world.talk(8)} {item}", 0.2, **limited)
        world.ask(taker, at + 3.0, f"{world.talk(8)} {item}", client_ip=home[taker])

    named = accused(scan_world(world.write(tmp_path / "w")), Tier.REVIEW)

    assert named <= set(names)
    assert len(named) >= 0.8 * POOL


@pytest.mark.parametrize("seed", range(2))
def test_people_with_two_accounts_each_are_named_by_nothing_that_many_do(seed: int, tmp_path: Path) -> None:
    """Each goes on with a limited request on the other account, from one home; their software is half of the log's."""
    world = World(seed=seed)
    world.honest(400, each=10, days=DAYS)
    for person in range(6):
        home = world.address()
        one, other = (world.account(f"twice-{person}-{k}") for k in range(2))
        for turn in range(12):
            giver, taker = (one, other) if turn % 2 else (other, one)
            text, at = world.talk(), moment(world)
            world.ask(giver, at, text, 0.2, status=429, output_text=None, client_ip=home)
            world.ask(taker, at + 90.0, text, client_ip=home)
    for row in world.exchanges[::2]:
        row["request_params"] = '{"max_tokens": 4096}'
    for row in world.exchanges:
        row.setdefault("request_params", None)
        if row["account_id"].startswith("twice"):
            row["request_params"] = '{"max_tokens": 4096}'

    assert not accused(scan_world(world.write(tmp_path / "w")), Tier.WATCH)
