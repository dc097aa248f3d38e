"""What is known about who is billed: the contract's `accounts` table."""

from typing import Final

import pyarrow as pa

from stillwatch.facts.exchange import TIME

ACCOUNT: Final = pa.schema(
    [
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("created_at", TIME),
        pa.field("organisation", pa.string()),
        pa.field("plan", pa.string()),
        pa.field("verification_level", pa.string()),
        pa.field("billing_country", pa.string()),
        pa.field("email_domain", pa.string()),
        pa.field("payment_fingerprint", pa.string()),
        pa.field("payment_bin", pa.string()),
        pa.field("signup_ip", pa.string()),
        pa.field("signup_device", pa.string()),
        pa.field("authorised_use", pa.string()),
    ]
)
"""Arrow schema of the accounts table; every column but `account_id` may be absent or null."""
