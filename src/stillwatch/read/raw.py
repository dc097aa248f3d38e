"""The raw exchange: the contract's row as a log tells it, text included. It never leaves `read`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import pyarrow as pa

from stillwatch.facts.exchange import TIME

RAW: Final = pa.schema(
    [
        pa.field("exchange_id", pa.string(), nullable=False),
        pa.field("source", pa.string()),
        pa.field("started_at", TIME, nullable=False),
        pa.field("ended_at", TIME),
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("credential_id", pa.string()),
        pa.field("end_user_id", pa.string()),
        pa.field("session_id", pa.string()),
        pa.field("channel", pa.string()),
        pa.field("model", pa.string()),
        pa.field("operation", pa.string()),
        pa.field("client_ip", pa.string()),
        pa.field("user_agent", pa.string()),
        pa.field("tls_fingerprint", pa.string()),
        pa.field("input_messages", pa.list_(pa.struct([("role", pa.string()), ("text", pa.string())]))),
        pa.field("output_text", pa.string()),
        pa.field("request_params", pa.string()),
        pa.field("reasoning_signatures", pa.list_(pa.string())),
        pa.field("output_signature", pa.string()),
        pa.field("input_tokens", pa.int64()),
        pa.field("cached_input_tokens", pa.int64()),
        pa.field("output_tokens", pa.int64()),
        pa.field("reasoning_tokens", pa.int64()),
        pa.field("status", pa.int32()),
        pa.field("finish_reason", pa.string()),
    ]
)
"""The contract's `exchanges` table. A batch of this schema holds text, so no step but `read` may see it."""


class RawMessage(msgspec.Struct, frozen=True, gc=False):
    """One message of the input: who speaks, and the text as the contract wants it."""

    role: str
    text: str


class RawExchange(msgspec.Struct, frozen=True, kw_only=True):
    """One exchange as a log format's reader understood it; times are microseconds since 1970, UTC."""

    exchange_id: str
    source: str | None = None
    started_at: int
    ended_at: int | None = None
    account_id: str
    credential_id: str | None = None
    end_user_id: str | None = None
    session_id: str | None = None
    channel: str | None = None
    model: str | None = None
    operation: str | None = None
    client_ip: str | None = None
    user_agent: str | None = None
    tls_fingerprint: str | None = None
    input_messages: Sequence[RawMessage] | None = None
    output_text: str | None = None
    request_params: str | None = None
    reasoning_signatures: Sequence[str] | None = None
    output_signature: str | None = None
    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    status: int | None = None
    finish_reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadOptions:
    """How logs are to be understood; what the operator decides and we must not guess."""

    format: str = "auto"
    """A format's name, or `auto`: found by content, never by file name."""
    account_by: str = "auto"
    """Who is billed: `user`, `team`, `key`, `organisation`, or `auto` (the key's user, else team, else key digest)."""
    trusted_hops: int = 0
    """Proxies of the operator's own in front of the gateway. 0: believe only the address the log gives as the peer.
    n: take the n-th entry from the right of a forwarded-for list, the last one a client cannot write."""
    max_line_bytes: int = 8 * 1024 * 1024
    """A longer line is set aside unread: no chat request that we know of is larger (bytes)."""
    max_depth: int = 128
    """Deeper JSON is set aside (levels of nesting)."""
    max_expansion: float = 250.0
    """A compressed file may grow by this factor (plain over packed bytes); beyond it we take it for a bomb.
    Repetitive gateway logs stay below 60 under zstd -19."""
    expansion_grace_bytes: int = 64 * 1024 * 1024
    """The factor is not looked at before this much has been unpacked (bytes)."""
    batch_rows: int = 16_384
    """Rows handed on at once."""
