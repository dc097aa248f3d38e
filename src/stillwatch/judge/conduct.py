"""What the accounts of all groups did and from where, looked up once for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from stillwatch.facts.group import Codes
from stillwatch.facts.roster import Roster
from stillwatch.facts.traffic import Traffic
from stillwatch.judge.victims import VictimOptions, hands_on

_BUCKETS: Final = 96

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Conduct:
    """Facts about groups that would each cost a pass over the whole scan if asked group by group."""

    two_hands: Flags
    """(accounts,) whether an account in a group is used by two hands; nothing is said of the others."""
    visited: Flags
    """(accounts,) whether it was so even once."""
    two_places: Flags
    """(accounts,) whether two networks use it, be it with the same software."""
    models: tuple[tuple[str, ...], ...]
    """By group, the models by how many of its exchanges they answered."""
    timelines: tuple[tuple[tuple[datetime, int], ...], ...]
    """By group, its exchanges in equal buckets over the whole scan, so that campaigns can be laid side by side."""

    @classmethod
    def of(cls, groups: Sequence[Codes], roster: Roster, traffic: Traffic, options: VictimOptions) -> "Conduct":
        """Look up disjoint groups of accounts."""
        members = np.concatenate([*groups, np.zeros(0, dtype=np.int32)])
        label = np.full(len(roster), -1, dtype=np.int32)
        label[members] = np.repeat(np.arange(len(groups), dtype=np.int32), [len(codes) for codes in groups])
        hands = hands_on(members, roster, traffic, options)
        return cls(
            two_hands=_spread(members, hands.two, len(roster)),
            visited=_spread(members, hands.visited, len(roster)),
            two_places=_spread(members, hands.two_places, len(roster)),
            models=_models(label, len(groups), roster, traffic),
            timelines=_timelines(label, len(groups), roster, traffic),
        )


def time_of(us: int) -> datetime:
    """The time of so many microseconds since 1970."""
    return datetime.fromtimestamp(us / 1e6, tz=UTC)


def _spread(members: Codes, flags: Flags, accounts: int) -> Flags:
    out = np.zeros(accounts, dtype=np.bool_)
    out[members] = flags
    return out


def _models(label: Codes, groups: int, roster: Roster, traffic: Traffic) -> tuple[tuple[str, ...], ...]:
    held = traffic.models
    group = label[roster.codes(held.account)]
    mine = group >= 0
    models, model = np.unique(held.token[mine], return_inverse=True)
    counts = np.bincount(
        group[mine].astype(np.int64) * len(models) + model,
        weights=held.exchanges[mine],
        minlength=groups * len(models),
    ).reshape(groups, len(models))
    order = np.argsort(-counts, axis=1, kind="stable")
    names = [traffic.model_names[int(token)] for token in models]
    return tuple(
        tuple(names[k] for k in row if counted[k] > 0)
        for row, counted in zip(order.tolist(), counts.tolist(), strict=True)
    )


def _timelines(
    label: Codes, groups: int, roster: Roster, traffic: Traffic
) -> tuple[tuple[tuple[datetime, int], ...], ...]:
    rows = traffic.traces.rows
    start = rows["start"]
    low, high = int(start.min()), int(start.max())
    width = max(1, -(-(high - low + 1) // _BUCKETS))
    buckets = (high - low) // width + 1
    group = label[roster.codes(rows["account"])]
    mine = group >= 0
    bucket = (start[mine] - low) // width
    counts = np.bincount(group[mine] * np.int64(buckets) + bucket, minlength=groups * buckets).reshape(groups, buckets)
    times = [time_of(low + k * width) for k in range(buckets)]
    return tuple(tuple(zip(times, row, strict=True)) for row in counts.tolist())
