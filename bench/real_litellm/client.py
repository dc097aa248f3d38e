"""A client of the gateway, as each invented person runs one: which interface, which key, which address, how patient."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final

import httpx  # type: ignore[import-not-found]  # only in the scratch environment

from bench.real_litellm.people import Person

Json = dict[str, Any]

TIMEOUT: Final = 60.0
TRIES: Final = 3
LONGEST_WAIT: Final = 12.0
"""Seconds that somebody waits before asking again, whatever the gateway says."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back: the words, the blocks of a message where there are any, and how long to wait after a 429."""

    status: int
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    wait: float = 1.0

    @property
    def is_answer(self) -> bool:
        """Whether the gateway answered at all."""
        return self.status == 200


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request: the interface and what is sent to it."""

    path: str
    body: Json
    headers: dict[str, str] = field(default_factory=dict)
    leave_after: int | None = None
    """Chunks of a stream after which the client hangs up."""


class Gateway:
    """The gateway as seen from outside, counting what it was asked and what it said."""

    def __init__(self, http: httpx.AsyncClient, rng: random.Random) -> None:
        self.seen = Counter[int]()
        self._http = http
        self._rng = rng

    async def send(self, person: Person, call: Call) -> Reply:
        """Ask once."""
        headers = {
            "authorization": f"Bearer {person.key}",
            "user-agent": person.agent,
            "x-forwarded-for": person.address,
        } | call.headers
        if call.body.get("stream"):
            reply = await self._stream(call, headers)
        else:
            answered = await self._http.post(call.path, json=call.body, headers=headers)
            reply = _reply(answered.status_code, answered.content, answered.headers)
        self.seen[reply.status] += 1
        return reply

    async def send_patiently(self, person: Person, call: Call) -> Reply:
        """Ask, and ask again on the same key when the gateway or the provider is busy: what honest clients do."""
        for attempt in range(1, TRIES + 1):
            reply = await self.send(person, call)
            if reply.status < 429 or attempt == TRIES:
                return reply
            wait = min(reply.wait, 2.0 * 2**attempt, LONGEST_WAIT)
            await asyncio.sleep(wait * self._rng.uniform(0.9, 1.4))
        raise AssertionError

    async def _stream(self, call: Call, headers: dict[str, str]) -> Reply:
        async with self._http.stream("POST", call.path, json=call.body, headers=headers) as answered:
            if answered.status_code != 200:
                return _reply(answered.status_code, await answered.aread(), answered.headers)
            return Reply(status=200, text="".join([piece async for piece in _pieces(answered, call.leave_after)]))


async def _pieces(answered: httpx.Response, leave_after: int | None) -> AsyncIterator[str]:
    """The words of a stream, of either interface."""
    count = 0
    async for line in answered.aiter_lines():
        if not line.startswith("data: {"):
            continue
        event = json.loads(line.removeprefix("data: "))
        choices = event.get("choices") or [{}]
        delta = event.get("delta") or choices[0].get("delta") or {}
        yield delta.get("content") or delta.get("text") or ""
        count += 1
        if count == leave_after:
            return


def _reply(status: int, content: bytes, headers: httpx.Headers) -> Reply:
    if status != 200:
        said = str(headers.get("retry-after") or headers.get("llm_provider-retry-after") or "1")
        return Reply(status=status, wait=float(said) if said.replace(".", "", 1).isdigit() else 1.0)
    answer: Json = json.loads(content)
    if "choices" in answer:
        choice = answer["choices"][0]
        return Reply(status=status, text=str((choice.get("message") or {}).get("content") or choice.get("text") or ""))
    blocks: list[Json] = answer.get("content") or [
        part for item in answer.get("output") or [] for part in item.get("content") or []
    ]
    return Reply(status=status, blocks=blocks, text="".join(str(block.get("text") or "") for block in blocks))
