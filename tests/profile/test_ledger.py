"""A ledger gives the same traffic wherever it rested, and leaves nothing behind."""

from collections.abc import Sequence
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.errors import StopError
from stillwatch.facts.pairs import Pairs
from stillwatch.facts.quotes import Quotes
from stillwatch.facts.traffic import PAIRS, Traffic
from stillwatch.profile import in_step as stepping
from stillwatch.profile.in_step import in_step
from stillwatch.profile.ledger import Ledger, LedgerOptions
from stillwatch.profile.traffic import fold
from tests.profile.exchanges import batch
from tests.profile.test_traffic import RATE, ROWS, plain, rows_with_ids


def needed(traffic: Traffic) -> Traffic:
    """What is left of all traffic when tokens go that cannot tie two accounts, the plain way."""
    out: dict[str, Any] = {name: getattr(traffic, name).shared() for name in ("phrases", "prompts", "systems")}
    for sides, other in ((("said", "failed", "broken"), "asked"), (("issued",), "replayed")):
        theirs = getattr(traffic, other)
        meets = dict.fromkeys(sides, theirs.token)
        meets[other] = np.concatenate([getattr(traffic, side).token for side in sides])
        for name, tokens in meets.items():
            held = getattr(traffic, name)
            keep = np.isin(held.token, tokens)
            # Two who asked it, failed with it or replayed it are enough.
            if name in ("asked", "failed", "broken", "replayed"):
                keep |= np.isin(held.token, held.shared().token)
            out[name] = Quotes(held.token[keep], held.account[keep], held.value[keep])
    return replace(traffic, **out)


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(ROWS, min_size=1, max_size=40), size=st.integers(1, 20), held=st.sampled_from([0, 7, 1000]))
def test_wherever_it_rested_the_traffic_is_the_same(rows: list[dict[str, Any]], size: int, held: int) -> None:
    """In memory, in runs, or both, merged or not: what comes out is what one fold over everything needs."""
    rows = rows_with_ids(rows)
    with Ledger(LedgerOptions(asked_rate=RATE, held=held, most_runs=2)) as ledger:
        for low in range(0, len(rows), size):
            ledger.add(*ledger.summarise([batch(rows[low : low + size])]))

        before = ledger.traffic()
        ledger.runs()
        after = ledger.traffic()

    assert plain(before) == plain(after) == plain(needed(fold([batch(rows)], RATE)))


def test_what_was_laid_down_is_removed_and_was_nobodys_to_read(tmp_path: Path) -> None:
    """Runs lie in a folder of their own that only the owner can enter, and go when the ledger does."""
    with Ledger(LedgerOptions(asked_rate=RATE, held=0, folder=tmp_path)) as ledger:
        ledger.add(*ledger.summarise([batch([{"text": "tell me about the rivers of europe"}])]))
        (own,) = tmp_path.iterdir()
        modes = {path.stat().st_mode & 0o777 for path in own.iterdir()}

        assert own.stat().st_mode & 0o777 == 0o700
        assert modes == {0o600}

    assert not list(tmp_path.iterdir())


def test_no_text_is_laid_down(tmp_path: Path) -> None:
    """Law 7: neither a word of a question or an answer nor an account's name is in a run."""
    rows = [{"account_id": "somebody-by-name", "text": "tell me about the rivers", "output_text": "the danube is long"}]
    with Ledger(LedgerOptions(asked_rate=1, held=0, folder=tmp_path)) as ledger:
        ledger.add(*ledger.summarise([batch(rows)]))
        written = b"".join(path.read_bytes() for path in tmp_path.rglob("*.parquet"))

    assert written
    assert not any(word in written for word in (b"rivers", b"danube", b"somebody"))


PIECES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5)), max_size=60)


@settings(max_examples=80, deadline=None)
@given(tables=st.lists(PIECES, min_size=1, max_size=5), piece=st.integers(1, 9), room=st.integers(1, 40))
def test_runs_are_read_in_step(tables: list[list[tuple[int, int]]], piece: int, room: int) -> None:
    """Every row comes once, no token is in two ranges, and ranges rise."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stepping, "_RANGE_ROWS", room)
        made = [pairs_of(rows) for rows in tables]

        ranges = list(in_step([iter_pieces(one, piece) for one in made]))

    whole = [set(np.concatenate([part.token for part in pieces]).tolist()) for (pieces,) in ranges]
    assert sum(len(part) for (pieces,) in ranges for part in pieces) == sum(map(len, made))
    assert all(max(one) < min(other) for one, other in pairwise(whole))


def pairs_of(rows: Sequence[tuple[int, int]]) -> Pairs:
    """Pairs of plain numbers."""
    token, account = (np.array([row[i] for row in rows], dtype=np.uint64) for i in (0, 1))
    return Pairs.of(token, account, np.ones(len(rows), dtype=np.int64))


def iter_pieces(pairs: Pairs, size: int):  # type: ignore[no-untyped-def]  # noqa: ANN201 - a generator of pieces
    """Cut pairs as a run does."""
    for low in range(0, len(pairs), size):
        yield pairs.cut(low, low + size)


def test_summaries_are_what_a_run_holds() -> None:
    """A summary that is added to Traffic must be added to runs as well, or it would be forgotten on disk."""
    kept = {"activity", "traces", "accounts", "model_names", *PAIRS}

    assert kept == {one.name for one in fields(Traffic)}


def test_no_place_to_lay_down_is_told_in_words(tmp_path: Path) -> None:
    """A folder that is not there, or is full, stops the scan with what to do, and no traceback."""
    ledger = Ledger(LedgerOptions(asked_rate=RATE, held=0, folder=tmp_path / "nowhere"))

    with pytest.raises(StopError, match=r"could not be laid down in .*nowhere.*Free space there"):
        ledger.summarise([batch([{"text": "tell me about the rivers of europe"}])])
