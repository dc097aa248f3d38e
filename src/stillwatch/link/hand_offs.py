"""Hand-offs: what passes from one account to another, which honest strangers hardly ever do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numba as nb
import numpy as np
import numpy.typing as npt

from stillwatch.facts.pairs import is_among
from stillwatch.facts.quotes import Quotes
from stillwatch.facts.roster import Roster
from stillwatch.facts.traces import WITHHELD
from stillwatch.facts.traffic import Traffic

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
    rows = traffic.traces.rows
    tried = _retries(rows, roster, options)
    giver, taker, later = _gone_on(rows, roster, options, "closing", "history", np.arange(len(rows["exchange"])))
    elsewhere = np.setdiff1d(np.flatnonzero(rows["earlier"]), later)
    found = [
        (*tried, HandOff.RETRY),
        (*_reworded(traffic.failed, traffic.asked, roster, tried, options), HandOff.REWORDED),
        (giver, taker, HandOff.CONTINUED),
        (*_gone_on(rows, roster, options, "turn", "earlier", elsewhere)[:2], HandOff.RESUMED),
        (*_quoted(traffic.said, traffic.asked, roster, options), HandOff.QUOTED),
        (*_signatures(traffic.issued, traffic.replayed, roster, options), HandOff.SIGNATURE),
        (*_carried(traffic.issued, traffic.replayed, roster, options), HandOff.CARRIED),
    ]
    giver = np.concatenate([one[0] for one in found]).astype(np.int32)
    taker = np.concatenate([one[1] for one in found]).astype(np.int32)
    kind = np.concatenate([np.full(len(one[0]), one[2], dtype=np.int8) for one in found])
    return HandOffs.of(giver, taker, kind)


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


def _reworded(
    failed: Quotes, asked: Quotes, roster: Roster, tried: tuple[Codes, Codes], options: HandOffOptions
) -> tuple[Codes, Codes]:
    """Phrases first asked in a request that was limited, banned or refused, and soon asked on an account new to them.

    Whoever writes each request anew around what it is about sends no request twice. A phrase that was answered before
    is no failed one, and one that more accounts than a few ask is common property. Between those who `tried` a whole
    request again it is the same event, and told there.
    """
    window = np.int64(options.reworded_s * 1e6)
    giver, taker = _asked_elsewhere(
        failed.token, failed.account, failed.time, asked.token, asked.account, asked.time, options.max_holders, window
    )
    pair = np.unique(roster.codes(giver).astype(np.int64) * len(roster) + roster.codes(taker))
    fresh = pair[~np.isin(pair, tried[0].astype(np.int64) * len(roster) + tried[1])]
    return (fresh // max(1, len(roster))).astype(np.int32), (fresh % max(1, len(roster))).astype(np.int32)


@nb.njit(cache=True)
def _asked_elsewhere(f_token, f_account, f_time, a_token, a_account, a_time, max_holders, window):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901, PLR0913
    """Walk both sorted lists once; from each phrase's first asker on, pair those who failed with the next to ask."""
    giver = np.empty(len(a_token), dtype=np.uint64)
    taker = np.empty(len(a_token), dtype=np.uint64)
    n = 0
    i = j = 0
    while i < len(f_token) and j < len(a_token):
        if f_token[i] < a_token[j]:
            i += 1
            continue
        i_end, j_end = i, j
        while j_end < len(a_token) and a_token[j_end] == a_token[j]:
            j_end += 1
        if f_token[i] == a_token[j]:
            while i_end < len(f_token) and f_token[i_end] == f_token[i]:
                i_end += 1
            if 1 < j_end - j <= max_holders:
                order = j + np.argsort(a_time[j:j_end], kind="mergesort")
                for k in range(len(order) - 1):
                    one, other = order[k], order[k + 1]
                    withheld = False
                    for m in range(i, i_end):
                        if f_account[m] == a_account[one] and f_time[m] == a_time[one]:
                            withheld = True
                    if not withheld:
                        break
                    if a_time[other] - a_time[one] <= window:
                        giver[n] = a_account[one]
                        taker[n] = a_account[other]
                        n += 1
        i, j = i_end, j_end
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


def _quoted(said: Quotes, asked: Quotes, roster: Roster, options: HandOffOptions) -> tuple[Codes, Codes]:
    """Phrases that first came up in one account's answers and then in another account's input.

    What anybody had asked before it was said is public text or the answer quoting its question, and passes nothing on;
    neither does what many accounts were told.
    """
    giver, taker = _born_as_answers(
        said.token, said.account, said.time, asked.token, asked.account, asked.time, options.quote_holders
    )
    giver_code, taker_code = roster.codes(giver), roster.codes(taker)
    pair = giver_code.astype(np.int64) * len(roster) + taker_code
    unique, counts = np.unique(pair, return_counts=True)
    kept = unique[counts >= options.least_quotes]
    times = counts[counts >= options.least_quotes] // options.least_quotes
    kept = np.repeat(kept, times)
    return (kept // max(1, len(roster))).astype(np.int32), (kept % max(1, len(roster))).astype(np.int32)


@nb.njit(cache=True)
def _born_as_answers(s_token, s_account, s_time, a_token, a_account, a_time, max_holders):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901, PLR0913
    """Walk both sorted lists once; emit (who said it first, who asked it later) for each phrase born as an answer."""
    giver = np.empty(len(a_token), dtype=np.uint64)
    taker = np.empty(len(a_token), dtype=np.uint64)
    n = 0
    i = j = 0
    while i < len(s_token) and j < len(a_token):
        if s_token[i] < a_token[j]:
            i += 1
            continue
        if s_token[i] > a_token[j]:
            j += 1
            continue
        token = s_token[i]
        i_end, j_end = i, j
        source = i
        while i_end < len(s_token) and s_token[i_end] == token:
            if s_time[i_end] < s_time[source]:
                source = i_end
            i_end += 1
        first_asked = a_time[j]
        while j_end < len(a_token) and a_token[j_end] == token:
            first_asked = min(first_asked, a_time[j_end])
            j_end += 1
        if i_end - i <= max_holders and j_end - j <= max_holders and first_asked > s_time[source]:
            for k in range(j, j_end):
                told = False
                for m in range(i, i_end):
                    if s_account[m] == a_account[k] and s_time[m] < a_time[k]:
                        told = True
                if not told:
                    giver[n] = s_account[source]
                    taker[n] = a_account[k]
                    n += 1
        i, j = i_end, j_end
    return giver[:n].copy(), taker[:n].copy()


def _signatures(issued: Quotes, replayed: Quotes, roster: Roster, options: HandOffOptions) -> tuple[Codes, Codes]:
    """Reasoning signatures sent in by an account to which they were never issued."""
    giver, taker = _born_as_answers(
        issued.token, issued.account, issued.time, replayed.token, replayed.account, replayed.time, options.max_holders
    )
    return roster.codes(giver), roster.codes(taker)


def _carried(issued: Quotes, replayed: Quotes, roster: Roster, options: HandOffOptions) -> tuple[Codes, Codes]:
    """Reasoning signatures that nobody in the log was issued, from whoever sent one in first to the others who did.

    No two strangers have the same one: it comes with an answer, and is of no use but with the conversation it is from.
    """
    foreign = np.flatnonzero(~is_among(replayed.token, issued.token))
    order = foreign[np.lexsort((replayed.account[foreign], replayed.time[foreign], replayed.token[foreign]))]
    token, account = replayed.token[order], replayed.account[order]
    first = np.searchsorted(token, token, side="left")
    senders = np.searchsorted(token, token, side="right") - first
    other = (senders <= options.max_holders) & (first < np.arange(len(token)))
    return roster.codes(account[first[other]]), roster.codes(account[other])
