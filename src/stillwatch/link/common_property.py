"""Common property: what so many accounts send that it passes nothing on, whoever sends it next."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from stillwatch.facts.pairs import is_among

Codes = npt.NDArray[np.int32]
Columns = Mapping[str, npt.NDArray[Any]]
Flags = npt.NDArray[np.bool_]


def common(sent: npt.NDArray[np.uint64], account: Codes, most: int, counted: Flags | None = None) -> Flags:
    """(n,) whether each of what was `sent` is something that more than `most` accounts sent.

    Of those rows alone that are `counted`, where these are told.
    """
    by, who = (sent, account) if counted is None else (sent[counted], account[counted])
    order = np.lexsort((who, by))
    things, holders = np.unique(by[order][_first_of_each(by[order], who[order])], return_counts=True)
    shared: Flags = is_among(sent, things[holders > most])
    return shared


def senders_so_far(sent: npt.NDArray[np.uint64], account: Codes) -> npt.NDArray[np.int64]:
    """(n,) how many accounts have sent each by then, itself included; rows are sorted by what is sent and time."""
    order = np.lexsort((np.arange(len(sent)), account, sent))
    new = np.zeros(len(order), dtype=np.int64)
    new[order] = _first_of_each(sent[order], account[order])
    total = np.cumsum(new)
    starts = np.searchsorted(sent, sent, side="left")
    senders: npt.NDArray[np.int64] = total - total[starts] + 1
    return senders


def by_time(rows: Columns, some: npt.NDArray[np.int64], key: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Some rows sorted by a key, then time, then exchange, so that the order never depends on how they were read."""
    return some[np.lexsort((rows["exchange"][some], rows["start"][some], key[some]))]


def _first_of_each(sent: npt.NDArray[np.uint64], account: Codes) -> Flags:
    """(n,) whether each row is the first of its account with what it sends; rows are sorted by both."""
    first = np.ones(len(sent), dtype=np.bool_)
    first[1:] = (sent[1:] != sent[:-1]) | (account[1:] != account[:-1])
    return first
