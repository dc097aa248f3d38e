"""Requests tried again elsewhere, as they were, after a limit, a ban or a refusal: at once, or parked for later."""

from dataclasses import dataclass

import numba as nb
import numpy as np
import numpy.typing as npt

from stillwatch.facts.pairs import is_among
from stillwatch.facts.roster import Roster
from stillwatch.facts.traces import ANSWERED, WITHHELD
from stillwatch.link.common_property import Codes, Columns, Flags, by_time, common, senders_so_far

Times = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryOptions:
    """When a request that failed on one account counts as tried again on another."""

    window_s: float = 600.0
    """A retry elsewhere follows within this time (seconds): failover tooling acts in seconds, people in minutes."""
    copied_share: float = 0.2
    """Whoever's requests are for this share ones that had failed elsewhere just before, and never before been answered,
    does not make them common property by sending them, too: honest people seldom ask what just failed elsewhere."""
    least_copied: int = 5
    """... of at least this many requests ..."""
    least_failing: int = 3
    """... that had failed on at least this many accounts: one pupil of a class who is at a limit all morning may be the
    first to ask much of what the class asks."""
    common_share: float = 0.1
    """What is common property passes nothing on, unless it failed on an account that otherwise asks what nobody else
    does: of what it was answered, at most this share is common property. Whoever runs the suite that everybody runs
    asks little else; who would hide a failed request among strangers' must make a tenth of all that the account asks
    common, at so many senders each."""
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
    parked_s: float = 259_200.0
    """What failed may be given to another account with the work of the next days: within this time (seconds)."""
    parked_holders: int = 3
    """... where no more accounts ever send it: a public question fails somewhere before somebody else asks it ..."""
    parked_failing: float = 0.2
    """... and where the account that failed with it fails with this share of what it asks at most. Who is refused half
    of what he asks, as whoever works through a suite of jailbreaks is, fails with it before others do by luck."""
    parked_few: int = 2
    """... or with so few requests that no share can be told of them: who asks eight times, and fails twice."""
    parked_phrases: int = 2
    """What is asked in other words has so many sampled phrases of what failed, at least: one may be luck ..."""
    parked_share: float = 0.1
    """... and this share of its phrases: the two are about the same thing."""


def retries(rows: Columns, roster: Roster, most: int, options: RetryOptions) -> tuple[Codes, Codes, Times, Times]:
    """Who tried a request, who tried the same whole request next, soon after it had failed on the first's account.

    And when the one and the other did (microseconds since 1970).
    What more accounts than `most` send is common property, but for who copies what failed elsewhere.
    """
    request = rows["request"]
    failed = np.isin(rows["outcome"], WITHHELD) & (request != 0)
    some = by_time(rows, np.flatnonzero(is_among(request, request[failed])), request)
    account, sent = roster.codes(rows["account"][some]), request[some]
    start, end = rows["start"][some], rows["end"][some]
    window = np.int64(options.window_s * 1e6)
    asked = np.bincount(roster.codes(rows["account"][request != 0]), minlength=len(roster))
    counted = ~_copies(sent, account, start, end, failed[some], asked, window, options)[account]
    shared = common(sent, account, most, counted)
    counts = ~shared
    if (shared & failed[some]).any():
        givers = np.unique(account[shared & failed[some]])
        counts |= np.isin(account, givers[_asks_for_itself(rows, roster, givers, ~failed, most, options)])
        around = np.array(options.around_s) * 1e6
        prompt = _prompt(sent, start, end, around, options.prompt_s * 1e6, options.luck)
        counts |= prompt & (senders_so_far(sent, account) <= most)
    pairs: tuple[Codes, Codes, Times, Times] = _pair_retries(sent, account, start, end, failed[some] & counts, window)
    return pairs


def fails_often(rows: Columns, roster: Roster, options: RetryOptions) -> Flags:
    """(accounts,) who fails with so much that others fail later with the same by luck."""
    code = roster.codes(rows["account"])
    failed = np.bincount(code[rows["outcome"] != ANSWERED], minlength=len(roster))
    asked = np.bincount(code, minlength=len(roster))
    often: Flags = failed > np.maximum(options.parked_failing * asked, options.parked_few)
    return often


def parked(
    rows: Columns, roster: Roster, often: Flags, options: RetryOptions, *, backwards: bool = False
) -> tuple[Codes, Codes]:
    """Who failed with a whole request and let it be, and who made it next, hours or days later.

    People ask again themselves; what one account never asks again and another asks as it was had been put aside for it.
    Nobody was answered it in between. Those who fail `often` are left out. Read `backwards`, who had made it hours or
    days before the other failed with it.
    """
    request, code = rows["request"], roster.codes(rows["account"])
    failed = (rows["outcome"] != ANSWERED) & (request != 0)
    some = by_time(rows, np.flatnonzero(is_among(request, request[failed])), request)
    start, end = rows["start"], rows["end"]
    if backwards:
        start, end = -end, -start
        some = some[np.lexsort((start[some], request[some]))]
    account, sent = code[some], request[some]
    counts = ~common(sent, account, options.parked_holders) & ~often[account]
    soon, late = np.int64(options.window_s * 1e6), np.int64(options.parked_s * 1e6)
    pairs: tuple[Codes, Codes] = _pair_parked(sent, account, start[some], end[some], failed[some], counts, soon, late)
    return pairs


def _copies(  # noqa: PLR0913 - the attempts at what failed, and how many requests each account made
    sent: npt.NDArray[np.uint64],
    account: Codes,
    start: npt.NDArray[np.int64],
    end: npt.NDArray[np.int64],
    failed: Flags,
    asked: npt.NDArray[np.int64],
    window: np.int64,
    options: RetryOptions,
) -> Flags:
    """(accounts,) who is answered what failed on the first account that asked it, soon afterwards and again and again.

    Rows are sorted by what is sent and time.
    """
    first = np.searchsorted(sent, sent, side="left")
    copy = failed[first] & ~failed & (account != account[first]) & (start - end[first] <= window)
    copied = _each_once(account[copy], sent[copy], len(asked))
    failing = _each_once(account[copy], account[first][copy].astype(np.uint64), len(asked))
    many = (copied >= options.least_copied) & (failing >= options.least_failing)
    out: Flags = many & (copied >= options.copied_share * asked)
    return out


def _each_once(account: Codes, thing: npt.NDArray[np.uint64], accounts: int) -> npt.NDArray[np.int64]:
    """(accounts,) how many different things stand beside each account."""
    pairs = np.unique(np.stack([account.astype(np.uint64), thing]), axis=1)
    return np.bincount(pairs[0].astype(np.int64), minlength=accounts)


def _asks_for_itself(  # noqa: PLR0913 - whose requests, and what is common
    rows: Columns, roster: Roster, accounts: Codes, chosen: Flags, most: int, options: RetryOptions
) -> Flags:
    """(n,) whether hardly anything of what each of some accounts was answered is common property."""
    asked = rows["request"]
    code = roster.codes(rows["account"])
    theirs = np.flatnonzero(np.isin(code, accounts) & chosen & (asked != 0))
    held = np.flatnonzero(is_among(asked, asked[theirs]))
    many = np.zeros(len(asked), dtype=np.bool_)
    many[held] = common(asked[held], code[held], most)
    place = np.searchsorted(accounts, code[theirs])
    answered = np.bincount(place, minlength=len(accounts))
    shared = np.bincount(place, weights=many[theirs], minlength=len(accounts))
    return (answered >= options.least_answered) & (shared <= options.common_share * answered)


@nb.njit(cache=True)
def _pair_retries(request, account, start, end, failed, window):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913
    """Rows sorted by request and then start: pair each failure with the next attempt on another account."""
    giver = np.empty(len(request), dtype=np.int32)
    taker = np.empty(len(request), dtype=np.int32)
    tried_at = np.empty(len(request), dtype=np.int64)
    again_at = np.empty(len(request), dtype=np.int64)
    n = 0
    for k in range(len(request) - 1):
        after = k + 1
        if not failed[k] or request[after] != request[k] or account[after] == account[k]:
            continue
        if start[after] >= start[k] and start[after] - end[k] <= window:
            giver[n] = account[k]
            taker[n] = account[after]
            tried_at[n] = start[k]
            again_at[n] = start[after]
            n += 1
    return giver[:n].copy(), taker[:n].copy(), tried_at[:n].copy(), again_at[:n].copy()


@nb.njit(cache=True)
def _pair_parked(request, account, start, end, failed, counts, soon, late):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913
    """Rows sorted by request and then start: pair each failure, before any answer, with a later attempt elsewhere."""
    giver = np.empty(len(request), dtype=np.int32)
    taker = np.empty(len(request), dtype=np.int32)
    n = 0
    low = 0
    while low < len(request):
        high = low + 1
        while high < len(request) and request[high] == request[low]:
            high += 1
        for k in range(low, high - 1):
            if not failed[k]:
                break
            gap = start[k + 1] - end[k]
            if not counts[k] or account[k + 1] == account[k] or gap <= soon or gap > late:
                continue
            again = False
            for m in range(k + 1, high):
                if account[m] == account[k]:  # found at once where it comes back often, so that this stays linear
                    again = True
                    break
            if not again:
                giver[n] = account[k]
                taker[n] = account[k + 1]
                n += 1
        low = high
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
