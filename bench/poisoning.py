"""`make poisoning`: whom a campaign can frame, and what poisoned traffic costs, measured into docs/poisoning.md.

    python -m bench.poisoning [--corpora DIR] [--work DIR] [--seeds 2301 2302] [--date 2026-06-30]

Framing: campaigns copy what honest bystanders show, who must not come to `act` by it. Poisoning: attackers who send a
tenth of the traffic of thirty days make what campaigns do look common. Both change the log of a range and nothing else.
"""

import argparse
import json
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.cells import Cell, Mixture, Workplace, work_folder
from bench.page import About, machine, section, share, table
from bench.poison.background import POISONS, SHARE, poison
from bench.poison.framing import CLASSES, FRAMINGS, choose_frames, frame_all
from bench.poison.logs import Logs
from bench.scoreboard import QUICK_CAMPAIGNS, QUICK_SCALE, SCALE
from stillwatch import __version__
from stillwatch.facts.campaign import Tier

SEEDS: Final = (2301,)
LEVELS: Final = (1, 2)
DAYS: Final = 30.0
"""How long attackers poison the traffic."""
MOST_LOST: Final = 5.0
"""Points of recall that poison may cost; more is told as a failure."""
BEFORE: Final = "as it was"
ONE: Final = "for one campaign"
ALL: Final = "for all campaigns"
OTHERS: Final = "the others' campaigns"
OWN: Final = "their own"
NOBODY: Final = "not named"
QUICK_HONEST: Final = ("individual_developer", "llm_as_judge", "office_nat")
QUICK_WAYS: Final = ("all of these", "quotations")

Result = Mapping[str, Any]
Tiers = Mapping[str, str]
"""The tier of each account that a scan named."""


def main() -> None:
    """Measure what is missing, then write the page."""
    chosen = _arguments()
    about = About(
        date=chosen.date,
        seeds=chosen.seeds[:1] if chosen.quick else chosen.seeds,
        scale=QUICK_SCALE if chosen.quick else chosen.scale,
        corpora="a folder of corpora" if chosen.corpora else "the corpora that come with the package",
    )
    with work_folder(chosen.work, "poisoning") as folder:
        every = list(cells(about, chosen.levels[:1] if chosen.quick else chosen.levels, quick=chosen.quick))
        workplace = Workplace(folder, corpora=chosen.corpora, reference=every[0], peers=False)
        bench = _Bench(workplace, QUICK_WAYS if chosen.quick else None)
        results = [bench.framing(cell) if cell.what == "level" else bench.poisoning(cell) for cell in every]
    chosen.out.write_text("\n".join(page(about, results)) + "\n", encoding="utf-8")
    print(f"{chosen.out} is written")


def cells(about: About, levels: Sequence[int], *, quick: bool) -> Iterator[Cell]:
    """Yield the ranges to attack: the scoreboard's for framing, and others that last thirty days for poisoning."""
    mixture = Mixture(
        campaigns=QUICK_CAMPAIGNS if quick else None, honest=QUICK_HONEST if quick else None, scale=about.scale
    )
    for seed in about.seeds:
        for level in levels:
            yield Cell(what="level", level=level, seed=seed, mixture=mixture)
            yield Cell(what="thirty days", level=level, seed=seed, mixture=replace(mixture, days=DAYS))


class _Bench:
    """Attacks ranges, scans what comes out, and keeps what was seen."""

    def __init__(self, workplace: Workplace, only: Sequence[str] | None) -> None:
        self._workplace = workplace
        self._only = only

    def framing(self, cell: Cell) -> Result:
        """Let campaigns frame bystanders in every way, and see at which tiers these come."""

        def measure(logs: Logs) -> Iterator[tuple[str, object]]:
            frames = choose_frames(logs, np.random.default_rng(cell.seed))
            kind_of = logs.kind_of
            victims = {victim: kind_of[victim] for frame in frames for victim in frame.victims}
            yield BEFORE, bystanders(self._scanned(logs), victims)
            for name, way in FRAMINGS.items():
                if self._only is None or name in self._only:
                    attacked = frame_all(logs, frames, way, np.random.default_rng(cell.seed))
                    yield name, bystanders(self._scanned(attacked), victims)

        return self._kept(cell, "framing", measure)

    def poisoning(self, cell: Cell) -> Result:
        """Poison a range in every way, for the largest campaign and for all of them, and see who is still found."""

        def measure(logs: Logs) -> Iterator[tuple[str, object]]:
            yield BEFORE, found(self._scanned(logs), logs)
            every = Counter(campaign for campaign in logs.campaign_of.values() if campaign is not None)
            owners = {ONE: [min(every, key=lambda name: (-every[name], name))], ALL: sorted(every)}
            for who, campaigns in owners.items():
                for name, ways in POISONS.items():
                    if self._only is None or name in self._only:
                        attacked = poison(logs, ways, np.random.default_rng(cell.seed), campaigns)
                        yield f"{who}: {name}", found(self._scanned(attacked), logs) | {"owners": campaigns}

        return self._kept(cell, "poisoning", measure)

    def _kept(self, cell: Cell, what: str, measure: Callable[[Logs], Iterator[tuple[str, object]]]) -> Result:
        """Measure, or return what was measured before."""
        path = self._workplace.folder / what / f"{cell.key}.json"
        if path.exists():
            kept: Result = json.loads(path.read_text(encoding="utf-8"))
            return kept
        began = time.perf_counter()
        logs = Logs.read(self._workplace.made(cell))
        told = {
            "what": what,
            "level": cell.level,
            "seed": cell.seed,
            "version": __version__,
            "exchanges": logs.exchanges.num_rows,
            "accounts": logs.accounts.num_rows,
            "rows": dict(measure(logs)),
        }
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(told, indent=1), encoding="utf-8")
        print(f"{what}, {cell.key}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
        return told

    def _scanned(self, logs: Logs) -> Tiers:
        """Scan a log, and forget it."""
        folder = self._workplace.folder / "attacked"
        shutil.rmtree(folder, ignore_errors=True)
        logs.write(folder)
        findings = self._workplace.scan(folder / "exchanges", folder / "accounts.parquet", folder / "members.parquet")
        shutil.rmtree(folder)
        return {member.account_id: member.tier.label for each in findings.campaigns for member in each.members}


def bystanders(tiers: Tiers, victims: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """Return how many bystanders of each class came at which tier."""
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in victims.values()}
    for victim, kind in victims.items():
        counts[kind][tiers.get(victim, NOBODY)] += 1
    return {kind: dict(count) for kind, count in counts.items()}


def found(tiers: Tiers, logs: Logs) -> dict[str, Any]:
    """Return how many accounts of each campaign of the range, honest accounts and throw-aways a scan names."""
    named = {name for name, tier in tiers.items() if tier != Tier.WATCH.label}
    acted = {name for name, tier in tiers.items() if tier == Tier.ACT.label}
    campaign_of = logs.campaign_of
    members: dict[str, set[str]] = {}
    for account, campaign in campaign_of.items():
        members.setdefault(campaign or NOBODY, set()).add(account)
    honest = members.pop(NOBODY, set())
    return {
        "honest named": len(named & honest),
        "honest acted": len(acted & honest),
        "throw-aways named": len(named - campaign_of.keys()),
        "campaigns": {
            campaign: [len(accounts & named), len(accounts & acted), len(accounts)]
            for campaign, accounts in sorted(members.items())
        },
        "owners": [],
    }


def page(about: About, results: Sequence[Result]) -> Iterator[str]:
    """Write the page from results."""
    framed = [each for each in results if each["what"] == "framing"]
    poisoned = [each for each in results if each["what"] == "poisoning"]
    yield from _head(about, results)
    yield from section("What failed", _failures(framed, poisoned))
    yield from section("Framing", _framing(framed))
    yield from section("Poisoning", _poisoning(poisoned))
    yield from section("What poison costs each campaign", _by_campaign(poisoned))


def _head(about: About, results: Sequence[Result]) -> Iterator[str]:
    yield "# Framing and poisoning"
    yield ""
    yield "Written by `make poisoning` from one run; no figure on this page was typed. Attacks on the scan itself: to"
    yield "get honest accounts accused, and to make campaigns look like everybody. They change the log of a simulated"
    yield "[range](range.md), and everything in it that is an assumption is one here too. The attackers know more than"
    yield "real ones would: every bystander's prompts and answers, and everything about the campaigns that they shield."
    yield ""
    yield from table(
        ["what", ""],
        [
            ["version", ", ".join(sorted({each["version"] for each in results}))],
            ["date", about.date],
            ["machine", machine()],
            ["seeds", ", ".join(map(str, about.seeds))],
            ["scale", f"{about.scale:g}"],
            ["texts", about.corpora],
            *(
                [
                    f"{each['what']}, level {each['level']}, seed {each['seed']}",
                    f"{each['exchanges']:,} exchanges of {each['accounts']:,} accounts, before the attack",
                ]
                for each in results
            ),
        ],
    )


def _failures(framed: Sequence[Result], poisoned: Sequence[Result]) -> list[str]:
    """Return every bystander at `act`, and every poison that costs more than it may."""
    lines = []
    for each in framed:
        for name, kinds in each["rows"].items():
            acted = {kind: counts[Tier.ACT.label] for kind, counts in kinds.items() if Tier.ACT.label in counts}
            if acted:
                told = ", ".join(f"{kind} {count}" for kind, count in sorted(acted.items()))
                lines.append(f"- framing, level {each['level']}, seed {each['seed']}, {name}: at `act` {told}")
    for each in poisoned:
        before = each["rows"][BEFORE]
        for name, row in _attacks(each):
            at = f"- poisoning, level {each['level']}, seed {each['seed']}, {name}:"
            for whose, mine in ((OTHERS, False), (OWN, True)):
                lost = _points(_recall([before], [row], mine=mine)) - _points(_recall([row], [row], mine=mine))
                if lost > MOST_LOST:
                    lines.append(f"{at} {lost:.1f} points lost of {whose}")
            more = row["honest acted"] - before["honest acted"]
            if more > 0:
                lines.append(f"{at} {more} more honest at `act`")
    return lines or [f"No bystander came to `act`, and no poison cost more than {MOST_LOST:g} points of recall."]


def _framing(results: Sequence[Result]) -> Iterator[str]:
    yield "A campaign frames several bystanders of one class at once. Half of its accounts work under their templates,"
    yield "a tenth of its requests come from their addresses, quote their answers or are their prompts word for word,"
    yield "and its cards have their issuer's number. *Failed just before*: it sends a bystander's prompts seconds"
    yield "before the bystander does, on accounts that are limited, so that the bystander seems to take them over; that"
    yield "takes prompts whose order and hour are known, as those of a public list that is worked through every night."
    yield "Levels and seeds together; how many bystanders came at which tier, and a dot where none was named at any."
    yield ""
    kinds = [kind for kind in CLASSES if any(kind in each["rows"][BEFORE] for each in results)]
    totals: dict[tuple[str, str], Counter[str]] = {}
    for each in results:
        for name, found_at in each["rows"].items():
            for kind, counts in found_at.items():
                totals.setdefault((name, kind), Counter()).update(counts)
    names = list(dict.fromkeys(name for name, _ in totals))
    yield from table(
        ["the campaign's", *(f"{kind} ({totals[BEFORE, kind].total()})" for kind in kinds)],
        [[name, *(_at_tiers(totals[name, kind]) for kind in kinds)] for name in names],
    )


def _poisoning(results: Sequence[Result]) -> Iterator[str]:
    yield f"Throw-away accounts send {100 * SHARE:.0f} % of all traffic over thirty days and spend it on one thing, or"
    yield "on all in equal parts. They know the traffic of their own campaign, the range's largest; in a second table"
    yield "all campaigns are theirs, which no real attacker could say. Recall is at `review` or `act`, of the campaigns"
    yield "of others and of their own; throw-aways are in no other column than theirs."
    for level in sorted({each["level"] for each in results}):
        some = [each for each in results if each["level"] == level]
        for who in (ONE, ALL):
            yield ""
            yield f"Level {level}, {who}:"
            yield ""
            yield from _poisons(some, who)


def _poisons(results: Sequence[Result], who: str) -> Iterator[str]:
    """Yield one table: what each poison costs whom."""
    before = [each["rows"][BEFORE] for each in results]
    rows = []
    for name in [BEFORE, *(name for name, _ in _attacks(results[0]) if name.startswith(f"{who}: "))]:
        after = [each["rows"][name] for each in results]
        owners = after if name != BEFORE else [_first_attack(each, who) for each in results]
        cells = []
        for mine in (False, True):
            was, now = _recall(before, owners, mine=mine), _recall(after, owners, mine=mine)
            change = "" if name == BEFORE or not now[1] else f"{_points(now) - _points(was):+.1f}"
            cells += [share(*now), change]
        if who == ALL:
            cells = cells[2:]
        counted = [str(sum(row[key] for row in after)) for key in ("honest named", "honest acted", "throw-aways named")]
        rows.append([name.removeprefix(f"{who}: "), *cells, *counted])
    head = ["found of others", "change in points", "found of their own", "change in points"]
    yield from table(
        [
            "poison",
            *(head if who == ONE else head[2:]),
            "honest at review or act",
            "honest at act",
            "throw-aways named",
        ],
        rows,
    )


def _by_campaign(results: Sequence[Result]) -> Iterator[str]:
    yield "Accounts named at `review` or `act`, levels and seeds together: without poison, and under the poison of the"
    yield "largest campaign that costs most."
    yield ""
    names = [name for name, _ in _attacks(results[0]) if name.startswith(f"{ONE}: ")] if results else []
    rows = []
    for campaign in sorted({campaign for each in results for campaign in each["rows"][BEFORE]["campaigns"]}):
        counts = {
            name: [sum(each["rows"][name]["campaigns"][campaign][k] for each in results) for k in (0, 2)]
            for name in (BEFORE, *names)
        }
        worst = min(names, key=lambda name: counts[name][0])
        told = [share(*counts[BEFORE]), share(*counts[worst]), worst.removeprefix(f"{ONE}: ")]
        rows.append([campaign.removeprefix("campaign_"), *told])
    yield from table(["campaign", BEFORE, "at worst", "under"], rows)


def _attacks(result: Result) -> list[tuple[str, Mapping[str, Any]]]:
    """Return every row but the first."""
    return [(name, row) for name, row in result["rows"].items() if name != BEFORE]


def _first_attack(result: Result, who: str) -> Mapping[str, Any]:
    """Return a row that names the owners of an attack."""
    return next(row for name, row in _attacks(result) if name.startswith(f"{who}: "))


def _recall(rows: Sequence[Mapping[str, Any]], attacks: Sequence[Mapping[str, Any]], *, mine: bool) -> tuple[int, int]:
    """Return how many accounts of the attackers' own campaigns, or of the others', are named, and of how many."""
    counts = [
        (named, size)
        for row, attack in zip(rows, attacks, strict=True)
        for campaign, (named, _, size) in row["campaigns"].items()
        if (campaign in attack["owners"]) == mine
    ]
    return sum(named for named, _ in counts), sum(size for _, size in counts)


def _at_tiers(counts: Mapping[str, int]) -> str:
    """Write how many came at each tier; a dot for nobody."""
    return ", ".join(f"{counts[tier.label]} {tier.label}" for tier in reversed(Tier) if tier.label in counts) or "·"


def _points(recall: tuple[int, int]) -> float:
    """Return recall in points of a hundred."""
    hits, of = recall
    return 100.0 * hits / of if of else 0.0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("docs/poisoning.md"))
    parser.add_argument("--work", type=Path, help="folder of ranges and results, kept; a temporary one by default")
    parser.add_argument("--corpora", type=Path, help="real texts; by default those that come with the package")
    parser.add_argument("--levels", type=int, nargs="+", choices=range(4), default=list(LEVELS))
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--scale", type=float, default=SCALE)
    parser.add_argument("--date", default="not given", help="what the page gives as its date; no clock is read")
    parser.add_argument("--quick", action="store_true", help="tiny ranges of one level and seed, to try it out")
    return parser.parse_args()


if __name__ == "__main__":
    main()
