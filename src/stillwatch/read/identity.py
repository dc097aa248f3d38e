"""Who is billed and from where: the operator's choice of account, the trusted hop, and keys only as digests."""

import hashlib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from stillwatch.errors import BadRecord, InputUnusable
from stillwatch.read.fields import MAX_ID, opened, text_of

FIELD_PREFIX: Final = "field:"

_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "auto": ("user", "team", "key"),
    "user": ("user",),
    "team": ("team",),
    "key": ("key",),
    "organisation": ("organisation",),
}
ACCOUNT_BY: Final = (*_CHOICES, FIELD_PREFIX + "NAME")
"""What `--account-by` takes. `auto` is the key's user, else its team, else the key's digest."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Who a record says was authenticated. What a client may write (an end user, a header) is no claim."""

    user: object = None
    team: object = None
    organisation: object = None
    key: object = None


def account_of(record: Mapping[str, object], claims: Claims, account_by: str) -> str:
    """Return the account that a record is billed to, as the operator chose; BadRecord when there is none."""
    account: str | None = None
    if account_by == "auto":  # written out, for it is asked once a record
        account = text_of(claims.user) or text_of(claims.team) or key_digest(claims.key)
    elif account_by in _CHOICES:
        claim = getattr(claims, account_by)
        account = key_digest(claim) if account_by == "key" else text_of(claim)
    else:
        account = text_of(dig(record, field_name(account_by)))
    if account is None:
        raise BadRecord(f"no account: {_what_is_missing(account_by)}")
    if len(account) > MAX_ID:
        raise BadRecord(f"no account: an identifier has at most {MAX_ID} characters")
    return account


def _what_is_missing(account_by: str) -> str:
    if account_by.startswith(FIELD_PREFIX):
        return "the field that --account-by names is absent, or holds neither text nor a whole number"
    missing = " nor ".join(_CHOICES[account_by])
    return f"the record names no {missing}; choose another with --account-by, for example --account-by field:NAME"


def check_account_by(account_by: str) -> None:
    """Refuse a choice that does not exist (InputUnusable), before any record is read."""
    if account_by not in _CHOICES:
        field_name(account_by)


def field_name(account_by: str) -> str:
    """Return NAME of `field:NAME`; any other choice that is not one of ours is refused."""
    name = account_by.removeprefix(FIELD_PREFIX)
    if name == account_by or not name:
        choices = ", ".join(ACCOUNT_BY)
        raise InputUnusable(f"--account-by takes one of {choices}; NAME is a dotted path into the record")
    return name


def dig(record: object, path: str) -> object:
    """Follow a dotted path into a record. Keys may hold dots themselves, and JSON kept as text is opened on the way."""
    return _dig(record, tuple(path.split(".")[:32]))


def _dig(value: object, steps: tuple[str, ...]) -> object:
    if not steps:
        return value
    value = opened(value)
    if isinstance(value, list):
        index = int(steps[0]) if steps[0].isdecimal() and len(steps[0]) < 6 else len(value)  # noqa: PLR2004 - digits
        return _dig(value[index], steps[1:]) if index < len(value) else None
    if not isinstance(value, Mapping):
        return None
    for length in range(len(steps), 0, -1):
        key = ".".join(steps[:length])
        if key in value:
            found = _dig(value[key], steps[length:])
            if found is not None:
                return found
    return None


# --- keys -----------------------------------------------------------------------------------------------------------

_DIGEST: Final = re.compile(r"(?:sha256:)?[0-9a-f]{32,128}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SECRETS: Final = ("sk-", "sk_", "pk-", "pk_", "Bearer ", "Basic ", "AIza", "gsk_", "xai-", "hf_")
_SHORTEST_SECRET: Final = 20
"""Characters. What is shorter, and does not begin as keys do, is a seat or a key's number."""


def key_digest(value: object) -> str | None:
    """Name a key without keeping it: digests and short ids stay, anything that may be a secret becomes its SHA-256.

    LiteLLM names its keys by the same digest, so that a log of keys and a log of digests meet.
    """
    key = text_of(value)
    return None if key is None else _key_digest(key)


@lru_cache(maxsize=1 << 16)
def _key_digest(key: str) -> str:
    return key if _is_harmless(key) else hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()


def _is_harmless(key: str) -> bool:
    if key.startswith(_SECRETS):
        return False
    return len(key) < _SHORTEST_SECRET or _DIGEST.fullmatch(key) is not None


# --- addresses ------------------------------------------------------------------------------------------------------


def client_address(peer: object, forwarded: object, trusted_hops: int) -> str | None:
    """Return the address of the client, as the first hop that the operator trusts saw it.

    Without trusted hops that is the peer that the log gives. With n of them it is the n-th entry from the right of
    the forwarded list: further left a client may have written what it likes. A list that is too short, or an entry
    that is no address, gives none; no list at all, the peer.
    """
    hops = _hops(forwarded)
    if not hops and isinstance(peer, str) and "," in peer:  # a gateway that takes the whole header for the peer
        hops, peer = _hops(peer), None
    if trusted_hops <= 0 or not hops:
        return address(peer) if isinstance(peer, str) else None
    return address(hops[-trusted_hops]) if trusted_hops <= len(hops) else None


def _hops(forwarded: object) -> list[str]:
    """Split a forwarded-for header; one sent several times counts as one list, in order (RFC 9110, 5.3)."""
    if isinstance(forwarded, list):
        return [hop for text in forwarded if isinstance(text, str) for hop in _hops(text)]
    if not isinstance(forwarded, str):
        return []
    return [hop.strip() for hop in forwarded.split(",") if hop.strip()]


def without_own_entry(forwarded: object, peer: object) -> list[str]:
    """Drop the last entry of a list to which the gateway itself has already added its peer, as Envoy does."""
    hops = _hops(forwarded)
    own = address(peer) if isinstance(peer, str) else None
    return hops[:-1] if hops and own is not None and address(hops[-1]) == own else hops


@lru_cache(maxsize=1 << 16)
def address(text: str) -> str | None:
    """Read one IPv4 or IPv6 address, with or without port, brackets, quotes or zone; `None` when it is none."""
    text = text.strip().removeprefix("for=").strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return None if found.is_unspecified else str(found)
