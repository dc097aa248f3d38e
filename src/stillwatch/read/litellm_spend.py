"""Rows of LiteLLM's table LiteLLM_SpendLogs, exported as JSON Lines, a JSON array or CSV."""

from collections.abc import Iterator, Mapping
from typing import Final

from stillwatch.errors import BadRecord
from stillwatch.read.answers import NO_ANSWER, Answer, read_answer
from stillwatch.read.fields import SourceTable, count_of, mapping_of, opened, request_params, table_for, text_of
from stillwatch.read.identity import account_of, client_address, key_digest
from stillwatch.read.litellm import CHANNEL, NO_MODEL, exchange_id, known_claims, operation_of, read_status
from stillwatch.read.messages import Transcript, read_input
from stillwatch.read.outcome import failure_reason
from stillwatch.read.raw import RawExchange, ReadOptions
from stillwatch.read.times import end_after, from_any

_SINCE_1_40: Final[Mapping[str, str]] = {
    "id": "request_id",
    "started_at": "startTime",
    "ended_at": "endTime",
    "user": "metadata/user_api_key_user_id | user",
    "team": "metadata/user_api_key_team_id | team_id",
    "organisation": "metadata/user_api_key_org_id | organization_id",
    "key": "api_key | metadata/user_api_key",
    "end_user_id": "end_user",
    "model": "model | model_group",
    "operation": "call_type",
    "peer": "requester_ip_address | metadata/requester_ip_address",
    "messages": "messages",
    "response": "response",
    "input_tokens": "prompt_tokens",
    "output_tokens": "completion_tokens",
}
_SINCE_1_60: Final[Mapping[str, str]] = {
    **_SINCE_1_40,
    "session_id": "session_id",
    "user_agent": "metadata/user_agent",
    "request": "proxy_server_request",
    "cached_input_tokens": "metadata/usage_object/prompt_tokens_details/cached_tokens"
    " | metadata/usage_object/cache_read_input_tokens | metadata/additional_usage_values/cache_read_input_tokens",
    "reasoning_tokens": "metadata/usage_object/completion_tokens_details/reasoning_tokens"
    " | metadata/additional_usage_values/completion_tokens_details/reasoning_tokens",
    "outcome": "status | metadata/status",
    "error_code": "metadata/error_information/error_code",
    "error_class": "metadata/error_information/error_class",
    "error_text": "metadata/error_information/error_message",
}

TABLES: Final = (
    SourceTable(version="1.60", known_by=("proxy_server_request",), columns=_SINCE_1_60),
    SourceTable(version="1.40", columns=_SINCE_1_40),
)
"""Where each version keeps what we need. Since about 1.60 the prompt is not in `messages`, which stays `{}`, but in
`proxy_server_request`, the body of the request as it came in; checked against 1.106."""


class LiteLLMSpend:
    """Exports of LiteLLM's spend log. Values may be texts: CSV has no other, and JSON columns are often dumped so."""

    name: Final = "litellm-spend"

    def recognises(self, record: Mapping[str, object]) -> bool:
        """Whether the record has the columns that no other log has together."""
        return "request_id" in record and "startTime" in record and ("call_type" in record or "api_key" in record)

    def exchanges(self, record: Mapping[str, object], options: ReadOptions) -> Iterator[RawExchange]:
        """Yield the row's call, unless it was about something other than a model's answer."""
        opened_up = {**record, "metadata": mapping_of(record.get("metadata"))}
        row = table_for(opened_up, TABLES).read(opened_up)
        operation = operation_of(row)
        if operation is not NO_MODEL:
            yield _exchange(opened_up, row, operation, options)


FORMAT: Final = LiteLLMSpend()


def _exchange(
    record: Mapping[str, object], row: Mapping[str, object], operation: str | None, options: ReadOptions
) -> RawExchange:
    request_id = text_of(row.get("id"))
    started = from_any(row.get("started_at"))
    if request_id is None:
        raise BadRecord("no request_id")
    if started is None:
        raise BadRecord("startTime is not a time")
    failed, status = read_status(row)
    key = row.get("key")
    claims = known_claims(row, status)
    request = mapping_of(row.get("request"))
    request = mapping_of(request["body"]) if "body" in request else request
    transcript = _transcript(row.get("messages"), request)
    answer = NO_ANSWER if operation == "embeddings" else _answer(row.get("response"))
    return RawExchange(
        exchange_id=exchange_id(request_id, started),
        source=LiteLLMSpend.name,
        started_at=started,
        ended_at=end_after(started, from_any(row.get("ended_at"))),
        account_id=account_of(record, claims, options.account_by),
        credential_id=key_digest(key),
        end_user_id=text_of(row.get("end_user_id")),
        session_id=text_of(row.get("session_id")),
        channel=CHANNEL,
        model=text_of(row.get("model")),
        operation=operation,
        client_ip=client_address(row.get("peer"), None, options.trusted_hops),
        user_agent=text_of(row.get("user_agent")),
        input_messages=transcript.said,
        output_text=answer.text,
        request_params=request_params(request),
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


def _transcript(messages: object, request: Mapping[str, object]) -> Transcript:
    """Read the prompt from `messages` where they were kept (old versions, realtime calls), else from the request."""
    transcript = Transcript()
    kept = opened(messages)
    if kept:
        read_input(kept, transcript)
    elif any(request.get(key) for key in ("messages", "input", "prompt", "contents")):
        read_input(request, transcript)
    return transcript


def _answer(response: object) -> Answer:
    """Read the answer; nothing was kept where the column holds its default, an empty object."""
    kept = opened(response)
    return read_answer(kept) if kept else NO_ANSWER
