"""A stand-in for the providers behind the gateway: OpenAI's and Anthropic's interfaces, with answers from corpora.

It knows which answer belongs to which prompt because the driver tells it. It takes as long as a model would (a wait,
then so many tokens a second), and now and then it is overloaded, broken, or declines.
"""

import asyncio
import base64
import hashlib
import json
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Final

from starlette.applications import Starlette  # type: ignore[import-not-found]  # only in the scratch environment
from starlette.requests import Request  # type: ignore[import-not-found]  # as above
from starlette.responses import (  # type: ignore[import-not-found]  # as above
    JSONResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route  # type: ignore[import-not-found]  # as above

FIRST_TOKEN: Final = (0.05, 0.4)
"""Seconds until a model begins to answer."""

TOKENS_A_SECOND: Final = 60

OVERLOADED: Final = 0.012
BROKEN: Final = 0.005
"""How often a request meets an overloaded or a broken provider."""

REFUSAL: Final = (
    "I can't share my full internal reasoning for this. I can give a short explanation and the result instead."
)
CHARACTERS_A_TOKEN: Final = 4
WORDS_A_CHUNK: Final = 12
EMBEDDING_WIDTH: Final = 8

Json = dict[str, Any]


class Upstream:
    """The provider: learns answers, then serves them."""

    def __init__(
        self,
        rng: random.Random,
        spare_answer: Callable[[], str],
        *,
        overloaded: float = OVERLOADED,
        broken: float = BROKEN,
    ) -> None:
        self._rng = rng
        self._overloaded = overloaded
        self._broken = broken
        self._spare_answer = spare_answer
        self._answers: dict[bytes, str] = {}
        self._refused_once: set[bytes] = set()
        self._thoughts: dict[bytes, str] = {}

    def learn(
        self, prompt: str, answer: str, *, after: str = "", thought: str = "", declines_first: bool = False
    ) -> None:
        """Remember what to answer.

        `after` is the model's last turn, where the same prompt has other answers in other conversations;
        `declines_first` means a refusal the first time that it is asked.
        """
        digest = _digest(after + prompt)
        self._answers[digest] = answer
        if thought:
            self._thoughts[digest] = thought
        if declines_first:
            self._refused_once.add(digest)

    def app(self) -> Starlette:
        """The provider as a web application."""
        post = ["POST"]
        return Starlette(
            routes=[
                Route("/v1/chat/completions", self._chat, methods=post),
                Route("/v1/completions", self._complete, methods=post),
                Route("/v1/responses", self._respond, methods=post),
                Route("/v1/embeddings", self._embed, methods=post),
                Route("/v1/messages", self._message, methods=post),
            ]
        )

    # --- OpenAI's interfaces ----------------------------------------------------------------------------------------

    async def _chat(self, request: Request) -> Response:
        asked: Json = await request.json()
        trouble = self._trouble()
        if trouble is not None:
            return trouble
        messages = asked["messages"]
        answer, finish = _cut(self._answer_turn(messages), asked.get("max_tokens"))
        usage = _usage(_tokens(messages), _tokens(answer), cached=_tokens(messages[:-1]) // 64 * 64)
        head = {"id": f"chatcmpl-{self._id()}", "created": int(time.time()), "model": asked["model"]}
        if asked.get("stream"):
            with_usage = bool((asked.get("stream_options") or {}).get("include_usage"))
            chunks = self._stream_chat(head, answer, finish, usage if with_usage else None)
            return StreamingResponse(chunks, media_type="text/event-stream")
        await self._take_time(answer)
        choice = {"index": 0, "message": {"role": "assistant", "content": answer}, "finish_reason": finish}
        return JSONResponse(head | {"object": "chat.completion", "choices": [choice], "usage": usage})

    async def _stream_chat(self, head: Json, answer: str, finish: str, usage: Json | None) -> AsyncIterator[str]:
        head = head | {"object": "chat.completion.chunk"}
        async for number, piece in self._speak(answer):
            delta = {"role": "assistant", "content": piece} if number == 0 else {"content": piece}
            yield _event(head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        yield _event(head | {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
        if usage is not None:
            yield _event(head | {"choices": [], "usage": usage})
        yield "data: [DONE]\n\n"

    async def _complete(self, request: Request) -> Response:
        asked: Json = await request.json()
        answer, finish = _cut(self._answer(_text(asked["prompt"])), asked.get("max_tokens"))
        await self._take_time(answer)
        choice = {"index": 0, "text": answer, "finish_reason": finish, "logprobs": None}
        return JSONResponse(
            {
                "id": f"cmpl-{self._id()}",
                "object": "text_completion",
                "created": int(time.time()),
                "model": asked["model"],
                "choices": [choice],
                "usage": _usage(_tokens(asked["prompt"]), _tokens(answer)),
            }
        )

    async def _respond(self, request: Request) -> Response:
        asked: Json = await request.json()
        trouble = self._trouble()
        if trouble is not None:
            return trouble
        given = asked["input"]
        answer = self._answer(_text(given if isinstance(given, str) else given[-1]["content"]))
        await self._take_time(answer)
        content = {"type": "output_text", "text": answer, "annotations": []}
        message = {"type": "message", "id": f"msg_{self._id()}", "status": "completed", "role": "assistant"}
        tokens_in, tokens_out = _tokens(given) + _tokens(asked.get("instructions") or ""), _tokens(answer)
        usage = {
            "input_tokens": tokens_in,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": tokens_out,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": tokens_in + tokens_out,
        }
        return JSONResponse(
            {
                "id": f"resp_{self._id()}",
                "object": "response",
                "created_at": int(time.time()),
                "status": "completed",
                "model": asked["model"],
                "output": [message | {"content": [content]}],
                "usage": usage,
                "parallel_tool_calls": True,
                "tool_choice": "auto",
                "tools": [],
                "temperature": 1.0,
                "top_p": 1.0,
                "error": None,
                "incomplete_details": None,
                "instructions": asked.get("instructions"),
                "metadata": {},
            }
        )

    async def _embed(self, request: Request) -> Response:
        asked: Json = await request.json()
        texts = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
        await asyncio.sleep(self._rng.uniform(*FIRST_TOKEN) / 2)
        data = [
            {"object": "embedding", "index": number, "embedding": _embedding(text)} for number, text in enumerate(texts)
        ]
        tokens = _tokens(texts)
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return JSONResponse({"object": "list", "data": data, "model": asked["model"], "usage": usage})

    # --- Anthropic's interface --------------------------------------------------------------------------------------

    async def _message(self, request: Request) -> Response:
        asked: Json = await request.json()
        trouble = self._trouble()
        if trouble is not None:
            return trouble
        prompt = _text(asked["messages"][-1]["content"])
        answer, finish = _cut(self._answer_turn(asked["messages"]), asked.get("max_tokens"))
        blocks: list[Json] = [{"type": "text", "text": answer}]
        if asked.get("thinking"):
            signature = base64.b64encode(self._rng.randbytes(72)).decode()
            thought = self._thoughts.get(_digest(prompt), "I go through it step by step.")
            blocks.insert(0, {"type": "thinking", "thinking": thought, "signature": signature})
        usage = {
            "input_tokens": _tokens(asked["messages"]) + _tokens(asked.get("system") or ""),
            "output_tokens": _tokens(blocks),
            "cache_read_input_tokens": 0,
            "cache_creation_input_tokens": 0,
        }
        reply = {
            "id": f"msg_{self._id()}",
            "type": "message",
            "role": "assistant",
            "model": asked["model"],
            "content": blocks,
            "stop_reason": "max_tokens" if finish == "length" else "end_turn",
            "stop_sequence": None,
            "usage": usage,
        }
        if asked.get("stream"):
            return StreamingResponse(self._stream_message(reply), media_type="text/event-stream")
        await self._take_time(answer)
        return JSONResponse(reply)

    async def _stream_message(self, reply: Json) -> AsyncIterator[str]:
        opening = reply | {"content": [], "stop_reason": None, "usage": reply["usage"] | {"output_tokens": 1}}
        yield _named_event("message_start", {"message": opening})
        for index, block in enumerate(reply["content"]):
            empty = (
                {"type": "text", "text": ""} if block["type"] == "text" else block | {"thinking": "", "signature": ""}
            )
            yield _named_event("content_block_start", {"index": index, "content_block": empty})
            if block["type"] == "thinking":
                for kind, field in (("thinking_delta", "thinking"), ("signature_delta", "signature")):
                    delta = {"type": kind, field: block[field]}
                    yield _named_event("content_block_delta", {"index": index, "delta": delta})
            else:
                async for _, piece in self._speak(block["text"]):
                    delta = {"type": "text_delta", "text": piece}
                    yield _named_event("content_block_delta", {"index": index, "delta": delta})
            yield _named_event("content_block_stop", {"index": index})
        end = {"stop_reason": reply["stop_reason"], "stop_sequence": None}
        yield _named_event("message_delta", {"delta": end, "usage": {"output_tokens": reply["usage"]["output_tokens"]}})
        yield _named_event("message_stop", {})

    # --- how it answers, how long it takes, what goes wrong ---------------------------------------------------------

    def _answer_turn(self, messages: Sequence[Json]) -> str:
        """What follows the last turn; of several conversations with the same prompt, the one that it is in."""
        prompt = _text(messages[-1]["content"])
        if len(messages) > 1:
            known = self._answers.get(_digest(_text(messages[-2].get("content") or "") + prompt))
            if known:
                return known
        return self._answer(prompt)

    def _answer(self, prompt: str) -> str:
        digest = _digest(prompt)
        if digest in self._refused_once:
            self._refused_once.discard(digest)
            return REFUSAL
        return self._answers.get(digest) or self._spare_answer()

    async def _take_time(self, answer: str) -> None:
        await asyncio.sleep(self._rng.uniform(*FIRST_TOKEN) + _tokens(answer) / TOKENS_A_SECOND)

    async def _speak(self, answer: str) -> AsyncIterator[tuple[int, str]]:
        """The answer in pieces, at the pace of a model."""
        await asyncio.sleep(self._rng.uniform(*FIRST_TOKEN))
        words = answer.split(" ")
        for number, start in enumerate(range(0, len(words), WORDS_A_CHUNK)):
            piece = " ".join(words[start : start + WORDS_A_CHUNK]) + (" " if start + WORDS_A_CHUNK < len(words) else "")
            yield number, piece
            await asyncio.sleep(_tokens(piece) / TOKENS_A_SECOND)

    def _trouble(self) -> Response | None:
        drawn = self._rng.random()
        if drawn < self._overloaded:
            error = {"message": "Rate limit reached for requests", "type": "requests", "code": "rate_limit_exceeded"}
            return JSONResponse({"error": error | {"param": None}}, 429, headers={"retry-after": "2"})
        if drawn < self._overloaded + self._broken:
            error = {"message": "The server had an error while processing your request", "type": "server_error"}
            return JSONResponse({"error": error | {"param": None, "code": None}}, 500)
        return None

    def _id(self) -> str:
        return self._rng.randbytes(12).hex()


def _digest(prompt: str) -> bytes:
    return hashlib.sha256(prompt.encode()).digest()


def _text(content: str | Sequence[str | Mapping[str, Any]]) -> str:
    """The words of a message, whichever way it is written."""
    if isinstance(content, str):
        return content
    return "\n".join(part if isinstance(part, str) else str(part.get("text", "")) for part in content).strip()


def _tokens(value: object) -> int:
    """A rough count, like any provider's a number that the gateway takes on trust."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return -(-len(text) // CHARACTERS_A_TOKEN)


def _usage(tokens_in: int, tokens_out: int, cached: int = 0) -> Json:
    return {
        "prompt_tokens": tokens_in,
        "completion_tokens": tokens_out,
        "total_tokens": tokens_in + tokens_out,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }


def _cut(answer: str, max_tokens: int | None) -> tuple[str, str]:
    if max_tokens is None or _tokens(answer) <= max_tokens:
        return answer, "stop"
    return answer[: max_tokens * CHARACTERS_A_TOKEN], "length"


def _embedding(text: str) -> list[float]:
    return [round(byte / 127.5 - 1, 4) for byte in _digest(text)[:EMBEDDING_WIDTH]]


def _event(data: Json) -> str:
    return f"data: {json.dumps(data)}\n\n"


def _named_event(name: str, data: Json) -> str:
    return f"event: {name}\n{_event({'type': name} | data)}"
