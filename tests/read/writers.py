"""Write one list of exchanges as each log format, losing only what that format cannot carry."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from stillwatch.read.fields import request_params
from stillwatch.read.identity import key_digest
from stillwatch.read.raw import RAW, RawExchange
from tests.read.pieces import (
    Json,
    answer,
    chat,
    completion,
    error,
    failed,
    network,
    noted,
    openinference_message,
    otel_parts,
    otlp,
    span_ids,
    usage,
    with_port,
)

FORMATS: Final = ("contract", "parquet", "litellm", "litellm-spend", "otel", "openinference", "envoy", "langfuse")
"""What `write_as` writes: `parquet` is the contract's table as Parquet, the others are `--format`'s names."""

CANNOT_CARRY: Final[Mapping[str, frozenset[str]]] = {
    "contract": frozenset(),
    "parquet": frozenset(),
    "litellm": frozenset({"tls_fingerprint"}),
    "litellm-spend": frozenset({"tls_fingerprint"}),
    "otel": frozenset({"channel", "reasoning_signatures", "output_signature"}),
    "openinference": frozenset({"channel"}),
    "envoy": frozenset(
        {
            "credential_id", "end_user_id", "session_id", "input_messages", "output_text", "request_params",
            "reasoning_signatures", "output_signature", "finish_reason",
        }
    ),
    "langfuse": frozenset({"channel", "tls_fingerprint"}),
}  # fmt: skip
"""Columns that a format has no place for. Envoy also rounds times to milliseconds."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ANSWERED: Final = 200
_FAILED: Final = 400
_OTEL_PARAMETERS: Final = {
    "frequency_penalty": "frequency_penalty", "max_tokens": "max_tokens", "n": "choice.count",
    "presence_penalty": "presence_penalty", "seed": "seed", "stop": "stop_sequences", "stream": "stream",
    "temperature": "temperature", "top_k": "top_k", "top_p": "top_p",
}  # fmt: skip


def write_as(format_name: str, exchanges: Iterable[RawExchange], path: Path) -> None:
    """Write exchanges to a file in one format; LiteLLM's spend log and Langfuse become CSV when `path` ends so."""
    exchanges = list(exchanges)
    if format_name == "parquet":
        pq.write_table(
            pa.Table.from_pylist([_columns(each) for each in exchanges], schema=RAW), path, compression="zstd"
        )
        return
    rows = [_WRITERS[format_name](each) for each in exchanges]
    if path.suffix == ".csv":
        _write_csv(rows, path)
    else:
        with path.open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def as_read_back(format_name: str, exchange: RawExchange) -> RawExchange:
    """Tell what reading gives back of an exchange that was written: what is lost is null, what is implied is there."""
    if format_name in ("contract", "parquet"):
        return exchange
    lost: Json = dict.fromkeys(CANNOT_CARRY[format_name])
    known: Json = {
        "exchange_id": f"{exchange.exchange_id}@{exchange.started_at}",
        "source": format_name,
        "channel": {"litellm": "gateway:litellm", "litellm-spend": "gateway:litellm", "envoy": "gateway:envoy"}.get(
            format_name
        ),
        "credential_id": key_digest(exchange.credential_id),
        "operation": exchange.operation or "chat",
        "request_params": request_params(exchange.request_params),
        "status": exchange.status or _ANSWERED,
        "finish_reason": exchange.finish_reason or ("error" if failed(exchange) else None),
    }
    if format_name in _KNOWN:
        known.update(_KNOWN[format_name](exchange))
    return msgspec.structs.replace(exchange, **{**known, **lost})


# --- the formats ----------------------------------------------------------------------------------------------------


def _contract(exchange: RawExchange) -> Json:
    row = msgspec.to_builtins(exchange)
    row.update(started_at=_iso(exchange.started_at), ended_at=_iso(exchange.ended_at))
    return {key: value for key, value in row.items() if value is not None}


def _litellm(exchange: RawExchange) -> Json:
    call_type = {"completion": "atext_completion", "embeddings": "aembedding"}.get(
        exchange.operation or "", "acompletion"
    )
    return {
        "id": exchange.exchange_id,
        "trace_id": exchange.session_id,
        "call_type": call_type,
        "status": "failure" if failed(exchange) else "success",
        "startTime": exchange.started_at / 1e6,
        "endTime": _seconds(exchange.ended_at),
        "model": exchange.model,
        "end_user": exchange.end_user_id,
        "requester_ip_address": exchange.client_ip,
        "user_agent": exchange.user_agent,
        "metadata": {
            "user_api_key_hash": exchange.credential_id,
            "user_api_key_user_id": exchange.account_id,
            "usage_object": usage(exchange),
        },
        "messages": chat(exchange),
        "response": completion(exchange),
        "model_parameters": json.loads(exchange.request_params or "{}"),
        "prompt_tokens": exchange.input_tokens,
        "completion_tokens": exchange.output_tokens,
        "error_str": error(exchange),
        "error_information": {"error_code": str(exchange.status) if noted(exchange) else ""},
        "hidden_params": {},
    }


def _litellm_spend(exchange: RawExchange) -> Json:
    payload = _litellm(exchange)
    body = {**payload["model_parameters"], "messages": payload["messages"]} if payload["messages"] else {}
    metadata = {
        "user_api_key_user_id": exchange.account_id,
        "user_agent": exchange.user_agent,
        "usage_object": usage(exchange),
        "error_information": payload["error_information"] if noted(exchange) else None,
    }
    return {
        "request_id": exchange.exchange_id,
        "call_type": payload["call_type"],
        "api_key": exchange.credential_id or "",
        "prompt_tokens": exchange.input_tokens,
        "completion_tokens": exchange.output_tokens,
        "startTime": _printed(exchange.started_at),
        "endTime": _printed(exchange.ended_at),
        "model": exchange.model,
        "user": exchange.account_id,
        "metadata": json.dumps(metadata, ensure_ascii=False),
        "end_user": exchange.end_user_id or "",
        "requester_ip_address": exchange.client_ip,
        "messages": "{}",
        "response": json.dumps(payload["response"], ensure_ascii=False),
        "session_id": exchange.session_id,
        "status": payload["status"],
        "proxy_server_request": json.dumps(body or payload["model_parameters"], ensure_ascii=False),
    }


def _otel(exchange: RawExchange) -> Json:
    params = json.loads(exchange.request_params or "{}")
    messages = [{"role": each.role, "parts": otel_parts(each)} for each in exchange.input_messages or ()]
    said = {"role": "assistant", "parts": [{"type": "text", "content": exchange.output_text}]}
    operation = {"completion": "text_completion"}.get(exchange.operation or "chat", exchange.operation or "chat")
    attributes: Json = {
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": exchange.model,
        "gen_ai.conversation.id": exchange.session_id,
        "enduser.id": exchange.account_id,
        "litellm.api_key.hash": exchange.credential_id,
        "litellm.end_user.id": exchange.end_user_id,
        "gen_ai.input.messages": json.dumps(messages, ensure_ascii=False) if messages else None,
        "gen_ai.output.messages": json.dumps([said], ensure_ascii=False) if exchange.output_text else None,
        "gen_ai.response.finish_reasons": [exchange.finish_reason] if exchange.finish_reason else None,
        "gen_ai.usage.input_tokens": exchange.input_tokens,
        "gen_ai.usage.cache_read.input_tokens": exchange.cached_input_tokens,
        "gen_ai.usage.output_tokens": exchange.output_tokens,
        "gen_ai.usage.reasoning.output_tokens": exchange.reasoning_tokens,
        "gen_ai.tool.definitions": json.dumps(params["tools"]) if "tools" in params else None,
        **{f"gen_ai.request.{name}": params.get(ours) for ours, name in _OTEL_PARAMETERS.items()},
        **network(exchange),
    }
    return otlp(exchange, f"{operation} {exchange.model}", attributes)


def _openinference(exchange: RawExchange) -> Json:
    metadata = {
        "user_api_key_hash": exchange.credential_id,
        "user_api_key_end_user_id": exchange.end_user_id,
    }
    attributes: Json = {
        "openinference.span.kind": "LLM",
        "llm.model_name": exchange.model,
        "llm.invocation_parameters": exchange.request_params,
        "llm.finish_reason": exchange.finish_reason,
        "user.id": exchange.account_id,
        "session.id": exchange.session_id,
        "metadata": json.dumps(metadata),
        "llm.token_count.prompt": exchange.input_tokens,
        "llm.token_count.prompt_details.cache_read": exchange.cached_input_tokens,
        "llm.token_count.completion": exchange.output_tokens,
        "llm.token_count.completion_details.reasoning": exchange.reasoning_tokens,
        **network(exchange),
    }
    for index, message in enumerate(chat(exchange) or ()):
        attributes.update(openinference_message(f"llm.input_messages.{index}.message", message))
    if exchange.output_text or exchange.output_signature:
        attributes.update(openinference_message("llm.output_messages.0.message", answer(exchange)))
    return otlp(exchange, "ChatCompletion", attributes)


def _envoy(exchange: RawExchange) -> Json:
    path = {"completion": "/v1/completions", "embeddings": "/v1/embeddings"}.get(
        exchange.operation or "", "/v1/chat/completions"
    )
    ended = exchange.ended_at
    return {
        "start_time": _iso(exchange.started_at, "milliseconds"),
        "duration": None if ended is None else ended // 1000 - exchange.started_at // 1000,
        "method": "POST",
        "x-envoy-origin-path": path,
        "response_code": exchange.status or _ANSWERED,
        "response_flags": "-",
        "x-request-id": exchange.exchange_id,
        "downstream_remote_address": with_port(exchange.client_ip) if exchange.client_ip else None,
        "downstream_peer_subject": exchange.account_id,
        "user-agent": exchange.user_agent,
        "tls_ja4_fingerprint": exchange.tls_fingerprint,
        "gen_ai.request.model": exchange.model,
        "gen_ai.usage.input_tokens": exchange.input_tokens,
        "gen_ai.usage.cache_read.input_tokens": exchange.cached_input_tokens,
        "gen_ai.usage.output_tokens": exchange.output_tokens,
        "gen_ai.usage.reasoning.output_tokens": exchange.reasoning_tokens,
    }


def _langfuse(exchange: RawExchange) -> Json:
    usage = {
        "input": exchange.input_tokens,
        "output": exchange.output_tokens,
        "input_cached_tokens": exchange.cached_input_tokens,
        "reasoning_tokens": exchange.reasoning_tokens,
        "total": None if exchange.input_tokens is None else exchange.input_tokens + (exchange.output_tokens or 0),
    }
    metadata = {
        "user_api_key_user_id": exchange.account_id,
        "user_api_key_hash": exchange.credential_id,
        "requester_ip_address": exchange.client_ip,
        "user_agent": exchange.user_agent,
        "finish_reason": exchange.finish_reason,
    }
    answered = exchange.output_text or exchange.output_signature
    return {
        "id": exchange.exchange_id,
        "trace_id": hashlib.md5(exchange.exchange_id.encode(), usedforsecurity=False).hexdigest(),
        "type": "GENERATION",
        "parent_observation_id": "",
        "start_time": _printed(exchange.started_at),
        "end_time": _printed(exchange.ended_at),
        "level": "ERROR" if failed(exchange) else "DEFAULT",
        "status_message": error(exchange) or "",
        "input": json.dumps(chat(exchange), ensure_ascii=False) if exchange.input_messages else "",
        "output": json.dumps(answer(exchange), ensure_ascii=False) if answered else "",
        "provided_model_name": exchange.model or "",
        "model_parameters": exchange.request_params or "",
        "usage_details": {key: count for key, count in usage.items() if count is not None},
        "user_id": exchange.end_user_id or "",
        "session_id": exchange.session_id or "",
        "metadata": {key: value for key, value in metadata.items() if value is not None},
    }


_WRITERS: Final[Mapping[str, Callable[[RawExchange], Json]]] = {
    "contract": _contract,
    "litellm": _litellm,
    "litellm-spend": _litellm_spend,
    "otel": _otel,
    "openinference": _openinference,
    "envoy": _envoy,
    "langfuse": _langfuse,
}


def _otel_known(exchange: RawExchange) -> Json:
    params = json.loads(exchange.request_params or "{}")
    kept = {key: value for key, value in params.items() if key in _OTEL_PARAMETERS or key == "tools"}
    return {"exchange_id": ":".join(span_ids(exchange)), "request_params": request_params(kept)}


def _envoy_known(exchange: RawExchange) -> Json:
    started = exchange.started_at // 1000 * 1000
    ended = None if exchange.ended_at is None else exchange.ended_at // 1000 * 1000
    identity = f"{exchange.exchange_id}@{started}"
    return {"exchange_id": identity, "started_at": started, "ended_at": ended}


_KNOWN: Final[Mapping[str, Callable[[RawExchange], Json]]] = {
    "otel": _otel_known,
    "openinference": lambda exchange: {"exchange_id": ":".join(span_ids(exchange)), "operation": "chat"},
    "envoy": _envoy_known,
    "langfuse": lambda exchange: {"exchange_id": exchange.exchange_id, "operation": "chat"},
}
"""What a format does not keep as it was, but as its own name for it."""


# --- times and tables ------------------------------------------------------------------------------------------------


def _columns(exchange: RawExchange) -> Json:
    row: Json = msgspec.to_builtins(exchange)
    return {**row, "started_at": _time(exchange.started_at), "ended_at": _time(exchange.ended_at)}


def _time(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else _EPOCH + timedelta(microseconds=microseconds)


def _iso(microseconds: int | None, resolution: str = "microseconds") -> str | None:
    time = _time(microseconds)
    return None if time is None else time.isoformat(timespec=resolution).replace("+00:00", "Z")


def _printed(microseconds: int | None) -> str | None:
    """Print a time as PostgreSQL and ClickHouse do."""
    time = _time(microseconds)
    return None if time is None else time.strftime("%Y-%m-%d %H:%M:%S.%f")


def _seconds(microseconds: int | None) -> float | None:
    return None if microseconds is None else microseconds / 1e6


def _write_csv(rows: Sequence[Json], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=list(rows[0]) if rows else [])
        writer.writeheader()
        for row in rows:
            cells = {key: json.dumps(value) if isinstance(value, dict | list) else value for key, value in row.items()}
            writer.writerow(cells)
