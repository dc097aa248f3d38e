"""Made-up groups, accounts and traffic for tests of verdicts: what nothing is said about explains nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from stillwatch.facts.account import ACCOUNT
from stillwatch.facts.group import Drawn, Group, Passing, Scheduling, SharedToken, Strand
from stillwatch.facts.roster import Roster
from stillwatch.facts.token import Family, TokenKind
from stillwatch.facts.traffic import Traffic
from stillwatch.profile.traffic import fold
from tests.profile.exchanges import batch

Row = Mapping[str, Any]


def traffic_of(rows: Sequence[Row]) -> Traffic:
    """The summaries of some exchanges."""
    return fold([batch([{**row, "exchange_id": f"x{i}"} for i, row in enumerate(rows)])], 32)


def roster_of(traffic: Traffic, **known: Mapping[str, object]) -> Roster:
    """Every account in the table, with nothing known of it but what `known` says by column and account."""
    names = sorted(traffic.accounts.values())
    rows = [
        {"account_id": name, **{column: said[name] for column, said in known.items() if name in said}} for name in names
    ]
    return Roster.of(traffic, pa.Table.from_pylist(rows, schema=ACCOUNT))


def codes_of(roster: Roster, names: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """The sorted codes of some accounts."""
    return np.array(sorted(roster.ids.index(name) for name in names), dtype=np.int32)


def group_of(
    members: np.ndarray[tuple[int], np.dtype[np.int32]],
    bits: Mapping[Family, float],
    *,
    strong_passes: float | None = None,
    speaking: Sequence[Family] = (Family.THINGS, Family.HAND_OFFS),
    tokens: Sequence[SharedToken] = (),
    tries: int = 100,
    seconded: float = 12.0,
    drawn: Drawn | None = None,
    put_off: int = 0,
    backwards: int = 0,
) -> Group:
    """A group whose families found these bits; its hand-offs are no quotations unless `strong_passes` says so.

    Between so many pairs of its accounts a failed request was `put_off`, and between so many so, but `backwards`.
    """
    failed = Passing(words="put off", pairs=put_off, times=put_off, failed=True, backwards=backwards)
    n = len(members)
    return Group(
        members=members,
        confidence=np.full(n, 0.9995),
        bits=np.full(n, 20.0),
        speaking=np.array([[family in speaking] * n for family in Family]),
        faint=np.zeros((len(Family), n), dtype=np.bool_),
        gave=np.zeros(n, dtype=np.bool_),
        passed=np.zeros(n),
        strands=tuple(
            Strand(
                family=family,
                bits=bits.get(family, 0.0),
                kinds=((TokenKind.PAYMENT, bits.get(family, 0.0)),) if family is Family.THINGS else (),
            )
            for family in Family
        ),
        tokens=tuple(tokens),
        passings=(failed,) if put_off else (),
        edges=(),
        scheduling=Scheduling(tested=True, moment_s=0.5, together=False, coincidences=0, expected=0.0, spread_z=0.0),
        sameness=0.0,
        tries=tries,
        strong_passes=bits.get(Family.HAND_OFFS, 0.0) if strong_passes is None else strong_passes,
        seconded=seconded,
        drawn=drawn or Drawn(),
    )
