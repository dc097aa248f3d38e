"""The input of a request, in any shape that APIs and their loggers give it, as the contract's messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from stillwatch.read.fields import canonical, opened
from stillwatch.read.parts import KINDS, Parts, plain, take, take_call, take_result, take_tool_calls
from stillwatch.read.raw import RawMessage

_ROLES: Final[Mapping[str, str]] = {"human": "user", "ai": "assistant", "model": "assistant", "function": "tool"}
"""Roles by the contract's names; a role that is not here stays as it is."""

_PLAIN: Final = ("user", "system")
_ROLE_AND_CONTENT: Final = {"role", "content"}

_CALLS: Final = frozenset({"function_call", "custom_tool_call", "reasoning"})
_RESULTS: Final = frozenset({"function_call_output", "custom_tool_call_output"})
"""Items of the Responses API that are no messages, but parts of the model's turn or results of its tools."""

_SYSTEM: Final = ("system", "instructions", "systemInstruction", "system_instruction", "system_instructions")
_TURNS: Final = ("messages", "input", "contents", "prompt", "inputs", "query")
"""Where a request's body keeps its system prompt and its turns, in the dialects that we know."""


@dataclass(slots=True)
class Transcript:
    """What was sent to the model: messages in order, and the reasoning signatures among them."""

    messages: list[RawMessage] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)

    def say(self, role: str, text: str) -> None:
        """Add a message; one that says nothing is left out, for nothing can be learned from it."""
        if text:
            self.messages.append(RawMessage(role, text))

    def say_more(self, text: str) -> None:
        """Go on with the model's turn: the Responses API sends its calls apart from its words."""
        if self.messages and self.messages[-1].role == "assistant" and text:
            self.messages[-1] = RawMessage("assistant", self.messages[-1].text + "\n" + text)
        else:
            self.say("assistant", text)

    @property
    def said(self) -> list[RawMessage] | None:
        """The messages, or none at all when the log kept no text."""
        return self.messages or None

    @property
    def signed(self) -> list[str] | None:
        """The signatures, or none at all."""
        return self.signatures or None


def read_input(value: object, transcript: Transcript) -> None:
    """Add an input - a text, a list of messages or items, or a whole request body - to the transcript."""
    if isinstance(value, str):
        transcript.say("user", plain(value))
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, str):
                transcript.say("user", plain(item))
            elif isinstance(item, dict):
                read_message(item, transcript)
    elif isinstance(value, dict):
        _read_body(value, transcript)


def read_text_or_json(value: object, transcript: Transcript) -> None:
    """Add an input that a logger may have kept as JSON text: messages when it holds some, else the text itself."""
    inner = opened(value)
    if inner is not value and not _has_messages(inner):
        inner = value
    read_input(inner, transcript)


def opened_content(value: object) -> object:
    """Turn a content that a logger kept as JSON text into the parts that it was; any other text stays a text."""
    inner = opened(value) if isinstance(value, str) and value.startswith("[") else None
    if not isinstance(inner, list) or not all(isinstance(part, dict) for part in inner):
        return value
    return inner if any("type" in part or "text" in part for part in inner) else value


def read_system(value: object, transcript: Transcript) -> None:
    """Add a system prompt that is kept apart from the messages, unless they begin with it already."""
    parts = Parts()
    take(value.get("parts") if isinstance(value, dict) and "parts" in value else value, parts)
    text = parts.text()
    if text and not any(message.role == "system" and message.text == text for message in transcript.messages[:1]):
        transcript.messages.insert(0, RawMessage("system", text))


def read_message(message: Mapping[str, object], transcript: Transcript) -> None:
    """Add one message: of a chat, Anthropic's, Gemini's, OpenTelemetry's, or an item of the Responses API."""
    content = message.get("content")
    role = message.get("role")
    if type(content) is str and (role in _PLAIN or (role == "assistant" and message.keys() == _ROLE_AND_CONTENT)):
        transcript.say(role, plain(content))  # most messages; nothing else can be in them
        return
    kind = message.get("type")
    if not isinstance(role, str):
        role = _role_of_item(kind)
    role = _ROLES.get(role, role)
    parts = message_parts(message, is_tool=role == "tool")
    transcript.signatures += parts.signatures
    for result in parts.results:
        transcript.say("tool", result)
    if isinstance(kind, str) and kind in _CALLS:
        transcript.say_more(parts.text())
    else:
        transcript.say(role, parts.text())


def message_parts(message: Mapping[str, object], *, is_tool: bool = False) -> Parts:
    """Read what one message says: its content, its tool calls, and the signatures of its reasoning."""
    parts = Parts()
    if _is_part(message):
        take(message, parts)
        return parts
    content = message.get("content", message.get("parts"))
    if is_tool:
        take_result(content, parts)
    else:
        _take_signatures(message, parts)
        take(content, parts)
        _take_refusal(message, parts)
        if calls := message.get("tool_calls"):
            take_tool_calls(calls, parts)
        if isinstance(call := message.get("function_call"), dict):
            take_call(call.get("name"), call.get("arguments"), parts)
        if isinstance(audio := message.get("audio"), dict):
            take(audio.get("transcript"), parts)
    return parts


def _is_part(message: Mapping[str, object]) -> bool:
    """Whether a list of messages has a part in a message's place, as the Responses API and loggers do."""
    if "role" in message:
        return False
    kind = message.get("type")
    return (isinstance(kind, str) and kind in KINDS) or not {"content", "parts", "tool_calls"}.intersection(message)


def _take_signatures(message: Mapping[str, object], parts: Parts) -> None:
    """LiteLLM keeps what is a provider's own beside the message: blocks, and Gemini's signatures as bare texts."""
    if blocks := message.get("thinking_blocks"):
        take(blocks, parts)
    elif isinstance(fields := message.get("provider_specific_fields"), dict):
        take(fields.get("thinking_blocks"), parts)
        bare = fields.get("thought_signatures")
        parts.signatures += [text for text in bare if isinstance(text, str)] if isinstance(bare, list) else []


def _take_refusal(message: Mapping[str, object], parts: Parts) -> None:
    fields = message.get("provider_specific_fields")
    refusal = message.get("refusal") or (fields.get("refusal") if isinstance(fields, dict) else None)
    if isinstance(refusal, str) and refusal:
        take({"type": "refusal", "refusal": refusal}, parts)


def _role_of_item(kind: object) -> str:
    if not isinstance(kind, str):
        return "user"
    if kind in _RESULTS:
        return "tool"
    return "assistant" if kind in _CALLS else kind if kind in _ROLES else "user"


def _read_body(body: Mapping[str, object], transcript: Transcript) -> None:
    """Read a request's body; an object that is none is one message, or else the JSON that it is."""
    turns = next((body[key] for key in _TURNS if body.get(key)), None)
    if turns is not None:
        start = len(transcript.messages)
        read_input(turns, transcript)
        for key in _SYSTEM:
            if body.get(key) and not start:
                read_system(body[key], transcript)
    elif "content" in body or "parts" in body or "role" in body:
        read_message(body, transcript)
    elif body:
        transcript.say("user", canonical(body) or "")


def _has_messages(value: object) -> bool:
    if isinstance(value, dict):
        return "role" in value or any(isinstance(value.get(key), list | str) for key in _TURNS)
    return isinstance(value, list) and any(
        isinstance(item, dict) and ("role" in item or "type" in item or "parts" in item) for item in value
    )
