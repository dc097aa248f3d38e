"""Attacks on the scan: what they change in a log and what they leave, whom they may not reach, and the page."""

from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

from bench import poisoning
from bench.page import About
from bench.poison.background import KIND, POISONS, SHARE, poison
from bench.poison.framing import FRAMINGS, Frame, choose_frames, frame_all
from bench.poison.logs import Logs, Row
from stillwatch.facts.campaign import Tier
from stillwatch.range import make_range
from tests.laws.ranges import SCALE, named, scan_files, secret_in, tiers


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Logs:
    """A small range of everybody, campaigns at level 1."""
    folder = tmp_path_factory.mktemp("attacked") / "range"
    make_range(folder, scale=SCALE, seed=9, level=1)
    return Logs.read(folder)


@pytest.fixture(scope="module")
def frames(logs: Logs) -> list[Frame]:
    """Who frames whom."""
    return choose_frames(logs, np.random.default_rng(1))


def chance() -> np.random.Generator:
    """The same chance for every attack."""
    return np.random.default_rng(2)


def owners(logs: Logs) -> list[str]:
    """The campaigns that poison."""
    return sorted({campaign for campaign in logs.campaign_of.values() if campaign is not None})[:2]


def honest_exchanges(logs: Logs) -> list[Row]:
    """Everything honest accounts sent and were told, in order."""
    honest = [name for name, campaign in logs.campaign_of.items() if campaign is None]
    rows = logs.rows(logs.places(honest))
    return sorted(rows, key=lambda row: str(row["exchange_id"]))


@pytest.mark.parametrize("name", FRAMINGS)
def test_framing_changes_what_campaigns_do_and_nothing_of_anybody_else(
    name: str, logs: Logs, frames: list[Frame]
) -> None:
    """A campaign can copy a bystander; it cannot make the bystander do anything."""
    attacked = frame_all(logs, frames, FRAMINGS[name], chance())

    assert honest_exchanges(attacked) == honest_exchanges(logs)
    assert attacked.exchanges.num_rows == logs.exchanges.num_rows
    assert attacked.truth.equals(logs.truth)
    honest = pc.is_null(logs.truth["campaign_id"])
    assert attacked.accounts.filter(honest).equals(logs.accounts.filter(honest))
    assert not (attacked.exchanges.equals(logs.exchanges) and attacked.accounts.equals(logs.accounts))


def test_bystanders_of_every_class_are_framed_by_a_campaign_of_their_own(logs: Logs, frames: list[Frame]) -> None:
    """People, products, an office and a company's agents, several of each where there are as many."""
    kinds = [{logs.kind_of[victim] for victim in frame.victims} for frame in frames]

    assert all(len(kind) == 1 for kind in kinds)
    assert len(frames) >= 4
    assert len({frame.campaign for frame in frames}) == len(frames)
    assert {logs.campaign_of[victim] for frame in frames for victim in frame.victims} == {None}


@pytest.mark.parametrize("name", ["all of these", "address used as exit"])
def test_no_framed_bystander_is_acted_on_and_campaigns_are_found_all_the_same(
    name: str, logs: Logs, frames: list[Frame], tmp_path: Path
) -> None:
    """Copying a customer's template, address, answers, card issuer or prompts convicts the copier only."""
    frame_all(logs, frames, FRAMINGS[name], chance()).write(tmp_path / "world")

    found = scan_files(
        [tmp_path / "world" / "exchanges"], tmp_path / "world" / "accounts.parquet", secret_in(tmp_path / "secret")
    ).campaigns

    victims = {victim for frame in frames for victim in frame.victims}
    assert {name: tier for name, tier in tiers(found).items() if name in victims and tier is Tier.ACT} == {}
    hostile = {name for name, campaign in logs.campaign_of.items() if campaign is not None}
    assert len(named(found, Tier.REVIEW) & hostile) > 0.8 * len(hostile)


@pytest.mark.parametrize("name", POISONS)
def test_poison_is_a_tenth_of_the_traffic_and_touches_nothing_that_was_there(name: str, logs: Logs) -> None:
    """Throw-away accounts are added, with records of their own, and every exchange keeps to the log's shape."""
    attacked = poison(logs, POISONS[name], chance(), owners(logs))

    assert attacked.exchanges.slice(0, logs.exchanges.num_rows).equals(logs.exchanges)
    assert attacked.accounts.slice(0, logs.accounts.num_rows).equals(logs.accounts)
    added = attacked.exchanges.slice(logs.exchanges.num_rows)
    assert added.num_rows == pytest.approx(SHARE * attacked.exchanges.num_rows, abs=1)
    throwaways = {account for account, kind in attacked.kind_of.items() if kind == KIND}
    assert set(added["account_id"].to_pylist()) == throwaways
    assert pc.count_distinct(attacked.exchanges["exchange_id"]).as_py() == attacked.exchanges.num_rows
    assert pc.all(pc.less_equal(added["started_at"], added["ended_at"])).as_py()
    cards = attacked.accounts.slice(logs.accounts.num_rows)["payment_fingerprint"].to_pylist()
    assert len(set(cards)) == len(throwaways)


def test_the_same_chance_makes_the_same_poison(logs: Logs) -> None:
    """An attack can be run again."""
    first = poison(logs, POISONS["all of these"], chance(), owners(logs))

    again = poison(logs, POISONS["all of these"], chance(), owners(logs))

    assert again.exchanges.equals(first.exchanges)
    assert again.accounts.equals(first.accounts)


def test_a_quick_run_writes_every_section(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All sections are there, and a second run scans nothing anew."""
    out, work = tmp_path / "page.md", tmp_path / "work"
    monkeypatch.setattr("sys.argv", ["poisoning", "--quick", "--work", str(work), "--out", str(out)])

    poisoning.main()

    page = out.read_text(encoding="utf-8")
    for title in ("What failed", "Framing", "Poisoning", "What poison costs each campaign"):
        assert f"\n## {title}" in page
    assert all(f"\n| {name} |" in page for name in (poisoning.BEFORE, *poisoning.QUICK_WAYS))
    assert f"Level 1, {poisoning.ALL}:" in page

    monkeypatch.setattr("bench.cells.Workplace.scan", None)
    poisoning.main()

    assert out.read_text(encoding="utf-8") == page


def test_failures_are_told() -> None:
    """A bystander at `act`, poison that costs more than it may, and honest accounts that it convicts get a line."""

    def row(others: int, own: int, acted: int = 0, owners: tuple[str, ...] = ("campaign_x",)) -> dict[str, object]:
        campaigns = {"campaign_x": [own, 0, 50], "campaign_y": [others, 0, 100]}
        counts = {"honest named": acted, "honest acted": acted, "throw-aways named": 7}
        return counts | {"campaigns": campaigns, "owners": list(owners)}

    both = ("campaign_x", "campaign_y")
    about = {"level": 1, "seed": 1, "version": "1", "exchanges": 10, "accounts": 150}
    framed = about | {"what": "framing", "rows": {
        poisoning.BEFORE: {"office_nat": {poisoning.NOBODY: 4}},
        "template copied": {"office_nat": {"act": 1, "watch": 3}},
    }}  # fmt: skip
    poisoned = about | {"what": "poisoning", "rows": {
        poisoning.BEFORE: row(90, 50, owners=()),
        f"{poisoning.ONE}: retries": row(84, 49),
        f"{poisoning.ONE}: quotations": row(86, 40, 2),
        f"{poisoning.ALL}: retries": row(60, 50, owners=both),
    }}  # fmt: skip
    told = About(date="2026-01-01", seeds=(1,), scale=0.1, corpora="some")

    page = "\n".join(poisoning.page(told, [framed, poisoned]))

    failed = page.partition("## What failed")[2].partition("\n## ")[0]
    assert [line for line in failed.splitlines() if line.startswith("- ")] == [
        "- framing, level 1, seed 1, template copied: at `act` office_nat 1",
        "- poisoning, level 1, seed 1, for one campaign: retries: 6.0 points lost of the others' campaigns",
        "- poisoning, level 1, seed 1, for one campaign: quotations: 20.0 points lost of their own",
        "- poisoning, level 1, seed 1, for one campaign: quotations: 2 more honest at `act`",
        "- poisoning, level 1, seed 1, for all campaigns: retries: 20.0 points lost of their own",
    ]
    assert "| template copied | 1 act, 3 watch |" in page
    assert "| as it was | 0.90 (90/100) |  | 1.00 (50/50) |  | 0 | 0 | 7 |" in page
    assert "| quotations | 0.86 (86/100) | -4.0 | 0.80 (40/50) | -20.0 | 2 | 2 | 7 |" in page
    assert "| retries | 0.73 (110/150) | -20.0 | 0 | 0 | 7 |" in page
