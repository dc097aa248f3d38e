"""One cell of the scoreboard: a range is made, scanned, scored, and ranked by every baseline at the same budget."""

import hashlib
import io
import json
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from bench.baselines.comparison import Benign, score_all, score_limits
from bench.baselines.ranking import rank_accounts
from bench.baselines.requests import Floats, Requests, read_requests
from bench.peers.run import PeerFailed, Peers
from bench.side_by_side import side_by_side
from stillwatch.facts.campaign import Findings, Tier
from stillwatch.pipeline import ScanRequest, scan
from stillwatch.range import Proportions, Scan, make_range, score
from stillwatch.range.skill import LEVELS
from stillwatch.store.findings_file import MEMBER

SECRET: Final = b"the scoreboard's secret: 32 byte"
"""Fixed, so that a run can be repeated: these logs are made up and there is nothing to protect."""
ADAPTIVE: Final = max(LEVELS)
"""The level whose campaigns react to being limited, and which therefore needs somebody who limits them."""


_OTHER_SEEDS: Final = range(100_000, 100_100)
"""Beside a range lie those of seeds so much higher: which no evaluation seed is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mixture:
    """What a range is made of, beside its level and seed."""

    campaigns: tuple[str, ...] | None = None
    """Archetypes; None for all."""
    honest: tuple[str, ...] | None = None
    """Honest classes; None for all."""
    scale: float
    days: float | None = None
    proportions: Proportions = field(default_factory=Proportions)
    beside: int = 0
    """So many honest ranges of the same scale, of other seeds, lie side by side with it in one log."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """What is measured once."""

    what: str
    """Its name: `level`, `development`, `honest`, `hashed`, `metadata`, `one in 100` or `one of 15 logs`."""
    level: int
    seed: int
    mixture: Mixture
    texts: str = "full"
    """What the log holds of texts: `full`, `hashed` or `absent`."""
    compared: bool = False
    """Whether the baselines run too."""
    scanned: bool = True
    """A development seed only serves to choose a limit, so nothing is scanned there, and no method runs."""

    @property
    def key(self) -> str:
        """The name of the cell's file."""
        return f"{self.what.replace(' ', '-')}-level-{self.level}-seed-{self.seed}"

    @property
    def range_key(self) -> str:
        """The name of the range's folder, shared by cells that differ in what is left of the texts."""
        what = "level" if self.what in {"hashed", "metadata"} else self.what
        return replace(self, what=what).key


class Workplace:
    """A folder that holds ranges and results, so that an interrupted run goes on where it stopped."""

    def __init__(self, folder: Path, *, corpora: Path | None, reference: Cell, peers: bool) -> None:
        """Use `folder`; `reference` is the honest range from which baselines learn what is normal."""
        self.folder = folder
        self.corpora = corpora
        self.reference = reference
        self.wants_peers = peers
        for name in ("cells", "ranges", "secret"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        secret = folder / "secret" / "secret"
        if not secret.exists():
            secret.touch(mode=0o600)
            secret.write_bytes(SECRET)

    @cached_property
    def benign(self) -> Benign:
        """Honest traffic of the reference seed."""
        return Benign.learn(self.made(self.reference), self.reference.seed)

    @cached_property
    def peers(self) -> Peers | str:
        """The peers' environment, or why there is none."""
        if not self.wants_peers:
            return "not asked for (--peers)"
        try:
            return Peers.install(self.folder / "peers")
        except (PeerFailed, OSError) as why:
            return f"could not be installed: {why}"

    def result(self, cell: Cell) -> dict[str, Any]:
        """Measure a cell, or return what was measured before. A failure is a result too, and is tried again."""
        path = self.folder / "cells" / f"{cell.key}.json"
        if path.exists():
            kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if not kept.get("failed"):
                return kept
        try:
            found = self._measure(cell)
        except Exception as why:  # noqa: BLE001 - one cell that fails is told on the page and stops no other
            found = {"failed": f"{type(why).__name__}: {why}"}
        found = {"what": cell.what, "level": cell.level, "seed": cell.seed} | found
        draft = path.with_suffix(".part")
        draft.write_text(json.dumps(found, indent=1), encoding="utf-8")
        draft.rename(path)
        return found

    def made(self, cell: Cell) -> Path:
        """Make the range of a cell, or return the one that is there."""
        out = self.folder / "ranges" / cell.range_key
        if out.exists():
            return out
        draft = out.with_name(f"{out.name}.part-{time.time_ns()}")
        if cell.mixture.beside:
            alone = replace(cell.mixture, beside=0)
            others = [
                replace(cell, what="honest", level=0, seed=cell.seed + k, mixture=replace(alone, campaigns=()))
                for k in _OTHER_SEEDS[: cell.mixture.beside]
            ]
            side_by_side([self.made(replace(cell, what="level", mixture=alone)), *map(self.made, others)], draft)
            draft.rename(out)
            return out
        watcher = _Watcher(self, draft.with_name(f"{draft.name}-watch")) if cell.level == ADAPTIVE else None
        with _timed() as seconds:
            made = make_range(
                draft,
                scale=cell.mixture.scale,
                seed=cell.seed,
                level=cell.level,
                campaigns=cell.mixture.campaigns,
                honest=cell.mixture.honest,
                corpora=self.corpora,
                days=cell.mixture.days,
                proportions=cell.mixture.proportions,
                defender=watcher.suspend if watcher else None,
            )
        told = {
            "exchanges": made.exchanges,
            "accounts": made.accounts,
            "learnt": made.learnt,
            "seconds": seconds[0],
            "scans": [[at.isoformat(), str(path.relative_to(self.folder))] for at, path in watcher.scans]
            if watcher
            else [],
        }
        (draft / "made.json").write_text(json.dumps(told), encoding="utf-8")
        draft.rename(out)
        return out

    def scan(self, exchanges: Path, accounts: Path | None, members: Path) -> Findings:
        """Scan logs and write the members table."""
        request = ScanRequest(inputs=(str(exchanges),), accounts=accounts, secret_dir=self.folder / "secret")
        findings = scan(request, progress=_Silent(), rejects_to=io.StringIO())
        write_members(findings, members)
        return findings

    def _measure(self, cell: Cell) -> dict[str, Any]:
        source = self.made(cell)
        made = json.loads((source / "made.json").read_text(encoding="utf-8"))
        found: dict[str, Any] = {"made": made}
        if cell.scanned:
            found |= self._scan_and_score(cell, source, made["scans"])
        if not cell.scanned:
            requests = read_requests(source)
            found["limits"] = _ranked(score_limits(requests), _truth_of(requests, source), 0)
        elif cell.compared:
            found |= self._compare(source, found["budget"], cell.seed)
        return found

    def _scan_and_score(self, cell: Cell, source: Path, scans: Sequence[Sequence[str]]) -> dict[str, Any]:
        logs = source
        if cell.texts != "full":
            logs = self.folder / "ranges" / f"{cell.key}-texts"
            without_text(source, logs, hashed=cell.texts == "hashed")
        members = self.folder / "cells" / f"{cell.key}.members.parquet"
        with _timed() as seconds:
            findings = self.scan(logs / "exchanges", logs / "accounts.parquet", members)
        seen = [Scan(at=datetime.fromisoformat(at), members=self.folder / path) for at, path in scans]
        scored = score(source / "truth.parquet", members, data=source if seen else None, scans=seen)
        named = pq.read_table(members, columns=["account_id", "confidence"])
        confidence = dict(zip(named["account_id"].to_pylist(), named["confidence"].to_pylist(), strict=True))
        names, hostile = read_truth(source)
        review = next(tier for tier in scored.tiers if tier.tier == Tier.REVIEW.label)
        ours = rank_accounts(np.array([confidence.get(name, 0.0) for name in names]), hostile, review.precision.of)
        return {
            "score": scored.as_json(),
            "budget": review.precision.of,
            "auc": ours.auc,
            "groups_tried": findings.scan.groups_tried,
            "texts": [findings.scan.full_text, findings.scan.hashed_text, findings.scan.no_text],
            "set_aside": len(findings.set_aside),
            "version": findings.scan.version,
            "scan_seconds": seconds[0],
        }

    def _compare(self, source: Path, budget: int, seed: int) -> dict[str, Any]:
        benign = self.benign
        with _timed() as seconds:
            requests = read_requests(source)
            scores = score_all(requests, benign, seed)
            limits = score_limits(requests)
        truth = _truth_of(requests, source)
        return {
            "baselines": _ranked(scores, truth, budget),
            "limits": _ranked(limits, truth, budget),
            "peers": self._ask_peers(requests, truth, budget),
            "baseline_seconds": seconds[0],
        }

    def _ask_peers(self, requests: Requests, truth: npt.NDArray[np.bool_], budget: int) -> Any:  # noqa: ANN401 - JSON
        if isinstance(self.peers, str):
            return self.peers
        found = self.peers.score_all(requests, self.folder / "exchanged")
        told = {name: score for name, score in found.items() if isinstance(score, str)}
        return told | _ranked(
            {name: score for name, score in found.items() if not isinstance(score, str)}, truth, budget
        )


@contextmanager
def work_folder(given: Path | None, name: str) -> Iterator[Path]:
    """The folder that was named, which is kept, or a temporary one."""
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given.absolute()
        return
    with tempfile.TemporaryDirectory(prefix=f"stillwatch-{name}-") as folder:
        yield Path(folder)


class _Watcher:
    """A provider that scans all it has so far at the end of each window, and suspends whom the scan says to act on.

    It has no accounts table, since the range writes that one at its end.
    """

    def __init__(self, workplace: Workplace, folder: Path) -> None:
        self._workplace = workplace
        self._folder = folder
        self.scans: list[tuple[datetime, Path]] = []

    def suspend(self, exchanges: pa.Table, now: datetime) -> Collection[str]:
        (self._folder / "logs").mkdir(parents=True, exist_ok=True)
        number = len(self.scans)
        pq.write_table(exchanges, self._folder / "logs" / f"{number:03}.parquet")
        members = self._folder / f"{number:03}.members.parquet"
        findings = self._workplace.scan(self._folder / "logs", None, members)
        self.scans.append((now, members))
        return [m.account_id for each in findings.campaigns for m in each.members if m.tier == Tier.ACT]


class _Silent:
    """Progress that nobody watches."""

    def step(self, name: str, done: int, total: int | None) -> None:
        """Say nothing."""


def without_text(source: Path, out: Path, *, hashed: bool) -> None:
    """Copy a range's log with every text dropped or, where `hashed`, put as the digest `sha256:<hex>` of itself.

    Everything else stays: roles and number of messages (hashed only), token counts, addresses, signatures, times.
    """
    (out / "exchanges").mkdir(parents=True, exist_ok=True)
    for path in sorted((source / "exchanges").glob("*.parquet")):
        table = pq.read_table(path)
        for name in ("input_messages", "output_text"):
            field_ = table.schema.field(name)
            texts = [_digested(each) for each in table[name].to_pylist()] if hashed else [None] * table.num_rows
            place = table.schema.get_field_index(name)
            table = table.set_column(place, field_, pa.array(texts, field_.type))
        pq.write_table(table, out / "exchanges" / path.name)
    pq.write_table(pq.read_table(source / "accounts.parquet"), out / "accounts.parquet")


def read_truth(folder: Path) -> tuple[list[str], npt.NDArray[np.bool_]]:
    """Every account of a range, and whether it is a campaign's. Only scores read this, never a method."""
    table = pq.read_table(folder / "truth.parquet", columns=["account_id", "campaign_id"])
    return table["account_id"].to_pylist(), np.array([each is not None for each in table["campaign_id"].to_pylist()])


def write_members(findings: Findings, path: Path) -> None:
    """Write the contract's members table."""
    rows = [
        {
            "account_id": member.account_id,
            "campaign_id": member.campaign_id,
            "confidence": member.confidence,
            "tier": member.tier.label,
            "bits": member.bits,
            "exchanges": member.exchanges,
        }
        for campaign in findings.campaigns
        for member in campaign.members
    ]
    pq.write_table(pa.Table.from_pylist(rows, MEMBER), path)


def _truth_of(requests: Requests, folder: Path) -> npt.NDArray[np.bool_]:
    names, hostile = read_truth(folder)
    place = dict(zip(names, hostile.tolist(), strict=True))
    return np.array([place[name] for name in requests.names])


def _digested(value: Any) -> Any:  # noqa: ANN401 - a text, a list of messages, or neither
    if isinstance(value, str):
        return f"sha256:{hashlib.sha256(value.encode()).hexdigest()}"
    if isinstance(value, list):
        return [message | {"text": _digested(message["text"])} for message in value]
    return value


def _ranked(scores: Mapping[str, Floats], truth: npt.NDArray[np.bool_], budget: int) -> dict[str, Any]:
    return {name: asdict(rank_accounts(each, truth, budget)) for name, each in scores.items()}


@contextmanager
def _timed() -> Iterator[list[float]]:
    """A list that holds the seconds once the block has ended."""
    seconds = [0.0]
    began = time.perf_counter()
    yield seconds
    seconds[0] = round(time.perf_counter() - began, 1)
