"""LiteLLM's StandardLoggingPayload, as its callbacks write it: one JSON object for each call, answered or failed."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Final

from stillwatch.errors import BadRecord
from stillwatch.read.answers import NO_ANSWER, read_answer
from stillwatch.read.fields import SourceTable, count_of, mapping_of, request_params, table_for, text_of
from stillwatch.read.identity import Claims, account_of, client_address, key_digest
from stillwatch.read.messages import Transcript, read_input, read_system
from stillwatch.read.outcome import ANSWERED, failure_reason, status_of_error
from stillwatch.read.raw import RawExchange, ReadOptions
from stillwatch.read.times import end_after, from_seconds

CHANNEL: Final = "gateway:litellm"

_SINCE_1_40: Final[Mapping[str, str]] = {
    "id": "id",
    "started_at": "startTime",
    "ended_at": "endTime",
    "user": "metadata/user_api_key_user_id",
    "team": "metadata/user_api_key_team_id",
    "organisation": "metadata/user_api_key_org_id",
    "key": "metadata/user_api_key_hash",
    "end_user_id": "end_user",
    "model": "model | model_group",
    "operation": "call_type",
    "route": "metadata/user_api_key_request_route",
    "peer": "requester_ip_address | metadata/requester_ip_address",
    "messages": "messages",
    "response": "response",
    "request_params": "model_parameters",
    "input_tokens": "prompt_tokens",
    "output_tokens": "completion_tokens",
}
_SINCE_1_60: Final[Mapping[str, str]] = {
    **_SINCE_1_40,
    "session_id": "session_id | trace_id",
    "end_user_id": "end_user | metadata/user_api_key_end_user_id",
    "forwarded": "metadata/requester_custom_headers/x-forwarded-for"
    " | metadata/requester_metadata/headers/x-forwarded-for",
    "user_agent": "user_agent | metadata/user_agent | metadata/requester_metadata/headers/user-agent",
    "cached_input_tokens": "metadata/usage_object/prompt_tokens_details/cached_tokens"
    " | metadata/usage_object/cache_read_input_tokens"
    " | response/usage/prompt_tokens_details/cached_tokens | response/usage/cache_read_input_tokens",
    "reasoning_tokens": "metadata/usage_object/completion_tokens_details/reasoning_tokens"
    " | response/usage/completion_tokens_details/reasoning_tokens",
    "outcome": "status",
    "error_code": "error_information/error_code",
    "error_class": "error_information/error_class",
    "error_text": "error_str | error_information/error_message",
}

TABLES: Final = (
    SourceTable(version="1.60", known_by=("status",), columns=_SINCE_1_60),
    SourceTable(version="1.40", columns=_SINCE_1_40),
)
"""Where each version keeps what we need; 1.106 was run to check the first. Versions before about 1.60 know no `status`
and log answered calls only."""

OPERATIONS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("completion", "acompletion", "responses", "aresponses", "_aresponses_websocket"), "chat"),
    **dict.fromkeys(("anthropic_messages", "aanthropic_messages", "_arealtime", "pass_through_endpoint"), "chat"),
    **dict.fromkeys(("generate_content", "agenerate_content"), "chat"),
    **dict.fromkeys(("generate_content_stream", "agenerate_content_stream"), "chat"),
    **dict.fromkeys(("llm_passthrough_route", "allm_passthrough_route", "create_interaction"), "chat"),
    "acreate_interaction": "chat",
    **dict.fromkeys(("text_completion", "atext_completion"), "completion"),
    **dict.fromkeys(("embedding", "aembedding"), "embeddings"),
    **dict.fromkeys(("image_generation", "aimage_generation", "image_edit", "aimage_edit"), "image"),
    **dict.fromkeys(("transcription", "atranscription", "speech", "aspeech"), "audio"),
}
"""LiteLLM's call types by the contract's operations. One that is neither here nor below is read under its own name:
better a strange operation than a new interface that nobody watches."""

_OTHER_CALLS: Final = re.compile(
    r"assistant|batch|container|delete|file|fine_tuning|input_items|list_|mcp|message$|moderation|ocr|query|rerank"
    r"|retrieve|run_code|sandbox|search|skill|thread|vector_store|video|code_interpreter|ingest|decisions|systemone"
)
"""Calls that ask no language model: they are passed over."""

_ROUTES: Final[Mapping[str, str]] = {
    "/completions": "completion",
    "/v1/completions": "completion",
    "/embeddings": "embeddings",
    "/v1/embeddings": "embeddings",
}
"""Interfaces by their routes: a call that the proxy itself refuses says `acompletion` whatever was asked."""

NO_MODEL: Final = "no model"
"""Stands for the operations of calls that ask no model."""

_REFUSED: Final = 401
_LONGEST_ID: Final = 512
"""Characters. LiteLLM encrypts the provider and the deployment into the ids of the Responses API, which grow long."""

_WRAPPERS: Final = ("standard_logging_object", "standard_logging_payload")


class LiteLLM:
    """LiteLLM callback logs (`StandardLoggingPayload`), bare or inside the callback's `kwargs`."""

    name: Final = "litellm"

    def recognises(self, record: Mapping[str, object]) -> bool:
        """Whether the record, or what it wraps, has the keys that no other log has together."""
        payload = _payload(record)
        return "call_type" in payload and "startTime" in payload and "id" in payload and "request_id" not in payload

    def exchanges(self, record: Mapping[str, object], options: ReadOptions) -> Iterator[RawExchange]:
        """Yield the call, unless it was about something other than a model's answer."""
        payload = _payload(record)
        row = table_for(payload, TABLES).read(payload)
        operation = operation_of(row)
        if operation is not NO_MODEL:
            yield _exchange(payload, row, operation, options)


FORMAT: Final = LiteLLM()


def _payload(record: Mapping[str, object]) -> Mapping[str, object]:
    if "call_type" in record:
        return record
    for key in _WRAPPERS:
        if key in record:
            return mapping_of(record[key])
    return record


def _exchange(
    payload: Mapping[str, object], row: Mapping[str, object], operation: str | None, options: ReadOptions
) -> RawExchange:
    call_id = text_of(row.get("id"))
    started = from_seconds(row.get("started_at"))
    if call_id is None:
        raise BadRecord("no id")
    if started is None:
        raise BadRecord("startTime is not a time in seconds since 1970")
    failed, status = read_status(row)
    key = row.get("key")
    claims = known_claims(row, status)
    transcript = Transcript()
    read_input(row.get("messages"), transcript)
    params = row.get("request_params")
    if isinstance(params, dict):
        read_system(params.get("instructions") or params.get("system"), transcript)
    answer = NO_ANSWER if operation == "embeddings" else read_answer(row.get("response"))
    return RawExchange(
        exchange_id=exchange_id(call_id, started),
        source=LiteLLM.name,
        started_at=started,
        ended_at=end_after(started, from_seconds(row.get("ended_at"))),
        account_id=account_of(payload, claims, options.account_by),
        credential_id=key_digest(key),
        end_user_id=text_of(row.get("end_user_id")),
        session_id=text_of(row.get("session_id")),
        channel=CHANNEL,
        model=text_of(row.get("model")),
        operation=operation,
        client_ip=client_address(row.get("peer"), row.get("forwarded"), options.trusted_hops),
        user_agent=text_of(row.get("user_agent")),
        input_messages=transcript.said,
        output_text=answer.text,
        request_params=request_params(params),
        reasoning_signatures=transcript.signed,
        output_signature=answer.signature,
        input_tokens=count_of(row.get("input_tokens")),
        cached_input_tokens=count_of(row.get("cached_input_tokens")),
        output_tokens=count_of(row.get("output_tokens")),
        reasoning_tokens=count_of(row.get("reasoning_tokens")),
        status=status,
        finish_reason=answer.finish
        or (failure_reason(row.get("error_class"), row.get("error_text")) if failed else None),
    )


def exchange_id(call_id: str, started: int) -> str:
    """Name a call by its id and its start, in both of LiteLLM's logs alike.

    The id alone will not do: an answered call has the provider's, which test servers repeat; a failed one has the
    call's own, which a client may set (`x-litellm-call-id`) and so make its calls look like one.
    """
    if len(call_id) > _LONGEST_ID:
        call_id = hashlib.sha256(call_id.encode(errors="surrogatepass")).hexdigest()
    return f"{call_id}@{started}"


def known_claims(row: Mapping[str, object], status: int) -> Claims:
    """Tell who was authenticated. Of a refused key the log has the digest too, but that is whatever a stranger sent.

    Strangers must not be able to make accounts, nor to put words into a log under a digest of their choice.
    """
    user, team = row.get("user"), row.get("team")
    if status == _REFUSED and user is None and team is None:
        raise BadRecord("not authenticated (401): the request is billed to nobody")
    return Claims(user, team, row.get("organisation"), row.get("key"))


def operation_of(row: Mapping[str, object]) -> str | None:
    """Return the contract's word for a call, `None` where the log gives no call type, or NO_MODEL."""
    call_type, route = row.get("operation"), row.get("route")
    operation = None
    if isinstance(call_type, str):
        operation = OPERATIONS.get(call_type) or (NO_MODEL if _OTHER_CALLS.search(call_type) else call_type)
    return _ROUTES.get(route, operation) if isinstance(route, str) and operation == "chat" else operation


def read_status(row: Mapping[str, object]) -> tuple[bool, int]:
    """Tell whether a call failed, and its HTTP status; a client that hung up leaves a 499 on a call that succeeded."""
    failed = row.get("outcome") == "failure"
    code = row.get("error_code")
    if not failed and code is None:
        return False, ANSWERED
    return failed, status_of_error(code, row.get("error_class"), row.get("error_text"))
