"""Bytes of one record to a dict, strict and bounded: what two decoders could read differently is set aside."""

import json
from typing import Final, NoReturn

import msgspec
import numpy as np

from stillwatch.errors import BadRecord
from stillwatch.stats.json_kernel import REPEATED, TOO_DEEP, name_table, outline

IDENTITY_KEYS: Final = (
    # Who and which. A record that says one of these twice lets one reader see an account where another sees another.
    "account_id", "credential_id", "end_user_id", "session_id", "exchange_id", "source", "schema_version",
    "id", "request_id", "litellm_call_id", "trace_id", "traceId", "spanId", "span_id",
    "user", "user_id", "userId", "end_user", "team_id", "organization_id", "project_id", "api_key", "key",
    "session", "sessionId", "x-request-id",
    "user_api_key_hash", "user_api_key_user_id", "user_api_key_team_id", "user_api_key_org_id",
    "user_api_key_end_user_id", "requester_ip_address", "client_ip", "x-forwarded-for",
    # When.
    "started_at", "ended_at", "startTime", "endTime", "start_time", "end_time", "startTimeUnixNano", "endTimeUnixNano",
    # What holds them.
    "metadata", "attributes", "resource", "input_messages", "messages",
)  # fmt: skip

_NAMES: Final = name_table(IDENTITY_KEYS)
_WATCHED: Final = frozenset(IDENTITY_KEYS)


class RecordDecoder:
    """Decodes records one by one; a BadRecord's reason never holds content of the record."""

    def __init__(self, max_depth: int) -> None:
        """Refuse records nested deeper than `max_depth` levels."""
        self._seen = np.zeros(max_depth + 1, dtype=np.uint64)
        self._decoder = msgspec.json.Decoder()

    def check(self, record: bytes) -> None:
        """Refuse a record that is not UTF-8, is nested too deep, or says twice who or when."""
        if not record.isascii():
            try:
                record.decode()
            except UnicodeDecodeError:
                raise BadRecord("not UTF-8") from None
        shape = outline(record, _NAMES, self._seen)
        if shape == TOO_DEEP:
            raise BadRecord(f"nested deeper than {len(self._seen) - 1} levels")
        if shape == REPEATED:
            _insist_on_single_keys(record)

    def decode(self, record: bytes) -> dict[str, object]:
        """Decode one JSON object."""
        self.check(record)
        try:
            value = self._decoder.decode(record)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            refuse(error)
        if not isinstance(value, dict):
            raise BadRecord("not a JSON object")
        return value


def refuse(error: Exception) -> NoReturn:
    """Turn a decoder's error into a BadRecord, in words that hold nothing of the record."""
    if isinstance(error, UnicodeDecodeError):
        reason = "not UTF-8"
    elif isinstance(error, RecursionError):
        reason = "nested too deep"
    elif isinstance(error, msgspec.ValidationError):
        reason = str(error)  # names types and our own fields only
    else:
        # Without the byte's position, so that equal faults are counted together.
        reason = "malformed JSON: " + str(error).removeprefix("JSON is malformed: ").split(" (byte")[0].lower()
    raise BadRecord(reason) from None


def _insist_on_single_keys(record: bytes) -> None:
    """Look at each object's keys as the standard library reads them, escapes undone."""
    try:
        json.loads(record, object_pairs_hook=_single_keys, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        raise BadRecord("malformed JSON") from None


def _single_keys(pairs: list[tuple[str, object]]) -> None:
    watched = [name for name, _ in pairs if name in _WATCHED]
    if len(watched) != len(set(watched)):
        name = next(name for name in watched if watched.count(name) > 1)
        raise BadRecord(f"the key {name} comes twice in one object")
