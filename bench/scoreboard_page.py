"""The scoreboard as a page: tables from the results of one run, failures as plainly as successes."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any, Final

from bench.baselines.comparison import METHODS
from bench.page import interval, section, share, table
from stillwatch.range.score import TIERS

Result = Mapping[str, Any]

NAMED_AT: Final = "review"
"""The tier from which on an account counts as named: a person is asked to look at it."""
LEAST_RECALL: Final = 0.5
"""Below it a row is told as a failure: the detector sees less than half."""
_MANY_LOGS: Final = "one of"
_FEW: Final = ("one in", _MANY_LOGS)
"""Measurements on logs in which campaigns are few begin so."""
LEAST_PRECISION: Final = 0.95
"""Below it a level is told as a failure: one in twenty of those named is honest."""
MOST_CALIBRATION_ERROR: Final = 0.05
"""Above it confidence is told as a failure: it is five points off on average."""
CHANCE: Final = 0.5
"""The AUC of a score that knows nothing; of the two directions of a limit, one is at or above it."""
OURS: Final = "**Stillwatch**"
_ROW: Final = ("log", "precision", "recall", "recall at act", "honest accounts at act", "AUC")


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What the page says of the run itself."""

    command: str
    date: str
    machine: str
    seeds: Sequence[int]
    development_seed: int
    scale: float
    corpora: str
    mmd_check: Path | None


def write_page(page: Page, results: Sequence[Result], out: Path) -> None:
    """Write the page; rows without results are left out, and cells that failed are named."""
    out.write_text("\n".join(_lines(page, results)) + "\n", encoding="utf-8")


def _lines(page: Page, results: Sequence[Result]) -> Iterator[str]:
    good = [each for each in results if not each.get("failed")]
    of: dict[str, list[Result]] = defaultdict(list)
    for each in good:
        of[each["what"]].append(each)
    levels: dict[int, list[Result]] = defaultdict(list)
    for each in of["level"]:
        levels[each["level"]].append(each)
    levels = dict(sorted(levels.items()))
    yield from _head(page, good)
    yield from section("What failed", _failures(results, levels, of))
    yield from section("Levels of skill", _by_level(levels))
    yield from section("Campaigns: share of accounts named at review or act", _by_archetype(levels))
    yield from section("Honest accounts wrongly named", _by_class(levels))
    yield from section("Others beside Stillwatch, at equal alert budget", _beside(levels, of["development"]))
    yield from section("Limits on one account", _limits(levels, of["development"]))
    yield from section("Peers", _peers(levels))
    yield from section("Honest traffic alone", _honest(of["honest"]))
    yield from section("Without texts", _without_text(levels, of))
    yield from section("Few campaigns", _rare(of))
    yield from section("Before containment", _leaks(levels))
    yield from section("The MMD baseline against what its authors published", _mmd(page.mmd_check))
    yield from section("How long it took", _times(results))


def _head(page: Page, good: Sequence[Result]) -> Iterator[str]:
    versions = sorted({each["version"] for each in good if "version" in each})
    yield "# Scoreboard"
    yield ""
    yield f"Written by `{page.command}` from one run; no figure on this page was typed. The traffic is simulated:"
    yield "see [the range](range.md) for what is fact in it and what assumption. Who does well here may do badly"
    yield "outside, and campaigns are far commoner here than in any real log, except under *Few campaigns*."
    yield ""
    yield from table(
        ["what", ""],
        [
            ["version", ", ".join(versions) or "none scanned"],
            ["date", page.date],
            ["machine", page.machine],
            ["evaluation seeds", ", ".join(map(str, page.seeds))],
            [
                "development seed",
                f"{page.development_seed}: the best limit was chosen, and normal traffic learnt, on it",
            ],
            ["scale", f"{page.scale:g}"],
            ["texts", page.corpora],
        ],
    )


def _failures(
    results: Sequence[Result], levels: Mapping[int, list[Result]], of: Mapping[str, list[Result]]
) -> list[str]:
    """Everything below the marks that stand at the head of this file, worst news first."""
    found = [f"- {each['what']}, level {each['level']}, seed {each['seed']}: {each['failed']}" for each in results
             if each.get("failed")]  # fmt: skip
    for level, cells in levels.items():
        at = f"level {level}"
        act, named = _tiers(cells, "act"), _tiers(cells, NAMED_AT)
        accused = _summed(each["accused_by_class"] for each in act)
        wrong = {kind: hits for kind, (hits, _) in accused.items() if hits}
        if wrong:
            told = ", ".join(f"{kind} {hits}" for kind, hits in sorted(wrong.items()))
            found.append(f"- {at}: {sum(wrong.values())} honest accounts at act ({told})")
        hits, budget = _pooled(named, "precision")
        if budget and hits / budget < LEAST_PRECISION:
            found.append(f"- {at}: precision at review or act is {hits / budget:.3f}")
        missed = {
            kind: f"{hits}/{count}"
            for kind, (hits, count) in _summed(each["recall_by_campaign"] for each in named).items()
            if count and hits / count < LEAST_RECALL
        }
        if missed:
            told = ", ".join(f"{kind.removeprefix('campaign_')} {share}" for kind, share in sorted(missed.items()))
            found.append(f"- {at}: less than half found of {told}")
        error = _calibration_error(cells)
        if error is not None and error > MOST_CALIBRATION_ERROR:
            found.append(f"- {at}: confidence is off by {error:.3f} on average")
        found += [f"- {at}: {line}" for line in _beaten(cells)]
    for each in of["honest"]:
        count = _tier(each, NAMED_AT)["precision"]["of"]
        if count:
            found.append(f"- honest traffic alone, seed {each['seed']}: {count} accounts named at review or act")
    beside = [what for what in of if what in {"hashed", "metadata"} or what.startswith(_FEW)]
    rows = [each for what in beside for each in of[what]]
    for each in rows:
        found += [f"- {each['what']}: {line}" for line in _fell_short(each)]
    return found or ["Nothing fell below the marks that `bench/scoreboard_page.py` sets."]


def _fell_short(each: Result) -> Iterator[str]:
    """What one range shows below the marks."""
    act, named = _tier(each, "act"), _tier(each, NAMED_AT)
    wrong = {kind: one["hits"] for kind, one in act["accused_by_class"].items() if one["hits"]}
    if wrong:
        told = ", ".join(f"{kind} {hits}" for kind, hits in sorted(wrong.items()))
        yield f"{sum(wrong.values())} honest accounts at act ({told})"
    precision, recall = named["precision"], named["recall"]
    if precision["of"] and precision["hits"] / precision["of"] < LEAST_PRECISION:
        yield f"of {precision['of']} accounts named at review or act, {precision['hits']} are campaigns'"
    if recall["of"] and recall["hits"] / recall["of"] < LEAST_RECALL:
        yield f"{recall['hits']} of {recall['of']} accounts of campaigns named"


def _beaten(cells: Sequence[Result]) -> Iterator[str]:
    """Methods that do better than ours at equal budget."""
    compared = [each for each in cells if "baselines" in each]
    if not compared:
        return
    ours = _pooled(_tiers(compared, NAMED_AT), "precision")[0], mean(each["auc"] or 0.0 for each in compared)
    for name in METHODS:
        hits = sum(each["baselines"][name]["hits"] for each in compared)
        auc = mean(each["baselines"][name]["auc"] or 0.0 for each in compared)
        if hits > ours[0]:
            yield f"{name} names more of the campaigns' accounts under the same budget"
        if auc > ours[1]:
            yield f"{name} ranks accounts better (AUC {auc:.3f} against {ours[1]:.3f})"


def _by_level(levels: Mapping[int, list[Result]]) -> Iterator[str]:
    yield "Accounts named at tier review or act, seeds together, with 95 % intervals (Wilson). Purity is of all members"
    yield "of a group, also of those at watch, where stolen keys' owners and relays' customers are listed to be told."
    yield ""
    rows = []
    for level, cells in levels.items():
        named, act = _tiers(cells, NAMED_AT), _tiers(cells, "act")
        honest = _summed(each["accused_by_class"] for each in act).values()
        groups = [each["score"]["grouping"] for each in cells]
        pieces = [count for group in groups for count in group["split"].values()]
        seen = [count for count in pieces if count]
        members = [_tier(each, "watch")["precision"]["of"] for each in cells]
        shown = [_tier(each, NAMED_AT)["precision"]["of"] for each in cells]
        error = _calibration_error(cells)
        rows.append(
            [
                str(level),
                interval(*_pooled(named, "precision")),
                interval(*_pooled(named, "recall")),
                interval(*_pooled(act, "recall")),
                f"{sum(hits for hits, _ in honest)} of {sum(count for _, count in honest):,}",
                f"{mean(seen):.2f}" if seen else "-",
                f"{len(pieces) - len(seen)} of {len(pieces)}",
                _mean_of([group["purity"] for group in groups], members),
                _mean_of([group["purity_of_shown"] for group in groups], shown),
                "-" if error is None else f"{error:.3f}",
            ]
        )
    yield from table(
        ["level", "precision", "recall", "recall at act", "honest accounts at act", "groups per campaign found",
         "campaigns not seen at all", "purity", "purity of those named", "calibration error"], rows
    )  # fmt: skip


def _mean_of(shares: Sequence[float | None], weights: Sequence[int]) -> str:
    """The mean of some shares, each of so many accounts."""
    total = sum((one or 0.0) * weight for one, weight in zip(shares, weights, strict=True))
    return f"{total / sum(weights):.3f}" if sum(weights) else "-"


def _by_archetype(levels: Mapping[int, list[Result]]) -> Iterator[str]:
    by_level = {
        level: _summed(each["recall_by_campaign"] for each in _tiers(cells, NAMED_AT))
        for level, cells in levels.items()
    }
    kinds = sorted({kind for found in by_level.values() for kind in found})
    rows = [
        [kind.removeprefix("campaign_"), *(share(*found.get(kind, (0, 0))) for found in by_level.values())]
        for kind in kinds
    ]
    yield from table(["archetype", *(f"level {level}" for level in by_level)], rows)


def _by_class(levels: Mapping[int, list[Result]]) -> Iterator[str]:
    yield "All levels and seeds together; each account counts once a range, at the highest tier it was given."
    yield ""
    cells = [each for found in levels.values() for each in found]
    by_tier = [_summed(each["accused_by_class"] for each in _tiers(cells, tier)) for tier in TIERS]
    rows = []
    for kind in sorted({kind for found in by_tier for kind in found}):
        hits = [found[kind][0] for found in by_tier] + [0]
        exact = [hits[k] - hits[k + 1] for k in range(len(TIERS))]
        rows.append([kind, f"{by_tier[0][kind][1]:,}", *(str(count) if count else "·" for count in exact)])
    yield from table(["honest class", "accounts", *TIERS], rows)


def _beside(levels: Mapping[int, list[Result]], development: Sequence[Result]) -> Iterator[str]:
    yield "Each method ranks all accounts and names as many as Stillwatch named at review or act. Precision / recall /"
    yield "AUC, mean over seeds. With the budget near the number of campaigns' accounts, precision and recall are"
    yield "alike. The AUC of Stillwatch ranks by confidence, 0 for all who were not named. At level 4 the campaigns"
    yield "adapted to Stillwatch and not to the others, which is to the others' advantage."
    yield ""
    best = _best_limit(development)
    rows = [[OURS, "this", *(_ours(cells) for cells in levels.values())]]
    rows += [
        [name, source, *(_theirs(cells, "baselines", name) for cells in levels.values())]
        for name, source in METHODS.items()
    ]
    if best:
        rows.append([f"best limit ({best})", "chosen on the development seed",
                     *(_theirs(cells, "limits", best) for cells in levels.values())])  # fmt: skip
    chance = [_chance(cells) for cells in levels.values()]
    rows.append(["chance", "", *chance])
    yield from table(["method", "source", *(f"level {level}" for level in levels)], rows)
    yield ""
    yield "The vectors of MMD, Mahalanobis, SEAT and PRADA are TF-IDF with a truncated SVD, not the sentence embeddings"
    yield "of the MMD paper. They learn what is normal from honest traffic of the development seed."


def _limits(levels: Mapping[int, list[Result]], development: Sequence[Result]) -> Iterator[str]:
    yield "AUC of single numbers of an account, in the direction that was better on the development seed."
    yield ""
    told = {
        name: mean(each["limits"][name]["auc"] or 0.0 for each in development) for name in _limit_names(development)
    }
    rows = [
        [name, f"{auc:.3f}", *(f"{_mean_auc(cells, 'limits', name)}" for cells in levels.values())]
        for name, auc in sorted(told.items(), key=lambda each: -each[1])
        if auc >= CHANCE
    ]
    yield from table(["limit", "development", *(f"level {level}" for level in levels)], rows)


def _peers(levels: Mapping[int, list[Result]]) -> Iterator[str]:
    cells = [each for found in levels.values() for each in found if "peers" in each]
    why = sorted({each["peers"] for each in cells if isinstance(each["peers"], str)})
    if not cells or why:
        yield f"Not run: {'; '.join(why) or 'nothing was compared'}. Both measures, in our own words, are above."
        return
    yield "The tools themselves at the same budget: precision / recall / AUC. How they are run, and their licences:"
    yield "[bench/peers](../bench/peers/README.md)."
    yield ""
    names = sorted({name for each in cells for name in each["peers"]})
    rows = [[name, *(_theirs(found, "peers", name) for found in levels.values())] for name in names]
    yield from table(["tool", *(f"level {level}" for level in levels)], rows)


def _honest(cells: Sequence[Result]) -> Iterator[str]:
    yield "No campaign takes part, so everybody named is wrongly named."
    yield ""
    rows = []
    for each in cells:
        counts = [_tier(each, tier)["precision"]["of"] for tier in TIERS] + [0]
        exact = [str(counts[k] - counts[k + 1]) for k in range(len(TIERS))]
        kinds = [f"{kind} {r['hits']}" for kind, r in _tier(each, "watch")["accused_by_class"].items() if r["hits"]]
        rows.append([str(each["seed"]), f"{each['made']['exchanges']:,}", f"{each['score']['accounts']:,}",
                     str(each["groups_tried"]), *exact, ", ".join(kinds) or "nobody"])  # fmt: skip
    yield from table(["seed", "exchanges", "accounts", "groups tried", *TIERS, "who"], rows)


def _without_text(levels: Mapping[int, list[Result]], of: Mapping[str, list[Result]]) -> Iterator[str]:
    yield "The same range three times: as it is, with digests in place of texts (equal texts still meet, alike ones do"
    yield "not), and with times, addresses, counts and accounts alone."
    yield ""
    hidden = [*of["hashed"], *of["metadata"]]
    full = [
        each
        for cells in levels.values()
        for each in cells
        if any((each["level"], each["seed"]) == (other["level"], other["seed"]) for other in hidden)
    ]
    words = {"level": "full texts", "hashed": "hashed texts", "metadata": "metadata only"}
    rows = [
        [words[each["what"]], " / ".join(f"{count:,}" for count in each["texts"]), *_row(each)]
        for each in [*full, *hidden]
    ]
    yield from table([_ROW[0], "exchanges read with text / digests / neither", *_ROW[1:]], rows)


def _rare(of: Mapping[str, list[Result]]) -> Iterator[str]:
    cells = [each for what, found in of.items() if what.startswith(_FEW) for each in found]
    yield "Ranges in which campaigns hold about so many of the accounts; one seed, so intervals are wide."
    for each in cells:
        if each["what"].startswith(_MANY_LOGS):
            yield f"One of so many logs: a range of level {each['level']} with campaigns beside honest ranges of other"
            yield "seeds, as one log, in which what one range's hosts and trades share is rare."
    yield ""
    rows = [
        [each["what"], f"{each['score']['hostile']} of {each['score']['accounts']:,}", *_row(each)] for each in cells
    ]
    yield from table(["campaigns' accounts", "that is", *_ROW[1:]], rows)
    best = [
        [each["what"], name, f"{r['hits']:.1f} of {r['budget']}", _number(r["auc"])]
        for each in cells
        for name, r in each.get("baselines", {}).items()
    ]
    yield ""
    yield from table(["campaigns' accounts", "method", "right among those named", "AUC"], best)


def _leaks(levels: Mapping[int, list[Result]]) -> Iterator[str]:
    yield "At level 4 the range was scanned at the end of each day with all traffic so far, without an accounts table,"
    yield "and every account at act was suspended; what was leaked is what was answered before that."
    yield ""
    cells = [each for found in levels.values() for each in found if each["score"]["leaks"]]
    rows = []
    by_campaign: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for each in cells:
        for leak in each["score"]["leaks"]:
            by_campaign[leak["campaign_id"]].append(leak)
    for name, leaks in sorted(by_campaign.items()):
        hours = [leak["hours_to_detect"] for leak in leaks if leak["hours_to_detect"] is not None]
        total = sum(leak["exchanges"] for leak in leaks)
        rows.append(
            [
                name.removeprefix("campaign_"),
                share(sum(leak["leaked"] for leak in leaks), total),
                f"{mean(hours):.0f} h" if hours else "never",
                f"{len(hours)} of {len(leaks)}",
                f"{sum(leak['returned_contained'] for leak in leaks)} of {sum(leak['returned'] for leak in leaks)}",
            ]
        )
    yield from table(
        [
            "campaign",
            "leaked",
            "first account contained after",
            "ranges in which any was",
            "contained again of those opened since",
        ],
        rows,
    )


def _mmd(path: Path | None) -> Iterator[str]:
    if path is None or not path.exists():
        yield "Not run here: `python -m bench.baselines.check_mmd --corpora DIR --out FILE`, then `--mmd-check FILE`."
        return
    check = json.loads(path.read_text(encoding="utf-8"))
    yield from check["notes"]
    yield ""
    yield from table(check["columns"], check["rows"])


def _times(results: Sequence[Result]) -> Iterator[str]:
    yield "Seconds. Ranges that several rows share were made once."
    yield ""
    rows = []
    for each in results:
        made = each.get("made", {})
        spent = (made.get("seconds"), each.get("scan_seconds"), each.get("baseline_seconds"))
        exchanges = f"{made['exchanges']:,}" if made else "-"
        seconds = ["-" if value is None else str(value) for value in spent]
        rows.append([each["what"], str(each["level"]), str(each["seed"]), exchanges, *seconds])
    yield from table(["row", "level", "seed", "exchanges", "making", "scanning", "baselines"], rows)


def _row(each: Result) -> list[str]:
    named, act = _tier(each, NAMED_AT), _tier(each, "act")
    wrong = act["precision"]["of"] - act["precision"]["hits"]
    return [
        interval(named["precision"]["hits"], named["precision"]["of"]),
        interval(named["recall"]["hits"], named["recall"]["of"]),
        interval(act["recall"]["hits"], act["recall"]["of"]),
        str(wrong),
        _number(each["auc"]),
    ]


def _tier(each: Result, tier: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(one for one in each["score"]["tiers"] if one["tier"] == tier)
    return found


def _tiers(cells: Iterable[Result], tier: str) -> list[Mapping[str, Any]]:
    return [_tier(each, tier) for each in cells]


def _pooled(tiers: Iterable[Mapping[str, Any]], what: str) -> tuple[int, int]:
    rates = [each[what] for each in tiers]
    return sum(each["hits"] for each in rates), sum(each["of"] for each in rates)


def _summed(parts: Iterable[Mapping[str, Mapping[str, Any]]]) -> dict[str, tuple[int, int]]:
    """Hits and counts by name, added up over ranges."""
    total: dict[str, tuple[int, int]] = {}
    for part in parts:
        for name, one in part.items():
            hits, count = total.get(name, (0, 0))
            total[name] = hits + one["hits"], count + one["of"]
    return total


def _calibration_error(cells: Iterable[Result]) -> float | None:
    """Mean distance of confidence and truth over the tenths of confidence, weighted by members (ECE)."""
    tenths: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for each in cells:
        for confidence, found, count in each["score"]["calibration"]["curve"]:
            one = tenths[min(9, int(confidence * 10))]
            one[0] += confidence * count
            one[1] += found * count
            one[2] += count
    members = sum(count for *_, count in tenths.values())
    return sum(abs(a - b) for a, b, _ in tenths.values()) / members if members else None


def _best_limit(development: Sequence[Result]) -> str | None:
    names = _limit_names(development)
    return max(names, key=lambda name: mean(each["limits"][name]["auc"] or 0.0 for each in development), default=None)


def _limit_names(development: Sequence[Result]) -> list[str]:
    return list(development[0]["limits"]) if development else []


def _ours(cells: Sequence[Result]) -> str:
    named = _tiers(cells, NAMED_AT)
    return _three(
        lambda each: _ratio(_tier(each, NAMED_AT)["precision"]),
        lambda each: _ratio(_tier(each, NAMED_AT)["recall"]),
        lambda each: each["auc"],
        cells if named else [],
    )


def _theirs(cells: Sequence[Result], kind: str, name: str) -> str:
    told = [each for each in cells if name in each.get(kind, {})]
    failed = [each[kind][name] for each in told if isinstance(each[kind][name], str)]
    if failed:
        return f"failed: {failed[0]}"
    return _three(
        lambda each: each[kind][name]["precision"],
        lambda each: each[kind][name]["recall"],
        lambda each: each[kind][name]["auc"],
        told,
    )


def _chance(cells: Sequence[Result]) -> str:
    def share(each: Result) -> float:
        return float(each["score"]["hostile"] / each["score"]["accounts"])

    return _three(share, lambda each: float(each["budget"] / each["score"]["accounts"]), lambda _: CHANCE, cells)


def _three(
    precision: Callable[[Result], float | None],
    recall: Callable[[Result], float | None],
    auc: Callable[[Result], float | None],
    cells: Sequence[Result],
) -> str:
    if not cells:
        return "-"
    return " / ".join(_number(_mean(measure(each) for each in cells)) for measure in (precision, recall, auc))


def _mean_auc(cells: Sequence[Result], kind: str, name: str) -> str:
    return _number(_mean(each[kind][name]["auc"] for each in cells if kind in each))


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return mean(known) if known else None


def _ratio(one: Mapping[str, Any]) -> float | None:
    return one["hits"] / one["of"] if one["of"] else None


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
