"""Few accounts that pass work on speak for the others of a group where these ask for the same."""

from pathlib import Path

import pytest

from stillwatch.facts.campaign import Tier
from tests.link.worlds import World
from tests.test_pipeline import accused, scan_world

POOL, PASSING = 48, 14
DAYS = 4


def world_of(seed: int, *, own_subjects: bool) -> tuple[World, list[str], list[str]]:
    """People, and accounts that send one of eight texts with something of their own; some take over each other's.

    With `own_subjects` only those who pass work on are a hand: the others are users of public texts, each of whom
    asks about something of his own.
    """
    world = World(seed=seed)
    world.honest(1_500, each=4, days=DAYS)
    texts, work = [world.talk(24) for _ in range(8)], [world.talk(3) for _ in range(12)]
    names = [world.account(f"slow-{i:02d}") for i in range(POOL)]
    home = {name: world.address() for name in names}

    def ask(name: str, at: float, words: str, **more: object) -> None:
        world.ask(name, at, words, 4.0 if not more else 0.2, client_ip=home[name], **more)

    def worded(words: str) -> str:
        return f"{texts[int(world.rng.integers(8))]} {words}"

    for place, name in enumerate(names):
        subject = " ".join([world.talk(2)] * 10) if own_subjects and place >= PASSING else ""
        for _ in range(15):
            at = float(world.rng.uniform(0, DAYS * 86_400))
            ask(name, at, worded(subject or f"{work[int(world.rng.integers(12))]} {world.talk(12)}"))
    for turn in range(2 * PASSING):
        giver, taker = names[turn % PASSING], names[(turn * 5 + 1) % PASSING]
        at, words = float(world.rng.uniform(0, DAYS * 86_400)), worded(world.talk(15))
        ask(giver, at, words, status=429, output_text=None)
        ask(taker, at + 1.5, words)
    return world, names[:PASSING], names[PASSING:]


def test_a_slow_pools_other_accounts_are_found_by_those_who_pass_work(tmp_path: Path) -> None:
    """Three in ten were ever limited; all send texts that nobody else sends, for the same work.

    Which of the texts propose a group in which enough of them pass work is luck, so that not each pool is found.
    """
    found = 0
    for seed in range(4):
        world, passing, others = world_of(seed, own_subjects=False)

        named = accused(scan_world(world.write(tmp_path / f"w{seed}")), Tier.REVIEW)

        assert set(passing) <= named <= {*passing, *others}
        found += len(named & set(others)) > len(others) / 2

    assert found >= 2


@pytest.mark.parametrize("seed", range(4))
def test_users_of_public_texts_are_not_spoken_for_by_a_hand_among_them(seed: int, tmp_path: Path) -> None:
    """Each of them asks about something of his own."""
    world, _, others = world_of(seed, own_subjects=True)

    named = accused(scan_world(world.write(tmp_path / "w")), Tier.WATCH)

    assert not named & set(others)
