"""What the accounts of all groups did is looked up once, and is what each group would have been told by itself."""

import numpy as np

from stillwatch.judge.conduct import Conduct
from stillwatch.judge.victims import VictimOptions
from tests.judge.groups import codes_of, roster_of, traffic_of
from tests.judge.test_victims import OWNER, THIEF

START = 1_780_272_000_000_000


def test_each_group_is_told_its_own_models_times_and_victims() -> None:
    """The commonest model first; nobody outside counts; an account used by two hands is known by its code."""
    rows = [
        *({**OWNER, "account_id": "a", "model": "large", "started_at": START + k} for k in range(3)),
        *({**OWNER, "account_id": "b", "model": "small", "started_at": START + k} for k in range(5)),
        *({**(OWNER if k % 2 else THIEF), "account_id": "c", "model": "small"} for k in range(20)),
        {**OWNER, "account_id": "outside", "model": "other"},
    ]
    traffic = traffic_of(rows)
    roster = roster_of(traffic)
    groups = [codes_of(roster, ["a", "b"]), codes_of(roster, ["c"])]

    conduct = Conduct.of(groups, roster, traffic, VictimOptions())

    assert conduct.models == (("small", "large"), ("small",))
    assert [sum(n for _, n in timeline) for timeline in conduct.timelines] == [8, 20]
    assert [roster.ids[code] for code in np.flatnonzero(conduct.two_hands)] == ["c"]
    assert (conduct.visited >= conduct.two_hands).all()


def test_no_groups_need_no_look_up() -> None:
    """A scan that found nothing has nothing to tell."""
    traffic = traffic_of([OWNER])

    conduct = Conduct.of([], roster_of(traffic), traffic, VictimOptions())

    assert conduct.models == ()
    assert conduct.timelines == ()
