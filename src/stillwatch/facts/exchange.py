"""One request to a language model and its answer, after reading: digests and sketches, never text."""

from typing import Final

import pyarrow as pa

SCHEMA_VERSION: Final = "1"
"""Version of the tables in the contract that this code reads and writes."""

MIX_WIDTH: Final = 64
"""Dimensions of the content mix: signed counts of hashed words (feature hashing, Weinberger et al. 2009)."""

TIME: Final = pa.timestamp("us", tz="UTC")

EXCHANGE: Final = pa.schema(
    [
        pa.field("exchange_key", pa.uint64(), nullable=False),  # digest of (source, exchange_id): equal means the same
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("account_key", pa.uint64(), nullable=False),  # digest of account_id: what summaries are keyed by
        pa.field("started_at", TIME, nullable=False),
        pa.field("ended_at", TIME),
        pa.field("model", pa.string()),
        pa.field("credential_key", pa.uint64()),  # digest of credential_id
        pa.field("end_user_key", pa.uint64()),  # digest of the forwarded tenant
        pa.field("client_net", pa.uint64()),  # the trusted hop's address as facts.address.net_of makes it
        pa.field("client_key", pa.uint64()),  # digest of (user_agent, tls_fingerprint)
        pa.field("settings_key", pa.uint64()),  # digest of the request's parameters, however they were ordered
        pa.field("status", pa.int32()),
        pa.field("refused", pa.bool_(), nullable=False),  # finish_reason says that the model declined
        pa.field("tokens", pa.int64(), nullable=False),  # input + output tokens where the log has them, else 0
        pa.field("content_state", pa.int8(), nullable=False),  # a ContentState
        # Digests of whole texts (0 = no such text). Equal digests: equal texts, under this deployment's secret.
        pa.field("system_key", pa.uint64(), nullable=False),  # the system prompt
        pa.field("prompt_key", pa.uint64(), nullable=False),  # the last message that is not the model's
        pa.field("request_key", pa.uint64(), nullable=False),  # the whole input, in order
        pa.field("history_key", pa.uint64(), nullable=False),  # the input up to and with the model's last turn
        pa.field("closing_key", pa.uint64(), nullable=False),  # the whole input and the answer: the next turn's history
        pa.field("turn_key", pa.uint64(), nullable=False),  # the model's last turn and what was asked since
        pa.field("earlier_key", pa.uint64(), nullable=False),  # the same one turn before: where this conversation was
        # Sketches: keyed hashes of word shingles, sampled alike everywhere (FracMinHash, Irber et al. 2022).
        pa.field("prompt_shingles", pa.list_(pa.uint64()), nullable=False),  # of system prompt and last message
        pa.field("answer_shingles", pa.list_(pa.uint64()), nullable=False),  # of the answer
        pa.field("mix", pa.list_(pa.int8(), MIX_WIDTH), nullable=False),  # of the last message
        pa.field("purpose_marks", pa.uint32(), nullable=False),  # bit set of facts.purpose.Purpose cues
        pa.field("signatures_in", pa.list_(pa.uint64()), nullable=False),  # digests of replayed reasoning signatures
        pa.field("signature_out", pa.uint64(), nullable=False),  # digest of the signature issued (0 = none)
    ]
)
"""Arrow schema of a batch of exchanges as it leaves `read`. No column can hold a customer's text."""
