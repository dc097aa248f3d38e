"""The score of a scan against the truth of a range: what was found, what was wrongly accused, what got away."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from stillwatch.errors import InputUnusable

TIERS = ("watch", "review", "act")
"""From weak to strong; a member of a tier counts for the weaker ones too."""
MEMBER_COLUMNS = ("account_id", "campaign_id", "confidence", "tier")
TRUTH_COLUMNS = ("account_id", "campaign_id", "kind")
UNSAVED_PARTS = frozenset({"own", "cover", "resold", "shared"})
"""Parts of a campaign's traffic that teach nobody anything: not counted as leaked."""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """So many of so many, with Wilson's 95 % interval."""

    hits: int
    of: int
    share: float | None
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class TierScore:
    """How good one tier is, accounts of that tier and stronger ones taken together."""

    tier: str
    precision: Rate
    recall: Rate
    recall_by_campaign: Mapping[str, Rate]
    accused_by_class: Mapping[str, Rate]
    """Honest accounts of each class that the tier accuses."""


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """How well the campaigns that were found match those that were there."""

    found: int
    purity: float | None
    """Share of members that belong to their found campaign's most frequent true one."""
    split: Mapping[str, int]
    """Into how many found campaigns each true one fell."""
    merged: int
    """Found campaigns that hold members of more than one true campaign."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Whether a confidence of 0.9 means nine in ten."""

    brier: float
    """Mean squared error of confidence over all accounts, 0 for those not named."""
    curve: Sequence[tuple[float, float, int]]
    """For each tenth: mean confidence, share that really belongs, members."""


@dataclass(frozen=True, kw_only=True)
class Leak:
    """What one campaign got before its accounts were contained."""

    campaign_id: str
    exchanges: int
    """Answered requests that served the campaign."""
    leaked: int
    """Those answered before their account was contained."""
    hours_to_detect: float | None
    """From the campaign's first request to the first contained account; nothing where none was."""
    returned: int
    """Accounts opened after that, and among them those contained in their turn."""
    returned_contained: int


@dataclass(frozen=True, kw_only=True)
class Score:
    """Everything that can be said of one scan."""

    accounts: int
    hostile: int
    tiers: Sequence[TierScore]
    grouping: Grouping
    calibration: Calibration
    leaks: Sequence[Leak]

    def as_json(self) -> dict[str, object]:
        """Return the score as plain values, for `--json`."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What was concluded, and when."""

    at: datetime
    members: Path


def score(
    truth: Path, members: Path, *, data: Path | None = None, scans: Sequence[Scan] = (), contained_at: str = "act"
) -> Score:
    """Score the members table of one scan against the truth of a range.

    With `data`, the folder of the range, and `scans`, repeated scans in time order, it also says how much leaked
    before containment: an account is contained from the first scan that puts it into tier `contained_at` or above.
    """
    known = _read(truth, TRUTH_COLUMNS)
    named = _read(members, MEMBER_COLUMNS)
    campaign_of = dict(zip(known["account_id"], known["campaign_id"], strict=True))
    kind_of = dict(zip(known["account_id"], known["kind"], strict=True))
    _check(named, campaign_of, members)
    tiers = dict(zip(named["account_id"], named["tier"], strict=True))
    confidence = dict(zip(named["account_id"], named["confidence"], strict=True))
    found = dict(zip(named["account_id"], named["campaign_id"], strict=True))
    return Score(
        accounts=len(campaign_of),
        hostile=sum(campaign is not None for campaign in campaign_of.values()),
        tiers=tuple(_tier_score(tier, tiers, campaign_of, kind_of) for tier in TIERS),
        grouping=_grouping(found, campaign_of),
        calibration=_calibration(confidence, campaign_of),
        leaks=_leaks(data, scans, contained_at, campaign_of) if data is not None else (),
    )


def rate(hits: int, of: int) -> Rate:
    """Return a share with Wilson's score interval at 95 %."""
    if of == 0:
        return Rate(hits=hits, of=of, share=None, low=0.0, high=1.0)
    z = 1.959964
    share = hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return Rate(hits=hits, of=of, share=share, low=max(0.0, middle - half), high=min(1.0, middle + half))


def _tier_score(
    tier: str, tiers: Mapping[str, str], campaign_of: Mapping[str, str | None], kind_of: Mapping[str, str]
) -> TierScore:
    counted = set(TIERS[TIERS.index(tier) :])
    named = {account for account, given in tiers.items() if given in counted}
    by_campaign = _grouped((campaign, account) for account, campaign in campaign_of.items() if campaign is not None)
    by_class = _grouped((kind_of[account], account) for account, campaign in campaign_of.items() if campaign is None)
    right = sum(campaign_of[account] is not None for account in named)
    return TierScore(
        tier=tier,
        precision=rate(right, len(named)),
        recall=rate(right, sum(map(len, by_campaign.values()))),
        recall_by_campaign={name: rate(len(accounts & named), len(accounts)) for name, accounts in by_campaign.items()},
        accused_by_class={name: rate(len(accounts & named), len(accounts)) for name, accounts in by_class.items()},
    )


def _grouping(found: Mapping[str, str], campaign_of: Mapping[str, str | None]) -> Grouping:
    groups: dict[str, Counter[str | None]] = defaultdict(Counter)
    pieces: dict[str, set[str]] = {campaign: set() for campaign in campaign_of.values() if campaign is not None}
    for account, group in found.items():
        campaign = campaign_of[account]
        groups[group][campaign] += 1
        if campaign is not None:
            pieces[campaign].add(group)
    most = sum(
        max((count for name, count in group.items() if name is not None), default=0) for group in groups.values()
    )
    return Grouping(
        found=len(groups),
        purity=most / len(found) if found else None,
        split={campaign: len(parts) for campaign, parts in sorted(pieces.items())},
        merged=sum(len(set(group) - {None}) > 1 for group in groups.values()),
    )


def _calibration(confidence: Mapping[str, float], campaign_of: Mapping[str, str | None]) -> Calibration:
    belongs = np.array([campaign is not None for campaign in campaign_of.values()], np.float64)
    given = np.array([confidence.get(account, 0.0) for account in campaign_of], np.float64)
    named = np.array([account in confidence for account in campaign_of])
    curve = []
    for tenth in range(10):
        inside = named & (np.minimum(9, np.floor(given * 10)) == tenth)
        if inside.any():
            curve.append((float(given[inside].mean()), float(belongs[inside].mean()), int(inside.sum())))
    return Calibration(brier=float(((given - belongs) ** 2).mean()), curve=tuple(curve))


def _leaks(
    data: Path, scans: Sequence[Scan], contained_at: str, campaign_of: Mapping[str, str | None]
) -> tuple[Leak, ...]:
    contained = _contained(scans, contained_at)
    opened = _opened(data)
    gained, leaked = Counter[str](), Counter[str]()
    first: dict[str, float] = {}
    for exchanges, truth in zip(_parts(data, "exchanges"), _parts(data, "truth_exchanges"), strict=True):
        for account, at, campaign in _work(exchanges, truth):
            gained[campaign] += 1
            leaked[campaign] += at < contained.get(account, math.inf)
            first[campaign] = min(first.get(campaign, at), at)
    accounts = _grouped((campaign, account) for account, campaign in campaign_of.items() if campaign is not None)
    found = []
    for campaign, started in sorted(first.items()):
        times = [contained[account] for account in accounts.get(campaign, set()) if account in contained]
        detected = min(times, default=math.inf)
        later = [account for account in accounts.get(campaign, set()) if opened.get(account, -math.inf) > detected]
        found.append(
            Leak(
                campaign_id=campaign,
                exchanges=gained[campaign],
                leaked=leaked[campaign],
                hours_to_detect=(detected - started) / 3600 if times else None,
                returned=len(later),
                returned_contained=sum(account in contained for account in later),
            )
        )
    return tuple(found)


def _work(exchanges: pa.Table, truth: pa.Table) -> Iterable[tuple[str, float, str]]:
    """Yield account, time and campaign of every answered request that served a campaign."""
    answered = exchanges["status"].to_numpy() == 200  # noqa: PLR2004 - HTTP
    seconds = _seconds(exchanges["started_at"])
    campaigns, parts = truth["campaign_id"].to_pylist(), truth["part"].to_pylist()
    accounts = exchanges["account_id"].to_pylist()
    for k in np.flatnonzero(answered).tolist():
        if campaigns[k] is not None and parts[k] not in UNSAVED_PARTS:
            yield accounts[k], float(seconds[k]), campaigns[k]


def _contained(scans: Sequence[Scan], tier: str) -> dict[str, float]:
    """Return when each account was first put into a tier, or a stronger one."""
    if tier not in TIERS:
        raise InputUnusable(f"tier {tier!r} is not known: choose from {', '.join(TIERS)}")
    counted = set(TIERS[TIERS.index(tier) :])
    when: dict[str, float] = {}
    for scan in sorted(scans, key=lambda each: each.at):
        named = _read(scan.members, MEMBER_COLUMNS)
        for account, given in zip(named["account_id"], named["tier"], strict=True):
            if given in counted:
                when.setdefault(account, scan.at.timestamp())
    return when


def _opened(data: Path) -> dict[str, float]:
    table = pq.read_table(data / "accounts.parquet", columns=["account_id", "created_at"])
    return dict(zip(table["account_id"].to_pylist(), _seconds(table["created_at"]).tolist(), strict=True))


def _parts(data: Path, name: str) -> Iterable[pa.Table]:
    columns = ["account_id", "started_at", "status"] if name == "exchanges" else ["campaign_id", "part"]
    for path in sorted((data / name).glob("*.parquet")):
        yield pq.read_table(path, columns=columns)


def _seconds(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    return np.asarray(column.cast(pa.int64()).to_numpy() / 1e6, np.float64)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    groups: dict[str, set[str]] = defaultdict(set)
    for name, account in pairs:
        groups[name].add(account)
    return dict(sorted(groups.items()))


def _read(path: Path, columns: Sequence[str]) -> dict[str, list[Any]]:
    """Read columns of a Parquet table, or say which are missing."""
    if not path.is_file():
        raise InputUnusable(f"{path} does not exist: give the Parquet file that the range or the scan wrote")
    try:
        missing = set(columns) - set(pq.read_schema(path).names)
    except pa.ArrowInvalid as why:
        raise InputUnusable(f"{path} is not a Parquet file: give the one that the range or the scan wrote") from why
    if missing:
        raise InputUnusable(f"{path} lacks {', '.join(sorted(missing))}: see the tables in the contract")
    table = pq.read_table(path, columns=list(columns))
    return {name: table[name].to_pylist() for name in columns}


def _check(named: Mapping[str, list[Any]], campaign_of: Mapping[str, str | None], members: Path) -> None:
    strangers = [account for account in named["account_id"] if account not in campaign_of]
    if strangers:
        raise InputUnusable(
            f"{members} names {strangers[0]} and {len(strangers) - 1} others that the truth does not know: "
            "score a scan against the truth of the range it read"
        )
    unknown = sorted(set(named["tier"]) - set(TIERS))
    if unknown:
        raise InputUnusable(f"{members} has tier {unknown[0]!r}; tiers are {', '.join(TIERS)}")
