"""Shared things: payment, registration, networks and credentials that several accounts hold together."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stillwatch.facts.address import IPV4_SPACE, net_of
from stillwatch.facts.holdings import Holdings
from stillwatch.facts.incidence import Incidence
from stillwatch.facts.roster import Roster
from stillwatch.facts.token import TokenKind
from stillwatch.facts.traffic import Traffic
from stillwatch.stats.bursts import burst_labels
from stillwatch.stats.siphash import digest_strings

_LABEL_KEY = (0, 0)  # these digests only number the operator's own records; they never leave the deployment


@dataclass(frozen=True, kw_only=True, slots=True)
class ThingOptions:
    """What counts as holding a thing."""

    least_share: float = 0.05
    """An address counts when at least this share of an account's exchanges came from it: a single visit to a cafe's
    network ties nobody to the cafe's other guests."""
    burst_window_s: float = 3600.0
    """Sign-ups closer together than this may belong to one burst (seconds): farms register in minutes."""
    burst_alpha: float = 1e-6
    """A burst is a run of sign-ups that a steady flow of this traffic's own rate shows with less probability."""
    disposable_domains: frozenset[str] = frozenset()
    """E-mail domains that give out throw-away addresses; only these tie accounts together."""


def shared_things(traffic: Traffic, roster: Roster, options: ThingOptions) -> list[Incidence]:
    """One incidence a kind of thing; kinds that nobody shares are left out."""
    found = [
        _column(TokenKind.PAYMENT, roster.column("payment_fingerprint")),
        _column(TokenKind.SIGNUP_DEVICE, roster.column("signup_device")),
        _signup_addresses(roster),
        _bursts(roster, options),
        _disposable(roster, options),
        _addresses(traffic.addresses, roster, options, block=False),
        _addresses(traffic.addresses, roster, options, block=True),
        _credentials(traffic.credentials, roster),
    ]
    return [one for one in found if len(one.tokens)]


def _column(kind: TokenKind, values: pa.Array) -> Incidence:
    """One value an account: equal values are one token."""
    token = digest_strings(values, _LABEL_KEY)
    known = token != 0
    codes = np.flatnonzero(known).astype(np.int32)
    token = token[known]
    order = np.argsort(token, kind="stable")
    return Incidence.of(kind, token[order], codes[order], np.ones(len(codes), dtype=np.float32), known)


def _signup_addresses(roster: Roster) -> Incidence:
    texts = roster.column("signup_ip").to_pylist()
    nets = pa.array([None if text is None else net_of(text) for text in texts], type=pa.uint64())
    return _numbers(TokenKind.SIGNUP_ADDRESS, nets)


def _numbers(kind: TokenKind, values: pa.Array) -> Incidence:
    """One number an account, kept as the token so that it can be labelled."""
    known = values.is_valid().to_numpy(zero_copy_only=False)
    codes = np.flatnonzero(known).astype(np.int32)
    token = values.drop_null().to_numpy().astype(np.uint64)
    order = np.argsort(token, kind="stable")
    return Incidence.of(kind, token[order], codes[order], np.ones(len(codes), dtype=np.float32), known)


def _bursts(roster: Roster, options: ThingOptions) -> Incidence:
    created = roster.column("created_at").cast(pa.int64())
    known = created.is_valid().to_numpy(zero_copy_only=False)
    times = created.drop_null().to_numpy().astype(np.float64) / 1e6
    codes = np.flatnonzero(known).astype(np.int32)
    labels = burst_labels(times, window=options.burst_window_s, alpha=options.burst_alpha)
    inside = labels >= 0
    # A burst is named by its first sign-up (seconds since 1970), so that a report can say when it was.
    first = np.full(int(labels.max(initial=-1)) + 1, np.inf)
    np.minimum.at(first, labels[inside], times[inside])
    token, account = first[labels[inside]].astype(np.uint64), codes[inside]
    order = np.argsort(token, kind="stable")
    weight = np.ones(len(token), dtype=np.float32)
    return Incidence.of(TokenKind.SIGNUP_BURST, token[order], account[order], weight, known)


def _disposable(roster: Roster, options: ThingOptions) -> Incidence:
    domains = pc.utf8_lower(roster.column("email_domain"))
    listed = pa.array(sorted(options.disposable_domains), type=pa.string())
    only = pc.if_else(pc.is_in(domains, value_set=listed), domains, None)
    found = _column(TokenKind.EMAIL_DOMAIN, only)
    known = domains.is_valid().to_numpy(zero_copy_only=False)
    return Incidence(
        found.kind, found.tokens, found.by_token, found.holders, found.by_account, found.held, found.weight, known
    )


def _addresses(held: Holdings, roster: Roster, options: ThingOptions, *, block: bool) -> Incidence:
    """Networks by share of an account's exchanges; blocks add up the addresses in them."""
    token = held.token
    if block:
        bits = np.where(token < IPV4_SPACE, np.uint64(8), np.uint64(16))
        held = Holdings.of(token >> bits << bits, held.account, held.exchanges)
    account = roster.codes(held.account)
    total = np.bincount(account, weights=held.exchanges, minlength=len(roster))
    share = (held.exchanges / np.maximum(total[account], 1)).astype(np.float32)
    keep = share >= options.least_share
    known = total > 0
    kind = TokenKind.CLIENT_BLOCK if block else TokenKind.CLIENT_ADDRESS
    return Incidence.of(kind, held.token[keep], account[keep], share[keep], known)


def _credentials(held: Holdings, roster: Roster) -> Incidence:
    account = roster.codes(held.account)
    total = np.bincount(account, weights=held.exchanges, minlength=len(roster))
    share = (held.exchanges / np.maximum(total[account], 1)).astype(np.float32)
    return Incidence.of(TokenKind.CREDENTIAL, held.token, account, share, total > 0)
