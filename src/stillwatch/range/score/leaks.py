"""What each campaign got before it was contained, how soon it was noticed, and whether it came back."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from stillwatch.errors import InputUnusable
from stillwatch.range.provider import OK
from stillwatch.range.score.answers import Truth, read_answer
from stillwatch.range.score.tiers import at_least, grouped

UNSAVED_PARTS: Final = frozenset({"own", "cover", "resold", "shared"})
"""Parts of a campaign's traffic that teach nobody anything: not counted as leaked."""
MICROSECONDS: Final = 1e6
HOUR: Final = 3600.0


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One scan of a replay: the log as it stood at a time, and the members table that came of it."""

    at: datetime
    members: Path


@dataclass(frozen=True, kw_only=True)
class Look:
    """What had been contained by the time of one scan."""

    at: datetime
    contained: int
    """Accounts contained by this scan or an earlier one."""
    honest: int
    """Those of them that belong to no campaign."""
    honest_by_class: Mapping[str, int]
    """The same, for each honest class that is among them."""


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
    """Accounts that the campaign opened after that: its attempts to come back."""
    returned_contained: int
    """Those of them that were contained in their turn."""
    hours_to_contain_again: float | None
    """Median from the opening of such an account to its containment; nothing where none was contained."""


def when_contained(scans: Sequence[Scan], tier: str, truth: Truth) -> dict[str, float]:
    """Return when each account was first put into a tier or a stronger one, in seconds of Unix time."""
    when: dict[str, float] = {}
    for scan in sorted(scans, key=lambda each: each.at):
        for account in at_least(tier, read_answer(scan.members, truth.campaign_of.keys())):
            when.setdefault(account, scan.at.timestamp())
    return when


def looks(scans: Sequence[Scan], contained: Mapping[str, float], truth: Truth) -> tuple[Look, ...]:
    """Say what had been contained by the time of each scan."""
    found = []
    for scan in sorted(scans, key=lambda each: each.at):
        by_then = [account for account, at in contained.items() if at <= scan.at.timestamp()]
        classes = Counter(truth.kind_of[account] for account in by_then if truth.campaign_of[account] is None)
        by_class = dict(sorted(classes.items()))
        found.append(Look(at=scan.at, contained=len(by_then), honest=classes.total(), honest_by_class=by_class))
    return tuple(found)


def leaks(data: Path, contained: Mapping[str, float], truth: Truth) -> tuple[Leak, ...]:
    """Say what each campaign of the range in `data` got, when accounts were contained at the given times.

    Containing an account changes nothing in a log that is already written: what its campaign would have done instead
    is not known, so `leaked` is what this log holds, and `returned` what the campaign opened in any case.
    """
    opened = _opened(data)
    gained, leaked = Counter[str](), Counter[str]()
    first: dict[str, float] = {}
    for account, at, campaign in _work(data):
        gained[campaign] += 1
        leaked[campaign] += at < contained.get(account, math.inf)
        first[campaign] = min(first.get(campaign, at), at)
    accounts = grouped((campaign, account) for account, campaign in truth.campaign_of.items() if campaign is not None)
    found = []
    for campaign, started in sorted(first.items()):
        members = accounts.get(campaign, set())
        times = [contained[account] for account in members if account in contained]
        detected = min(times, default=math.inf)
        later = [account for account in members if opened.get(account, -math.inf) > detected]
        again = [contained[account] - opened[account] for account in later if account in contained]
        found.append(
            Leak(
                campaign_id=campaign,
                exchanges=gained[campaign],
                leaked=leaked[campaign],
                hours_to_detect=(detected - started) / HOUR if times else None,
                returned=len(later),
                returned_contained=len(again),
                hours_to_contain_again=median(again) / HOUR if again else None,
            )
        )
    return tuple(found)


def _work(data: Path) -> Iterator[tuple[str, float, str]]:
    """Yield account, time and campaign of every answered request that served a campaign."""
    for exchanges, truth in _parts(data):
        answered = exchanges["status"].to_numpy(zero_copy_only=False) == OK
        seconds = _seconds(exchanges["started_at"])
        campaigns, parts = truth["campaign_id"].to_pylist(), truth["part"].to_pylist()
        accounts = exchanges["account_id"].to_pylist()
        for k in np.flatnonzero(answered).tolist():
            if campaigns[k] is not None and parts[k] not in UNSAVED_PARTS:
                yield accounts[k], float(seconds[k]), campaigns[k]


def _parts(data: Path) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Yield the files of a range's log, each with its truth beside it."""
    for path in sorted((data / "exchanges").glob("*.parquet")):
        beside = data / "truth_exchanges" / path.name
        try:
            exchanges = pq.read_table(path, columns=["exchange_id", "account_id", "started_at", "status"])
            truth = pq.read_table(beside, columns=["exchange_id", "campaign_id", "part"])
        except (pa.ArrowException, OSError) as why:
            raise _damaged(data, f"{path.name} or its truth cannot be read") from why
        if not exchanges["exchange_id"].equals(truth["exchange_id"]):
            raise _damaged(data, f"{path.name} and its truth are not about the same exchanges")
        yield exchanges, truth


def _opened(data: Path) -> dict[str, float]:
    """Return when each account was opened, in seconds of Unix time."""
    try:
        table = pq.read_table(data / "accounts.parquet", columns=["account_id", "created_at"])
    except (pa.ArrowException, OSError) as why:
        raise _damaged(data, "accounts.parquet cannot be read") from why
    known = table.filter(table["created_at"].is_valid())
    return dict(zip(known["account_id"].to_pylist(), _seconds(known["created_at"]).tolist(), strict=True))


def _damaged(data: Path, what: str) -> InputUnusable:
    return InputUnusable(f"{data} is not a whole range ({what}): make it again with `stillwatch range make`")


def _seconds(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    return np.asarray(column.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_numpy() / MICROSECONDS, np.float64)
