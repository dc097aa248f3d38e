"""What passes from account to account by phrases and signatures: who first showed each, and when."""

import numba as nb
import numpy as np
import numpy.typing as npt

from stillwatch.facts.holdings import Holdings
from stillwatch.facts.pairs import is_among
from stillwatch.facts.quotes import Quotes, Times
from stillwatch.facts.roster import Roster
from stillwatch.link.retries import RetryOptions

Codes = npt.NDArray[np.int32]
TakenOver = tuple[Codes, Codes, Times]
"""From whom each of some requests took something over, whose it is, and when it began (microseconds since 1970)."""


def reworded(
    failed: Quotes, asked: Quotes, roster: Roster, most: int, within_s: float
) -> tuple[Codes, Codes, Times, Times]:
    """Phrases first asked in a request that was limited, banned or refused, and soon asked on an account new to them.

    Who asked the request, who asked them next, and when the one and the other did (microseconds since 1970); each once.
    Whoever writes each request anew around what it is about sends no request twice. A phrase that was answered before
    is no failed one, and one that more accounts than `most` ask is common property.
    """
    giver, taker, tried_at, again_at = _asked_elsewhere(
        failed.token, failed.account, failed.time, asked.token, asked.account, asked.time, most,
        np.int64(-1), np.int64(within_s * 1e6),
    )  # fmt: skip
    once = np.unique(np.stack([roster.codes(giver), roster.codes(taker), tried_at, again_at]), axis=1)
    return once[0].astype(np.int32), once[1].astype(np.int32), once[2], once[3]


def parked_words(  # noqa: PLR0913 - what was asked and when, and by whom it is not believed
    failed: Quotes,
    asked: Quotes,
    phrases: Holdings,
    roster: Roster,
    often: npt.NDArray[np.bool_],
    options: RetryOptions,
    *,
    backwards: bool = False,
) -> tuple[Codes, Codes]:
    """Who failed with a request and let be what it is about, and who asked that in other words hours or days later.

    Told by phrases that the one asked in that request only and hardly anybody else ever does: a list's item, worded
    anew. Those who fail `often` are left out. Read `backwards`, who asked it hours or days before the other failed.
    """
    way = -1 if backwards else 1
    n = np.int64(len(roster))
    tokens = np.unique(failed.token)
    mine = is_among(phrases.token, tokens) & (phrases.exchanges == 1)
    once = np.searchsorted(tokens, phrases.token[mine]) * n + roster.codes(phrases.account[mine])
    code = roster.codes(failed.account)
    kept = np.isin(np.searchsorted(tokens, failed.token) * n + code, once) & ~often[code]
    giver, taker, at, _ = _asked_elsewhere(
        failed.token[kept], failed.account[kept], way * failed.time[kept], asked.token, asked.account,
        way * asked.time, options.parked_holders, np.int64(options.window_s * 1e6), np.int64(options.parked_s * 1e6),
    )  # fmt: skip
    rows, passed = np.unique(np.stack([roster.codes(giver), roster.codes(taker), at]), axis=1, return_counts=True)
    # Of the phrases of each failed request, those that are sampled where it is asked.
    seen = is_among(failed.token, asked.token)
    request, of, each = np.unique(
        np.stack([np.concatenate([rows[0], code[seen]]), np.concatenate([rows[2], way * failed.time[seen]])]),
        axis=1, return_inverse=True, return_counts=True,
    )  # fmt: skip
    found = rows.shape[1]
    phrases_of = (each - np.bincount(of[:found], minlength=request.shape[1]))[of[:found]]
    enough = (passed >= options.parked_phrases) & (passed >= options.parked_share * phrases_of)
    pairs = np.unique(rows[:2, enough], axis=1)
    return pairs[0].astype(np.int32), pairs[1].astype(np.int32)


@nb.njit(cache=True)
def _asked_elsewhere(f_token, f_account, f_time, a_token, a_account, a_time, max_holders, soon, late):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901, PLR0913
    """Walk both sorted lists once; from each phrase's first asker on, pair those who failed with the next to ask."""
    giver = np.empty(len(a_token), dtype=np.uint64)
    taker = np.empty(len(a_token), dtype=np.uint64)
    tried_at = np.empty(len(a_token), dtype=np.int64)
    again_at = np.empty(len(a_token), dtype=np.int64)
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
                    if soon < a_time[other] - a_time[one] <= late:
                        giver[n] = a_account[one]
                        taker[n] = a_account[other]
                        tried_at[n] = a_time[one]
                        again_at[n] = a_time[other]
                        n += 1
        i, j = i_end, j_end
    return giver[:n].copy(), taker[:n].copy(), tried_at[:n].copy(), again_at[:n].copy()


def quoted(  # noqa: PLR0913 - what was said and asked, and how it counts
    said: Quotes, asked: Quotes, roster: Roster, most: int, least: int, *, told_at_once: bool = False
) -> tuple[Codes, Codes]:
    """Phrases that first came up in one account's answers and then in another account's input.

    What anybody had asked before it was said is public text or the answer quoting its question, and passes nothing on;
    neither does what many accounts were told. Whoever was told it before, or `told_at_once`, has it from there.
    """
    giver, taker, _ = _born_as_answers(
        said.token, said.account, said.time, asked.token, asked.account, asked.time, most, np.int64(told_at_once)
    )
    giver_code, taker_code = roster.codes(giver), roster.codes(taker)
    pair = giver_code.astype(np.int64) * len(roster) + taker_code
    unique, counts = np.unique(pair, return_counts=True)
    kept = unique[counts >= least]
    times = counts[counts >= least] // least
    kept = np.repeat(kept, times)
    return (kept // max(1, len(roster))).astype(np.int32), (kept % max(1, len(roster))).astype(np.int32)


@nb.njit(cache=True)
def _born_as_answers(s_token, s_account, s_time, a_token, a_account, a_time, max_holders, late=0):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901, PLR0913
    """Walk both sorted lists once; emit (who said it first, who asked it later) for each phrase born as an answer."""
    giver = np.empty(len(a_token), dtype=np.uint64)
    taker = np.empty(len(a_token), dtype=np.uint64)
    taken_at = np.empty(len(a_token), dtype=np.int64)
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
                    if s_account[m] == a_account[k] and s_time[m] < a_time[k] + late:
                        told = True
                if not told:
                    giver[n] = s_account[source]
                    taker[n] = a_account[k]
                    taken_at[n] = a_time[k]
                    n += 1
        i, j = i_end, j_end
    return giver[:n].copy(), taker[:n].copy(), taken_at[:n].copy()


def signatures(issued: Quotes, replayed: Quotes, roster: Roster, most: int) -> TakenOver:
    """Reasoning signatures sent in by an account to which they were never issued."""
    giver, taker, at = _born_as_answers(
        issued.token, issued.account, issued.time, replayed.token, replayed.account, replayed.time, most
    )
    return roster.codes(giver), roster.codes(taker), at


def carried(issued: Quotes, replayed: Quotes, roster: Roster, most: int) -> tuple[Codes, Codes]:
    """Reasoning signatures that nobody in the log was issued, from whoever sent one in first to the others who did.

    No two strangers have the same one: it comes with an answer, and is of no use but with the conversation it is from.
    """
    foreign = np.flatnonzero(~is_among(replayed.token, issued.token))
    order = foreign[np.lexsort((replayed.account[foreign], replayed.time[foreign], replayed.token[foreign]))]
    token, account = replayed.token[order], replayed.account[order]
    first = np.searchsorted(token, token, side="left")
    senders = np.searchsorted(token, token, side="right") - first
    other = (senders <= most) & (first < np.arange(len(token)))
    return roster.codes(account[first[other]]), roster.codes(account[other])
