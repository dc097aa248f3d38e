"""What passes between the accounts of a few rows."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stillwatch.facts.roster import Roster
from stillwatch.facts.traffic import Traffic
from stillwatch.link.hand_offs import HandOff, HandOffOptions, HandOffs, hand_offs
from stillwatch.profile.traffic import fold
from stillwatch.read.redact import RedactOptions, Redactor
from tests.link.worlds import World
from tests.profile.exchanges import START, raw_batch

SECOND = 1_000_000
DENSE = Redactor.of(b"a secret for hand-offs, 32 bytes.", RedactOptions(prompt_rate=1, asked_rate=1, answer_rate=1))
"""Keeps every shingle, so that what a short text shows does not hang on the sample."""
TALK = World(seed=4).talk


def passed(
    rows: Sequence[Mapping[str, Any]],
    told: Callable[[Traffic, Roster, HandOffOptions], HandOffs] = lambda *some: hand_offs(*some)[0],
) -> set[tuple[str, str, HandOff]]:
    """Who handed what to whom."""
    timed = [{"exchange_id": f"x{i}", "started_at": START + i * 10 * SECOND, **row} for i, row in enumerate(rows)]
    traffic = fold([DENSE.redact(raw_batch(timed))], 1)
    roster = Roster.of(traffic, None)
    found = told(traffic, roster, HandOffOptions())
    return {
        (roster.ids[a], roster.ids[b], HandOff(kind))
        for a, b, kind in zip(found.giver.tolist(), found.taker.tolist(), found.kind.tolist(), strict=True)
    }


def at(seconds: float) -> int:
    """A time so long after the end of the first row's request, which takes a second."""
    return START + SECOND + int(seconds * SECOND)
