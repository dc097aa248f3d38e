"""The baselines on traffic whose answer is known, and their mathematics against brute force."""

from itertools import chain, combinations
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import cdist, pdist

from bench.baselines import check_mmd, co_occurrence, dense_blocks, mahalanobis, mmd, prada, seat, thresholds
from bench.baselines.norms import Norms
from bench.baselines.ranking import by_both, rank_accounts
from bench.baselines.requests import Requests, last_asked, read_requests
from bench.baselines.vectors import Encoded, Encoder, EncoderOptions, Vectors
from stillwatch.range.tables import ACCOUNTS, EXCHANGES

VECTORS = arrays(np.float32, st.tuples(st.integers(2, 9), st.just(3)), elements=st.floats(-2, 2, width=32))
BAND = 120
"""Honest accounts that the adapted methods learn from."""


def traffic(asked: list[tuple[str, float, str]]) -> Requests:
    """Requests of (account, second, text) in time order."""
    names = tuple(sorted({name for name, _, _ in asked}))
    rows = sorted(asked, key=lambda row: row[1])
    return Requests(
        names=names,
        account=np.array([names.index(name) for name, _, _ in rows], np.int64),
        at=np.array([at for _, at, _ in rows]),
        text=tuple(text for _, _, text in rows),
        input_tokens=np.ones(len(rows)),
        output_tokens=np.ones(len(rows)),
        answered=np.ones(len(rows), np.bool_),
    )


def crowd(accounts: int, each: int, vectors: Vectors) -> Encoded:
    """Traffic of accounts that send `each` requests by turns, with these vectors."""
    asked = [(f"h{k % accounts:04}", float(k), f"t{k}") for k in range(accounts * each)]
    return Encoded(traffic(asked), vectors)


def cloud(rng: np.random.Generator, count: int, centre: float = 0.0, spread: float = 1.0) -> Vectors:
    """Vectors around a point."""
    return (centre + spread * rng.normal(size=(count, 6))).astype(np.float32)


def naive_mmd(x: Vectors, y: Vectors, gamma: float) -> float:
    """Gretton et al. 2012, lemma 6, as it is written: sums over pairs of different requests."""

    def kernel(a: Vectors, b: Vectors) -> float:
        return float(np.exp(-gamma * ((a.astype(np.float64) - b) ** 2).sum()))

    def within(z: Vectors) -> float:
        n = len(z)
        return sum(kernel(z[i], z[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))

    return within(x) + within(y) - 2 * sum(kernel(a, b) for a in x for b in y) / (len(x) * len(y))


@given(VECTORS, VECTORS)
def test_mmd_is_the_double_loop(sample: Vectors, reference: Vectors) -> None:
    """The unbiased estimate equals the sums over all pairs, under the width that the median heuristic gives."""
    found = mmd.Discrepancy.to(reference)

    assert found.of(sample) == pytest.approx(naive_mmd(sample, reference, found.gamma), abs=1e-5)
    median = float(np.median(pdist(reference, "sqeuclidean")))
    if median > 1e-3:
        assert found.gamma == pytest.approx(1 / median, rel=1e-3)


def test_many_windows_at_once_are_single_windows() -> None:
    """The sums over one kernel equal those of each window by itself."""
    rng = np.random.default_rng(1)
    pool = np.concatenate([cloud(rng, 20), cloud(rng, 9, 1.0)])
    hostile = np.arange(29) >= 20
    found = mmd.Discrepancy.to(cloud(rng, 15))
    picks = check_mmd.draw(hostile, 10, 0.3, 4, rng)

    together = check_mmd.within(mmd.rbf(pool, pool, found.gamma), picks)

    assert picks[hostile].sum(axis=0).tolist() == [3.0] * 4
    assert picks.sum(axis=0).tolist() == [10.0] * 4
    for column in range(4):
        window = pool[picks[:, column] > 0]
        across = mmd.rbf(window, found.reference, found.gamma).mean()
        assert together[column] + found.within - 2 * across == pytest.approx(found.of(window), abs=1e-6)


def test_benign_against_benign_is_nothing() -> None:
    """The null of samples of one cloud is centred on zero, as an unbiased estimate is."""
    rng = np.random.default_rng(10)
    vectors = cloud(rng, 200)

    null = check_mmd.benign_null(mmd.rbf(vectors, vectors, 0.1), 50, 80, rng)

    assert abs(null.mean()) < 3 * null.std() / np.sqrt(len(null)) + 1e-3


def test_mmd_names_who_filled_the_alarmed_window() -> None:
    """Accounts that send only while traffic is strange outrank those that send while it is not."""
    rng = np.random.default_rng(2)
    honest = crowd(10, 40, cloud(rng, 400))
    asked = [(f"quiet{k % 5}", float(k), "") for k in range(100)]
    asked += [(f"loud{k % 5}", 100.0 + k, "") for k in range(100)]
    strange = Encoded(traffic(asked), np.concatenate([cloud(rng, 100), cloud(rng, 100, 3.0)]))

    scores = mmd.score_by_traffic(strange, honest, rng, mmd.MmdOptions(window=50, reference=100))

    loud = np.array([name.startswith("loud") for name in strange.requests.names])
    assert rank_accounts(scores, loud, 5).precision == 1.0


@pytest.mark.parametrize("count", [1, 49, 50, 99, 100, 149])
def test_windows_cover_everything_once(count: int) -> None:
    """Windows follow each other without a gap; only the last may be longer."""
    found = mmd.windows(count, 50)

    assert [a for a, _ in found[1:]] == [b for _, b in found[:-1]]
    assert (found[0][0], found[-1][1]) == (0, count)
    assert all(b - a == 50 for a, b in found[:-1])


@pytest.mark.parametrize("method", ["mmd", "mahalanobis"])
def test_an_account_that_asks_for_other_things_stands_out(method: str) -> None:
    """Of accounts of one size, the one whose requests lie elsewhere gets the highest score."""
    rng = np.random.default_rng(3)
    honest = crowd(BAND, 10, cloud(rng, BAND * 10))
    vectors = cloud(rng, 200)
    vectors[::20] += 4.0
    seen = crowd(20, 10, vectors)

    match method:
        case "mmd":
            scores = mmd.score_by_account(seen, honest, rng, mmd.MmdOptions(reference=200))
        case _:
            scores = mahalanobis.score_accounts(seen, honest)

    assert int(np.argmax(scores)) == 0


def test_seat_sees_who_repeats_itself() -> None:
    """An account whose requests are nearly equal has the highest share of similar pairs."""
    rng = np.random.default_rng(4)
    honest = crowd(BAND, 10, _unit(cloud(rng, BAND * 10)))
    vectors = cloud(rng, 200)
    vectors[::20] = vectors[0] + cloud(rng, 10, spread=0.01)
    seen = crowd(20, 10, _unit(vectors))

    scores = seat.score_accounts(seen, honest, rng, seat.SeatOptions())

    assert int(np.argmax(scores)) == 0
    assert seat.similar_share(seen.of_each_account(99)[0], 0.9) == 1.0


def test_prada_measures_the_nearest_earlier_request() -> None:
    """The distances are those to the nearest request before, by brute force."""
    vectors = cloud(np.random.default_rng(5), 12)
    distances = cdist(vectors, vectors)

    found = prada.nearest_earlier(vectors)

    assert found == pytest.approx([distances[k, :k].min() for k in range(1, 12)], abs=1e-3)


def test_prada_tells_a_walk_of_equal_steps() -> None:
    """Steps of one length, as synthetic queries make them, are no normal distances, and stand out."""
    rng = np.random.default_rng(6)
    honest = crowd(BAND, 30, cloud(rng, BAND * 30))
    vectors = cloud(rng, 600)
    vectors[::20] = np.arange(30, dtype=np.float32)[:, None]
    seen = crowd(20, 30, vectors)

    scores = prada.score_accounts(seen, honest)

    assert int(np.argmax(scores)) == 0


def test_few_requests_are_passed_over() -> None:
    """An account of fewer requests than a statistic needs has none, rather than a wrong one."""
    rng = np.random.default_rng(7)
    honest, few = crowd(BAND, 10, cloud(rng, BAND * 10)), crowd(2, 3, cloud(rng, 6))

    assert np.isnan(prada.score_accounts(few, honest)).all()
    assert np.isnan(mahalanobis.score_accounts(few, honest)).all()
    assert np.isnan(seat.score_accounts(few, honest, rng, seat.SeatOptions())).all()
    assert np.isnan(mmd.score_by_account(few, honest, rng, mmd.MmdOptions(reference=50))).all()


def densest_by_force(edges: set[tuple[int, int]], softening: float) -> float:
    """The density of the densest block, over all sets of nodes."""
    degree = {c: sum(column == c for _, column in edges) for _, c in edges}
    nodes = sorted({("r", r) for r, _ in edges} | {("c", c) for _, c in edges})
    best = 0.0
    for kept in chain.from_iterable(combinations(nodes, k) for k in range(1, len(nodes) + 1)):
        inside = set(kept)
        weight = sum(1 / np.log(degree[c] + softening) for r, c in edges if ("r", r) in inside and ("c", c) in inside)
        best = max(best, weight / len(kept))
    return best


@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12))
def test_peeling_keeps_its_promise(edges: set[tuple[int, int]]) -> None:
    """The block found has the density it claims, and at least half of the best there is (FRAUDAR, theorem 1)."""
    rows, columns = (np.array(side, np.int64) for side in zip(*sorted(edges), strict=True))

    found = dense_blocks.densest_block(rows, columns, 5.0)

    degree = np.bincount(columns)
    weight = sum(1 / np.log(degree[c] + 5.0) for r, c in edges if r in found.rows and c in found.columns)
    assert found.density == pytest.approx(weight / (len(found.rows) + len(found.columns)))
    assert found.density >= densest_by_force(edges, 5.0) / 2 - 1e-9


def test_a_block_is_named_and_what_everybody_asks_is_not() -> None:
    """Six accounts that share a list of prompts outrank thirty that share one greeting."""
    asked = [(f"hand{k}", float(n), f"item {n}") for k in range(6) for n in range(12)]
    asked += [(f"user{k:02}", float(n), "hello" if n == 0 else f"{k} {n}") for k in range(30) for n in range(6)]
    seen = traffic(asked)

    scores = dense_blocks.score_accounts(seen, dense_blocks.BlockOptions())

    hands = np.array([name.startswith("hand") for name in seen.names])
    assert rank_accounts(scores, hands, 6).precision == 1.0


def test_coincidences_end_with_the_window() -> None:
    """Equal requests of two accounts count once a pair within the hour, and not beyond it or within one account."""
    seen = traffic(
        [
            ("a", 0.0, "x"),
            ("b", 3_600.0, "x"),
            ("c", 3_600.5, "x"),
            ("a", 10.0, "y"),
            ("a", 11.0, "y"),
            ("b", 12.0, "y"),
        ]
    )

    found = co_occurrence.coincidences(seen, co_occurrence.WindowOptions())

    assert found == {(0, 1): 3, (1, 2): 1}
    assert np.argmin(co_occurrence.score_accounts(seen, co_occurrence.WindowOptions())) == 2


def test_numbers_of_one_account() -> None:
    """Volume, days, hours and distinct prompts are counted by account."""
    seen = traffic([("a", 0.0, "x"), ("a", 90_000.0, "x"), ("a", 90_001.0, "y"), ("b", 50_000.0, "z")])

    found = thresholds.numbers_of(seen)

    assert found["requests"].tolist() == [3, 1]
    assert found["requests on the busiest day"].tolist() == [2, 1]
    assert found["days active"].tolist() == [2, 1]
    assert found["distinct prompts"].tolist() == [2, 1]
    assert found["share of requests at night"].tolist() == [1.0, 0.0]


def test_norms_follow_size() -> None:
    """A value is compared with honest accounts of its own size, not with all."""
    rng = np.random.default_rng(8)
    sizes = np.repeat(np.array([10, 100], np.int64), 200)
    values = np.where(sizes == 10, 5.0, 0.0) + rng.normal(size=400)
    norms = Norms.of(sizes, values)

    found = norms.deviation(np.array([10, 100, 5_000], np.int64), np.array([5.0, 5.0, 5.0]))

    assert abs(found[0]) < 0.5
    assert found[1] > 3
    assert found[2] > 3


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=2, max_size=12), st.integers(0, 12))
def test_rankings_are_counted_by_hand(accounts: list[tuple[int, bool]], budget: int) -> None:
    """AUC is the share of pairs in the right order; hits under ties are the mean over all orders of the tied."""
    scores = np.array([float(score) for score, _ in accounts])
    hostile = np.array([guilty for _, guilty in accounts])

    found = rank_accounts(scores, hostile, budget)

    pairs = [(a > b) + (a == b) / 2 for a in scores[hostile] for b in scores[~hostile]]
    assert found.auc == (pytest.approx(np.mean(pairs)) if pairs else None)
    order = sorted(range(len(scores)), key=lambda k: -scores[k])
    optimist = sum(hostile[k] for k in sorted(order, key=lambda k: (-scores[k], not hostile[k]))[:budget])
    pessimist = sum(hostile[k] for k in sorted(order, key=lambda k: (-scores[k], hostile[k]))[:budget])
    assert pessimist - 1e-9 <= found.hits <= optimist + 1e-9


def test_the_second_score_decides_ties() -> None:
    """By both: the first score ranks, the second where it is equal, and what is unknown stays unknown."""
    found = by_both(np.array([1.0, 1.0, 0.0, np.nan]), np.array([0.0, 5.0, 9.0, 9.0]))

    assert found[1] > found[0] > found[2]
    assert np.isnan(found[3])


def test_vectors_know_what_is_alike() -> None:
    """Texts about one thing are nearer to each other than to texts about another, and all have length one."""
    bread = [f"how do I bake bread with {grain} flour" for grain in ("rye", "wheat", "oat", "corn")]
    code = [f"sort a list of {things} in python code" for things in ("names", "dates", "files", "words")]
    encoder = Encoder.learn([*bread, *code], np.random.default_rng(9), EncoderOptions(dimensions=3))

    found = encoder.encode([*bread, *code])

    near = found @ found.T
    assert np.linalg.norm(found, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert near[:4, :4].min() > near[:4, 4:].max()


@pytest.mark.parametrize(
    ("messages", "asked"),
    [
        (None, ""),
        ([{"role": "system", "text": "be kind"}], "be kind"),
        ([{"role": "user", "text": "a"}, {"role": "assistant", "text": "b"}, {"role": "user", "text": "c"}], "c"),
        ([{"role": "user", "text": "a"}, {"role": "tool", "text": "result"}], "a"),
        ([{"role": "user", "text": None}], ""),
    ],
)
def test_what_was_asked(messages: list[dict[str, str | None]] | None, asked: str) -> None:
    """The last text of the user is what a request asks."""
    assert last_asked(messages) == asked


def test_a_range_is_read_without_its_truth(tmp_path: Path) -> None:
    """Exchanges come in time order, accounts that sent nothing are there, and no truth is needed."""
    (tmp_path / "exchanges").mkdir()
    rows = [
        {"exchange_id": "2", "account_id": "b", "model": "m", "started_at": 2_000_000,
         "input_messages": [{"role": "user", "text": "later"}]},
        {"exchange_id": "1", "account_id": "a", "model": "m", "started_at": 1_000_000, "status": 429},
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows, EXCHANGES), tmp_path / "exchanges" / "0.parquet")
    pq.write_table(pa.Table.from_pylist([{"account_id": "c"}], ACCOUNTS), tmp_path / "accounts.parquet")

    found = read_requests(tmp_path)

    assert found.names == ("a", "b", "c")
    assert found.text == ("", "later")
    assert found.at.tolist() == [1.0, 2.0]
    assert found.answered.tolist() == [False, True]
    assert found.sizes().tolist() == [1, 1, 0]


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)
