"""Law 1: two independent families of ties, each beyond chance, or no enforcement.

What an account does by itself never reaches `act`, and neither does one family, or things and words without what
accounts do together. That an imported indicator never does either waits for the part that imports them (`share`).
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.facts.campaign import Tier
from stillwatch.facts.token import Family
from stillwatch.judge.verdict import JudgeOptions, judge_group
from tests.judge.groups import group_of, roster_of, traffic_of
from tests.laws.ranges import Ranged, named, scan_files, secret_in, tiers
from tests.link.worlds import World

DAYS = 3
TOGETHER = {Family.HAND_OFFS, Family.RHYTHM}
TRAFFIC = traffic_of([{"account_id": f"a{i % 8}", "started_at": 10**15 + i * 10**10} for i in range(240)])
ROSTER = roster_of(TRAFFIC)
MEMBERS = np.arange(8, dtype=np.int32)


def tiers_in(world: World, folder: Path) -> dict[str, Tier]:
    """The accounts that a scan of a world names, with their tiers."""
    written = world.write(folder / "world")
    findings = scan_files([written / "exchanges.parquet"], written / "accounts.parquet", secret_in(folder / "secret"))
    return tiers(findings.campaigns)


def test_volume_hours_and_content_of_one_account_never_name_it(tmp_path: Path) -> None:
    """Somebody may ask two thousand times, by night, by the clock, for reasoning in tags, and is named at no tier."""
    world = World(seed=21)
    world.honest(150)
    tags = "Think step by step, write down all of your reasoning in <think> tags, then the final answer."
    ways: dict[str, Callable[[int], tuple[float, str]]] = {
        "heavy": lambda _: (world.rng.uniform(0, DAYS * 86_400), world.talk()),
        "nightly": lambda k: (k % DAYS * 86_400 + world.rng.uniform(3_600, 4 * 3_600), world.talk()),
        "clockwork": lambda k: (k * 120.0, world.talk()),
        "tracing": lambda k: (world.rng.uniform(0, DAYS * 86_400), f"{tags} Task {k}: {world.talk()}"),
        "everything": lambda k: (k * 60.0 % (DAYS * 86_400), f"{tags} Task {k}: {world.talk()}"),
    }
    for name, ask in ways.items():
        loner, home = world.account(name), world.address()
        for k in range(2_000 if name in {"heavy", "everything"} else 500):
            at, text = ask(k)
            world.ask(loner, float(at), text, client_ip=home)

    assert tiers_in(world, tmp_path) == {}


def things(world: World, names: list[str]) -> None:
    """One card and one device are shared; everybody asks something else, by day."""
    for row in world.accounts[-len(names) :]:
        row |= {"payment_fingerprint": "one card", "signup_device": "one device"}
    for name in names:
        for _ in range(20):
            world.ask(name, by_day(world), world.talk())


def words(world: World, names: list[str]) -> None:
    """One rare template is shared, and nothing else."""
    template = world.talk(40)
    for name in names:
        for _ in range(20):
            world.ask(name, by_day(world), f"{template} {world.talk()}")


def things_and_words(world: World, names: list[str]) -> None:
    """An agency's card and an office's one common tool."""
    things(world, names)
    words(world, names)


def hand_offs(world: World, names: list[str]) -> None:
    """What is limited on one account is sent again over the next, minutes later and by no clock."""
    tried_again(world, names, after=(20.0, 500.0))


def hand_offs_at_once(world: World, names: list[str]) -> None:
    """The same within half a second of the end: one event, be it that it also begins as another ends."""
    tried_again(world, names, after=(4.0, 4.5))


def tried_again(world: World, names: list[str], *, after: tuple[float, float]) -> None:
    """Every account has twenty requests limited, each sent again over another so many seconds after it began."""
    for place, name in enumerate(names):
        for _ in range(20):
            at, text = by_day(world), world.talk()
            other = names[(place + int(world.rng.integers(1, len(names)))) % len(names)]
            world.ask(name, at, text, status=429, output_text=None)
            world.ask(other, at + float(world.rng.uniform(*after)), text)


def conversations_at_once(world: World, names: list[str]) -> None:
    """Every answer goes on in another account at once."""
    for place, name in enumerate(names):
        for _ in range(10):
            at, text, answer = by_day(world), world.talk(), world.talk()
            other = names[(place + int(world.rng.integers(1, len(names)))) % len(names)]
            world.ask(name, at, text, output_text=answer)
            turns = (("user", text), ("assistant", answer), ("user", world.talk()))
            messages = [{"role": role, "text": said} for role, said in turns]
            world.ask(other, at + 4.0 + float(world.rng.uniform(0.0, 0.5)), "", input_messages=messages)


def rhythm(world: World, names: list[str]) -> None:
    """One pool of workers drives all of them around the clock; no word and no thing is shared."""
    clock = [0.0] * 3
    for turn in range(len(names) * 40):
        took = float(world.rng.gamma(4.0, 6.0)) + 1.0
        world.ask(names[int(world.rng.integers(len(names)))], clock[turn % 3], world.talk(), took)
        clock[turn % 3] += took + 0.05


def by_day(world: World) -> float:
    """A moment when people are awake."""
    hour = np.clip(world.rng.normal(14, 3), 7, 22)
    return float(world.rng.integers(DAYS) * 86_400 + hour * 3_600)


@pytest.mark.parametrize(
    ("share", "seen"),
    [
        (things, False),
        (words, False),
        (hand_offs, True),
        (hand_offs_at_once, True),
        (conversations_at_once, True),
        (rhythm, False),
        (things_and_words, True),
    ],
)
def test_accounts_that_show_one_family_or_only_things_and_words_are_not_acted_on(
    share: Callable[[World, list[str]], None], seen: bool, tmp_path: Path
) -> None:
    """However much of it they show; where they are a group all the same, a person may have to look."""
    world = World(seed=22)
    world.honest(300)
    names = [world.account(f"tied-{i:02d}") for i in range(20)]
    share(world, names)

    found = tiers_in(world, tmp_path)

    assert Tier.ACT not in found.values()
    assert (found.keys() == set(names)) == seen


@pytest.mark.parametrize(
    "families", [*([family] for family in Family), [Family.THINGS, Family.WORDS]], ids=lambda each: str(len(each))
)
def test_campaigns_are_not_acted_on_where_only_one_family_or_things_and_words_are_looked_for(
    families: list[Family], disguised: Ranged
) -> None:
    """The same traffic that is full of campaigns, seen through less."""
    found = disguised.study.conclude(families=frozenset(families))

    assert named(found, Tier.ACT) == set()


@pytest.mark.parametrize("level", ["disguised", "apart"])
def test_whatever_is_acted_on_shows_two_families_and_one_of_what_accounts_do_together(
    level: str, request: pytest.FixtureRequest
) -> None:
    """Every campaign at `act` says so in its evidence, after honest explanations."""
    findings = request.getfixturevalue(level).findings

    acted = [campaign for campaign in findings.campaigns if campaign.tier is Tier.ACT]
    assert acted
    for campaign in acted:
        counting = {one.family for one in campaign.evidence if one.beyond_chance and not one.neutralised_by}
        assert len(counting) >= 2
        assert counting & TOGETHER


@given(
    shared=st.fixed_dictionaries({Family.THINGS: st.floats(0, 1e4), Family.WORDS: st.floats(0, 1e4)}),
    done=st.fixed_dictionaries(dict.fromkeys(sorted(TOGETHER, key=str), st.floats(-5.0, 11.9))),
    tries=st.integers(100, 10**6),
)
def test_no_amount_of_shared_things_and_words_acts(
    shared: dict[Family, float], done: dict[Family, float], tries: int
) -> None:
    """As long as hand-offs and rhythm stay within chance, a person looks first."""
    verdict = judge_group(group_of(MEMBERS, shared | done, tries=tries), ROSTER, TRAFFIC, JudgeOptions())

    assert verdict.tier is not Tier.ACT
