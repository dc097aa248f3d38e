"""One small day of traffic with something of everything, to be written and read as each format."""

import json
import random
from typing import Final

from stillwatch.read.raw import RawExchange, RawMessage

START: Final = 1_777_636_800_123_456
"""2026-05-01 12:00:00.123456 UTC."""

_QUESTIONS: Final = (
    "Explain step by step why 7/12 is larger than 5/9.",
    "为什么天空是蓝色的? 请一步一步说明。",
    'Write a haiku about "quotes", back\\slashes,\nline breaks and tabs\t.',
    "Grade this answer from 1 to 10 & say why: <b>4</b> is prime, =SUM(A1)",
    "Naïve café 🙂 — überprüfe das.",
)
_ANSWERS: Final = ("Because 21/36 > 20/36.", "因为蓝光散射得更强。", "1. First,\n2. then", "3/10", "Gern: ja.")


def same_traffic(count: int = 60, seed: int = 7) -> list[RawExchange]:
    """Make exchanges of a few accounts: conversations, tools, refusals, retries after a 429, embeddings, no text."""
    rng = random.Random(seed)  # noqa: S311 - made-up traffic, the same each time
    return [_exchange(index, rng) for index in range(count)]


def _exchange(index: int, rng: random.Random) -> RawExchange:
    account = index % 7
    status = 429 if index % 11 == 5 else 200
    asked = rng.randrange(5, 2_000)
    operation = "embeddings" if index % 13 == 12 else "completion" if index % 13 == 11 else "chat"
    answered = status == 200 and operation != "embeddings"
    thinks = answered and operation == "chat" and index % 6 == 0
    params = {"temperature": 0.7, "max_tokens": 512, "stream": bool(index % 2)}
    if index % 9 == 3:
        params["tools"] = [{"type": "function", "function": {"name": "search"}}]  # type: ignore[assignment]
    return RawExchange(
        exchange_id=f"exchange-{index}",
        started_at=START + index * 61_000_003,
        ended_at=START + index * 61_000_003 + 1_234_567 if index % 10 else None,
        account_id=f"account-{account}",
        credential_id=f"{account:064x}",
        end_user_id=f"tenant-{index % 3}" if index % 4 else None,
        session_id=f"session-{index // 4}",
        model=("demo-large", "demo-small")[index % 2],
        operation=operation,
        client_ip=(f"198.51.100.{account}", "2001:db8::7")[index % 5 == 0],
        user_agent="client/1.0 (tests)",
        tls_fingerprint="t13d1516h2_8daaf6152771_b186095e22b6" if index % 2 else None,
        input_messages=_messages(index, operation) if index % 8 != 7 else None,
        output_text=_ANSWERS[index % 5] if answered and index % 8 != 7 else None,
        request_params=json.dumps(params, sort_keys=True, separators=(",", ":")),
        reasoning_signatures=[f"c2lnbmF0dXJl{index}"] if thinks and index % 8 != 7 else None,
        output_signature=f"RXJCb3V0{index}" if thinks and index % 8 != 7 else None,
        input_tokens=asked,
        cached_input_tokens=asked // 2,
        output_tokens=rng.randrange(1, 500) if answered else 0,
        reasoning_tokens=rng.randrange(100) if thinks else 0,
        status=status,
        finish_reason=("stop", "length", "refusal")[index % 3] if answered else None,
    )


def _messages(index: int, operation: str) -> list[RawMessage]:
    question = RawMessage("user", _QUESTIONS[index % 5])
    if operation != "chat":
        return [question]
    messages = [RawMessage("system", "You are careful.")] if index % 3 else []
    if index % 6 == 0 or index % 9 == 3:
        messages += [question, RawMessage("assistant", _ANSWERS[index % 5])]
    if index % 9 == 3:
        result = {"type": "tool_result", "content": "rainy, 57 °F"}
        call = {"type": "tool_call", "name": "search", "arguments": {"query": "weather"}}
        messages += [
            RawMessage("assistant", json.dumps(call, sort_keys=True, separators=(",", ":"))),
            RawMessage("tool", json.dumps(result, sort_keys=True, separators=(",", ":"), ensure_ascii=False)),
        ]
    return [*messages, question]
