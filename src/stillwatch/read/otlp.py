"""Spans, as OTLP's JSON carries them in batches or as exporters write them one to a line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from stillwatch.errors import BadRecord
from stillwatch.read.answers import Answer
from stillwatch.read.fields import SourceTable, count_of, list_of, mapping_of, text_of
from stillwatch.read.identity import FIELD_PREFIX, Claims, account_of, client_address, key_digest
from stillwatch.read.messages import Transcript
from stillwatch.read.outcome import ANSWERED, status_code, status_of_error
from stillwatch.read.raw import RawExchange, ReadOptions
from stillwatch.read.times import end_after, from_any, from_nanoseconds

Attributes = Mapping[str, object]

MAX_ANCESTORS: Final = 32
"""A span's ancestors are followed this far up (spans): agents nest deep, but not deeper."""
_MAX_NESTING: Final = 16
_ERROR: Final = frozenset({2, "2", "STATUS_CODE_ERROR", "ERROR", "Error", "error"})

INHERITED: Final = (
    "user", "team", "organisation", "key", "end_user_id", "session_id", "peer", "forwarded", "user_agent",
    "tls_fingerprint",
)  # fmt: skip
"""Who asked stands on the span of the incoming request more often than on that of the call to the model."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened during a span."""

    name: str
    attributes: Attributes


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """One operation of a traced program."""

    trace_id: str | None
    span_id: str | None
    parent_id: str | None
    started_at: int | None
    ended_at: int | None
    failed: bool
    status_message: object
    attributes: Attributes
    events: Sequence[Event]
    resource: Attributes
    ancestors: list["Span"] = field(default_factory=list)
    """The spans above this one that came in the same record, nearest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What was asked with a span's call, and what was answered."""

    transcript: Transcript
    answer: Answer
    request_params: str | None
    operation: str | None
    source: str
    """The name of the format that understood the span."""


def spans_of(record: Mapping[str, object]) -> list[Span]:
    """Decode the spans of a record: an OTLP batch, or one exported span."""
    spans = list(_batch(record)) if is_batch(record) else [_exported(record)]
    by_id = {span.span_id: span for span in spans if span.span_id is not None}
    for span in spans:
        above = by_id.get(span.parent_id or "")
        while above is not None and above is not span and len(span.ancestors) < MAX_ANCESTORS:
            span.ancestors.append(above)
            above = by_id.get(above.parent_id or "")
    return spans


def is_batch(record: Mapping[str, object]) -> bool:
    """Whether the record is an OTLP export of spans."""
    return isinstance(record.get("resourceSpans", record.get("resource_spans")), list)


def is_exported_span(record: Mapping[str, object]) -> bool:
    """Whether the record is one span, as SDKs, Phoenix and dataframes of it write them."""
    named = "context" in record or not {"span_id", "spanId", "context.span_id"}.isdisjoint(record)
    return named and ("attributes" in record or any(key.startswith("attributes.") for key in record))


def has_attribute(record: Mapping[str, object], prefix: str) -> bool:
    """Whether any span of a batch has an attribute whose name begins so; cheaper than decoding the batch."""
    return any(
        isinstance(pair, dict) and str(pair.get("key", "")).startswith(prefix)
        for span, _ in _raw_spans(record)
        for pair in list_of(span.get("attributes"))
    )


def span_exchange(
    span: Span, table: SourceTable, row: dict[str, object], said: Said, options: ReadOptions
) -> RawExchange:
    """Make a span's exchange of what the table found on it (`row`), and of who asked by the spans above it."""
    inherit(row, span, table)
    if span.span_id is None:
        raise BadRecord("a span without an id")
    if span.started_at is None:
        raise BadRecord("a span whose start time is missing or out of range")
    key = row.get("key")
    claims = Claims(row.get("user"), row.get("team"), row.get("organisation"), key)
    answer = said.answer
    return RawExchange(
        exchange_id=f"{span.trace_id or ''}:{span.span_id}",
        source=said.source,
        started_at=span.started_at,
        ended_at=end_after(span.started_at, span.ended_at),
        account_id=account_of(_whole(span, options), claims, options.account_by),
        credential_id=key_digest(key),
        end_user_id=text_of(row.get("end_user_id")),
        session_id=text_of(row.get("session_id")),
        model=text_of(row.get("model")),
        operation=said.operation,
        client_ip=client_address(row.get("peer"), row.get("forwarded"), options.trusted_hops),
        user_agent=text_of(_first(row.get("user_agent"))),
        tls_fingerprint=text_of(row.get("tls_fingerprint")),
        input_messages=said.transcript.said,
        output_text=answer.text,
        request_params=said.request_params,
        reasoning_signatures=said.transcript.signed,
        output_signature=answer.signature,
        input_tokens=count_of(row.get("input_tokens")),
        cached_input_tokens=count_of(row.get("cached_input_tokens")),
        output_tokens=count_of(row.get("output_tokens")),
        reasoning_tokens=count_of(row.get("reasoning_tokens")),
        status=_status(span, row),
        finish_reason=answer.finish or ("error" if span.failed else None),
    )


def inherit(row: dict[str, object], span: Span, table: SourceTable) -> None:
    """Fill in who asked from the spans above, nearest first, and last from the resource."""
    for above in (*(ancestor.attributes for ancestor in span.ancestors), span.resource):
        if table.touches(above):
            theirs = table.read(above)
            for column in INHERITED:
                if column in theirs:
                    row.setdefault(column, theirs[column])


def _whole(span: Span, options: ReadOptions) -> Mapping[str, object]:
    """Everything that `--account-by field:NAME` may name: attributes, those of the spans above, and the resource."""
    if not options.account_by.startswith(FIELD_PREFIX):
        return span.attributes
    merged: dict[str, object] = {"resource": span.resource}
    for above in reversed(span.ancestors):
        merged.update(above.attributes)
    merged.update(span.attributes)
    return merged


def _status(span: Span, row: Mapping[str, object]) -> int:
    told = status_code(row.get("status"))
    if not span.failed:
        return told or ANSWERED
    raised = [event.attributes for event in span.events if event.name == "exception"]
    names = (each.get("exception.type") for each in raised)
    messages = (each.get("exception.message") for each in raised)
    return told or status_of_error(row.get("error"), *names, *messages, span.status_message)


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else value


# --- OTLP's JSON ----------------------------------------------------------------------------------------------------


def _raw_spans(record: Mapping[str, object]) -> Iterator[tuple[Mapping[str, object], Mapping[str, object]]]:
    """Yield (span, resource) of a batch as they are, in the names of OTLP's JSON or of its protobuf."""
    for resource_spans in list_of(record.get("resourceSpans", record.get("resource_spans"))):
        group = mapping_of(resource_spans)
        resource = mapping_of(group.get("resource"))
        for key in ("scopeSpans", "scope_spans", "instrumentationLibrarySpans"):
            for scope_spans in list_of(group.get(key)):
                for span in list_of(mapping_of(scope_spans).get("spans")):
                    if isinstance(span, dict):
                        yield span, resource


def _batch(record: Mapping[str, object]) -> Iterator[Span]:
    for raw, resource in _raw_spans(record):
        yield _otlp_span(raw, attributes_of(resource.get("attributes")))


def _otlp_span(raw: Mapping[str, object], resource: Attributes) -> Span:
    status = mapping_of(raw.get("status"))
    return Span(
        trace_id=text_of(raw.get("traceId", raw.get("trace_id"))),
        span_id=text_of(raw.get("spanId", raw.get("span_id"))),
        parent_id=text_of(raw.get("parentSpanId", raw.get("parent_span_id"))),
        started_at=from_nanoseconds(raw.get("startTimeUnixNano", raw.get("start_time_unix_nano"))),
        ended_at=from_nanoseconds(raw.get("endTimeUnixNano", raw.get("end_time_unix_nano"))),
        failed=_is_error(status.get("code")),
        status_message=status.get("message"),
        attributes=attributes_of(raw.get("attributes")),
        events=_events(raw.get("events")),
        resource=resource,
    )


def _exported(raw: Mapping[str, object]) -> Span:
    """Decode one span with plain attributes; flattened columns (`attributes.llm.model_name`) are as good."""
    if "startTimeUnixNano" in raw or "start_time_unix_nano" in raw:
        return _otlp_span(raw, attributes_of(mapping_of(raw.get("resource")).get("attributes")))
    context, status = mapping_of(raw.get("context")), mapping_of(raw.get("status"))
    columns = {key.removeprefix("attributes."): raw[key] for key in raw if key.startswith("attributes.")}
    if isinstance(kind := raw.get("span_kind"), str):  # Phoenix lifts OpenInference's kind out of the attributes
        columns.setdefault("openinference.span.kind", kind)
    code = raw.get("status_code", status.get("status_code", status.get("code")))
    return Span(
        trace_id=text_of(context.get("trace_id", raw.get("context.trace_id", raw.get("trace_id")))),
        span_id=text_of(context.get("span_id", raw.get("context.span_id", raw.get("span_id")))),
        parent_id=text_of(raw.get("parent_id", raw.get("parent_span_id"))),
        started_at=from_any(raw.get("start_time", raw.get("startTime"))),
        ended_at=from_any(raw.get("end_time", raw.get("endTime"))),
        failed=_is_error(code),
        status_message=raw.get("status_message", status.get("description", status.get("message"))),
        attributes={**attributes_of(raw.get("attributes")), **columns},
        events=_events(raw.get("events")),
        resource=attributes_of(mapping_of(raw.get("resource")).get("attributes")),
    )


def _is_error(code: object) -> bool:
    return isinstance(code, int | str) and code in _ERROR


def _events(raw: object) -> list[Event]:
    events = (mapping_of(item) for item in list_of(raw))
    return [Event(name=str(each.get("name", "")), attributes=attributes_of(each.get("attributes"))) for each in events]


def attributes_of(raw: object) -> Attributes:
    """Decode attributes: OTLP's list of key and value, or an object that is plain already."""
    if isinstance(raw, list):
        pairs = (item for item in raw if isinstance(item, dict))
        return {str(pair.get("key")): any_value(pair.get("value")) for pair in pairs}
    return mapping_of(raw)


def any_value(value: object, depth: int = 0) -> object:
    """Decode OTLP's AnyValue, which wraps each value in the name of its type."""
    if not isinstance(value, dict) or len(value) != 1 or depth >= _MAX_NESTING:
        return None
    kind, inner = next(iter(value.items()))
    if kind == "stringValue":  # most are
        return inner
    kind = kind.replace("_", "").lower()
    if kind == "arrayvalue":
        return [any_value(item, depth + 1) for item in list_of(mapping_of(inner).get("values"))]
    if kind == "kvlistvalue":
        pairs = (item for item in list_of(mapping_of(inner).get("values")) if isinstance(item, dict))
        return {str(pair.get("key")): any_value(pair.get("value"), depth + 1) for pair in pairs}
    if kind == "intvalue":
        number = count_of(inner)
        return inner if number is None else number
    return inner if kind in {"stringvalue", "boolvalue", "doublevalue", "bytesvalue"} else None


# --- flattened attributes -------------------------------------------------------------------------------------------


def unfolded(attributes: Attributes, prefix: str) -> object:
    """Rebuild what was flattened into dotted names below a prefix: numbers become places in a list.

    `a.0.role`, `a: [{"role": ...}]` and `a: {"0": ...}` give the same, for exporters flatten to different depths.
    """
    tree: dict[str, object] = {}
    for key, value in attributes.items():
        if key == prefix:
            _plant(tree, (), value, 0)
        elif key.startswith(prefix) and key[len(prefix)] == ".":
            _plant(tree, tuple(key[len(prefix) + 1 :].split(".")), value, 0)
    return _lists(tree)


def _plant(tree: dict[str, object], steps: tuple[str, ...], value: object, depth: int) -> None:
    """Put a value at its place, opening what is only flattened in part; what has no room any more is left out."""
    if depth + len(steps) > _MAX_NESTING:
        return
    for step in steps[:-1]:
        below = tree.setdefault(step, {})
        if not isinstance(below, dict):
            return
        tree = below
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        value = {str(index): item for index, item in enumerate(value)}
    if isinstance(value, dict):
        if steps:
            inner = tree.setdefault(steps[-1], {})
            if not isinstance(inner, dict):
                return
            tree = inner
        for key, item in value.items():
            _plant(tree, tuple(key.split(".")), item, depth + len(steps))
    elif steps:
        tree.setdefault(steps[-1], value)


def _lists(tree: object) -> object:
    """Turn objects whose keys are all numbers into lists, in the order of the numbers."""
    if not isinstance(tree, dict):
        return tree
    if tree and all(key.isdecimal() and key.isascii() for key in tree):
        return [_lists(tree[key]) for key in sorted(tree, key=lambda key: (len(key), key))]
    return {key: _lists(item) for key, item in tree.items()}
