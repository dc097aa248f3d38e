"""`make ablation`: what each family of evidence is worth, by itself, in pairs and left out, into docs/ablation.md.

    python -m bench.ablation [--corpora DIR] [--work DIR] [--seeds 2201 2202] [--date 2026-06-30]

Every range is made and profiled once; then groups are looked for and judged once for each choice of families. Results
are kept in the work folder, so that an interrupted run goes on; ranges there are the scoreboard's, where seeds agree.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from bench.cells import Cell, Mixture, Workplace, work_folder
from bench.page import About, interval, machine, section, share, table
from bench.scoreboard import QUICK_CAMPAIGNS, QUICK_HONEST, QUICK_SCALE, SCALE
from bench.study import EVERY_FAMILY, Study
from stillwatch import __version__
from stillwatch.facts.campaign import Campaign, Tier
from stillwatch.facts.token import Family
from stillwatch.range.score.answers import Named, Truth, read_truth
from stillwatch.range.score.grouping import grouping

SEEDS: Final = (2201,)
LEVELS: Final = (0, 1, 2, 3)
"""The level that reacts to a defender is left out: it would react to another defender for each choice."""
ALL: Final = "all four"
ALONE: Final = {f"{family.value} alone": frozenset({family}) for family in Family}
WITHOUT: Final = {f"all but {family.value}": EVERY_FAMILY - {family} for family in Family}
PAIRS: Final = {f"{one.value} and {other.value}": frozenset({one, other}) for one, other in combinations(Family, 2)}
CHOICES: Final[Mapping[str, frozenset[Family]]] = {ALL: EVERY_FAMILY, **WITHOUT, **PAIRS, **ALONE}
"""What is looked for, by the name of its row."""
UNALIKE: Final = "all four, traffic not held against traffic"
"""The row for which nobody asks whether two groups' traffic is interchangeable."""

Result = Mapping[str, Any]


def main() -> None:
    """Measure what is missing, then write the page."""
    chosen = _arguments()
    about = About(
        date=chosen.date,
        seeds=chosen.seeds[:1] if chosen.quick else chosen.seeds,
        scale=QUICK_SCALE if chosen.quick else chosen.scale,
        corpora="a folder of corpora" if chosen.corpora else "the corpora that come with the package",
    )
    with work_folder(chosen.work, "ablation") as folder:
        every = list(cells(about, LEVELS[1:2] if chosen.quick else LEVELS, quick=chosen.quick))
        workplace = Workplace(folder, corpora=chosen.corpora, reference=every[0], peers=False)
        results = [_measured(workplace, cell) for cell in every]
    chosen.out.write_text("\n".join(page(about, results)) + "\n", encoding="utf-8")
    print(f"{chosen.out} is written")


def cells(about: About, levels: Sequence[int], *, quick: bool) -> Iterator[Cell]:
    """Every range to look at: those of the scoreboard, so that both may share a work folder."""
    whole = Mixture(
        campaigns=QUICK_CAMPAIGNS if quick else None, honest=QUICK_HONEST if quick else None, scale=about.scale
    )
    for seed in about.seeds:
        for level in levels:
            yield Cell(what="level", level=level, seed=seed, mixture=whole)
        yield Cell(what="honest", level=0, seed=seed, mixture=replace(whole, campaigns=()))


def _measured(workplace: Workplace, cell: Cell) -> Result:
    """Look at one range through every choice of families, or return what was seen before."""
    kept = workplace.folder / "ablation" / f"{cell.key}.json"
    if kept.exists():
        found: Result = json.loads(kept.read_text(encoding="utf-8"))
        return found
    began = time.perf_counter()
    source = workplace.made(cell)
    study = Study.of(source, workplace.folder / "secret")
    truth = read_truth(source / "truth.parquet")
    rows = {name: counted(study.conclude(families=families), truth) for name, families in CHOICES.items()}
    rows[UNALIKE] = counted(study.conclude(traits=frozenset()), truth)
    found = {
        "what": cell.what,
        "level": cell.level,
        "seed": cell.seed,
        "exchanges": len(study.traffic),
        "accounts": len(truth.campaign_of),
        "hostile": sum(campaign is not None for campaign in truth.campaign_of.values()),
        "version": __version__,
        "rows": rows,
    }
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps(found, indent=1), encoding="utf-8")
    print(f"{cell.key}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return found


def counted(found: Sequence[Campaign], truth: Truth) -> dict[str, list[int]]:
    """For each tier, with those above it: how many accounts are named, and how many of them are campaigns'.

    Also into how many groups the campaigns fell that were found, and how many those are; and how many of the accounts
    named at review or act are of their group's most frequent campaign, of how many.
    """
    out = {}
    hostile = {account for account, campaign in truth.campaign_of.items() if campaign is not None}
    for tier in Tier:
        named = {member.account_id for campaign in found for member in campaign.members if member.tier >= tier}
        out[tier.label] = [len(named), len(named & hostile)]
    answer = {
        member.account_id: Named(campaign_id=campaign.campaign_id, confidence=member.confidence, tier=member.tier.label)
        for campaign in found
        for member in campaign.members
    }
    whole = grouping(answer, truth)
    pieces = [count for count in whole.split.values() if count]
    of = out[Tier.REVIEW.label][0]
    out["pieces"] = [sum(pieces), len(pieces)]
    out["pure"] = [round((whole.purity_of_shown or 0.0) * of), of]
    return out


def page(about: About, results: Sequence[Result]) -> Iterator[str]:
    """Write the page from results."""
    levels = {
        level: [each for each in results if each["what"] == "level" and each["level"] == level]
        for level in sorted({each["level"] for each in results if each["what"] == "level"})
    }
    honest = [each for each in results if each["what"] == "honest"]
    yield from _head(about, results)
    yield from section("All families, and all but one", _choices([ALL, *WITHOUT], levels, honest))
    yield from section("Two families", _choices(list(PAIRS), levels, honest))
    yield from section("One family alone", _alone(levels, honest))
    yield from section("Interchangeable traffic", _alike(levels, honest))


def _head(about: About, results: Sequence[Result]) -> Iterator[str]:
    yield "# What each family of evidence is worth"
    yield ""
    yield "Written by `make ablation` from one run; no figure on this page was typed. The same ranges are looked at"
    yield "through all families of evidence, through all but one, through two and through one. It measures the product"
    yield "on the product's own simulated traffic: [the range](range.md) says what is fact in it and what assumption. A"
    yield "family that is worth little here may be all that is left outside, and the other way round."
    yield ""
    sizes = [
        f"{each['exchanges']:,} exchanges of {each['accounts']:,} accounts ({each['hostile']:,} campaigns')"
        for each in results
    ]
    names = [
        f"level {each['level']}, seed {each['seed']}"
        if each["what"] == "level"
        else f"no campaign, seed {each['seed']}"
        for each in results
    ]
    yield from table(
        ["what", ""],
        [
            ["version", ", ".join(sorted({each["version"] for each in results}))],
            ["date", about.date],
            ["machine", machine()],
            ["seeds", ", ".join(map(str, about.seeds))],
            ["scale", f"{about.scale:g}"],
            ["texts", about.corpora],
            *([name, size] for name, size in zip(names, sizes, strict=True)),
        ],
    )


def _choices(rows: Sequence[str], levels: Mapping[int, Sequence[Result]], honest: Sequence[Result]) -> Iterator[str]:
    """Yield what is found through each choice of families, and who is wrongly named."""
    yield "Precision / recall of the accounts named at `review` or `act`, by level of skill, and recall at `act`. Seeds"
    yield "together. The last two columns count honest accounts: those at `act` in any of the levels, and those at"
    yield "`review` or `act` where no campaign takes part."
    yield ""
    every = [each for found in levels.values() for each in found]
    yield from table(
        [
            "looked for",
            *(f"level {level}" for level in levels),
            *(f"at act, level {level}" for level in levels),
            "honest at act",
            "honest named, no campaign",
        ],
        [
            [
                name,
                *(_precision_recall(found, name) for found in levels.values()),
                *(_recall(found, name, Tier.ACT) for found in levels.values()),
                _honest(every, name, Tier.ACT),
                _honest(honest, name, Tier.REVIEW),
            ]
            for name in rows
        ],
    )
    yield ""
    yield f"Recall at `review` or `act` with its 95 % interval (Wilson): {_intervals(rows, levels)}."


def _alone(levels: Mapping[int, Sequence[Result]], honest: Sequence[Result]) -> Iterator[str]:
    """Yield what is left of one family: groups that a person may look at, and never more."""
    yield "One family never reaches `act`, whatever it shows: that is the first law, and the last column holds it."
    yield "Things, words and rhythm make no group by themselves, since another family has to propose or confirm each; a"
    yield "circle of hand-offs far beyond chance is kept for a person to look at. Columns count campaigns' accounts in"
    yield "groups at any tier, the share of them at `review`, and honest accounts in groups at any tier:"
    yield ""
    every = [each for found in levels.values() for each in found]
    yield from table(
        [
            "looked for",
            *(f"in a group, level {level}" for level in levels),
            *(f"at review, level {level}" for level in levels),
            "honest in a group",
            "anybody at act",
        ],
        [
            [
                name,
                *(_hits(found, name, Tier.WATCH) for found in levels.values()),
                *(_recall(found, name, Tier.REVIEW) for found in levels.values()),
                _honest([*every, *honest], name, Tier.WATCH),
                str(_sum([*every, *honest], name, Tier.ACT)[0]),
            ]
            for name in ALONE
        ],
    )


def _alike(levels: Mapping[int, Sequence[Result]], honest: Sequence[Result]) -> Iterator[str]:
    """Yield what it gives to ask whether the accounts of two groups could be dealt their work by one hand."""
    yield "Accounts that one hand deals its work to are samples of one mix of words, purposes and volumes. By that,"
    yield "groups of one software are joined, and pools that do not act as one are parted; it names nobody by itself."
    yield "Groups for each campaign found, and the purity of those named, at `review` or `act`:"
    yield ""
    every = [each for found in levels.values() for each in found]
    yield from table(
        [
            "looked for",
            *(f"groups a campaign, level {level}" for level in levels),
            *(f"purity, level {level}" for level in levels),
            *(f"recall, level {level}" for level in levels),
            "honest at act",
            "honest named, no campaign",
        ],
        [
            [
                name,
                *(_ratio(found, name, "pieces", 2) for found in levels.values()),
                *(_ratio(found, name, "pure", 3) for found in levels.values()),
                *(_recall(found, name, Tier.REVIEW) for found in levels.values()),
                _honest(every, name, Tier.ACT),
                _honest(honest, name, Tier.REVIEW),
            ]
            for name in (ALL, UNALIKE)
        ],
    )


def _ratio(results: Sequence[Result], name: str, what: str, digits: int) -> str:
    counts = [each["rows"][name][what] for each in results]
    of = sum(whole for _, whole in counts)
    return f"{sum(part for part, _ in counts) / of:.{digits}f}" if of else "-"


def _precision_recall(results: Sequence[Result], name: str) -> str:
    named, right = _sum(results, name, Tier.REVIEW)
    precision = f"{right / named:.2f}" if named else "-"
    return f"{precision} / {_recall(results, name, Tier.REVIEW)}"


def _recall(results: Sequence[Result], name: str, tier: Tier) -> str:
    hostile = sum(each["hostile"] for each in results)
    return f"{_sum(results, name, tier)[1] / hostile:.2f}" if hostile else "-"


def _hits(results: Sequence[Result], name: str, tier: Tier) -> str:
    return share(_sum(results, name, tier)[1], sum(each["hostile"] for each in results))


def _honest(results: Sequence[Result], name: str, tier: Tier) -> str:
    named, right = _sum(results, name, tier)
    return f"{named - right} of {sum(each['accounts'] - each['hostile'] for each in results):,}"


def _intervals(rows: Sequence[str], levels: Mapping[int, Sequence[Result]]) -> str:
    """Write the intervals of the first row, level by level: enough to read the others by."""
    return ", ".join(
        f"{rows[0]}, level {level} "
        + interval(_sum(found, rows[0], Tier.REVIEW)[1], sum(each["hostile"] for each in found))
        for level, found in levels.items()
    )


def _sum(results: Sequence[Result], name: str, tier: Tier) -> tuple[int, int]:
    """Accounts named at a tier or above in all of these ranges, and those of them that are campaigns'."""
    counts = [each["rows"][name][tier.label] for each in results]
    return sum(named for named, _ in counts), sum(right for _, right in counts)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("docs/ablation.md"))
    parser.add_argument("--work", type=Path, help="folder of ranges and results, kept; a temporary one by default")
    parser.add_argument("--corpora", type=Path, help="real texts; by default those that come with the package")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--scale", type=float, default=SCALE)
    parser.add_argument("--date", default="not given", help="what the page gives as its date; no clock is read")
    parser.add_argument("--quick", action="store_true", help="tiny ranges of one level and seed, to try it out")
    return parser.parse_args()


if __name__ == "__main__":
    main()
