"""How well the sides of a range can be told apart by things that should tell nothing: style, and single columns."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scipy.optimize import minimize
from scipy.stats import rankdata

Numbers = npt.NDArray[np.float64]
FOLDS = 5
_WORDS = re.compile(r"[A-Za-z]{3,}")


def auc(scores: Numbers, positive: npt.NDArray[np.bool_]) -> float:
    """Return the chance that a positive outranks a negative, whichever direction is the better one."""
    ranks = rankdata(scores)
    ones, zeros = int(positive.sum()), int((~positive).sum())
    area = (ranks[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros)
    return float(max(area, 1 - area))


def classified(
    features: Numbers, positive: npt.NDArray[np.bool_], groups: npt.NDArray[np.int64], penalty: float = 1.0
) -> float:
    """Return the cross-validated AUC of a logistic regression; a group is never in two folds at once."""
    scores = np.zeros(len(positive))
    for fold in range(FOLDS):
        held = groups % FOLDS == fold
        mean, spread = features[~held].mean(0), features[~held].std(0) + 1e-9
        weights = _fit((features[~held] - mean) / spread, positive[~held], penalty)
        scores[held] = rankdata(((features[held] - mean) / spread) @ weights[1:]) / held.sum()
    ranks = rankdata(scores)
    ones, zeros = int(positive.sum()), int((~positive).sum())
    return float((ranks[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def dealt(
    hands: npt.NDArray[np.str_], size: int, times: int, rng: np.random.Generator
) -> Iterator[npt.NDArray[np.bool_]]:
    """Yield labels that call hands guilty by lot until about `size` accounts are."""
    sizes = Counter(hands.tolist())
    while times:
        chosen: list[str] = []
        for hand in rng.permutation(sorted(sizes)).tolist():
            if sum(sizes[name] for name in chosen) + sizes[hand] <= size * 1.1:
                chosen.append(hand)
        label = np.isin(hands, chosen)
        if abs(int(label.sum()) - size) < size / 5:
            times -= 1
            yield label


def a_few_of_each(exchanges: pa.Table, few: int) -> pa.Table:
    """Return the first so many exchanges of each account."""
    seen: Counter[str] = Counter()
    kept = []
    for row, name in enumerate(exchanges["account_id"].to_pylist()):
        seen[name] += 1
        if seen[name] <= few:
            kept.append(row)
    return exchanges.take(pa.array(kept))


def style(exchanges: pa.Table) -> tuple[list[str], Numbers]:
    """Return, for each account, what its requests and answers look like, without what they say."""
    asked = [messages[-1]["text"] if messages else "" for messages in exchanges["input_messages"].to_pylist()]
    answered = exchanges["output_text"].fill_null("").to_pylist()
    accounts = exchanges["account_id"].to_pylist()
    rows = np.hstack([_shape(asked), _shape(answered)])
    return _by_account(accounts, rows)


def vocabulary(exchanges: pa.Table, corpora: Path, words: int = 200) -> tuple[list[str], Numbers]:
    """Return, for each account, how much of its words are those that mark each corpus."""
    marks = _marking_words(corpora, words)
    asked = [messages[-1]["text"] if messages else "" for messages in exchanges["input_messages"].to_pylist()]
    rows = np.zeros((len(asked), len(marks)))
    for k, text in enumerate(asked):
        found = _WORDS.findall(text[:2000].lower())
        for column, marking in enumerate(marks.values()):
            rows[k, column] = sum(word in marking for word in found) / max(1, len(found))
    return _by_account(exchanges["account_id"].to_pylist(), rows)


def columns(exchanges: pa.Table, accounts: pa.Table, positive: dict[str, bool]) -> dict[str, float]:
    """Return the AUC of every single column, summed up per account in every way that suits its type."""
    found: dict[str, float] = {}
    skipped = {"exchange_id", "account_id", "input_messages", "output_text"}
    for table in (exchanges, accounts):
        ids = table["account_id"].to_pylist()
        names = sorted(set(ids))
        truth = np.array([positive[name] for name in names])
        for column in table.column_names:
            if column not in skipped:
                for way, values in _summed_up(ids, table[column], names, truth):
                    found[f"{column} ({way})"] = auc(values, truth)
    return found


def _summed_up(
    ids: list[str], column: pa.ChunkedArray, names: list[str], truth: npt.NDArray[np.bool_]
) -> list[tuple[str, Numbers]]:
    ways = [("missing", _mean(ids, column.is_null().to_numpy().astype(float), names))]
    if pa.types.is_timestamp(column.type):
        seconds = column.cast(pa.int64()).to_numpy() / 1e6
        hours = seconds / 3600 % 24
        return [
            ("mean", _mean(ids, seconds, names)),
            ("cos hour", _mean(ids, np.cos(hours / 24 * 2 * np.pi), names)),
            ("sin hour", _mean(ids, np.sin(hours / 24 * 2 * np.pi), names)),
        ]
    if pa.types.is_integer(column.type):
        return [*ways, ("mean", _mean(ids, column.cast(pa.float64()).fill_null(0).to_numpy(), names))]
    if pa.types.is_list(column.type):
        return [
            *ways,
            ("count", _mean(ids, pc.list_value_length(column).cast(pa.float64()).fill_null(0).to_numpy(), names)),
        ]
    values = [str(value) if value is not None else "" for value in column.to_pylist()]
    different: dict[str, set[str]] = defaultdict(set)
    for name, value in zip(ids, values, strict=True):
        different[name].add(value)
    counts = Counter(ids)
    ways += [
        ("length", _mean(ids, np.array([len(value) for value in values], float), names)),
        ("distinct", np.array([float(len(different[name])) for name in names])),
        ("distinct share", np.array([len(different[name]) / counts[name] for name in names])),
    ]
    if len(set(values)) <= 60:
        ways.append(("value", _target(ids, values, names, truth)))
    return ways


def _target(ids: list[str], values: list[str], names: list[str], truth: npt.NDArray[np.bool_]) -> Numbers:
    """Score each account by how often accounts of other folds with its values are positive."""
    place = {name: k for k, name in enumerate(names)}
    fold = np.arange(len(names)) % FOLDS
    kinds = sorted(set(values))
    shares = np.zeros((len(names), len(kinds)))
    at = {kind: k for k, kind in enumerate(kinds)}
    np.add.at(shares, ([place[name] for name in ids], [at[value] for value in values]), 1.0)
    shares /= shares.sum(1, keepdims=True)
    scores = np.zeros(len(names))
    for held in range(FOLDS):
        known = fold != held
        rates = (shares[known & truth].sum(0) + 1) / (shares[known].sum(0) + 2)
        scores[~known] = shares[~known] @ rates
    return scores


def _mean(ids: list[str], values: Numbers, names: list[str]) -> Numbers:
    place = {name: k for k, name in enumerate(names)}
    at = np.array([place[name] for name in ids])
    return np.bincount(at, values, len(names)) / np.maximum(1, np.bincount(at, minlength=len(names)))


def _shape(texts: Sequence[str]) -> Numbers:
    rows = []
    for text in texts:
        cut = text[:3000]
        size = max(1, len(cut))
        words = cut.split()
        rows.append(
            (
                np.log1p(len(text)),
                sum(map(str.isupper, cut)) / size,
                sum(map(str.isdigit, cut)) / size,
                sum(map(str.isspace, cut)) / size,
                cut.count("\n") / size,
                cut.count("?") / size,
                cut.count(".") / size,
                cut.count(",") / size,
                sum(cut.count(sign) for sign in "{}[]()=;<>_") / size,
                sum(cut.count(sign) for sign in "\"'`*#-:") / size,
                sum(letter > "\u0900" for letter in cut) / size,
                sum("\u007f" < letter < "\u0900" for letter in cut) / size,
                np.mean([len(word) for word in words]) if words else 0.0,
                len(set(words)) / max(1, len(words)),
                float(cut[:1].isupper()),
            )
        )
    return np.array(rows, np.float64)


def _by_account(accounts: list[str], rows: Numbers) -> tuple[list[str], Numbers]:
    names = sorted(set(accounts))
    means = np.column_stack([_mean(accounts, rows[:, k], names) for k in range(rows.shape[1])])
    return names, means


def _marking_words(corpora: Path, words: int) -> dict[str, set[str]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for path in sorted(corpora.rglob("*.parquet")):
        if {"corpus", "text"} <= set(pq.read_schema(path).names):
            table = pq.read_table(path, columns=["corpus", "text"])
            for corpus, text in zip(table["corpus"].to_pylist()[:4000], table["text"].to_pylist()[:4000], strict=True):
                counts[corpus].update(_WORDS.findall((text or "")[:500].lower()))
    everywhere = sum(counts.values(), Counter())
    total = sum(everywhere.values())
    marking: dict[str, set[str]] = {}
    for corpus, own in counts.items():
        size = sum(own.values())
        if size > 500:
            lift = {word: count / size / (everywhere[word] / total) for word, count in own.items() if count >= 5}
            marking[corpus] = set(sorted(lift, key=lambda word: (-lift[word] * np.log(own[word]), word))[:words])
    return marking


def _fit(features: Numbers, positive: npt.NDArray[np.bool_], penalty: float) -> Numbers:
    signs = np.where(positive, 1.0, -1.0)
    weight = np.where(positive, 0.5 / positive.sum(), 0.5 / (~positive).sum()) * len(positive)

    def loss(w: Numbers) -> tuple[float, Numbers]:
        margins = signs * (features @ w[1:] + w[0])
        pull = -weight * signs / (1 + np.exp(np.clip(margins, -30, 30)))
        gradient = np.concatenate([[pull.sum()], features.T @ pull + penalty * w[1:]])
        return float((weight * np.logaddexp(0, -margins)).sum() + penalty / 2 * (w[1:] @ w[1:])), gradient

    return np.asarray(
        minimize(loss, np.zeros(features.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 60}).x
    )
