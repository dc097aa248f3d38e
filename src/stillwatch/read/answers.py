"""What came back: the answer's text, its reasoning signature and how it ended, in any shape that APIs give it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from stillwatch.read.fields import canonical, opened
from stillwatch.read.messages import message_parts
from stillwatch.read.outcome import finish_reason
from stillwatch.read.parts import Parts, plain, take

REFUSAL: Final = "refusal"

_FINISH: Final = ("finish_reason", "finishReason", "stop_reason", "stopReason", "done_reason")
_OF_A_CHOICE: Final = frozenset({"role", "message", "delta"})
_OF_A_MESSAGE: Final = frozenset({"role", "content", "parts", "tool_calls", "function_call", "refusal", "audio"})
_PLAIN: Final = ("text", "completion", "generated_text", "generation", "output_text", "response", "answer")
"""Keys under which completion APIs and wrappers keep an answer that is nothing but text."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as the contract has it. Of several choices the texts are joined, the first one's end is kept."""

    text: str | None = None
    signature: str | None = None
    finish: str | None = None


NO_ANSWER: Final = Answer()


def read_answer(value: object, *, keep_unknown: bool = False) -> Answer:
    """Read an answer: a text, a response body, a message, or a list of choices, messages, items or parts.

    An object of no known shape is no answer, unless the source holds nothing but answers (`keep_unknown`).
    """
    parts = Parts()
    finish: list[object] = []
    _read(value, parts, finish, keep_unknown=keep_unknown)
    parts.said += parts.results  # what a tool gave back inside the answer is part of it
    text = parts.text()
    ended = REFUSAL if parts.refused else finish_reason(next((reason for reason in finish if reason), None))
    if not text and not parts.signatures and ended is None:
        return NO_ANSWER
    return Answer(text or None, parts.signatures[0] if parts.signatures else None, ended)


def read_answer_text(value: object) -> Answer:
    """Read an answer that a logger may have kept as JSON text; JSON of no known shape is a text as any other."""
    inner = opened(value)
    if inner is not value:
        answer = read_answer(inner)
        if answer is not NO_ANSWER:
            return answer
    return read_answer(value, keep_unknown=True)


def _read(value: object, parts: Parts, finish: list[object], *, keep_unknown: bool = False) -> None:
    if isinstance(value, str):
        take(value, parts)
    elif isinstance(value, list):
        _read_list(value, parts, finish)
    elif isinstance(value, dict):
        _read_body(value, parts, finish, keep_unknown=keep_unknown)


def _read_list(items: list[object], parts: Parts, finish: list[object]) -> None:
    for item in items:
        if isinstance(item, dict) and (item.get("type") == "message" or not _OF_A_CHOICE.isdisjoint(item)):
            _read_choice(item, parts, finish)
        else:
            take(item, parts)


def _read_body(body: Mapping[str, object], parts: Parts, finish: list[object], *, keep_unknown: bool) -> None:
    choices, output = body.get("choices", body.get("candidates")), body.get("output")
    if isinstance(choices, list):
        for choice in choices:
            if isinstance(choice, dict):
                _read_choice(choice, parts, finish)
    elif isinstance(output, list):  # the Responses API
        _read_list(output, parts, finish)
        details = body.get("incomplete_details")
        finish += [details.get("reason") if isinstance(details, dict) else None, body.get("status")]
    elif "role" in body or "content" in body or "tool_calls" in body or "parts" in body or "message" in body:
        _read_choice(body, parts, finish)
    elif isinstance(text := next((body[key] for key in _PLAIN if body.get(key)), None), str):
        take(text, parts)
        finish.append(_ended(body))
    elif keep_unknown and body:
        take(plain(canonical(body) or ""), parts)


def _read_choice(choice: Mapping[str, object], parts: Parts, finish: list[object]) -> None:
    """Read one choice (its `message`, `delta`, `content` or bare `text`), or a message that stands for it."""
    content = choice.get("content")
    message = choice.get("message", choice.get("delta", content if isinstance(content, dict) else choice))
    if isinstance(message, dict) and not _OF_A_MESSAGE.isdisjoint(message):
        found = message_parts(message)
        parts.said += found.said
        parts.results += found.results
        parts.signatures += found.signatures
        parts.refused = parts.refused or found.refused
    else:
        take(message if isinstance(message, str) else choice.get("text"), parts)
    finish.append(_ended(choice))


def _ended(choice: Mapping[str, object]) -> object:
    return next((choice[key] for key in _FINISH if choice.get(key)), None)
