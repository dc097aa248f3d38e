"""Langfuse's exports of observations: blob storage (enriched and legacy), its API and its table's download."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from stillwatch.errors import BadRecord
from stillwatch.read.answers import read_answer_text
from stillwatch.read.fields import SourceTable, count_of, mapping_of, opened, request_params, table_for, text_of
from stillwatch.read.identity import Claims, account_of, client_address, key_digest
from stillwatch.read.messages import Transcript, read_text_or_json
from stillwatch.read.outcome import ANSWERED, finish_reason, status_code, status_of_error
from stillwatch.read.raw import RawExchange, ReadOptions
from stillwatch.read.times import end_after, from_any

_METADATA: Final[Mapping[str, str]] = {
    "key_user": "metadata/user_api_key_user_id",
    "team": "metadata/user_api_key_team_id",
    "organisation": "metadata/user_api_key_org_id",
    "key": "metadata/user_api_key_hash | metadata/user_api_key",
    "key_end_user": "metadata/user_api_key_end_user_id",
    "peer": "metadata/requester_ip_address",
    "user_agent": "metadata/user_agent",
    "status_code": "metadata/status_code",
    "finish": "metadata/finish_reason",
}
"""What gateways put into an observation's metadata: LiteLLM's names, for it is the gateway that writes to Langfuse."""

_SNAKE: Final[Mapping[str, str]] = {
    **_METADATA,
    "id": "id",
    "type": "type",
    "started_at": "start_time",
    "ended_at": "end_time",
    "user": "user_id",
    "session_id": "session_id",
    "model": "provided_model_name | model",
    "input": "input",
    "output": "output",
    "request_params": "model_parameters",
    "usage": "usage_details",
    "level": "level",
    "status_message": "status_message",
}
_CAMEL: Final[Mapping[str, str]] = {
    **_METADATA,
    "id": "id",
    "type": "type",
    "started_at": "startTime",
    "ended_at": "endTime",
    "user": "userId",
    "session_id": "sessionId",
    "model": "providedModelName | model",
    "input": "input",
    "output": "output",
    "request_params": "modelParameters",
    "usage": "usageDetails | usage",
    "level": "level",
    "status_message": "statusMessage",
    "input_tokens": "inputUsage | promptTokens | inputTokens",
    "output_tokens": "outputUsage | completionTokens | outputTokens",
}

TABLES: Final = (
    SourceTable(version="3", known_by=("start_time",), columns=_SNAKE),
    SourceTable(version="2", columns=_CAMEL),
)
"""Exports to blob storage write snake case; the API and the table's download camel case. The enriched rows of version 4
(`observations_v2`) keep the first one's names and add who asked; legacy rows leave that to the file of traces."""

_MARKS: Final = (
    frozenset({"id", "type", "trace_id", "start_time"}),
    frozenset({"id", "type", "traceId", "startTime"}),
)
_ALSO: Final = frozenset(
    {"parent_observation_id", "parentObservationId", "provided_model_name", "providedModelName", "usage_details",
     "usageDetails", "model_parameters", "modelParameters"}
)  # fmt: skip
_CACHED: Final = ("input_cached_tokens", "cache_read_input_tokens", "input_cache_read", "input_cached", "cached_tokens")
_REASONING: Final = ("output_reasoning_tokens", "reasoning_tokens", "output_reasoning")


class Langfuse:
    """Rows of observations. Only generations are exchanges; spans, events and agents are passed over."""

    name: Final = "langfuse"

    def recognises(self, record: Mapping[str, object]) -> bool:
        """Whether the record has an observation's keys, in snake or camel case."""
        return any(record.keys() >= marks for marks in _MARKS) and not _ALSO.isdisjoint(record)

    def exchanges(self, record: Mapping[str, object], options: ReadOptions) -> Iterator[RawExchange]:
        """Yield the generation's exchange."""
        opened_up = {**record, "metadata": mapping_of(record.get("metadata"))}
        row = table_for(opened_up, TABLES).read(opened_up)
        kind = row.get("type")
        if isinstance(kind, str) and kind.upper() == "GENERATION":
            yield _exchange(opened_up, row, options)


FORMAT: Final = Langfuse()


def _exchange(record: Mapping[str, object], row: Mapping[str, object], options: ReadOptions) -> RawExchange:
    observation_id = text_of(row.get("id"))
    started = from_any(row.get("started_at"))
    if observation_id is None:
        raise BadRecord("no id")
    if started is None:
        raise BadRecord("the start time is not a time")
    claims, end_user = _who(row)
    transcript = Transcript()
    read_text_or_json(row.get("input"), transcript)
    answer = read_answer_text(row.get("output"))
    usage = mapping_of(row.get("usage"))
    asked, answered = _tokens(usage)
    failed = row.get("level") == "ERROR"
    return RawExchange(
        exchange_id=observation_id,
        source=Langfuse.name,
        started_at=started,
        ended_at=end_after(started, from_any(row.get("ended_at"))),
        account_id=account_of(record, claims, options.account_by),
        credential_id=key_digest(claims.key),
        end_user_id=text_of(end_user),
        session_id=text_of(row.get("session_id")),
        model=text_of(row.get("model")),
        operation="chat",
        client_ip=client_address(row.get("peer"), None, options.trusted_hops),
        user_agent=text_of(row.get("user_agent")),
        input_messages=transcript.said,
        output_text=answer.text,
        request_params=request_params(opened(row.get("request_params"))),
        reasoning_signatures=transcript.signed,
        output_signature=answer.signature,
        input_tokens=count_of(row.get("input_tokens")) if asked is None else asked,
        cached_input_tokens=_sum(usage, _CACHED),
        output_tokens=count_of(row.get("output_tokens")) if answered is None else answered,
        reasoning_tokens=_sum(usage, _REASONING),
        status=_status(row, failed=failed),
        finish_reason=answer.finish or finish_reason(row.get("finish")) or ("error" if failed else None),
    )


def _who(row: Mapping[str, object]) -> tuple[Claims, object]:
    """Tell who is billed from who was forwarded: rows that a gateway wrote keep its customer's user in `user_id`."""
    team, key, user = row.get("team"), row.get("key"), row.get("key_user")
    if user is None and team is None and key is None:
        return Claims(user=row.get("user"), organisation=row.get("organisation")), row.get("key_end_user")
    return Claims(user, team, row.get("organisation"), key), row.get("key_end_user", row.get("user"))


def _tokens(usage: Mapping[str, object]) -> tuple[int | None, int | None]:
    """Count what was asked and answered: Langfuse splits both into kinds, and only their total is sure to hold all."""
    answered = _sum(usage, [key for key in usage if key.startswith("output")])
    total = count_of(usage.get("total"))
    if total is not None and total >= (answered or 0):
        return total - (answered or 0), answered
    return _sum(usage, [key for key in usage if key.startswith("input")]), answered


def _sum(usage: Mapping[str, object], keys: Collection[str]) -> int | None:
    counts = [count for key in keys if (count := count_of(usage.get(key))) is not None]
    return count_of(sum(counts)) if counts else None


def _status(row: Mapping[str, object], *, failed: bool) -> int:
    told = status_code(row.get("status_code"))
    return told or (status_of_error(row.get("status_message")) if failed else ANSWERED)
