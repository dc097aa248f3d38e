"""The parts of one message - text, tools, media, reasoning - as the contract writes them, in whatever dialect."""

import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from stillwatch.read.fields import canonical, parsed

MAX_NESTING: Final = 8
"""Parts within parts are followed this deep (levels); no API nests tool results deeper than two."""
MAX_UNKNOWN: Final = 4096
"""A part of a kind that we do not know is kept as JSON up to this length (characters), and as a digest beyond it."""

REDACTED: Final = frozenset({"redacted-by-litellm", "REDACTED_BY_LITELM", "__REDACTED__"})
"""What LiteLLM and OpenInference put in a text's place when they are told not to log it."""
_LONGEST_REDACTION: Final = max(map(len, REDACTED))

_CUT: Final = "litellm_truncated"
_CUT_NOTE: Final = re.compile(r"\.{3} ?\(litellm_truncated.{0,600}?\) ?\.{3}", re.DOTALL)
_CUT_BASE64: Final = "[base64_data truncated"


@dataclass(slots=True)
class Parts:
    """What the parts of one message come to."""

    said: list[str] = field(default_factory=list)
    """Texts, tool calls as JSON and digests of media, in order."""
    results: list[str] = field(default_factory=list)
    """Tool results as JSON text: they speak for a tool, whosever message they came in."""
    signatures: list[str] = field(default_factory=list)
    """Opaque reasoning signatures. The reasoning itself is left out: clients may replay a turn with or without it."""
    refused: bool = False

    def text(self) -> str:
        """All that was said, a line break between the parts."""
        return self.said[0] if len(self.said) == 1 else "\n".join(self.said)


def plain(text: str) -> str:
    """Return a text as it was sent: nothing for a redaction, and without the note that LiteLLM puts into a long one.

    Left in, the note's words would tie all customers with long prompts to each other.
    """
    if len(text) <= _LONGEST_REDACTION and text in REDACTED:
        return ""
    return _CUT_NOTE.sub("\n", text) if _CUT in text else text


def take(content: object, parts: Parts, depth: int = 0) -> None:
    """Add a message's content - a text, one part or a list of them - to what has been read of it."""
    if isinstance(content, str):
        _say(content, parts)
    elif depth >= MAX_NESTING:
        return
    elif isinstance(content, list):
        for item in content:
            take(item, parts, depth + 1)
    elif isinstance(content, dict):
        kind = content.get("type")
        reader = _READERS.get(kind) if isinstance(kind, str) else None
        (reader or _untyped)(content, parts, depth)


def take_call(name: object, arguments: object, parts: Parts) -> None:
    """Add a tool call, written the one way: equal calls are equal in every dialect. Their ids are left out."""
    if isinstance(arguments, str):
        if arguments in REDACTED:
            return
        inner = parsed(arguments) if arguments[:1] in ("{", "[") else None
        arguments = plain(arguments) if inner is None else inner
    call = {"type": "tool_call", "name": name if isinstance(name, str) else "", "arguments": arguments}
    parts.said.append(canonical(call) or "")


def take_tool_calls(calls: object, parts: Parts) -> None:
    """Add the calls of a chat message: `{function: {name, arguments}}`, or name and arguments directly."""
    for call in calls if isinstance(calls, list) else ():
        if not isinstance(call, dict):
            continue
        function = call.get("function")
        said = function if isinstance(function, dict) else call
        arguments = said.get("arguments", said.get("args", said.get("input")))
        take_call(said.get("name"), arguments, parts)
        _sign(call, parts)


def take_result(result: object, parts: Parts, depth: int = 0) -> None:
    """Add a tool's result as JSON text: as it is when it is JSON already, else under `content`."""
    if isinstance(result, str):
        text = plain(result)
        if text[:1] in ("{", "[") and isinstance(parsed(text), dict | list):
            parts.results.append(text)
            return
    elif _are_parts(result):
        inner = Parts()
        take(result, inner, depth + 1)
        parts.signatures += inner.signatures
        parts.results += inner.results
        text = inner.text()
    else:
        parts.results.append("" if result is None else canonical(result) or "")
        return
    if text:
        parts.results.append(canonical({"type": "tool_result", "content": text}) or "")


def media(payload: object) -> str | None:
    """Digest an image, a recording or a file: its bytes when they are in the log, else its address or id."""
    if not isinstance(payload, str) or not payload or _CUT_BASE64 in payload or payload in REDACTED:
        return None  # two payloads of which the log kept nothing but their size are not equal
    if payload.startswith("data:"):
        head, _, body = payload.partition(",")
        return base64_media(body) if head.endswith(";base64") else _digest(payload.encode(errors="surrogatepass"))
    return _digest(payload.encode(errors="surrogatepass"))


def base64_media(payload: object) -> str | None:
    """Digest the bytes that a base64 text stands for; a text that is not base64 is digested as it is."""
    if not isinstance(payload, str) or not payload or _CUT_BASE64 in payload or payload in REDACTED:
        return None
    data = payload.encode(errors="surrogatepass")
    try:
        return _digest(binascii.a2b_base64(data))
    except binascii.Error:
        return _digest(data)


# --- the kinds of parts ---------------------------------------------------------------------------------------------

_Part = Mapping[str, object]
_Reader = Callable[[_Part, Parts, int], None]


def _say(text: object, parts: Parts) -> None:
    if isinstance(text, dict):  # the Assistants API wraps texts: {"value": ..., "annotations": [...]}
        text = text.get("value")
    if isinstance(text, str) and (said := plain(text)):
        parts.said.append(said)


def _text(part: _Part, parts: Parts, _depth: int) -> None:
    _say(part.get("text", part.get("content")), parts)


def _refusal(part: _Part, parts: Parts, _depth: int) -> None:
    parts.refused = True
    _say(part.get("refusal"), parts)


def _reasoning(part: _Part, parts: Parts, _depth: int) -> None:
    _sign(part, parts)


_SIGNATURES: Final = ("signature", "data", "encrypted_content", "thoughtSignature", "thought_signature")


def _sign(part: _Part, parts: Parts) -> None:
    """Keep the opaque signature of a reasoning part, or of the tool call that Gemini attaches it to."""
    for holder in (part, part.get("provider_specific_fields"), part.get("extra_content")):
        if not isinstance(holder, dict):
            continue
        inner = holder.get("google", holder)
        for key in _SIGNATURES:
            value = inner.get(key) if isinstance(inner, dict) else None
            if isinstance(value, str) and value and value not in REDACTED:
                parts.signatures.append(value)
                return


def _call(part: _Part, parts: Parts, _depth: int) -> None:
    take_call(part.get("name"), part.get("arguments", part.get("input", part.get("args"))), parts)
    _sign({key: part[key] for key in _SIGNATURES if key != "data" and key in part}, parts)


def _result(part: _Part, parts: Parts, depth: int) -> None:
    for key in ("content", "output", "response", "result"):
        if key in part:
            take_result(part[key], parts, depth)
            return


def _show(digest: str | None, parts: Parts) -> None:
    if digest is not None:
        parts.said.append(digest)


def _linked(part: _Part, parts: Parts, _depth: int) -> None:
    """Read media given by address or data URI, under a key that is named like its type."""
    kind = part.get("type")
    link = part.get("image_url" if kind == "input_image" else str(kind))
    link = link.get("url") if isinstance(link, dict) else link
    _show(media(link or part.get("file_id") or part.get("url") or part.get("uri")), parts)


def _inline(part: _Part, parts: Parts, _depth: int) -> None:
    """Read base64 audio (`input_audio: {data, format}`), or an answer's recording by its id."""
    inner = part.get("input_audio", part.get("audio", part))
    if isinstance(inner, dict):
        _show(base64_media(inner.get("data")) or media(inner.get("id") or inner.get("url")), parts)


def _file(part: _Part, parts: Parts, _depth: int) -> None:
    inner = part.get("file", part)
    if isinstance(inner, dict):
        data = inner.get("file_data")
        _show(_data_or_base64(data) or media(inner.get("file_url") or inner.get("file_id")), parts)


def _sourced(part: _Part, parts: Parts, depth: int) -> None:
    """Read Anthropic's images and documents: `source: {type: base64 | url | file | text | content}`."""
    source = part.get("source", part.get("image"))
    if isinstance(source, str):
        _show(_data_or_base64(source), parts)
    elif isinstance(source, dict):
        kind = source.get("type")
        if kind == "text":
            _say(source.get("data"), parts)
        elif kind == "content":
            take(source.get("content"), parts, depth + 1)
        else:
            _show(base64_media(source.get("data")) or media(source.get("url") or source.get("file_id")), parts)


def _blob(part: _Part, parts: Parts, _depth: int) -> None:
    _show(base64_media(part.get("content", part.get("data"))), parts)


def _untyped(part: _Part, parts: Parts, depth: int) -> None:
    """Read Gemini's parts, which say by their only key what they are; keep an unknown part as JSON or digest."""
    text, call = part.get("text"), part.get("functionCall", part.get("function_call"))
    result = part.get("functionResponse", part.get("function_response"))
    data = part.get("inlineData", part.get("inline_data"))
    link = part.get("fileData", part.get("file_data"))
    if isinstance(text, str):
        if part.get("thought") is not True:
            _say(text, parts)
        _sign(part, parts)
    elif isinstance(call, dict):
        _call(call, parts, depth)
        _sign(part, parts)
    elif isinstance(result, dict):
        take_result(result.get("response"), parts, depth)
    elif isinstance(data, dict):
        _show(base64_media(data.get("data")), parts)
    elif isinstance(link, dict):
        _show(media(link.get("fileUri", link.get("file_uri"))), parts)
    elif part:
        unknown = canonical(part) or ""
        if not REDACTED.isdisjoint(value for value in part.values() if isinstance(value, str)):
            return
        parts.said.append(unknown if len(unknown) <= MAX_UNKNOWN else _digest(unknown.encode()))


_READERS: Final[Mapping[str, _Reader]] = {
    **dict.fromkeys(("text", "input_text", "output_text", "summary_text"), _text),
    "refusal": _refusal,
    **dict.fromkeys(("thinking", "redacted_thinking", "reasoning", "compaction"), _reasoning),
    **dict.fromkeys(("tool_call", "tool_use", "server_tool_use", "mcp_tool_use"), _call),
    **dict.fromkeys(("function_call", "custom_tool_call"), _call),
    **dict.fromkeys(("tool_result", "mcp_tool_result", "web_search_tool_result"), _result),
    **dict.fromkeys(("tool_call_response", "function_call_output", "custom_tool_call_output"), _result),
    **dict.fromkeys(("image_url", "input_image", "video_url", "audio_url", "uri"), _linked),
    **dict.fromkeys(("input_audio", "audio"), _inline),
    **dict.fromkeys(("file", "input_file"), _file),
    **dict.fromkeys(("image", "document", "video"), _sourced),
    "blob": _blob,
}
"""Kinds of parts by the `type` that OpenAI, Anthropic, OpenTelemetry and the frameworks give them."""


KINDS: Final = frozenset(_READERS)
"""The kinds of parts that we know."""


def _data_or_base64(value: object) -> str | None:
    is_link = isinstance(value, str) and value.startswith(("data:", "http://", "https://", "gs://", "s3://"))
    return media(value) if is_link else base64_media(value)


def _are_parts(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) and "type" in item for item in value)


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()
