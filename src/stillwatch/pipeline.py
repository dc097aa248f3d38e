"""The order of the steps: logs are read, profiled, linked, judged."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TextIO, TypeVar

import numpy as np
import pyarrow as pa

from stillwatch import __version__
from stillwatch.facts.campaign import Findings, ScanFacts
from stillwatch.facts.content import ContentState
from stillwatch.facts.roster import Roster
from stillwatch.judge.campaigns import judge
from stillwatch.judge.verdict import JudgeOptions
from stillwatch.link.groups import find_groups
from stillwatch.link.options import LinkOptions
from stillwatch.link.shared_things import ThingOptions
from stillwatch.profile.ledger import HELD_EXCHANGES, Ledger, LedgerOptions
from stillwatch.read.accounts import read_accounts, seal
from stillwatch.read.batches import input_size, read_raw
from stillwatch.read.duplicates import SeenExchanges
from stillwatch.read.quarantine import Rejects
from stillwatch.read.raw import ReadOptions
from stillwatch.read.redact import RedactOptions, Redactor
from stillwatch.store.lists import disposable_domains
from stillwatch.store.secret import load_secret, secret_folder
from stillwatch.store.state import EMPTY, Counts, State, StateFolder

In = TypeVar("In")
Out = TypeVar("Out")


class Progress(Protocol):
    """Told how far a scan is."""

    def step(self, name: str, done: int, total: int | None) -> None:
        """`done` of `total` (unknown when None) of the step `name`."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanRequest:
    """What to scan and how."""

    inputs: tuple[str, ...]
    accounts: Path | None = None
    read: ReadOptions = field(default_factory=ReadOptions)
    redact: RedactOptions = field(default_factory=RedactOptions)
    link: LinkOptions = field(
        default_factory=lambda: LinkOptions(things=ThingOptions(disposable_domains=disposable_domains()))
    )
    judge: JudgeOptions = field(default_factory=JudgeOptions)
    out: Path = Path()
    seed: int = 0
    """Seed of all chance in the scan (the rounds of the scheduler test)."""
    secret_dir: Path | None = None
    """Folder of the deployment's secret; by default the user's configuration folder."""
    workers: int = 2
    """Threads that digest and summarise; the result does not depend on their number."""
    state: Path | None = None
    """Folder of what earlier scans read: it is gone on from, and holds these logs, too, afterwards."""
    held_exchanges: int = HELD_EXCHANGES
    """Exchanges whose summaries stay in memory; those of the others rest on disk meanwhile."""
    stretch_rows: int = 1 << 19
    """Exchanges that are summarised together, at least; the result does not depend on it."""


def scan(request: ScanRequest, *, progress: Progress, rejects_to: TextIO) -> Findings:
    """Read logs and conclude which accounts act as one hand.

    Raises InputUnusable when nothing could be read. No clock is read: the same logs, accounts, options, secret and
    version give the same findings (law 8).
    """
    rejects = Rejects(rejects_to)
    secret = load_secret(request.secret_dir or secret_folder())
    redactor = Redactor.of(secret, request.redact)
    accounts = seal(read_accounts(request.accounts, rejects), redactor.key) if request.accounts else None
    folder = StateFolder(request.state, secret, _meaning(request)) if request.state else None
    earlier = folder.read() if folder else EMPTY
    seen = SeenExchanges()
    beside = request.state.parent if request.state and request.state.parent.is_dir() else None
    options = LedgerOptions(
        asked_rate=request.redact.asked_rate, workers=request.workers, held=request.held_exchanges, folder=beside
    )
    with Ledger(options) as ledger:
        ledger.take_over(earlier.small, earlier.runs)
        for run in earlier.runs:
            seen.remember(run.exchange_keys())
        read_traffic(request, redactor, rejects, seen, progress, ledger)
        counts = Counts(
            duplicates=earlier.counts.duplicates + seen.duplicates, rejected=earlier.counts.rejected + rejects.total
        )
        progress.step("looking for groups", 0, None)
        traffic = ledger.traffic()
        if folder:
            folder.write(State(small=ledger.small(), runs=ledger.runs(), counts=counts, signed=earlier.signed))
    roster = Roster.of(traffic, accounts)
    linked = find_groups(traffic, roster, request.link, np.random.default_rng(request.seed))
    progress.step("judging", 0, None)
    campaigns, set_aside = judge(linked, roster, traffic, request.judge)
    rejects.finish()
    states = traffic.activity.states.sum(axis=0)
    facts = ScanFacts(
        exchanges=len(traffic),
        accounts=len(roster),
        rejected=counts.rejected,
        duplicates=counts.duplicates,
        first_seen=_time(traffic.activity.first.min()),
        last_seen=_time(traffic.activity.last.max()),
        full_text=int(states[ContentState.FULL]),
        hashed_text=int(states[ContentState.HASHED]),
        no_text=int(states[ContentState.ABSENT]),
        accounts_table=bool(roster.known.any()),
        groups_tried=linked.tries,
        version=__version__,
    )
    return Findings(scan=facts, campaigns=campaigns, set_aside=set_aside, accounts=tuple(sorted(roster.ids)))


def read_traffic(  # noqa: PLR0913 - what reading needs, and where it goes
    request: ScanRequest, redactor: Redactor, rejects: Rejects, seen: SeenExchanges, progress: Progress, ledger: Ledger
) -> None:
    """Fold all inputs into the ledger: text is digested as soon as it is decoded, and goes no further."""
    size = input_size(request.inputs)
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress.step("reading", done, size)

    raw = read_raw(request.inputs, request.read, rejects, advance)
    with ThreadPoolExecutor(request.workers) as pool:
        digested = _in_order(pool, redactor.redact, raw, request.workers + 1)
        fresh = (seen.only_new(batch) for batch in digested)
        stretches = _stretches(fresh, request.stretch_rows)
        for small, part in _in_order(pool, ledger.summarise, stretches, 1):
            ledger.add(small, part)


def _meaning(request: ScanRequest) -> dict[str, object]:
    """What decides what a summary means, so that those of two scans may only be joined where it is the same."""
    return {
        "prompt rate": request.redact.prompt_rate,
        "asked rate": request.redact.asked_rate,
        "answer rate": request.redact.answer_rate,
        "--account-by": request.read.account_by,
        "--trusted-hops": request.read.trusted_hops,
    }


def _stretches(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[list[pa.RecordBatch]]:
    """Collect batches until they have at least `rows` rows together."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        waiting.append(batch)
        count += batch.num_rows
        if count >= rows:
            yield waiting
            waiting, count = [], 0
    if waiting:
        yield waiting


def _in_order(pool: ThreadPoolExecutor, work: Callable[[In], Out], items: Iterator[In], ahead: int) -> Iterator[Out]:
    """Apply `work` to items on the pool, at most `ahead` at a time, results in the order of the items."""
    waiting: deque[Future[Out]] = deque()
    for item in items:
        waiting.append(pool.submit(work, item))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _time(us: np.int64) -> datetime:
    return datetime.fromtimestamp(int(us) / 1e6, tz=UTC)
