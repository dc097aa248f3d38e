"""OpenInference's LLM spans (Phoenix, Arize, Envoy AI Gateway), in OTLP batches or exported one by one."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import msgspec

from stillwatch.errors import BadRecord
from stillwatch.read.answers import Answer, read_answer, read_answer_text
from stillwatch.read.fields import SourceTable, mapping_of, opened, request_params
from stillwatch.read.messages import Transcript, opened_content, read_message, read_text_or_json
from stillwatch.read.otlp import (
    Attributes,
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

TABLE: Final = SourceTable(
    version="0.1",
    columns={
        "user": "metadata/user_api_key_user_id | user.id | enduser.id",
        "team": "metadata/user_api_key_team_id | litellm.team_id",
        "organisation": "metadata/user_api_key_org_id",
        "key": "metadata/user_api_key_hash",
        "end_user_id": "metadata/user_api_key_end_user_id",
        "session_id": "session.id",
        "model": "llm.response.model_name | llm.model_name | llm.request.model_name",
        "peer": "client.address | metadata/requester_ip_address",
        "forwarded": "http.request.header.x-forwarded-for",
        "user_agent": "user_agent.original | metadata/user_agent",
        "tls_fingerprint": "tls.client.ja4 | tls.client.ja3",
        "status": "http.response.status_code | http.status_code",
        "error": "error.type",
        "input": "input.value",
        "output": "output.value",
        "request_params": "llm.invocation_parameters",
        "finish": "llm.finish_reason",
        "input_tokens": "llm.token_count.prompt",
        "cached_input_tokens": "llm.token_count.prompt_details.cache_read",
        "output_tokens": "llm.token_count.completion",
        "reasoning_tokens": "llm.token_count.completion_details.reasoning",
    },
)
"""OpenInference adds names and takes none away, so one table reads all its versions."""

_KIND: Final = "openinference.span.kind"
_ROOTS: Final = ("llm", "openinference", "input", "output", "session", "user", "enduser", "client", "http", "error")


class OpenInference:
    """LLM spans by OpenInference's conventions; chains, tools, retrievers and embeddings are passed over."""

    name: Final = "openinference"

    def recognises(self, record: Mapping[str, object]) -> bool:
        """Whether the record holds spans of this kind."""
        if is_batch(record):
            return has_attribute(record, _KIND)
        return is_exported_span(record) and any(_kind(span) for span in spans_of(record))

    def exchanges(self, record: Mapping[str, object], options: ReadOptions) -> Iterator[RawExchange]:
        """Yield the exchange of each LLM span; one that cannot be read is told of when the others have been yielded."""
        bad: BadRecord | None = None
        for span in spans_of(record):
            try:
                if is_model_span(span):
                    yield exchange_of(span, options)
            except BadRecord as error:
                bad = bad or error
        if bad is not None:
            raise bad


FORMAT: Final = OpenInference()


def is_model_span(span: Span) -> bool:
    """Whether the span is a call to a language model by OpenInference's conventions."""
    return _kind(span) == "LLM"


def exchange_of(span: Span, options: ReadOptions) -> RawExchange:
    """Make an LLM span's exchange."""
    flat = replace(span, attributes=_flat(span.attributes))
    row = TABLE.read(flat.attributes)
    said = Said(
        transcript=_transcript(flat.attributes, row),
        answer=_answer(flat.attributes, row),
        request_params=request_params(row.get("request_params")),
        operation="chat",
        source=OpenInference.name,
    )
    return span_exchange(flat, TABLE, row, said, options)


def completed(exchange: RawExchange, span: Span, options: ReadOptions) -> RawExchange:
    """Fill what the GenAI conventions left open from OpenInference's: some emitters write both on one span."""
    other = exchange_of(span, options)
    names = (name for name in exchange.__struct_fields__ if getattr(exchange, name) is None)
    return msgspec.structs.replace(exchange, **{name: getattr(other, name) for name in names})


def _kind(span: Span) -> str:
    kind = span.attributes.get(_KIND)
    if kind is None and "openinference" in span.attributes:  # nested, as Phoenix's API gives it
        kind = _flat(span.attributes).get(_KIND)
    return kind.upper() if isinstance(kind, str) else ""


def _flat(attributes: Attributes) -> dict[str, object]:
    """Bring attributes to OpenInference's own names, which Phoenix's API nests; open the metadata, which are JSON."""
    flat: dict[str, object] = {}
    for key, value in attributes.items():
        if isinstance(value, dict) and key in _ROOTS:
            _flatten(value, key, flat)
        else:
            flat[key] = value
    flat["metadata"] = mapping_of(attributes.get("metadata"))
    return flat


def _flatten(value: Mapping[str, object], name: str, flat: dict[str, object], depth: int = 0) -> None:
    for key, item in value.items():
        below = f"{name}.{key}"
        if isinstance(item, dict) and depth < len(_ROOTS):
            _flatten(item, below, flat, depth + 1)
        else:
            flat[below] = item


def _transcript(attributes: Attributes, row: Mapping[str, object]) -> Transcript:
    """Read messages, a completion's prompts, or the request as it was sent, whichever the span has."""
    transcript = Transcript()
    messages = unfolded(attributes, "llm.input_messages")
    prompts = unfolded(attributes, "llm.prompts")
    if isinstance(messages, list):
        for item in messages:
            read_message(_message(item), transcript)
    elif isinstance(prompts, list):
        for item in prompts:
            read_message({"role": "user", "content": mapping_of(_below(item, "prompt")).get("text")}, transcript)
    else:
        read_text_or_json(row.get("input"), transcript)
    return transcript


def _answer(attributes: Attributes, row: Mapping[str, object]) -> Answer:
    messages = unfolded(attributes, "llm.output_messages")
    choices = unfolded(attributes, "llm.choices")
    if isinstance(messages, list):
        answer = read_answer([_message(item) for item in messages])
    elif isinstance(choices, list):
        answer = read_answer([{"text": _below(_below(item, "completion"), "text")} for item in choices])
    else:
        answer = read_answer_text(row.get("output"))
    ended = finish_reason(row.get("finish"))
    return Answer(answer.text, answer.signature, ended) if answer.finish is None and ended is not None else answer


def _message(item: object) -> dict[str, object]:
    """Turn an unfolded `message` into a chat message of the usual shape."""
    message = mapping_of(_below(item, "message"))
    role = message.get("role")
    content = opened_content(message.get("content"))
    contents = message.get("contents")
    calls = message.get("tool_calls")
    chat: dict[str, object] = {
        "role": role if isinstance(role, str) else "user",
        "content": [_part(_below(part, "message_content")) for part in contents]
        if isinstance(contents, list)
        else content,
        "tool_calls": [_call(_below(call, "tool_call")) for call in calls] if isinstance(calls, list) else None,
    }
    if isinstance(message.get("function_call_name"), str):
        arguments = message.get("function_call_arguments_json")
        chat["function_call"] = {"name": message["function_call_name"], "arguments": arguments}
    return chat


def _part(value: object) -> dict[str, object]:
    """Turn an unfolded `message_content` into a part of the usual shape."""
    part = dict(mapping_of(value))
    kind = part.get("type")
    if kind in ("image", "audio", "video"):
        inner = mapping_of(part.get(str(kind)))
        inner = mapping_of(inner.get(str(kind), inner))
        return {"type": f"{kind}_url", f"{kind}_url": {"url": inner.get("url")}}
    if kind == "tool_use":
        call = _call(part.get("tool_call", part))
        return {"type": "tool_use", **mapping_of(call.get("function")), "signature": call.get("signature")}
    return part if isinstance(kind, str) else {**part, "type": "text"}


def _call(value: object) -> dict[str, object]:
    call = mapping_of(value)
    function = mapping_of(call.get("function"))
    return {"function": function or {"name": call.get("name")}, "signature": call.get("reasoning_signature")}


def _below(item: object, key: str) -> object:
    """Step into the object that OpenInference wraps around each item; half-flattened ones come without it."""
    return item.get(key, item) if isinstance(item, dict) else opened(item)
