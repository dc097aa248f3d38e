"""`make scoreboard`: how well campaigns are found, who is wrongly accused, and what others find, from one run.

    python -m bench.scoreboard [--corpora DIR] [--work DIR] [--peers] [--date 2026-06-30]

Every cell (level, seed) is kept in the work folder, so that an interrupted run goes on, and `--page-only` writes the
page anew without measuring anything. Development seeds serve to choose and to learn, evaluation seeds to judge.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from bench.cells import Cell, Mixture, Workplace, work_folder
from bench.page import machine
from bench.scoreboard_page import Page, write_page
from stillwatch.range import Proportions
from stillwatch.range.skill import LEVELS

SEEDS: Final = (2101, 2102)
"""Evaluation seeds. Nobody has looked at their ranges while working on the detector."""
DEVELOPMENT_SEED: Final = 11
"""On which the best limit is chosen, and whose honest traffic the baselines learn from."""
MIDDLE: Final = 1
"""The level of the rows about texts, rarity and development: the least that the published relays' tooling gives."""
CAREFUL: Final = 2
"""The level of the row on one large log: nothing is shared on paper, so that words and neighbours weigh most."""
SCALE: Final = 0.0005
QUICK_SCALE: Final = 1e-5
QUICK_CAMPAIGNS: Final = ("hydra_api_load_balanced", "live_relay")
QUICK_HONEST: Final = ("individual_developer", "popular_harness", "university_class")


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What to measure."""

    levels: tuple[int, ...]
    seeds: tuple[int, ...]
    development_seed: int
    scale: float
    campaigns: tuple[str, ...] | None = None
    honest: tuple[str, ...] | None = None
    one_in: tuple[int, ...] = (100, 1000)
    """Of the accounts are a campaign's, in the rows on few campaigns."""
    beside: int = 14
    """Honest ranges beside one with campaigns, in the row on one large log."""


def main() -> None:
    """Measure what is missing, then write the page."""
    chosen = _arguments()
    choice = _choice(chosen)
    page = Page(
        command="make scoreboard",
        date=chosen.date,
        machine=machine(),
        seeds=choice.seeds,
        development_seed=choice.development_seed,
        scale=choice.scale,
        corpora="a folder of corpora" if chosen.corpora else "the corpora that come with the package",
        mmd_check=chosen.mmd_check,
    )
    with work_folder(chosen.work, "scoreboard") as folder:
        workplace = Workplace(folder, corpora=chosen.corpora, reference=_reference(choice), peers=chosen.peers)
        results = [_told(workplace, cell, chosen) for cell in cells(choice)]
    write_page(page, [result for result in results if result], chosen.out)
    print(f"{chosen.out} is written")


def cells(choice: Choice) -> Iterator[Cell]:
    """Everything that is measured, what matters most first."""
    whole = Mixture(campaigns=choice.campaigns, honest=choice.honest, scale=choice.scale)
    honest = replace(whole, campaigns=())
    yield Cell(what="development", level=MIDDLE, seed=choice.development_seed, mixture=whole, scanned=False)
    for seed in choice.seeds:
        for level in choice.levels:
            yield Cell(what="level", level=level, seed=seed, mixture=whole, compared=True)
        yield Cell(what="honest", level=0, seed=seed, mixture=honest)
    first = choice.seeds[0]
    middle = MIDDLE if MIDDLE in choice.levels else choice.levels[0]
    yield Cell(what="hashed", level=middle, seed=first, mixture=whole, texts="hashed")
    yield Cell(what="metadata", level=middle, seed=first, mixture=whole, texts="absent")
    for one_in in choice.one_in:
        mixture = replace(_rare(choice.scale)[one_in], honest=choice.honest)
        yield Cell(what=f"one in {one_in}", level=middle, seed=first, mixture=mixture, compared=True)
    careful = CAREFUL if CAREFUL in choice.levels else middle
    large = replace(whole, beside=choice.beside)
    yield Cell(what=f"one of {choice.beside + 1} logs", level=careful, seed=first, mixture=large)


def _rare(scale: float) -> dict[int, Mixture]:
    """Ranges in which campaigns are few: so few accounts that all archetypes together would be too many.

    A campaign of fewer than twelve accounts is hardly one, so the crowd is made larger: more traffic, and for the
    rarest fewer days, over which the same traffic comes from more accounts.
    """
    few = Proportions(campaign_share=0.01, fewest_accounts=12, fewest_exchanges=300)
    three = ("hydra_api_load_balanced", "live_relay", "store_then_replay")
    return {
        100: Mixture(campaigns=three, scale=2.0 * scale, days=5.0, proportions=few),
        1000: Mixture(campaigns=three[:1], scale=2.6 * scale, days=2.0, proportions=few),
    }


def _reference(choice: Choice) -> Cell:
    mixture = Mixture(campaigns=(), honest=choice.honest, scale=choice.scale)
    return Cell(what="reference", level=0, seed=choice.development_seed, mixture=mixture)


def _told(workplace: Workplace, cell: Cell, chosen: argparse.Namespace) -> dict[str, Any] | None:
    """Measure one cell and say so on standard error, for a whole run takes a while."""
    if chosen.page_only and not (workplace.folder / "cells" / f"{cell.key}.json").exists():
        return None
    began = time.perf_counter()
    result = workplace.result(cell)
    failed = f"failed: {result['failed']}" if result.get("failed") else "done"
    print(f"{cell.key}: {failed}, {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return result


def _choice(chosen: argparse.Namespace) -> Choice:
    choice = Choice(
        levels=tuple(chosen.levels),
        seeds=tuple(chosen.seeds),
        development_seed=chosen.development_seed,
        scale=chosen.scale,
    )
    if not chosen.quick:
        return choice
    return replace(
        choice,
        levels=(MIDDLE,),
        seeds=choice.seeds[:1],
        scale=QUICK_SCALE,
        campaigns=QUICK_CAMPAIGNS,
        honest=QUICK_HONEST,
        one_in=(100,),
        beside=2,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("docs/scoreboard.md"))
    parser.add_argument("--work", type=Path, help="folder of ranges and results, kept; a temporary one by default")
    parser.add_argument("--corpora", type=Path, help="real texts; by default those that come with the package")
    parser.add_argument("--levels", type=int, nargs="+", choices=list(LEVELS), default=list(LEVELS))
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS), help="evaluation seeds")
    parser.add_argument("--development-seed", type=int, default=DEVELOPMENT_SEED)
    parser.add_argument("--scale", type=float, default=SCALE)
    parser.add_argument("--date", default="not given", help="what the page gives as its date; no clock is read")
    parser.add_argument("--peers", action="store_true", help="also install and run the tools in bench/peers")
    parser.add_argument("--mmd-check", type=Path, help="what bench.baselines.check_mmd wrote")
    parser.add_argument("--page-only", action="store_true", help="write the page from what --work holds")
    parser.add_argument("--quick", action="store_true", help="tiny ranges of one level and seed, to try it out")
    chosen = parser.parse_args()
    if chosen.development_seed in chosen.seeds:
        parser.error(f"seed {chosen.development_seed} cannot serve both development and evaluation")
    if chosen.page_only and chosen.work is None:
        parser.error("--page-only needs the --work folder of an earlier run")
    return chosen


if __name__ == "__main__":
    main()
