"""Whole scans of accounts that do nothing together but draw on one list, and of people who only look as if."""

from collections.abc import Callable
from pathlib import Path

import pytest

from stillwatch.facts.campaign import Campaign, Tier
from tests.link.test_passing_whole_scans import DAYS, moment
from tests.link.worlds import World
from tests.test_pipeline import accused, scan_world

ACCOUNTS = 40


def world_of(seed: int) -> tuple[World, list[str], dict[str, str]]:
    """People, and forty accounts with a card and an address each."""
    world = World(seed=seed)
    world.honest(300, each=10, days=DAYS)
    names = [world.account(f"one-of-{i:02d}") for i in range(ACCOUNTS)]
    return world, names, {name: world.address() for name in names}


def stock(world: World, ways: int) -> list[list[str]]:
    """Three things to say, each in so many ways."""
    return [[world.talk(9) for _ in range(ways)] for _ in range(3)]


def is_told(found: tuple[Campaign, ...]) -> bool:
    """Whether a reason given is that all is drawn from one list."""
    return any(reason.startswith("All that the accounts send") for campaign in found for reason in campaign.reasons)


def put_off(world: World, names: list[str], home: dict[str, str], item: Callable[[], str]) -> None:
    """Three requests that are limited on one account and made by another with the next day's work."""
    for k in range(3):
        at, request = moment(world) * 0.8, item()
        world.ask(names[2 * k], at, request, client_ip=home[names[2 * k]], status=429, output_text=None)
        world.ask(names[2 * k + 1], at + 80_000.0, request, client_ip=home[names[2 * k + 1]])


def assert_looked_at(log: Path, names: list[str]) -> None:
    """A person is to look at nearly all of these accounts and at nobody else, for the list that they draw on."""
    findings = scan_world(log)

    assert accused(findings, Tier.ACT) == set()
    assert accused(findings, Tier.REVIEW) <= set(names)
    assert len(accused(findings, Tier.REVIEW)) >= 0.9 * ACCOUNTS
    assert is_told(findings.campaigns)


@pytest.mark.parametrize("seed", range(2))
def test_slow_accounts_that_word_each_request_anew_around_one_work_list(seed: int, tmp_path: Path) -> None:
    """Each asks a few times a day at moments of its own, and three of what fails are put off: a person should look.

    Where nothing is, users of one harness may look like that, and they are watched.
    """
    world, names, home = world_of(seed)
    ways = stock(world, 8)

    def item() -> str:
        said = " ".join(str(world.rng.choice(way)) for way in ways)
        return f"{said} {world.talk()}"

    for name in names:
        for _ in range(15):
            world.ask(name, moment(world), item(), client_ip=home[name])
    alone = scan_world(world.write(tmp_path / "alone"))
    put_off(world, names, home, item)

    assert accused(alone, Tier.REVIEW) == set()
    assert len(accused(alone) & set(names)) >= 0.9 * ACCOUNTS
    assert_looked_at(world.write(tmp_path / "w"), names)


@pytest.mark.parametrize("seed", range(2))
def test_cover_does_not_hide_slow_accounts_of_one_work_list(seed: int, tmp_path: Path) -> None:
    """Three requests in four are about anything; the others are drawn from one list, by whoever asks."""
    world, names, home = world_of(seed)
    ways = stock(world, 14)

    def item() -> str:
        said = " ".join(str(world.rng.choice(way)) for way in ways)
        return f"{said} {world.talk()}"

    for name in names:
        for _ in range(24):
            world.ask(name, moment(world), item(), client_ip=home[name])
        for _ in range(72):
            world.ask(name, moment(world), world.talk(40), client_ip=home[name])
    put_off(world, names, home, item)

    assert_looked_at(world.write(tmp_path / "w"), names)


@pytest.mark.parametrize("seed", range(2))
def test_people_who_write_one_language_beside_another_are_not_named(seed: int, tmp_path: Path) -> None:
    """One request in two is in it, with a turn of phrase that all who write it use, or none."""
    world, names, home = world_of(seed)
    turns = [world.talk(9) for _ in range(60)]
    for name in names:
        for _ in range(64):
            said = str(world.rng.choice(turns)) if world.rng.random() < 0.4 else ""
            world.ask(name, moment(world), f"{world.talk()} {said} {world.talk()}", client_ip=home[name])

    assert accused(scan_world(world.write(tmp_path / "w")), Tier.REVIEW) == set()


@pytest.mark.parametrize("seed", range(2))
def test_customers_who_each_have_favourites_among_a_tools_prompts_are_not_named(seed: int, tmp_path: Path) -> None:
    """The same tool, as many requests; each comes back to three of its prompts."""
    world, names, home = world_of(seed)
    prompts = [world.talk(27) for _ in range(24)]
    for name in names:
        mine = world.rng.choice(24, 3, replace=False)
        for _ in range(15):
            prompt = prompts[int(world.rng.choice(mine))]
            world.ask(name, moment(world), f"{prompt} {world.talk()}", client_ip=home[name])

    assert accused(scan_world(world.write(tmp_path / "w")), Tier.REVIEW) == set()


@pytest.mark.parametrize("seed", range(2))
def test_pupils_who_do_a_public_courses_exercises_at_home_are_not_named(seed: int, tmp_path: Path) -> None:
    """No campus and no common sign-up tells them as a class; each asks about each exercise once."""
    world, names, home = world_of(seed)
    exercises = [world.talk(27) for _ in range(30)]
    for name in names:
        for exercise in world.rng.choice(30, 15, replace=False).tolist():
            world.ask(name, moment(world), f"{exercises[exercise]} {world.talk(6)}", client_ip=home[name])

    assert accused(scan_world(world.write(tmp_path / "w")), Tier.REVIEW) == set()
