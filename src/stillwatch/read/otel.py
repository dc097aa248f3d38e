"""OpenTelemetry spans by the GenAI conventions: those of today, those before 1.37, and OpenLLMetry's."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from stillwatch.errors import BadRecord
from stillwatch.read import openinference
from stillwatch.read.answers import NO_ANSWER, Answer, read_answer, read_answer_text
from stillwatch.read.fields import SourceTable, opened, request_params, table_for
from stillwatch.read.messages import Transcript, opened_content, read_message, read_system, read_text_or_json
from stillwatch.read.otlp import (
    Attributes,
    Event,
    Said,
    Span,
    has_attribute,
    is_batch,
    is_exported_span,
    span_exchange,
    spans_of,
    unfolded,
)
from stillwatch.read.outcome import finish_reason
from stillwatch.read.raw import RawExchange, ReadOptions

_WHO: Final[Mapping[str, str]] = {
    "user": "litellm.metadata.user_api_key_user_id | metadata.user_api_key_user_id"
    " | enduser.id | user.id | gen_ai.user.id",
    "team": "litellm.team.id | metadata.user_api_key_team_id",
    "organisation": "litellm.metadata.user_api_key_org_id | metadata.user_api_key_org_id",
    "key": "litellm.api_key.hash | metadata.user_api_key_hash",
    "end_user_id": "litellm.end_user.id | litellm.metadata.user_api_key_end_user_id"
    " | metadata.user_api_key_end_user_id | gen_ai.user | llm.user",
    "peer": "client.address | litellm.metadata.requester_ip_address | metadata.requester_ip_address | http.client_ip",
    "forwarded": "http.request.header.x-forwarded-for | http.request.header.x_forwarded_for",
    "user_agent": "user_agent.original | http.user_agent | http.request.header.user-agent",
    "tls_fingerprint": "tls.client.ja4 | tls.client.ja3",
    "status": "http.response.status_code | http.status_code",
    "error": "litellm.provider.error.code | error.type",
    "session_id": "gen_ai.conversation.id | session.id | traceloop.association.properties.session_id",
}
"""Who asked: the same in all versions, for the GenAI conventions say nothing about it."""

_TODAY: Final[Mapping[str, str]] = {
    "operation": "gen_ai.operation.name",
    "model": "gen_ai.response.model | gen_ai.request.model",
    "system": "gen_ai.system_instructions",
    "input": "gen_ai.input.messages",
    "output": "gen_ai.output.messages",
    "finish": "gen_ai.response.finish_reasons",
    "input_tokens": "gen_ai.usage.input_tokens",
    "cached_input_tokens": "gen_ai.usage.cache_read.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "reasoning_tokens": "gen_ai.usage.reasoning.output_tokens",
}
_BEFORE_1_37: Final[Mapping[str, str]] = {
    "operation": "gen_ai.operation.name | llm.request.type | gen_ai.request.type",
    "model": "gen_ai.response.model | gen_ai.request.model",
    "input": "gen_ai.prompt",
    "output": "gen_ai.completion",
    "finish": "gen_ai.response.finish_reasons | llm.response.finish_reason | llm.response.stop_reason"
    " | gen_ai.response.finish_reason",
    "input_tokens": "gen_ai.usage.input_tokens | gen_ai.usage.prompt_tokens | llm.usage.prompt_tokens",
    "cached_input_tokens": "gen_ai.usage.cache_read_input_tokens | gen_ai.usage.cached_tokens",
    "output_tokens": "gen_ai.usage.output_tokens | gen_ai.usage.completion_tokens | llm.usage.completion_tokens",
    "reasoning_tokens": "gen_ai.usage.reasoning_tokens | llm.usage.reasoning_tokens",
}


def _preferring(first: Mapping[str, str], then: Mapping[str, str]) -> dict[str, str]:
    """Read by one version, and by the other what it leaves open: emitters change names one by one."""
    both: dict[str, str] = {}
    for column in {**first, **then}:
        places = [place for names in (first, then) if column in names for place in names[column].split(" | ")]
        both[column] = " | ".join(dict.fromkeys(places))
    return {**both, **_WHO}


TABLES: Final = (
    SourceTable(version="1.37", known_by=("gen_ai.provider.name",), columns=_preferring(_TODAY, _BEFORE_1_37)),
    SourceTable(version="1.27", columns=_preferring(_BEFORE_1_37, _TODAY)),
)
"""1.37 renamed `gen_ai.system` and moved messages into attributes; the conventions' new home (0.1.0) keeps both."""

OPERATIONS: Final[Mapping[str, str]] = {
    "chat": "chat",
    "generate_content": "chat",
    "responses": "chat",
    "text_completion": "completion",
    "completion": "completion",
    "embeddings": "embeddings",
    "embedding": "embeddings",
}
"""The operations that ask a model, by the contract's words. Agents, tools and retrieval are spans of their own: what
they ask of a model is told by spans below them, and would count twice."""

_MESSAGE_EVENTS: Final[Mapping[str, str]] = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
_DETAILS: Final = "gen_ai.client.inference.operation.details"
_PARAMETERS: Final = "gen_ai.request."
_RENAMED: Final[Mapping[str, str]] = {"choice.count": "n", "stop_sequences": "stop", "reasoning.level": "effort"}


class OpenTelemetry:
    """OTLP JSON with GenAI spans. OpenInference spans in the same batch are read too, by their own conventions."""

    name: Final = "otel"

    def recognises(self, record: Mapping[str, object]) -> bool:
        """Whether the record is a batch of spans, or one span of a call to a model, by these conventions."""
        if is_batch(record):
            return has_attribute(record, "gen_ai.") or not openinference.FORMAT.recognises(record)
        return is_exported_span(record) and any(_is_genai(span.attributes) for span in spans_of(record))

    def exchanges(self, record: Mapping[str, object], options: ReadOptions) -> Iterator[RawExchange]:
        """Yield the exchange of each span that asked a model; other spans are passed over.

        A span that cannot be read does not take its neighbours with it: it is told of when they have been yielded.
        """
        bad: BadRecord | None = None
        for span in spans_of(record):
            try:
                if _is_genai(span.attributes):
                    yield from _exchange(span, options)
                elif openinference.is_model_span(span):
                    yield openinference.exchange_of(span, options)
            except BadRecord as error:
                bad = bad or error
        if bad is not None:
            raise bad


FORMAT: Final = OpenTelemetry()


def _is_genai(attributes: Attributes) -> bool:
    return not {"gen_ai.operation.name", "gen_ai.request.model", "gen_ai.system", "gen_ai.provider.name"}.isdisjoint(
        attributes
    )


def _exchange(span: Span, options: ReadOptions) -> Iterator[RawExchange]:
    details = [event.attributes for event in span.events if event.name == _DETAILS]
    if details:
        span = replace(span, attributes={**details[0], **span.attributes})
    table = table_for(span.attributes, TABLES)
    row = table.read(span.attributes)
    operation = row.get("operation")
    kind = OPERATIONS.get(operation.lower()) if isinstance(operation, str) else "chat"
    if kind is None or (operation is None and "model" not in row):
        return
    said = Said(
        transcript=_transcript(span, row),
        answer=_answer(span, row),
        request_params=_parameters(span.attributes),
        operation=kind,
        source=OpenTelemetry.name,
    )
    exchange = span_exchange(span, table, row, said, options)
    yield openinference.completed(exchange, span, options) if openinference.is_model_span(span) else exchange


def _transcript(span: Span, row: Mapping[str, object]) -> Transcript:
    """Read the input from where this emitter keeps it: one attribute, numbered attributes, or events."""
    transcript = Transcript()
    numbered = unfolded(span.attributes, "gen_ai.prompt")
    if isinstance(numbered, list):
        for message in numbered:
            if isinstance(message, dict):
                read_message({**message, "content": opened_content(message.get("content"))}, transcript)
    elif "input" in row:
        read_text_or_json(row["input"], transcript)
    else:
        for event in span.events:
            _read_event(event, transcript)
    read_system(opened(row.get("system")), transcript)
    return transcript


def _read_event(event: Event, transcript: Transcript) -> None:
    if event.name == "gen_ai.content.prompt":
        read_text_or_json(event.attributes.get("gen_ai.prompt"), transcript)
    elif event.name in _MESSAGE_EVENTS:
        body = _body(event)
        read_message({"role": _MESSAGE_EVENTS[event.name], **body}, transcript)


def _body(event: Event) -> dict[str, object]:
    """Read an event's message: its attributes, or the JSON text that some put into one of them."""
    attributes = event.attributes
    inner = opened(attributes.get("gen_ai.event.content", attributes.get("message")))
    if isinstance(inner, dict):
        body = {**inner, "finish_reason": inner.get("finish_reason", attributes.get("finish_reason"))}
    else:
        body = {key: value for key, value in attributes.items() if "." not in key and key != "message"}
        body.setdefault("content", inner)
    if isinstance(body.get("tool_calls"), str):
        body["tool_calls"] = opened(body["tool_calls"])
    return {**body, "content": opened_content(body.get("content"))} if "message" not in body else body


def _answer(span: Span, row: Mapping[str, object]) -> Answer:
    numbered = unfolded(span.attributes, "gen_ai.completion")
    if isinstance(numbered, list):
        answer = read_answer([{"role": "assistant", **each} for each in numbered if isinstance(each, dict)])
    elif "output" in row:
        answer = read_answer_text(row["output"])
    else:
        answer = _answer_of_events(span)
    ended = finish_reason(row.get("finish"))
    return Answer(answer.text, answer.signature, ended) if answer.finish is None and ended is not None else answer


def _answer_of_events(span: Span) -> Answer:
    for event in span.events:
        if event.name == "gen_ai.content.completion":
            return read_answer_text(event.attributes.get("gen_ai.completion"))
    choices = [_body(event) for event in span.events if event.name == "gen_ai.choice"]
    return read_answer({"choices": [{"role": "assistant", **each} for each in choices]}) if choices else NO_ANSWER


def _parameters(attributes: Attributes) -> str | None:
    params = {
        key.removeprefix(_PARAMETERS): value
        for key, value in attributes.items()
        if key.startswith(_PARAMETERS) and not key.startswith(_PARAMETERS + "functions")
    }
    if tools := attributes.get("gen_ai.tool.definitions"):
        params["tools"] = opened(tools)
    return request_params({_RENAMED.get(key, key): value for key, value in params.items() if key != "type"})
