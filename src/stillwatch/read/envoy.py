"""Envoy AI Gateway's JSON access log: who asked which model, when and how much; never a word of the text."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from stillwatch.errors import BadRecord
from stillwatch.read.fields import SourceTable, count_of, table_for, text_of
from stillwatch.read.identity import Claims, account_of, client_address, key_digest, without_own_entry
from stillwatch.read.outcome import status_code
from stillwatch.read.raw import RawExchange, ReadOptions
from stillwatch.read.times import end_after, from_any

CHANNEL: Final = "gateway:envoy"

_ENVOY: Final[Mapping[str, str]] = {
    "id": "x-request-id | x_request_id | request_id",
    "started_at": "start_time",
    "duration": "duration",
    "status": "response_code",
    "flags": "response_flags",
    "path": "x-envoy-origin-path | x-envoy-original-path | path",
    "mcp": "mcp_method | mcp.method.name",
    "user": "downstream_peer_subject",
    "peer": "downstream_remote_address",
    "direct_peer": "downstream_direct_remote_address",
    "forwarded": "x-forwarded-for | x_forwarded_for",
    "user_agent": "user-agent | user_agent",
    "tls_fingerprint": "tls_ja4_fingerprint | tls_ja3_fingerprint",
    "session_id": "session.id",
}
"""What Envoy itself logs, by the names of the gateway's documented format. None of the headers says who is billed:
clients write them. The subject of a client certificate does, for Envoy has checked it."""

_GEN_AI: Final[Mapping[str, str]] = {
    "model": "gen_ai.response.model | gen_ai.request.model_override | gen_ai.request.model",
    "operation": "gen_ai.operation.name",
    "input_tokens": "gen_ai.usage.input_tokens",
    "cached_input_tokens": "gen_ai.usage.cache_read.input_tokens | gen_ai.usage.cached_input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "reasoning_tokens": "gen_ai.usage.reasoning.output_tokens | gen_ai.usage.reasoning_tokens",
}
_GENAI: Final[Mapping[str, str]] = {
    "model": "genai_model_name_override | genai_model_name | genai_response_model",
    "input_tokens": "genai_tokens_input",
    "cached_input_tokens": "genai_tokens_cached_input",
    "output_tokens": "genai_tokens_output",
    "reasoning_tokens": "genai_tokens_reasoning",
}
_METADATA: Final[Mapping[str, str]] = {
    "model": "io.envoy.ai_gateway/response_model | io.envoy.ai_gateway/model_name_override"
    " | io.envoy.ai_gateway/request_model | x-ai-eg-model",
    "input_tokens": "io.envoy.ai_gateway/llm_input_token",
    "cached_input_tokens": "io.envoy.ai_gateway/llm_cached_input_token",
    "output_tokens": "io.envoy.ai_gateway/llm_output_token",
    "reasoning_tokens": "io.envoy.ai_gateway/llm_reasoning_token",
}

TABLES: Final = (
    SourceTable(version="1.1", known_by=("gen_ai.request.model",), columns={**_ENVOY, **_GEN_AI}),
    SourceTable(version="0.3", known_by=("genai_model_name",), columns={**_ENVOY, **_GENAI}),
    SourceTable(version="any", columns={**_ENVOY, **_METADATA}),
)
"""The format is written out in the operator's own EnvoyProxy resource, so a version is that of the documentation that
it was copied from. The last one logs the dynamic metadata whole, as `%DYNAMIC_METADATA(io.envoy.ai_gateway)%`."""

_PATHS: Final = re.compile(r"(?:^|/)(chat/completions|completions|embeddings|messages|responses)/?(?:\?|$)")
_OPERATIONS: Final[Mapping[str, str]] = {
    "chat": "chat",
    "chat/completions": "chat",
    "messages": "chat",
    "responses": "chat",
    "completions": "completion",
    "text_completion": "completion",
    "embeddings": "embeddings",
}
_ABORTED: Final = 499
_DOWNSTREAM_GONE: Final = frozenset({"DC", "DPE"})
"""Response flags of a client that hung up; Envoy logs response code 0 then."""


class Envoy:
    """Access logs of Envoy AI Gateway in their JSON form."""

    name: Final = "envoy"

    def recognises(self, record: Mapping[str, object]) -> bool:
        """Whether the record has what the documented format always has."""
        return "start_time" in record and "response_code" in record and "duration" in record

    def exchanges(self, record: Mapping[str, object], options: ReadOptions) -> Iterator[RawExchange]:
        """Yield the request if it asked a model; health checks, lists of models and tool calls are passed over."""
        record = {key: value for key, value in record.items() if value != "-"}  # what Envoy writes for nothing
        row = table_for(record, TABLES).read(record)
        path = row.get("path")
        known = _PATHS.search(path) if isinstance(path, str) else None
        if "mcp" not in row and ("model" in row or known is not None):
            yield _exchange(record, row, known[1] if known is not None else None, options)


FORMAT: Final = Envoy()


def _exchange(
    record: Mapping[str, object], row: Mapping[str, object], path: str | None, options: ReadOptions
) -> RawExchange:
    request_id = text_of(row.get("id"))
    started = from_any(row.get("started_at"))
    if request_id is None:
        raise BadRecord("no x-request-id")
    if started is None:
        raise BadRecord("start_time is not a time")
    milliseconds = count_of(row.get("duration"))
    peer = row.get("direct_peer", row.get("peer"))
    forwarded = without_own_entry(row.get("forwarded"), peer) if options.trusted_hops else None
    operation = row.get("operation", path)
    return RawExchange(
        exchange_id=f"{request_id}@{started}",  # a client may send an x-request-id of its own, and the same one twice
        source=Envoy.name,
        started_at=started,
        ended_at=None if milliseconds is None else end_after(started, started + milliseconds * 1000),
        account_id=account_of(record, Claims(user=row.get("user")), options.account_by),
        credential_id=key_digest(row.get("key")),
        session_id=text_of(row.get("session_id")),
        channel=CHANNEL,
        model=text_of(row.get("model")),
        operation=_OPERATIONS.get(operation, operation) if isinstance(operation, str) else None,
        client_ip=client_address(row.get("peer"), forwarded, options.trusted_hops),
        user_agent=text_of(row.get("user_agent")),
        tls_fingerprint=text_of(row.get("tls_fingerprint")),
        input_tokens=count_of(row.get("input_tokens")),
        cached_input_tokens=count_of(row.get("cached_input_tokens")),
        output_tokens=count_of(row.get("output_tokens")),
        reasoning_tokens=count_of(row.get("reasoning_tokens")),
        status=_status(row),
    )


def _status(row: Mapping[str, object]) -> int | None:
    flags = row.get("flags")
    gone = isinstance(flags, str) and not _DOWNSTREAM_GONE.isdisjoint(flags.split(","))
    return status_code(row.get("status")) or (_ABORTED if gone else None)
