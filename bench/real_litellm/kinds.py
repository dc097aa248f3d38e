"""One request of every kind, and what LiteLLM's callback and spend logger then saw: the files in examples/.

python -m bench.real_litellm.record --module kinds --out bench/real_litellm/examples
"""

import argparse
import asyncio
import json
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import httpx  # type: ignore[import-not-found]  # only in the scratch environment

from bench.real_litellm import spend_table
from bench.real_litellm.client import TIMEOUT, Call, Gateway, Json
from bench.real_litellm.gateway import provider, proxy, settled
from bench.real_litellm.honest import CHAT, EDIT_TOOL
from bench.real_litellm.people import REQUESTS_A_MINUTE, Habit, Person, invent
from bench.real_litellm.scrub import Places
from bench.real_litellm.upstream import Upstream

QUESTION: Final = "Which is larger, 7/12 or 5/9?"
ANSWER: Final = "7/12 is larger: 7/12 = 21/36 and 5/9 = 20/36."
THOUGHT: Final = "Common denominator 36: 21/36 against 20/36."
MESSAGES_VERSION: Final = {"anthropic-version": "2023-06-01"}
PIXEL: Final = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="

ASKED: Final[list[Json]] = [{"role": "user", "content": QUESTION}]
SYSTEM: Final[list[Json]] = [{"role": "system", "content": "Answer plainly."}, *ASKED]
THINKING: Final[Json] = {"thinking": {"type": "enabled", "budget_tokens": 1_024}, "max_tokens": 2_000}
REPLAYED: Final[list[Json]] = [
    *ASKED,
    {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": THOUGHT, "signature": "c2lnbmF0dXJlIG9mIGFuIGVhcmxpZXIgdHVybg=="},
            {"type": "text", "text": ANSWER},
        ],
    },
    {"role": "user", "content": "Are you sure?"},
]
TOOL_TURNS: Final[list[Json]] = [
    {"role": "user", "content": "Put a licence line at the top of main.py"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "call_1",
                "type": "function",
                "function": {"name": "apply_edit", "arguments": '{"path": "main.py", "first": 1, "text": "# MIT"}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "call_1", "content": "1 line changed"},
]
IMAGE: Final[list[Json]] = [
    {
        "role": "user",
        "content": [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": PIXEL}}],
    }
]


def _chat(messages: list[Json], model: str = "demo-large", **options: Any) -> Call:  # noqa: ANN401  # any option of the interface
    return Call(path=CHAT, body={"model": model, "messages": messages, **options})


KINDS: Final = {
    "chat_success": _chat(SYSTEM, temperature=0.3, max_tokens=200, user="reader-7"),
    "chat_stream": _chat(SYSTEM, stream=True),
    "chat_stream_abandoned": Call(
        path=CHAT, body={"model": "demo-large", "messages": ASKED, "stream": True}, leave_after=1
    ),
    "chat_truncated": _chat(ASKED, max_tokens=5),
    "chat_session": replace(_chat(ASKED), headers={"x-litellm-session-id": "ses_1f0c"}),
    "chat_metadata": _chat(ASKED, metadata={"session_id": "ses_2a9b", "feature": "search"}),
    "chat_tools": _chat(TOOL_TURNS, tools=[EDIT_TOOL]),
    "chat_image": _chat(IMAGE),
    "chat_forwarded_chain": replace(_chat(ASKED), headers={"x-forwarded-for": "198.18.7.9, 198.51.100.4"}),
    "mock_success": _chat(ASKED, model="demo-mock"),
    "mock_failure_429": _chat(ASKED, model="demo-crowded"),
    "failure_400_unknown_model": _chat(ASKED, model="demo-lrage"),
    "messages_success": Call(
        path="/v1/messages",
        body={
            "model": "demo-thinker",
            "system": "Answer plainly.",
            "messages": ASKED,
            "metadata": {"user_id": "desk-1"},
        }
        | THINKING,
        headers=MESSAGES_VERSION,
    ),
    "messages_stream": Call(
        path="/v1/messages",
        body={"model": "demo-thinker", "messages": REPLAYED, "stream": True} | THINKING,
        headers=MESSAGES_VERSION,
    ),
    "messages_bridged_to_openai": Call(
        path="/v1/messages",
        body={"model": "demo-large", "messages": ASKED, "max_tokens": 200},
        headers=MESSAGES_VERSION,
    ),
    "responses_success": Call(
        path="/v1/responses", body={"model": "demo-large", "instructions": "Answer plainly.", "input": QUESTION}
    ),
    "embeddings_success": Call(path="/v1/embeddings", body={"model": "demo-embed", "input": [QUESTION, ANSWER]}),
    "completions_success": Call(path="/v1/completions", body={"model": "demo-large", "prompt": QUESTION}),
}
"""Requests that a key within its limit makes, one of each kind."""

WITH_ROW: Final = (
    "chat_success",
    "chat_stream",
    "messages_success",
    "responses_success",
    "failure_401_unknown_key",
    "failure_429_key_limit",
    "failure_429_upstream",
)
"""The kinds whose row of LiteLLM_SpendLogs is exported as well."""


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """The line that a call left in the log, and the row that LiteLLM had ready for its table."""

    payload: str
    row: str


def main() -> None:
    """Write one pretty-printed file for each kind, and the rows of some of them as PostgreSQL exports them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the examples")
    out: Path = parser.parse_args().out
    with tempfile.TemporaryDirectory(prefix="real-litellm-") as folder:
        recorded = asyncio.run(_ask_everything(Path(folder)))
    for name, kind in recorded.items():
        text = json.dumps(json.loads(kind.payload), indent=2, ensure_ascii=False)
        (out / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(f"{len(recorded)} examples in {out}")
    if spend_table.is_available():
        exported = spend_table.export([recorded[name].row for name in WITH_ROW], out)
        print(f"{exported} rows of {spend_table.TABLE}")
    else:
        print("no PostgreSQL: spend_logs.jsonl and spend_logs.csv stay as they are")


async def _ask_everything(folder: Path) -> dict[str, Recorded]:
    rng = random.Random(1)  # noqa: S311  # invented people
    people = invent(rng)
    roomy = next(person for person in people if person.habit is Habit.OFFICE)
    narrow = next(person for person in people if person.plan == "trial")
    stranger = replace(roomy, key="sk-demo-revoked")
    in_order = [(name, roomy, call) for name, call in KINDS.items()]
    in_order += [("failure_401_unknown_key", stranger, _chat(SYSTEM))]
    in_order += [("", narrow, _chat(SYSTEM))] * REQUESTS_A_MINUTE[narrow.plan]
    in_order += [("failure_429_key_limit", narrow, _chat(SYSTEM))]
    in_order += [("messages_failure_429_key_limit", narrow, KINDS["messages_success"])]
    recorded = await _ask(folder, people, in_order, _upstream(overloaded=0))
    refusing = await _ask(folder, people, [("failure_429_upstream", roomy, _chat(SYSTEM))], _upstream(overloaded=1))
    return recorded | refusing


async def _ask(
    folder: Path, people: Sequence[Person], calls: Sequence[tuple[str, Person, Call]], upstream: Upstream
) -> dict[str, Recorded]:
    """Make these calls one by one; of those with a name, what was recorded."""
    files = folder / "recording.jsonl", folder / "spend_rows.jsonl"
    recorded: dict[str, Recorded] = {}
    async with (
        provider(upstream) as provider_url,
        proxy(folder, people, provider_url) as gateway_url,
        httpx.AsyncClient(base_url=gateway_url, timeout=TIMEOUT, trust_env=False) as http,
    ):
        places = Places(gateway_url=gateway_url, provider_url=provider_url)
        gateway = Gateway(http, random.Random(3))  # noqa: S311  # nobody waits here
        for name, person, call in calls:
            reply = await gateway.send(person, call)
            if name:
                await settled(files[0])
                payload, row = places.scrub(file.read_text(encoding="utf-8").splitlines()[-1] for file in files)
                recorded[name] = Recorded(payload=payload, row=row)
            print(f"{name or '(fills the limit)'}: {call.path} {call.body['model']} {reply.status}")
    return recorded


def _upstream(overloaded: float) -> Upstream:
    upstream = Upstream(random.Random(2), lambda: ANSWER, overloaded=overloaded, broken=0)  # noqa: S311  # a scene
    upstream.learn(QUESTION, ANSWER, thought=THOUGHT)
    return upstream


if __name__ == "__main__":
    main()
