"""Make the peers' environment, and run each of them on the traffic of a range."""

import csv
import sqlite3
import subprocess
import venv
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bench.baselines.requests import Floats, Requests

HERE: Final = Path(__file__).parent
INSTALLS_WITHIN: Final = 900
RUNS_WITHIN: Final = 600
"""Seconds. Nothing here may run for ever."""
FRAUDAR_BLOCKS: Final = 8
"""Blocks that rgmining-fraudar looks for; its time grows with their number."""
WINDOW_SECONDS: Final = 3_600
"""As our own co-occurrence."""
_TIES: Final = "select user_1, user_2, weight from co_tweet_network where user_1 != user_2"


class PeerFailed(Exception):
    """A peer could not be installed or run; the message is what it said."""


@dataclass(frozen=True, slots=True)
class Peers:
    """An environment that holds exactly what requirements.txt names."""

    python: Path

    @classmethod
    def install(cls, folder: Path) -> "Peers":
        """Make the environment in `folder`, or use the one that is there. Raises PeerFailed."""
        python = folder / "bin" / "python"
        done = folder / "installed"
        if not done.exists():
            venv.create(folder, with_pip=True, clear=True)
            pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--require-hashes"]
            _run([*pip, "--no-deps", "--requirement", str(HERE / "requirements.txt")], INSTALLS_WITHIN)
            done.touch()
        return cls(python)

    def score_all(self, requests: Requests, folder: Path) -> dict[str, Floats | str]:
        """What each peer says of each account, or why it could not say anything."""
        folder.mkdir(parents=True, exist_ok=True)
        runs: dict[str, Callable[[Requests, Path], dict[str, float]]] = {
            "coordination-network-toolkit 1.5.2": self.co_tweet,
            "rgmining-fraudar 0.7.6": self.fraudar,
        }
        found: dict[str, Floats | str] = {}
        for name, run in runs.items():
            try:
                scores = run(requests, folder)
            except PeerFailed as why:
                found[name] = str(why)
            else:
                found[name] = np.array([scores.get(account, 0.0) for account in requests.names])
        return found

    def co_tweet(self, requests: Requests, folder: Path) -> dict[str, float]:
        """The heaviest tie of each account in the toolkit's co-tweet network."""
        database = folder / "coordination.sqlite"
        database.unlink(missing_ok=True)
        rows = zip(range(len(requests)), requests.account.tolist(), requests.text, requests.at.tolist(), strict=True)
        messages = folder / "messages.csv"
        header = ["message_id", "user_id", "username", "repost_id", "reply_id", "message", "timestamp", "urls"]
        _write(
            messages,
            [header, *([n, who, who, "", "", text, int(at), ""] for n, who, text, at in rows if text)],
        )
        tool = [str(self.python), "-m", "coordination_network_toolkit", str(database)]
        _run([*tool, "preprocess", str(messages)], RUNS_WITHIN)
        _run([*tool, "compute", "co_tweet", "--time_window", str(WINDOW_SECONDS)], RUNS_WITHIN)
        heaviest: dict[str, float] = defaultdict(float)
        with closing(sqlite3.connect(database)) as results:  # its own export to CSV fails in this version
            for a, b, weight in results.execute(_TIES):
                for side in (a, b):
                    name = requests.names[int(side)]
                    heaviest[name] = max(heaviest[name], float(weight))
        return heaviest

    def fraudar(self, requests: Requests, folder: Path) -> dict[str, float]:
        """1 for each account in one of FRAUDAR's blocks."""
        texts = {text: k for k, text in enumerate(dict.fromkeys(requests.text))}
        edges = {(a, texts[text]) for a, text in zip(requests.account.tolist(), requests.text, strict=True) if text}
        _write(folder / "edges.csv", ([requests.names[a], prompt] for a, prompt in sorted(edges)))
        _run(
            [str(self.python), str(HERE / "fraudar_peer.py"), str(folder / "edges.csv"), str(folder / "fraudar.csv"),
             str(FRAUDAR_BLOCKS)],
            RUNS_WITHIN,
        )  # fmt: skip
        with (folder / "fraudar.csv").open(newline="", encoding="utf-8") as file:
            return {account: float(score) for account, score in csv.reader(file)}


def _write(path: Path, rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def _run(command: list[str], within: float) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=within, check=False)  # noqa: S603 - our own
    except subprocess.TimeoutExpired as why:
        raise PeerFailed(f"took more than {within:g} s") from why
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise PeerFailed(said[-1] if said else f"ended with {done.returncode}")
