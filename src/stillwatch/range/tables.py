"""The tables that a range writes, as the contract fixes them."""

from typing import Final

import pyarrow as pa

TIME: Final = pa.timestamp("us", tz="UTC")
MESSAGE: Final = pa.struct([("role", pa.string()), ("text", pa.string())])

EXCHANGES: Final = pa.schema(
    [
        pa.field("exchange_id", pa.string(), nullable=False),
        ("source", pa.string()),
        pa.field("started_at", TIME, nullable=False),
        ("ended_at", TIME),
        pa.field("account_id", pa.string(), nullable=False),
        ("credential_id", pa.string()),
        ("end_user_id", pa.string()),
        ("session_id", pa.string()),
        ("channel", pa.string()),
        pa.field("model", pa.string(), nullable=False),
        ("operation", pa.string()),
        ("client_ip", pa.string()),
        ("user_agent", pa.string()),
        ("tls_fingerprint", pa.string()),
        ("input_messages", pa.list_(MESSAGE)),
        ("output_text", pa.string()),
        ("request_params", pa.string()),
        ("reasoning_signatures", pa.list_(pa.string())),
        ("output_signature", pa.string()),
        ("input_tokens", pa.int64()),
        ("cached_input_tokens", pa.int64()),
        ("output_tokens", pa.int64()),
        ("reasoning_tokens", pa.int64()),
        ("status", pa.int32()),
        ("finish_reason", pa.string()),
    ]
)

ACCOUNTS: Final = pa.schema(
    [
        pa.field("account_id", pa.string(), nullable=False),
        ("created_at", TIME),
        ("organisation", pa.string()),
        ("plan", pa.string()),
        ("verification_level", pa.string()),
        ("billing_country", pa.string()),
        ("email_domain", pa.string()),
        ("payment_fingerprint", pa.string()),
        ("payment_bin", pa.string()),
        ("signup_ip", pa.string()),
        ("signup_device", pa.string()),
        ("authorised_use", pa.string()),
    ]
)

TRUTH: Final = pa.schema(
    [
        pa.field("account_id", pa.string(), nullable=False),
        ("campaign_id", pa.string()),
        pa.field("kind", pa.string(), nullable=False),
        ("actor", pa.string()),
    ]
)

# Beyond the contract: the truth of single requests, for exchanges leaked before containment and for accounts
# that carry both their owner's traffic and somebody else's (stolen keys, cover traffic).
TRUTH_OF_EXCHANGES: Final = pa.schema(
    [
        pa.field("exchange_id", pa.string(), nullable=False),
        ("campaign_id", pa.string()),
        pa.field("part", pa.string(), nullable=False),
    ]
)
