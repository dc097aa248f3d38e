"""Whole scans of slow accounts with one text, between which requests are put off, or only seem to be."""

from pathlib import Path

import pytest

from stillwatch.facts.campaign import Tier
from tests.link.test_passing_whole_scans import DAYS, moment
from tests.link.worlds import World
from tests.test_pipeline import accused, scan_world

ACCOUNTS, PAIRS = 30, 6
LATER = 80_000.0
"""Seconds until what failed is given to somebody else, with the next day's work."""


def slow_world(seed: int, forwards: int, backwards: int, status: int = 429) -> tuple[World, list[str]]:
    """People, and thirty accounts that send one text, each with an address of its own and questions of its own.

    So many questions fail on one of them and are asked by another in other words a day later, or a day before.
    """
    world = World(seed=seed)
    world.honest(300, each=10, days=DAYS)
    names = [world.account(f"one-of-{i:02d}") for i in range(ACCOUNTS)]
    home = {name: world.address() for name in names}
    text = world.talk(16)
    for name in names:
        for _ in range(8):
            world.ask(name, moment(world), f"{text} {world.talk(20)}", client_ip=home[name])
    for k in range(forwards + backwards):
        one, other = names[2 * k], names[2 * k + 1]
        at, question = moment(world) * 0.6 + LATER, world.talk(24)
        when = at + LATER if k < forwards else at - LATER
        world.ask(one, at, f"{text} {question}", client_ip=home[one], status=status, output_text=None)
        world.ask(other, when, f"{question} {world.talk(3)} {text}", client_ip=home[other])
    return world, names


@pytest.mark.parametrize(("seed", "status"), [(0, 429), (1, 429), (0, 503)])
def test_slow_accounts_with_one_text_that_put_off_what_fails(seed: int, status: int, tmp_path: Path) -> None:
    """Six of 240 requests fail, by a limit or an error of the service: that is enough to look, not to act."""
    world, names = slow_world(seed, PAIRS, 0, status)

    findings = scan_world(world.write(tmp_path / "w"))

    assert accused(findings, Tier.ACT) == set()
    assert accused(findings, Tier.REVIEW) <= set(names)
    assert len(accused(findings, Tier.REVIEW)) >= 0.9 * ACCOUNTS


@pytest.mark.parametrize("forwards", [0, PAIRS])
@pytest.mark.parametrize("seed", range(2))
def test_who_meets_others_in_either_order_puts_nothing_off(seed: int, forwards: int, tmp_path: Path) -> None:
    """Users of one text who work on public questions fail with what others had asked as often as the other way."""
    world, _ = slow_world(seed, forwards, PAIRS)

    assert accused(scan_world(world.write(tmp_path / "w")), Tier.REVIEW) == set()
