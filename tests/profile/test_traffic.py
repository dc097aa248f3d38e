"""The algebra of summaries: any way of cutting and merging the same exchanges gives the same value."""

from dataclasses import fields
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.facts.holdings import Holdings
from stillwatch.facts.traffic import Traffic
from stillwatch.profile.summary import merge_all
from stillwatch.profile.traffic import fold, traffic_of
from tests.profile.exchanges import START, batch

RATE = 32

ROWS = st.fixed_dictionaries(
    {
        "account_id": st.sampled_from(["ann", "bob", "cy", "dee"]),
        "started_at": st.integers(START, START + 10**9),
        "model": st.sampled_from(["large", "small", None]),
        "client_ip": st.sampled_from(["10.0.0.1", "2001:db8::1", "nonsense", None]),
        "text": st.sampled_from(
            ["write a poem about rain and the sea please", "hello there my friend", "数学题 请解答 推理过程"]
        ),
        "output_text": st.sampled_from(["a long answer about rain and the wide sea", None]),
        "status": st.sampled_from([200, 429, 403, None]),
        "input_tokens": st.sampled_from([5, None]),
        "credential_id": st.sampled_from(["k1", None]),
        "user_agent": st.sampled_from(["sdk/1.0", "browser", None]),
        "tls_fingerprint": st.sampled_from(["t13d", None]),
        "request_params": st.sampled_from(['{"temperature": 0.2}', '{"temperature": 1, "seed": 4}', None]),
        "reasoning_signatures": st.sampled_from([None, ["s1", "s2"]]),
        "output_signature": st.sampled_from([None, "s1"]),
    }
)


def rows_with_ids(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give every row its own id, so that order of reading can be undone."""
    return [{**row, "exchange_id": f"x{i}"} for i, row in enumerate(rows)]


def plain(traffic: Traffic) -> dict[str, Any]:
    """A summary as comparable values; traces are a bag, sums of floats are rounded."""
    out: dict[str, Any] = {"accounts": traffic.accounts, "models": traffic.model_names}
    for one in fields(traffic):
        value = getattr(traffic, one.name)
        if one.name == "traces":
            out[one.name] = sorted(zip(*(column.tolist() for column in value.rows.values()), strict=True))
        elif one.name not in ("accounts", "model_names"):
            out[one.name] = {f.name: np.round(getattr(value, f.name), 6).tolist() for f in fields(value)}
    return out


@settings(max_examples=60)
@given(rows=st.lists(ROWS, max_size=30), cuts=st.lists(st.integers(0, 30), max_size=4), shuffle=st.randoms())
def test_cutting_and_merging_in_any_order_changes_nothing(
    rows: list[dict[str, Any]], cuts: list[int], shuffle: Random
) -> None:
    """Commutative and associative: parts in any order make what one fold over everything makes."""
    rows = rows_with_ids(rows)
    edges = sorted({0, len(rows), *(cut for cut in cuts if cut < len(rows))})
    parts = [traffic_of([batch(rows[a:b])], RATE) for a, b in pairwise(edges)]
    shuffle.shuffle(parts)

    merged = merge_all(parts, Traffic.empty())

    assert plain(merged) == plain(fold([batch(rows)], RATE))


def test_the_empty_summary_changes_nothing() -> None:
    """Identity, on both sides."""
    one = traffic_of([batch([{"text": "a question about the weather in spring"}])], RATE)

    assert plain(one.merge(Traffic.empty())) == plain(Traffic.empty().merge(one)) == plain(one)


def test_a_sliced_batch_counts_only_its_rows() -> None:
    """Arrow slices share buffers; a summary must not see what was cut away."""
    whole = batch(
        rows_with_ids([{"account_id": f"a{i}", "text": f"question number {i} about cats and dogs"} for i in range(6)])
    )

    part = traffic_of([whole.slice(2, 3)], RATE)

    assert sorted(part.accounts.values()) == ["a2", "a3", "a4"]
    assert part.activity.mix.shape[0] == 3
    assert plain(part) == plain(
        traffic_of([pa.RecordBatch.from_pylist(whole.slice(2, 3).to_pylist(), whole.schema)], RATE)
    )


def test_an_accounts_row_tells_what_it_did() -> None:
    """Sums, first and last times, statuses and states of one account."""
    rows = [
        {"account_id": "ann", "status": 200, "text": "tell me about the rivers of europe", "input_tokens": 7},
        {"account_id": "ann", "status": 429, "text": "tell me about the rivers of asia", "ended_at": START + 3_000_000},
        {"account_id": "ann", "status": 403},
    ]

    one = traffic_of([batch(rows_with_ids(rows))], RATE).activity

    assert (one.exchanges[0], one.limited[0], one.banned[0], one.tokens[0]) == (3, 1, 1, 7)
    assert (one.first[0], one.last[0], one.busy_us[0]) == (START, START + 2_000_000, 2_000_000)
    assert one.states[0].tolist() == [1, 0, 2]
    assert one.hours[0].sum() == one.exchanges[0]


LAPTOP: dict[str, Any] = {"user_agent": "editor/3", "client_ip": "192.0.2.7", "request_params": '{"temperature": 0.2}'}


def halves(held: Holdings) -> list[tuple[int, int, int]]:
    """Upper half, lower half and exchanges of each place of use."""
    return [(int(one) >> 32, int(one) & 0xFFFFFFFF, n) for one, n in zip(held.token, held.exchanges, strict=True)]


def test_an_account_is_used_from_places_and_in_manners() -> None:
    """Each exchange counts for its software and its parameters on its network block, neighbours being one block."""
    rows = [LAPTOP, {**LAPTOP, "client_ip": "192.0.2.99"}, {**LAPTOP, "client_ip": "198.51.100.1"}]

    one = traffic_of([batch(rows_with_ids(rows))], RATE)

    assert sorted(one.seats.exchanges.tolist()) == sorted(one.manners.exchanges.tolist()) == [1, 2]
    assert {low for _, low, _ in halves(one.seats)} == {low for _, low, _ in halves(one.manners)}


@pytest.mark.parametrize(
    ("change", "seats", "manners"),
    [
        ({"user_agent": "script/9"}, 2, 1),
        ({"tls_fingerprint": "t13d"}, 2, 1),
        ({"user_agent": None}, 2, 1),
        ({"request_params": '{"temperature": 0.9}'}, 1, 2),
        ({"request_params": None}, 1, 2),
        ({"request_params": '{"seed": 5, "temperature": 0.2}'}, 1, 1),
        ({"client_ip": "2001:db8::1"}, 2, 2),
    ],
)
def test_what_changes_a_place_of_use(change: dict[str, Any], seats: int, manners: int) -> None:
    """Other software is another place, other parameters another manner, another network both; none said is one, too."""
    found = traffic_of([batch(rows_with_ids([LAPTOP, {**LAPTOP, **change}]))], RATE)

    assert (len(found.seats), len(found.manners)) == (seats, manners)
    same_network = "client_ip" not in change
    for held in (found.seats, found.manners):
        uppers, lowers = ({half[i] for half in halves(held)} for i in (0, 1))
        assert len(uppers) == (len(held) if same_network else 1)
        assert len(lowers) == (1 if same_network else 2)


def test_exchanges_from_nowhere_show_no_place_of_use() -> None:
    """Where the log has no address, or none that can be read, software and parameters place nobody."""
    rows: list[dict[str, Any]] = [{**LAPTOP, "client_ip": None}, {**LAPTOP, "client_ip": "unknown"}]

    found = traffic_of([batch(rows_with_ids(rows))], RATE)

    assert (len(found.seats), len(found.manners), len(found.settings)) == (0, 0, 1)
