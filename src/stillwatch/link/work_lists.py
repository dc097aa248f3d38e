"""One work list behind some accounts: all they send is drawn from the same varied texts, whichever of them sends."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr

from stillwatch.facts.group import Codes, Drawn
from stillwatch.facts.holdings import Holdings
from stillwatch.facts.pairs import is_among
from stillwatch.facts.quotes import Quotes
from stillwatch.facts.roster import Roster
from stillwatch.facts.rows import rows_of

Floats = npt.NDArray[np.float64]

NOT_DRAWN = Drawn()


@dataclass(frozen=True, kw_only=True, slots=True)
class ListOptions:
    """When texts are taken for one list that accounts are dealt their requests from."""

    least_accounts: int = 8
    """So many accounts, at least: how much they differ cannot be told from fewer."""
    shown_by: float = 0.08
    """A text is of the list when this share of the accounts sends it, three of them at least, ..."""
    own: float = 0.5
    """... and this share of all who send it are among them."""
    everybody: float = 0.8
    """This share of the accounts sends some of the list, at least: it says nothing of those who send none."""
    least_texts: float = 12.0
    """So many texts, counted by how evenly they are used, and by how much each is used without the others: a few are a
    product's. Four groups of honest accounts on looked-at logs that were as evenly drawn had four to eight."""
    most_of_requests: float = 0.7
    """No text is in more than this share of the requests: what is in all of them is one piece of software's."""
    least_a_request: float = 1.0
    """A request has so many of them, at least: what people who write one language have in common is 0.4 to 0.9 phrases
    in each of their requests, and 1.0 and 1.2 where only the number of requests spoke for two circles of them; what is
    worded anew from one stock of phrases 1.2 to 10; ..."""
    least_beside: float = 1.5
    """... or, where most requests are about something else, one that has a phrase of it has so many others, ..."""
    least_together: float = 3.0
    """... and so many times as many as if each phrase were in any request of its account. Lists under three quarters of
    cover had 2 to 8 others, 4 to 15 times as many as by themselves; people of one language 0.2 to 1, 0.5 to 2 times as
    many."""
    most_uneven: float = 1.5
    """How many of them an account has varies at most by so much more than if what is in one request came by itself
    (variance over mean, over one and the texts beside each in its request): one stock 0.3 to 1.1 on looked-at logs, two
    campaigns' taken together 1.3 to 30, two circles of people of one language 0.9 and 2.0."""
    varied: tuple[float, float] = (0.5, 2.0)
    """What an account sends differs from the mix of all by between so much of what drawing each text by itself would
    make: less is one text that never changes, more is accounts with texts of their own."""
    differ: float = 1.5
    """Accounts that each have work of their own send a text again at least so many times as often as another account
    sends it; a class, whose members do each exercise once, so many times less often. Campaigns on looked-at logs of
    level 2 were at 0.92 to 1.3. At twice as often, and without the bounds above, users of a prompt library (1.22) and
    small groups of people of one language (0.85 to 1.01, which few accounts leave open) were not ruled out."""
    half_as_often: float = 0.5
    """Whoever sends less of the list than this share of what half of the accounts do is a guest, ..."""
    odd: float = 4.0
    """... and so is whoever's texts differ from the mix of all by so many times as much as drawing each by itself would
    make: a nightly job that sends one text of it again and again ..."""
    most_odd: float = 0.1
    """... unless more than this share of them does: then it is no list."""
    rounds: int = 3
    """... and the list is made up again without the guests, so many times at most."""
    most_cells: int = 4_000_000
    """Accounts times texts that are looked at, the texts that most send first (bounds memory: 8 bytes each)."""
    least_asked: int = 3
    """Whose work may be dealt from a list as well has sent texts of it in so many requests, at least."""
    tests: int = 250
    """Candidate groups that are tested, those with most accounts first (bounds the time)."""


class WorkLists:
    """What some accounts send, text by text, and whether it is drawn from one list."""

    def __init__(
        self, phrases: Holdings, asked: Quotes, roster: Roster, exchanges: npt.NDArray[np.int64], options: ListOptions
    ) -> None:
        """Take the phrases that two accounts and more send, when some of them were `asked`, and all accounts' requests.

        (accounts,) `exchanges` is how many requests each account made.
        """
        self.options = options
        self.accounts = len(exchanges)
        self._phrases, self._asked, self._roster, self._exchanges = phrases, asked, roster, exchanges

    @cached_property
    def _tokens(self) -> npt.NDArray[np.uint64]:
        """Every text that two accounts send, in order: the texts' places."""
        return np.unique(self._phrases.token)

    @cached_property
    def _rows(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], Floats, npt.NDArray[np.int64]]:
        """Where each account's rows begin, and by row the text's place and its count; and who sends each text."""
        text = np.searchsorted(self._tokens, self._phrases.token).astype(np.int32)
        senders = np.bincount(text).astype(np.int64)
        account = self._roster.codes(self._phrases.account)
        rows = np.flatnonzero(senders[text] >= 3)  # noqa: PLR2004 - a campaign is three
        rows = rows[np.argsort(account[rows], kind="stable")]
        bounds = np.searchsorted(account[rows], np.arange(len(self._exchanges) + 1))
        return bounds, text[rows], self._phrases.exchanges[rows].astype(np.float64), senders

    def drawn(self, members: Codes) -> Drawn:
        """Whether all that these accounts send is drawn from one list of texts.

        Accounts that one hand deals its work to are samples of one urn: whether a text of the list is in two requests
        does not hang on whether one account sent both. Null: customers, who each send their own again at least
        `differ` times as often as another's, or pupils, who send each once. Both must be ruled out, so the lesser
        evidence counts; the error is that of leaving out one account after another (jackknife). Source: the unbiased
        estimate of the squared maximum mean discrepancy between accounts (Gretton et al. 2012, section 2.2), over what
        is common to two requests, as a ratio.
        """
        options = self.options
        counts, exchanges, _, places = self._table(members)
        if min(counts.shape) < options.least_accounts:  # and as many texts, of which there must be more
            return NOT_DRAWN
        of_text, of_account = counts.sum(axis=0), counts.sum(axis=1)
        total = float(of_account.sum())
        a_request = total / float(exchanges.sum())
        mix = of_text / total
        expected = of_account[:, None] * mix
        noise = float(((counts - expected) ** 2).sum() / (expected * (1.0 - mix)).sum())
        beside, oftener = self._beside(members, places)
        uneven = float(((of_account - a_request * exchanges) ** 2).sum()) / total / (1.0 + beside)
        low, high = options.varied
        texts = min(1.0 / float((mix**2).sum()), _apart(counts - expected))
        if (
            len(counts) < options.everybody * len(members)
            or texts < options.least_texts
            or float(of_text.max()) > options.most_of_requests * float(exchanges.sum())
            or uneven > options.most_uneven
            or not low <= noise <= high
        ):
            return NOT_DRAWN
        few = a_request < options.least_a_request
        if few and (beside < options.least_beside or oftener < options.least_together):
            return NOT_DRAWN
        # Of a text that is sent again the first time is known, so that what is beside it may be more.
        ratio, error = _repeated(counts, max(1.0 + beside, a_request))
        if not (ratio > 0.0 and error > 0.0):
            return NOT_DRAWN
        apart = np.log(options.differ)
        nearest = min(apart - np.log(ratio), apart + np.log(ratio)) / error
        bits = float(-log_ndtr(-nearest) / np.log(2.0))
        return Drawn(bits=bits, texts=counts.shape[1], a_request=a_request, ratio=ratio)

    def senders(self, members: Codes) -> Codes:
        """Those of some accounts who send what these share as most of them do: half as often, at least, and as varied.

        A circle of words has guests: people who write the language of the work list, jobs that repeat a text of it.
        """
        options = self.options
        for _ in range(options.rounds):
            counts, exchanges, sending, _ = self._table(members)
            if len(counts) == 0:
                return members
            often = counts.sum(axis=1) / exchanges
            odd = _noise(counts) > options.odd
            odd &= float(odd.mean()) <= options.most_odd
            left = members[sending][(often >= options.half_as_often * np.median(often)) & ~odd]
            if len(left) == len(members) or len(left) < options.least_accounts:
                return members
            members = left
        return members

    def dealt(self, members: Codes) -> Floats:
        """(accounts,): what the texts of these accounts' list say for an account's being dealt its work from it (bits).

        Null: of a stranger's requests as many have a text of it as of those of all others together, whoever of them is
        dealt it. A request counts once, whatever it has of the list, and by itself (Poisson). Of who sent texts of it
        in fewer than `least_asked` requests nothing is said.
        """
        tokens = self._tokens[self._table(members)[3]]
        rows = is_among(self._asked.token, tokens)
        account = self._roster.codes(self._asked.account[rows]).astype(np.int64)
        requests = np.unique(np.stack([account, self._asked.time[rows]]), axis=1)[0]
        sent = np.bincount(requests, minlength=len(self._exchanges)).astype(np.float64)
        made = self._exchanges.astype(np.float64)
        theirs = float(sent[members].sum()) / max(1.0, float(made[members].sum()))
        strangers = (float(sent.sum() - sent[members].sum()) + 1.0) / max(1.0, float(made.sum() - made[members].sum()))
        if theirs <= strangers:
            return np.zeros(len(sent))
        bits = sent * np.log2(theirs / strangers) - made * (theirs - strangers) / np.log(2.0)
        return np.where(sent >= self.options.least_asked, bits, 0.0)

    def _beside(self, members: Codes, texts: npt.NDArray[np.int32]) -> tuple[float, float]:
        """How many other texts are beside one in its request, and how many times as many as chance puts there.

        Null: each text is in any of its account's requests, whatever else is in it. A request is an account and a
        time; of a text that an account sends again only the first time is known, and of some texts no time.
        """
        bounds, text, time = self._times
        rows, owner = rows_of(bounds, members)
        listed = np.isin(text[rows], texts)
        when, owner = time[rows][listed], owner[listed]
        if len(when) == 0:
            return 0.0, 0.0
        order = np.lexsort((when, owner))
        another = np.diff(when[order], prepend=when[order[0]]) != 0
        another |= np.diff(owner[order], prepend=owner[order[0]]) != 0
        within = np.bincount(np.cumsum(another)).astype(np.float64)
        beside = float((within * (within - 1.0)).sum())
        sent = np.bincount(owner, minlength=len(members)).astype(np.float64)
        by_chance = float((sent * (sent - 1.0) / np.maximum(self._exchanges[members], 1)).sum())
        timed = len(np.unique(text[rows][listed])) / len(texts)
        return beside / len(when) / timed, beside / max(by_chance, 1.0)

    @cached_property
    def _times(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int64]]:
        """Where each account's rows begin, and by row the text's place, and when the account first sent it."""
        tokens = self._tokens
        text = np.searchsorted(tokens, self._asked.token)
        account = self._roster.codes(self._asked.account)
        known = text < len(tokens)
        known[known] = tokens[text[known]] == self._asked.token[known]
        rows = np.flatnonzero(known)
        rows = rows[np.argsort(account[rows], kind="stable")]
        bounds = np.searchsorted(account[rows], np.arange(len(self._exchanges) + 1))
        return bounds, text[rows].astype(np.int32), self._asked.time[rows]

    def _table(
        self, members: Codes
    ) -> tuple[Floats, npt.NDArray[np.int64], npt.NDArray[np.bool_], npt.NDArray[np.int32]]:
        """(accounts, texts) how many requests of each account have each text of theirs, and (accounts,) its requests.

        Accounts that send none of the texts are left out; (n,) who is left. Last, (texts,) the texts' places.
        """
        bounds, text, count, senders = self._rows
        rows, owner = rows_of(bounds, members)
        texts, column = np.unique(text[rows], return_inverse=True)
        among = np.bincount(column, minlength=len(texts))
        theirs = (among >= max(3.0, self.options.shown_by * len(members))) & (
            among >= self.options.own * senders[texts]
        )
        most = self.options.most_cells // max(1, len(members))
        if int(theirs.sum()) > most:
            kept = np.argsort(-among * theirs, kind="stable")[:most]
            theirs = np.isin(np.arange(len(texts)), kept) & theirs
        place = np.cumsum(theirs) - 1
        mine = theirs[column]
        table = np.zeros((len(members), int(theirs.sum())))
        table[owner[mine], place[column[mine]]] = count[rows[mine]]
        sending = table.sum(axis=1) > 0.0
        return table[sending], self._exchanges[members[sending]], sending, texts[theirs]


def _noise(counts: Floats) -> Floats:
    """(accounts,) how much each one's texts differ from the mix of all, as a share of what drawing them would make."""
    mix = counts.sum(axis=0) / counts.sum()
    expected = counts.sum(axis=1)[:, None] * mix
    by_chance = np.maximum((expected * (1.0 - mix)).sum(axis=1), np.finfo(np.float64).tiny)  # of one text: none
    differs: Floats = ((counts - expected) ** 2).sum(axis=1) / by_chance
    return differs


def _apart(differences: Floats) -> float:
    """How many texts there are, where those that come together are one.

    The participation ratio of the correlations between texts over (accounts, texts) `differences` from the mix, less
    what so few accounts make by chance.
    """
    accounts, texts = differences.shape
    spread = np.sqrt((differences**2).sum(axis=0))
    known = spread > 0.0
    if accounts < 3 or not known.any():  # noqa: PLR2004 - two are always in line
        return 0.0
    scaled = differences[:, known] / spread[known]
    texts = int(known.sum())
    squares = float(((scaled @ scaled.T) ** 2).sum())  # of all correlations, each text's with itself among them
    together = squares - texts - texts * (texts - 1) / (accounts - 1)
    return float(texts**2 / (texts + max(0.0, together)))


def _repeated(counts: Floats, together: float) -> tuple[float, float]:
    """How much oftener two requests of one account have a text in common than two of two accounts, and its error.

    The error is of its logarithm. `together` texts that one request has are no pair of two.
    """
    of_account, of_text = counts.sum(axis=1), counts.sum(axis=0)
    within = (counts * (counts - 1.0)).sum(axis=1)
    chances = of_account * np.maximum(of_account - together, 0.0)
    between = float((of_text**2 - (counts**2).sum(axis=0)).sum())
    total = float(of_account.sum())
    others = total**2 - float((of_account**2).sum())
    if min(float(within.sum()), float(chances.sum()), between, others) <= 0.0:
        return 0.0, 0.0
    ratio = (float(within.sum()) / float(chances.sum())) / (between / others)
    less_between = between - 2.0 * (counts * (of_text - counts)).sum(axis=1)
    less_others = others - 2.0 * of_account * (total - of_account)
    less = (within.sum() - within) * less_others
    more = (chances.sum() - chances) * less_between
    logs = np.log(np.maximum(less, 1e-9)) - np.log(np.maximum(more, 1e-9))
    n = len(counts)
    return ratio, float(np.sqrt((n - 1) / n * ((logs - logs.mean()) ** 2).sum()))
