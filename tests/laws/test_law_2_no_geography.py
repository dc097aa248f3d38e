"""Law 2: nationality, language and geography are never evidence; removing them changes no verdict."""

import ast
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import stillwatch
from stillwatch.facts.campaign import Findings
from tests.laws.ranges import Ranged, scan_files, secret_in, tiers, written
from tests.link import worlds
from tests.link.worlds import World

SOURCES = Path(stillwatch.__file__).parent
DECIDES = ("profile", "link", "judge", "stats")
"""The steps between reading and telling: what they do not know cannot decide anything."""
NEVER = ("country", "nationality", "language", "locale", "geo", "timezone", "time_zone")
CYRILLIC = str.maketrans("abcdefghilmnorstu", "абцдефгхилмнорсту")


def with_countries(countries: pa.Array | None, ranged: Ranged, folder: Path) -> dict[str, bytes]:
    """What a scan writes when accounts are billed in these countries, or in none that is known."""
    place = ranged.accounts.schema.get_field_index("billing_country")
    table = ranged.accounts.remove_column(place)
    if countries is not None:
        table = table.add_column(place, "billing_country", countries)
    folder.mkdir()
    pq.write_table(table, folder / "accounts.parquet")
    return written(ranged.scan(accounts=folder / "accounts.parquet"), folder / "out")


def test_billing_countries_change_no_byte_of_what_is_written(disguised: Ranged, tmp_path: Path) -> None:
    """Whether they are as they were, handed round among the accounts, or not there at all."""
    as_it_is = written(disguised.findings, tmp_path / "as-it-is")
    countries = disguised.accounts["billing_country"].combine_chunks()
    handed_round = countries.take(pa.array(np.random.default_rng(2).permutation(len(countries))))

    assert not handed_round.equals(countries)
    assert with_countries(handed_round, disguised, tmp_path / "handed-round") == as_it_is
    assert with_countries(None, disguised, tmp_path / "none") == as_it_is


def small_world(folder: Path) -> tuple[Path, Path]:
    """People, a class, users of a tool and two careless campaigns; returns the log and the accounts."""
    world = World(seed=23)
    world.honest(120)
    world.course()
    world.harness()
    world.careless(20)
    world.careless(15, name="grove", per_card=3)
    written = world.write(folder)
    return written / "exchanges.parquet", written / "accounts.parquet"


def scan_world(folder: Path, log: Path, accounts: Path) -> Findings:
    """Scan it under the tests' secret."""
    return scan_files([log], accounts, secret_in(folder / "secret"))


def test_the_same_traffic_in_another_script_is_judged_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every word is spelt in other letters; who is named, and how far that carries, stays."""
    latin = scan_world(tmp_path, *small_world(tmp_path / "latin"))
    monkeypatch.setattr(worlds, "WORDS", [word.translate(CYRILLIC) for word in worlds.WORDS])

    cyrillic = scan_world(tmp_path, *small_world(tmp_path / "cyrillic"))

    assert all(not word.isascii() for word in worlds.WORDS)
    assert tiers(latin.campaigns)
    assert tiers(cyrillic.campaigns) == tiers(latin.campaigns)
    assert tiers(cyrillic.set_aside) == tiers(latin.set_aside)


@pytest.mark.parametrize("hours", [-8, 5])
def test_the_same_traffic_in_another_time_zone_is_judged_alike(hours: int, tmp_path: Path) -> None:
    """All clocks are put back or forward together, as if everybody lived elsewhere."""
    log, accounts = small_world(tmp_path / "world")
    here = scan_world(tmp_path, log, accounts)
    for path in (log, accounts):
        table = pq.read_table(path)
        for name in ("started_at", "ended_at", "created_at"):
            if name in table.column_names:
                moved = pa.compute.add(table[name], pa.scalar(hours * 3_600_000_000, pa.duration("us")))
                table = table.set_column(table.schema.get_field_index(name), name, moved)
        pq.write_table(table, path)

    there = scan_world(tmp_path, log, accounts)

    assert tiers(here.campaigns)
    assert tiers(there.campaigns) == tiers(here.campaigns)
    assert tiers(there.set_aside) == tiers(here.set_aside)


def test_nothing_between_reading_and_telling_knows_a_country_or_a_language() -> None:
    """No name and no text in the code of these steps is about one; documentation may say that it is not."""
    said = [
        f"{path.relative_to(SOURCES)}: {name}"
        for step in DECIDES
        for path in sorted((SOURCES / step).rglob("*.py"))
        for name in _names(ast.parse(path.read_text(encoding="utf-8")))
        if any(word in name.lower().split("_") or name.lower() == word for word in NEVER) or "billing_country" in name
    ]

    assert said == []


def _names(tree: ast.AST) -> Iterator[str]:
    """Every identifier and every text of a module that is not documentation."""
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.Constant(value=str(text)) if id(node) not in documentation:
                yield text
