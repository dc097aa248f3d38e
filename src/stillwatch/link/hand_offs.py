"""Hand-offs: what passes from one account to another, which honest strangers hardly ever do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numba as nb
import numpy as np
import numpy.typing as npt

from stillwatch.facts.pairs import is_among
from stillwatch.facts.roster import Roster
from stillwatch.facts.traces import WITHHELD
from stillwatch.facts.traffic import Traffic
from stillwatch.link.passed_phrases import carried, quoted, reworded, signatures

Codes = npt.NDArray[np.int32]
Columns = Mapping[str, npt.NDArray[Any]]


class HandOff(IntEnum):
    """How something passed from one account to another."""

    RETRY = 1
    CONTINUED = 2
    QUOTED = 3
    SIGNATURE = 4
    RESUMED = 5
    CARRIED = 6
    REWORDED = 7

    @property
    def words(self) -> str:
        """How a report says it."""
        return {
            HandOff.RETRY: "the same request was tried again on another account after a limit, ban or refusal",
            HandOff.CONTINUED: "a conversation begun on one account went on in another",
            HandOff.QUOTED: "one account's answers came back in another account's input",
            HandOff.SIGNATURE: "a reasoning signature issued to one account was sent in by another",
            HandOff.RESUMED: "a conversation one account sent in went on in another, with an answer from elsewhere",
            HandOff.CARRIED: "a reasoning signature issued elsewhere was sent in by both",
            HandOff.REWORDED: "a request was tried again in other words elsewhere after a limit, ban or refusal",
        }[self]


RETRIED: Final = (HandOff.RETRY, HandOff.REWORDED)
"""Ways round a limit, a ban or a refusal."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HandOffOptions:
    """When two accounts' exchanges count as one passing to the other."""

    retry_window_s: float = 600.0
    """A retry elsewhere follows within this time (seconds): failover tooling acts in seconds, people in minutes."""
    max_holders: int = 8
    """A request or answer that more accounts than this share is common property and passes nothing on."""
    common_share: float = 0.1
    """... unless it failed on an account that otherwise asks what nobody else does: of what it was answered, at most
    this share is common property. Whoever runs the suite that everybody runs asks little else; who would hide a failed
    request among strangers' must make a tenth of all that the account asks common, at so many senders each."""
    least_answered: int = 10
    """... of at least this many answered requests, from which a share can be told."""
    prompt_s: float = 2.0
    """... or unless hardly anybody had sent it before, and the next attempt came this soon (seconds), as failover
    tooling's does: what many send only after it has failed is made to look common."""
    luck: float = 0.2
    """... and so soon that the many others, at the pace of their busiest moments around, would have sent it by then
    with less than this probability."""
    around_s: tuple[float, ...] = (5.0, 60.0, 600.0)
    """These moments: this long before and after the failure (seconds)."""
    reworded_s: float = 60.0
    """The same text in other words around it follows within this time (seconds): it is held to less than a whole
    request is, and failover tooling acts in seconds."""
    quote_holders: int = 2
    """An answer's phrase that more accounts than this were given, or sent in, is public text or a stock phrase."""
    least_quotes: int = 2
    """Sampled phrases of one account's answers in another's input before it counts as a quotation: one may be luck."""


@dataclass(frozen=True, slots=True)
class HandOffs:
    """Directed pairs of accounts with the kind and number of hand-offs between them; no pair of a kind twice."""

    giver: Codes
    taker: Codes
    kind: npt.NDArray[np.int8]
    count: npt.NDArray[np.int32]

    @classmethod
    def none(cls) -> "HandOffs":
        """Nothing passed."""
        nobody = np.zeros(0, dtype=np.int32)
        return cls(nobody, nobody, np.zeros(0, dtype=np.int8), nobody)

    @classmethod
    def of(cls, giver: Codes, taker: Codes, kind: npt.NDArray[np.int8]) -> "HandOffs":
        """Count repeated (giver, taker, kind) triples."""
        order = np.lexsort((kind, taker, giver))
        giver, taker, kind = giver[order], taker[order], kind[order]
        first = np.ones(len(giver), dtype=np.bool_)
        first[1:] = (giver[1:] != giver[:-1]) | (taker[1:] != taker[:-1]) | (kind[1:] != kind[:-1])
        starts = np.flatnonzero(first)
        count = np.diff(np.concatenate([starts, [len(giver)]])).astype(np.int32)
        return cls(giver[starts], taker[starts], kind[starts], count)

    def among(self, chosen: npt.NDArray[np.bool_]) -> "HandOffs":
        """The hand-offs both of whose accounts are (accounts,) chosen."""
        kept = chosen[self.giver] & chosen[self.taker]
        return HandOffs(self.giver[kept], self.taker[kept], self.kind[kept], self.count[kept])

    def __len__(self) -> int:
        """Pairs of a kind."""
        return len(self.giver)


def hand_offs(traffic: Traffic, roster: Roster, options: HandOffOptions) -> HandOffs:
    """Every hand-off between two accounts in the traffic."""
    rows, most = traffic.traces.rows, options.max_holders
    tried = _retries(rows, roster, options)
    again = reworded(traffic.failed, traffic.asked, roster, most, options.reworded_s)
    giver, taker, later = _gone_on(rows, roster, options, "closing", "history", np.arange(len(rows["exchange"])))
    elsewhere = np.setdiff1d(np.flatnonzero(rows["earlier"]), later)
    found = [
        (*tried, HandOff.RETRY),
        (*_others_than(tried, again, len(roster)), HandOff.REWORDED),
        (giver, taker, HandOff.CONTINUED),
        (*_gone_on(rows, roster, options, "turn", "earlier", elsewhere)[:2], HandOff.RESUMED),
        (*quoted(traffic.said, traffic.asked, roster, options.quote_holders, options.least_quotes), HandOff.QUOTED),
        (*signatures(traffic.issued, traffic.replayed, roster, most), HandOff.SIGNATURE),
        (*carried(traffic.issued, traffic.replayed, roster, most), HandOff.CARRIED),
    ]
    giver = np.concatenate([one[0] for one in found]).astype(np.int32)
    taker = np.concatenate([one[1] for one in found]).astype(np.int32)
    kind = np.concatenate([np.full(len(one[0]), one[2], dtype=np.int8) for one in found])
    return HandOffs.of(giver, taker, kind)


def _others_than(told: tuple[Codes, Codes], pairs: tuple[Codes, Codes], accounts: int) -> tuple[Codes, Codes]:
    """The pairs that are not told already: who tries a request again sends its phrases again, too."""
    known = told[0].astype(np.int64) * accounts + told[1]
    fresh = ~np.isin(pairs[0].astype(np.int64) * accounts + pairs[1], known)
    return pairs[0][fresh], pairs[1][fresh]


def _retries(rows: Columns, roster: Roster, options: HandOffOptions) -> tuple[Codes, Codes]:
    """The same whole request on another account soon after it was limited, banned or refused."""
    request = rows["request"]
    failed = np.isin(rows["outcome"], WITHHELD) & (request != 0)
    some = _by_time(rows, np.flatnonzero(is_among(request, request[failed])), request)
    account = roster.codes(rows["account"][some])
    common = _common(request[some], account, options.max_holders)
    counts = ~common
    if (common & failed[some]).any():
        givers = np.unique(account[common & failed[some]])
        counts |= np.isin(account, givers[_asks_for_itself(rows, roster, givers, ~failed, options)])
        sent = request[some]
        prompt = _prompt(
            sent, rows["start"][some], rows["end"][some], np.array(options.around_s) * 1e6, options.prompt_s * 1e6,
            options.luck,
        )  # fmt: skip
        counts |= prompt & (_senders_so_far(sent, account) <= options.max_holders)
    window = np.int64(options.retry_window_s * 1e6)
    pairs: tuple[Codes, Codes] = _pair_retries(
        request[some], account, rows["start"][some], rows["end"][some], failed[some] & counts, window
    )
    return pairs


def _common(request: npt.NDArray[np.uint64], account: Codes, most: int) -> npt.NDArray[np.bool_]:
    """(n,) whether each request is one that more than so many of the accounts sent."""
    order = np.lexsort((account, request))
    by_request, by_account = request[order], account[order]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (by_request[1:] != by_request[:-1]) | (by_account[1:] != by_account[:-1])
    sent, holders = np.unique(by_request[first], return_counts=True)
    shared: npt.NDArray[np.bool_] = is_among(request, sent[holders > most])
    return shared


def _asks_for_itself(
    rows: Columns, roster: Roster, accounts: Codes, chosen: npt.NDArray[np.bool_], options: HandOffOptions
) -> npt.NDArray[np.bool_]:
    """(n,) whether hardly anything of what each of some accounts was answered is common property."""
    asked = rows["request"]
    code = roster.codes(rows["account"])
    theirs = np.flatnonzero(np.isin(code, accounts) & chosen & (asked != 0))
    held = np.flatnonzero(is_among(asked, asked[theirs]))
    common = np.zeros(len(asked), dtype=np.bool_)
    common[held] = _common(asked[held], code[held], options.max_holders)
    place = np.searchsorted(accounts, code[theirs])
    answered = np.bincount(place, minlength=len(accounts))
    shared = np.bincount(place, weights=common[theirs], minlength=len(accounts))
    return (answered >= options.least_answered) & (shared <= options.common_share * answered)


def _senders_so_far(request: npt.NDArray[np.uint64], account: Codes) -> npt.NDArray[np.int64]:
    """(n,) how many accounts have sent each request by then, itself included; rows are sorted by request and time."""
    order = np.lexsort((np.arange(len(request)), account, request))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (request[order][1:] != request[order][:-1]) | (account[order][1:] != account[order][:-1])
    new = np.zeros(len(order), dtype=np.int64)
    new[order] = first
    total = np.cumsum(new)
    starts = np.searchsorted(request, request, side="left")
    senders: npt.NDArray[np.int64] = total - total[starts] + 1
    return senders


def _by_time(rows: Columns, some: npt.NDArray[np.int64], key: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Some rows sorted by a key, then time, then exchange, so that the order never depends on how they were read."""
    return some[np.lexsort((rows["exchange"][some], rows["start"][some], key[some]))]


@nb.njit(cache=True)
def _pair_retries(request, account, start, end, failed, window):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913
    """Rows sorted by request and then start: pair each failure with the next attempt on another account."""
    giver = np.empty(len(request), dtype=np.int32)
    taker = np.empty(len(request), dtype=np.int32)
    n = 0
    for k in range(len(request) - 1):
        after = k + 1
        if not failed[k] or request[after] != request[k] or account[after] == account[k]:
            continue
        if start[after] >= start[k] and start[after] - end[k] <= window:
            giver[n] = account[k]
            taker[n] = account[after]
            n += 1
    return giver[:n].copy(), taker[:n].copy()


@nb.njit(cache=True)
def _prompt(request, start, end, around, longest, luck):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913
    """(n,) whether each row is followed sooner than those who send the same request around then would by luck.

    Rows sorted by request and then start. Null: within each of the stretches `around` the end, others send the request
    at a steady pace; the next one then comes within a gap with probability of at most pace times gap.
    """
    out = np.zeros(len(request), dtype=np.bool_)
    for k in range(len(request) - 1):
        gap = start[k + 1] - end[k]
        if request[k + 1] != request[k] or gap < 0 or gap > longest:
            continue
        low = np.searchsorted(request, request[k], side="left")
        high = np.searchsorted(request, request[k], side="right")
        pace = 0.0
        for reach in around:
            others = np.searchsorted(start[low:high], end[k] + reach, side="right")
            others -= np.searchsorted(start[low:high], end[k] - reach, side="left")
            pace = max(pace, (others - 2) / (2.0 * reach))
        out[k] = pace * gap <= luck
    return out


def _gone_on(  # noqa: PLR0913 - which two digests meet, and in which rows
    rows: Columns, roster: Roster, options: HandOffOptions, left: str, met: str, some: npt.NDArray[np.int64]
) -> tuple[Codes, Codes, npt.NDArray[np.int64]]:
    """A conversation that one account left off and another goes on with in `some` rows; and which rows these are.

    With the answer that the one was given (its closing is the other's history), or, where that answer was not used, or
    what came before was cut away, by its last turn, which the other's conversation had one turn before.
    """
    start_of, goes_on = rows[left], rows[met][some]
    begun = _by_time(rows, np.flatnonzero(is_among(start_of, goes_on[goes_on != 0])), start_of)
    keys = start_of[begun]
    later = some[is_among(goes_on, keys)]
    later = _without_copies(rows, roster, met, later[np.argsort(rows[met][later])], options)
    low = np.searchsorted(keys, rows[met][later], side="left")  # neighbours look up neighbours
    high = np.searchsorted(keys, rows[met][later], side="right")
    giver, taker, place = _pair_turns(
        roster.codes(rows["account"][begun]), rows["start"][begun], low, high, roster.codes(rows["account"][later]),
        rows["start"][later], options.max_holders,
    )  # fmt: skip
    return giver, taker, later[place]


def _without_copies(
    rows: Columns, roster: Roster, met: str, later: npt.NDArray[np.int64], options: HandOffOptions
) -> npt.NDArray[np.int64]:
    """Turns, sorted by what they go on with, of which one that many accounts go on with is only the first one's.

    What many go on with is common property. The first may have been given it all the same: copies made afterwards must
    not hide that, nor make its owner one who gives to everybody.
    """
    _, turns = np.unique(rows[met][later], return_counts=True)
    often = np.repeat(turns > options.max_holders, turns)
    some = _by_time(rows, later[often], rows[met])
    theirs = rows[met][some]
    kept = ~_common(theirs, roster.codes(rows["account"][some]), options.max_holders)
    kept[:1] = True
    kept[1:] |= theirs[1:] != theirs[:-1]
    merged = np.concatenate([later[~often], some[kept]])
    return merged[np.argsort(rows[met][merged])]


@nb.njit(cache=True)
def _pair_turns(giver_of, given_at, low, high, taker_of, taken_at, max_holders):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913
    """One pair for each later turn whose conversation only other accounts had begun before it."""
    giver = np.empty(len(low), dtype=np.int32)
    taker = np.empty(len(low), dtype=np.int32)
    place = np.empty(len(low), dtype=np.int64)
    n = 0
    for i in range(len(low)):
        if high[i] - low[i] > max_holders:
            continue
        own = False
        other = -1
        for k in range(low[i], high[i]):
            if given_at[k] > taken_at[i]:
                continue
            if giver_of[k] == taker_of[i]:
                own = True
            else:
                other = giver_of[k]
        if other >= 0 and not own:
            giver[n] = other
            taker[n] = taker_of[i]
            place[n] = i
            n += 1
    return giver[:n].copy(), taker[:n].copy(), place[:n].copy()
