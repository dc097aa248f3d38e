"""One scheduler shows in its rhythm; strangers, busy hours and clockwork do not."""

from typing import Any

import numpy as np
import pytest

from stillwatch.facts.roster import Roster
from stillwatch.link.rhythm import Rhythm, RhythmOptions, Timelines, group_rhythm, shared_rhythm
from stillwatch.profile.traffic import fold
from tests.profile.exchanges import START, batch

ACCOUNTS = 12


def rhythm_of(timeline: list[tuple[int, float, float]], seed: int = 0) -> Rhythm:
    """Test requests (account, start s, duration s) as one group."""
    rows: list[dict[str, Any]] = [
        {
            "exchange_id": f"x{i}",
            "account_id": f"a{account}",
            "started_at": START + int(start * 1e6),
            "ended_at": START + int((start + took) * 1e6),
        }
        for i, (account, start, took) in enumerate(timeline)
    ]
    traffic = fold([batch(rows)], 32)
    roster = Roster.of(traffic, None)
    members = np.arange(len(roster), dtype=np.int32)
    return group_rhythm(Timelines(traffic, roster), members, RhythmOptions(), np.random.default_rng(seed))


def pool(rng: np.random.Generator, workers: int, requests: int) -> list[tuple[int, float, float]]:
    """A fixed pool: the end of one request starts the next, on whichever account is next."""
    free = [0.0] * workers
    out = []
    for _ in range(requests):
        worker = int(np.argmin(free))
        took = float(rng.gamma(3.0, 3.0))
        out.append((int(rng.integers(ACCOUNTS)), free[worker], took))
        free[worker] += took + 0.05
    return out


@pytest.mark.parametrize("seed", range(3))
def test_a_pool_of_workers_is_seen(seed: int) -> None:
    """Far beyond chance, by handovers and by the steady number in flight."""
    found = rhythm_of(pool(np.random.default_rng(seed), workers=5, requests=600))

    assert found.bits > 20
    assert found.coincidences > 2 * found.expected
    assert found.spread_z < -5


@pytest.mark.parametrize("seed", range(12))
def test_people_at_the_same_hours_show_nothing(seed: int) -> None:
    """Independent users, as busy and at the same hours, stay within chance."""
    rng = np.random.default_rng(seed)
    hours = np.clip(rng.normal(3_600, 900, 600), 0, 7_200)

    found = rhythm_of([(int(rng.integers(ACCOUNTS)), float(t), float(rng.gamma(3.0, 3.0))) for t in hours], seed)

    assert found.tested
    assert found.bits < 10


def test_jobs_that_start_on_the_minute_are_not_one_scheduler() -> None:
    """Cron starts everybody at :00; nobody's start waits for another's end."""
    rng = np.random.default_rng(1)
    timeline = [
        (a, 60.0 * m + float(rng.uniform(0, 0.3)), float(rng.gamma(3.0, 3.0)))
        for m in range(60)
        for a in range(ACCOUNTS)
    ]

    assert rhythm_of(timeline).bits < 10


def test_too_little_to_count_is_not_tested() -> None:
    """Neither cleared nor tied: the group says that it could not be tested."""
    assert not rhythm_of([(i, 10.0 * i, 2.0) for i in range(ACCOUNTS)]).tested


def test_a_log_without_ends_cannot_show_rhythm() -> None:
    """Where the log does not say when answers ended, nothing is claimed."""
    assert not rhythm_of([(i % ACCOUNTS, 2.0 * i, 0.0) for i in range(300)]).tested


def test_a_pool_beside_a_stranger_does_not_pull_the_stranger_in() -> None:
    """Two groups are one scheduler by what passes between them, never because one of them is a pool by itself."""
    rng = np.random.default_rng(9)
    timeline = pool(rng, workers=5, requests=500)
    long = max(start for _, start, _ in timeline)
    timeline += [(ACCOUNTS + i % 5, float(rng.uniform(0, long)), float(rng.gamma(3.0, 3.0))) for i in range(150)]
    rows = [
        {
            "exchange_id": f"x{i}",
            "account_id": f"a{account:02d}",
            "started_at": START + int(start * 1e6),
            "ended_at": START + int((start + took) * 1e6),
        }
        for i, (account, start, took) in enumerate(timeline)
    ]
    traffic = fold([batch(rows)], 32)
    roster = Roster.of(traffic, None)
    codes = {name: code for code, name in enumerate(roster.ids)}
    farm = np.array(sorted(codes[f"a{i:02d}"] for i in range(ACCOUNTS)), dtype=np.int32)
    people = np.array(sorted(codes[f"a{ACCOUNTS + i:02d}"] for i in range(5)), dtype=np.int32)
    halves = (farm[:6], farm[6:])
    timelines, options = Timelines(traffic, roster), RhythmOptions()

    assert shared_rhythm(timelines, (farm, people), options, rng).bits < 3
    assert shared_rhythm(timelines, halves, options, rng).bits > 10
