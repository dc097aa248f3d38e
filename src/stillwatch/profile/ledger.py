"""Everything folded so far, within bounded memory: what is too much is laid down in sorted runs."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Any, Final, Self

import pyarrow as pa

from stillwatch.errors import StopError
from stillwatch.facts.activity import Activity
from stillwatch.facts.pairs import Pairs
from stillwatch.facts.traces import Traces
from stillwatch.facts.traffic import PAIRS, Traffic
from stillwatch.profile.in_step import in_step
from stillwatch.profile.summary import merge_all, pile_up
from stillwatch.profile.traffic import traffic_of
from stillwatch.store.runs import Held, Run

HELD_EXCHANGES: Final = 1_500_000
"""Exchanges whose summaries stay in memory: some 400 bytes each."""

_SHARED: Final = ("phrases", "prompts", "systems")
"""Of these, `link` uses only the tokens that two accounts hold; most tokens are one account's alone."""
_MEETING: Final = (
    (("said", "failed", "broken"), "asked", (False, True, True, True)),
    (("issued",), "replayed", (False, True)),
)
"""Of these, it uses only the tokens that are in one of the former and in the latter, or, where that is said of one,
that two accounts show in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerOptions:
    """How much a ledger keeps where."""

    asked_rate: int
    """Of one shingle of a prompt in this many it is kept when it was asked."""
    workers: int = 2
    """Threads that read runs; the result does not depend on their number."""
    held: int = HELD_EXCHANGES
    """Exchanges whose summaries stay in memory; what comes after them is laid down."""
    most_runs: int = 64
    """More runs than this are not left behind: reading them side by side takes 3 MB each."""
    folder: Path | None = None
    """Where runs are laid down, in a folder of their own; None for the system's place for temporary files."""


class Ledger:
    """Folds stretches of traffic; use it in a `with` block, which removes what was laid down."""

    def __init__(self, options: LedgerOptions) -> None:
        """Nothing has been folded."""
        self._options = options
        self.parts: list[Held | Run] = []
        self._activity: list[Activity] = []
        self.accounts: dict[int, str] = {}
        self.model_names: dict[int, str] = {}
        self._lock = Lock()
        self._held = self._laid = 0
        self._folder: Path | None = None

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the runs that were laid down here."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def summarise(self, batches: Sequence[pa.RecordBatch]) -> tuple[Traffic, Held | Run]:
        """Fold some batches of schema EXCHANGE: the small part, and where the large one rests. Any thread may do so."""
        traffic = traffic_of(batches, self._options.asked_rate)
        nothing: dict[str, Any] = {name: kind.empty() for name, kind in PAIRS.items()}
        small = replace(traffic, traces=Traces.empty(), **nothing)
        with self._lock:
            fits = self._held + len(traffic) <= self._options.held
            if fits:
                self._held += len(traffic)
        return small, Held(traffic) if fits else self._merged([Held(traffic)])

    def add(self, small: Traffic, part: Held | Run) -> None:
        """Take in what `summarise` made, or what an earlier scan left."""
        pile_up(self._activity, small.activity)
        self.accounts |= small.accounts
        self.model_names |= small.model_names
        self.parts.append(part)

    def take_over(self, small: Traffic, runs: Sequence[Run]) -> None:
        """Go on from what an earlier scan left."""
        self.add(small, Held(Traffic.empty()))
        self.parts += runs
        self._laid = max([self._laid, *(int(run.name) for run in runs)])

    def runs(self) -> list[Run]:
        """Everything as runs: what is still in memory is laid down, and too many small runs become one."""
        self.parts = [self._merged([part]) if isinstance(part, Held) else part for part in self.parts if len(part)]
        while len(self.parts) > self._options.most_runs:
            self.parts.sort(key=len)
            few = max(2, self._options.most_runs // 2)
            self.parts = [self._merged(self.parts[:few]), *self.parts[few:]]
        return [part for part in self.parts if isinstance(part, Run)]

    def _merged(self, parts: Sequence[Held | Run]) -> Run:
        """Lay down some parts as one run."""
        with self._lock:
            self._laid += 1
            name = f"{self._laid:04d}"
        traces = (piece for part in parts for piece in part.trace_pieces())
        tables = {table: self._in_order(table, parts) for table in PAIRS}
        try:
            return Run.write(self._own_folder(), name, traces, tables)
        except OSError as error:
            place = self._options.folder or tempfile.gettempdir()
            raise StopError(
                f"summaries could not be laid down in {place}: {error.strerror or error}."
                " Free space there, or set TMPDIR to a folder with more, then scan again."
            ) from error

    def _in_order(self, table: str, parts: Sequence[Held | Run]) -> Iterator[Pairs]:
        if len(parts) == 1:
            yield from parts[0].pieces(table)
            return
        for (pieces,) in in_step([part.pieces(table) for part in parts]):
            yield PAIRS[table].joined(pieces)

    def small(self) -> Traffic:
        """What each account did, and the names of accounts and models: one row an account, of all traffic."""
        activity = merge_all(self._activity, Activity.empty())
        return replace(Traffic.empty(), activity=activity, accounts=self.accounts, model_names=self.model_names)

    def traffic(self) -> Traffic:
        """All that `link` and `judge` need: tokens that cannot tie two accounts are left out."""
        meeting = [table for sides, other, _ in _MEETING for table in (*sides, other)]
        alone = [table for table in PAIRS if table not in meeting]
        with ThreadPoolExecutor(self._options.workers) as pool:
            joined = pool.map(self._joined, alone)
            met = pool.map(self._met, _MEETING)
            tables: dict[str, Any] = dict(zip(alone, joined, strict=True))
            tables |= zip(meeting, chain.from_iterable(met), strict=True)
        traces = Traces.joined([part.traces() for part in self.parts if len(part)])
        return replace(self.small(), traces=traces, **tables)

    def _joined(self, table: str) -> Pairs:
        """One table of all parts."""
        kind = PAIRS[table]
        gather = kind.shared_in if table in _SHARED else kind.joined
        ranges = in_step([part.pieces(table) for part in self.parts])
        return kind.in_row([gather(pieces) for (pieces,) in ranges])

    def _met(self, tables: tuple[tuple[str, ...], str, tuple[bool, ...]]) -> list[Pairs]:
        """Tables of all parts, as far as they meet."""
        sides, other, shared = tables
        kind = PAIRS[other]
        ranges = in_step(*([part.pieces(table) for part in self.parts] for table in (*sides, other)))
        met = [kind.met_in(each[:-1], each[-1], shared=shared) for each in ranges]
        return [kind.in_row([each[place] for each in met]) for place in range(len(sides) + 1)]

    def _own_folder(self) -> Path:
        with self._lock:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix=".stillwatch-", dir=self._options.folder))
            return self._folder
