"""The pieces that log records are written of: chat messages, answers, spans, errors."""

import hashlib
import json
from typing import Any, Final

from stillwatch.read.raw import RawExchange, RawMessage

Json = dict[str, Any]

_ANSWERED: Final = 200
_FAILED: Final = 400


def chat(exchange: RawExchange) -> list[Json] | None:
    """Write messages as a chat API takes them; reasoning signatures go with the model's last turn."""
    messages = [chat_message(each) for each in exchange.input_messages or ()]
    if exchange.reasoning_signatures:
        turns = [each for each in messages if each["role"] == "assistant"]
        if not turns:
            turns = [{"role": "assistant", "content": ""}]
            messages += turns
        said = [{"type": "text", "text": turns[-1]["content"]}] if turns[-1]["content"] else []
        turns[-1]["content"] = [*map(thinking, exchange.reasoning_signatures), *said]
    return messages or None


def chat_message(message: RawMessage) -> Json:
    """Write one message as a chat API takes it."""
    return {"role": message.role, "content": result(message.text) if message.role == "tool" else message.text}


def result(text: str) -> str:
    """Undo what reading does to a tool's plain text."""
    try:
        inner = json.loads(text)
    except ValueError:
        return text
    is_wrapped = isinstance(inner, dict) and inner.keys() == {"type", "content"} and inner["type"] == "tool_result"
    return str(inner["content"]) if is_wrapped else text


def thinking(signature: str) -> Json:
    """Write a signed block of reasoning."""
    return {"type": "thinking", "thinking": "", "signature": signature}


def answer(exchange: RawExchange) -> Json:
    """Write an answer as the message that repeats it."""
    message: Json = {"role": "assistant", "content": exchange.output_text or ""}
    if exchange.output_signature:
        said = [{"type": "text", "text": exchange.output_text}] if exchange.output_text else []
        message["content"] = [thinking(exchange.output_signature), *said]
    return message


def completion(exchange: RawExchange) -> Json:
    """Write a chat completion's body; nothing where nothing came back."""
    if exchange.output_text is None and exchange.output_signature is None and exchange.finish_reason is None:
        return {}
    message: Json = {"role": "assistant", "content": exchange.output_text}
    if exchange.output_signature:
        message["thinking_blocks"] = [thinking(exchange.output_signature)]
    return {"choices": [{"index": 0, "finish_reason": exchange.finish_reason, "message": message}]}


def usage(exchange: RawExchange) -> Json:
    """Write the details of a chat completion's usage."""
    return {
        "prompt_tokens_details": {"cached_tokens": exchange.cached_input_tokens},
        "completion_tokens_details": {"reasoning_tokens": exchange.reasoning_tokens},
    }


def otel_parts(message: RawMessage) -> list[Json]:
    """Write a message's parts by OpenTelemetry's conventions."""
    if message.role == "tool":
        return [{"type": "tool_call_response", "id": "call_1", "response": result(message.text)}]
    return [{"type": "text", "content": message.text}]


def openinference_message(prefix: str, message: Json) -> Json:
    """Flatten a chat message into OpenInference's attributes."""
    attributes: Json = {f"{prefix}.role": message["role"]}
    if isinstance(message["content"], str):
        attributes[f"{prefix}.content"] = message["content"]
        return attributes
    for index, part in enumerate(message["content"]):
        place = f"{prefix}.contents.{index}.message_content"
        kind = "reasoning" if part["type"] == "thinking" else "text"
        attributes[f"{place}.type"] = kind
        attributes[f"{place}.{'signature' if kind == 'reasoning' else 'text'}"] = part.get(
            "signature", part.get("text")
        )
    return attributes


def network(exchange: RawExchange) -> Json:
    """Write where a request came from, by OpenTelemetry's names."""
    return {
        "client.address": exchange.client_ip,
        "user_agent.original": exchange.user_agent,
        "tls.client.ja4": exchange.tls_fingerprint,
    }


def otlp(exchange: RawExchange, name: str, attributes: Json) -> Json:
    """Write one span as an OTLP batch."""
    trace_id, span_id = span_ids(exchange)
    span: Json = {
        "traceId": trace_id,
        "spanId": span_id,
        "name": name,
        "kind": 3,
        "startTimeUnixNano": str(exchange.started_at * 1000),
        "attributes": [
            {"key": key, "value": any_value(value)} for key, value in attributes.items() if value is not None
        ],
        "status": {"code": 2, "message": error(exchange)} if failed(exchange) else {},
    }
    if exchange.ended_at is not None:
        span["endTimeUnixNano"] = str(exchange.ended_at * 1000)
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "gateway"}}]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {"name": "writer"}, "spans": [span]}]}]}


def any_value(value: object) -> Json:
    """Wrap a value in the name of its type, as OTLP does."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [any_value(item) for item in value]}}
    return {"stringValue": str(value)}


def with_port(address: str) -> str:
    """Write an address as Envoy logs it."""
    return f"[{address}]:40000" if ":" in address else f"{address}:40000"


def span_ids(exchange: RawExchange) -> tuple[str, str]:
    """Make a trace id and a span id of an exchange's."""
    digest = hashlib.sha256(exchange.exchange_id.encode()).hexdigest()
    return digest[:32], digest[32:48]


def failed(exchange: RawExchange) -> bool:
    """Whether a request failed."""
    return exchange.status is not None and exchange.status >= _FAILED


def noted(exchange: RawExchange) -> bool:
    """Whether a log notes a status of its own."""
    return exchange.status is not None and exchange.status != _ANSWERED


def error(exchange: RawExchange) -> str | None:
    """Write what a log says of a failure."""
    return f"Error code: {exchange.status}" if failed(exchange) else None
