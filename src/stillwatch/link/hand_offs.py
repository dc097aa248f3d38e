"""Hand-offs: what passes from one account to another, which honest strangers hardly ever do."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

import numba as nb
import numpy as np
import numpy.typing as npt

from stillwatch.facts.pairs import is_among
from stillwatch.facts.roster import Roster
from stillwatch.facts.traffic import Traffic
from stillwatch.link.common_property import Codes, Columns, by_time, common
from stillwatch.link.passed_phrases import TakenOver, carried, parked_words, quoted, reworded, signatures
from stillwatch.link.retries import RetryOptions, fails_often, parked, retries


class HandOff(IntEnum):
    """How something passed from one account to another."""

    RETRY = 1
    CONTINUED = 2
    QUOTED = 3
    SIGNATURE = 4
    RESUMED = 5
    CARRIED = 6
    REWORDED = 7
    PARKED = 8
    LATER = 9

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
            HandOff.PARKED: "a request that failed on one account was put off and made on another hours or days later",
            HandOff.LATER: "a request that failed on one account was put off and made in other words on another later",
        }[self]


RETRIED: Final = (HandOff.RETRY, HandOff.REWORDED, HandOff.PARKED, HandOff.LATER)
"""Ways round a limit, a ban or a refusal, or, of what is put off, an error of the service."""
PUT_OFF: Final = (HandOff.PARKED, HandOff.LATER)
"""What one account let be and another made hours or days later."""
WORDS_ONLY: Final = (HandOff.QUOTED, HandOff.LATER)
"""What is told by a few phrases, which pass between strangers, too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HandOffOptions:
    """When two accounts' exchanges count as one passing to the other."""

    max_holders: int = 8
    """A request or answer that more accounts than this share is common property and passes nothing on."""
    retries: RetryOptions = field(default_factory=RetryOptions)
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

    def gifts(self, accounts: int) -> npt.NDArray[np.int32]:
        """How often each row gives: a conversation that goes on elsewhere takes its signatures along, given once."""
        pair = self.giver.astype(np.int64) * accounts + self.taker
        went = pair[np.isin(self.kind, (HandOff.CONTINUED, HandOff.RESUMED))]
        along = np.isin(self.kind, (HandOff.SIGNATURE, HandOff.CARRIED)) & np.isin(pair, went)
        return np.where(along, 0, self.count).astype(np.int32)

    def __len__(self) -> int:
        """Pairs of a kind."""
        return len(self.giver)


@dataclass(frozen=True, slots=True)
class TriedAgain:
    """Requests that were limited, banned or refused on one account and tried again on another.

    One that was tried again as it was may be there twice: its phrases are told by the same words.
    """

    giver: Codes
    taker: Codes
    at: npt.NDArray[np.int64]
    """When the giver had tried it, microseconds since 1970."""
    again: npt.NDArray[np.int64]
    """When the taker did."""
    reworded: npt.NDArray[np.bool_]
    """Whether that was told by its phrases, whatever was said around them, and not by the whole request."""

    @classmethod
    def of(cls, traffic: Traffic, roster: Roster, options: HandOffOptions) -> "TriedAgain":
        """Every request tried again elsewhere in the traffic."""
        most = options.max_holders
        same = retries(traffic.traces.rows, roster, most, options.retries)
        other = reworded(traffic.failed, traffic.asked, roster, most, options.reworded_s)
        return cls(
            giver=np.concatenate([same[0], other[0]]),
            taker=np.concatenate([same[1], other[1]]),
            at=np.concatenate([same[2], other[2]]),
            again=np.concatenate([same[3], other[3]]),
            reworded=np.repeat([False, True], [len(same[0]), len(other[0])]),
        )

    def among(self, passed: HandOffs) -> "TriedAgain":
        """The rows whose giver and taker pass something."""
        accounts = 1 + max(int(passed.taker.max(initial=0)), int(self.taker.max(initial=0)))
        pairs = passed.giver.astype(np.int64) * accounts + passed.taker
        kept = np.isin(self.giver.astype(np.int64) * accounts + self.taker, pairs)
        return TriedAgain(self.giver[kept], self.taker[kept], self.at[kept], self.again[kept], self.reworded[kept])


def hand_offs(
    traffic: Traffic, roster: Roster, options: HandOffOptions, tried: TriedAgain | None = None
) -> tuple[HandOffs, TakenOver]:
    """Every hand-off between two accounts in the traffic, and the requests that may have followed on one at once.

    What was `tried` again may be known already. Nobody waits for what is put off, and quotations, which pass between
    strangers too, are no family of their own beside the rhythm (`judge`).
    """
    rows, most = traffic.traces.rows, options.max_holders
    tried = tried or TriedAgain.of(traffic, roster, options)
    same = tried.giver[~tried.reworded], tried.taker[~tried.reworded]
    again = np.unique(np.stack([tried.giver[tried.reworded], tried.taker[tried.reworded]]), axis=1)
    went = _gone_on(rows, roster, options, "closing", "history", np.arange(len(rows["exchange"])))
    elsewhere = np.setdiff1d(np.flatnonzero(rows["earlier"]), went[2])
    resumed = _gone_on(rows, roster, options, "turn", "earlier", elsewhere)
    signed = signatures(traffic.issued, traffic.replayed, roster, most)
    whole, in_words = put_off(traffic, roster, options)
    found = [
        (*same, HandOff.RETRY),
        (*_others_than(same, (again[0], again[1]), len(roster)), HandOff.REWORDED),
        (*whole, HandOff.PARKED),
        (*in_words, HandOff.LATER),
        (*went[:2], HandOff.CONTINUED),
        (*resumed[:2], HandOff.RESUMED),
        (*quoted(traffic.said, traffic.asked, roster, options.quote_holders, options.least_quotes), HandOff.QUOTED),
        (*signed[:2], HandOff.SIGNATURE),
        (*carried(traffic.issued, traffic.replayed, roster, most), HandOff.CARRIED),
    ]
    giver = np.concatenate([one[0] for one in found]).astype(np.int32)
    taker = np.concatenate([one[1] for one in found]).astype(np.int32)
    kind = np.concatenate([np.full(len(one[0]), one[2], dtype=np.int8) for one in found])
    followed = [
        (tried.giver, tried.taker, tried.again),
        *((*one[:2], rows["start"][one[2]]) for one in (went, resumed)),
        signed,
    ]
    from_whom, whose, start = (np.concatenate([one[k] for one in followed]) for k in range(3))
    return HandOffs.of(giver, taker, kind), (from_whom, whose, start)


def put_off(
    traffic: Traffic, roster: Roster, options: HandOffOptions, *, backwards: bool = False
) -> tuple[tuple[Codes, Codes], tuple[Codes, Codes]]:
    """Who fails with a request and lets it be, and who makes it hours or days later; and the same in other words only.

    `backwards`: who makes it hours or days before the other fails with it.
    """
    often = fails_often(traffic.traces.rows, roster, options.retries)
    whole = parked(traffic.traces.rows, roster, often, options.retries, backwards=backwards)
    asked = traffic.unanswered, traffic.asked, traffic.phrases
    return whole, _others_than(
        whole, parked_words(*asked, roster, often, options.retries, backwards=backwards), len(roster)
    )


def _others_than(told: tuple[Codes, Codes], pairs: tuple[Codes, Codes], accounts: int) -> tuple[Codes, Codes]:
    """The pairs that are not told already: who tries a request again sends its phrases again, too."""
    known = told[0].astype(np.int64) * accounts + told[1]
    fresh = ~np.isin(pairs[0].astype(np.int64) * accounts + pairs[1], known)
    return pairs[0][fresh], pairs[1][fresh]


def _gone_on(  # noqa: PLR0913 - which two digests meet, and in which rows
    rows: Columns, roster: Roster, options: HandOffOptions, left: str, met: str, some: npt.NDArray[np.int64]
) -> tuple[Codes, Codes, npt.NDArray[np.int64]]:
    """A conversation that one account left off and another goes on with in `some` rows; and which rows these are.

    With the answer that the one was given (its closing is the other's history), or, where that answer was not used, or
    what came before was cut away, by its last turn, which the other's conversation had one turn before.
    """
    start_of, goes_on = rows[left], rows[met][some]
    begun = by_time(rows, np.flatnonzero(is_among(start_of, goes_on[goes_on != 0])), start_of)
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
    some = by_time(rows, later[often], rows[met])
    theirs = rows[met][some]
    kept = ~common(theirs, roster.codes(rows["account"][some]), options.max_holders)
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
