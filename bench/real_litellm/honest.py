"""What honest people do with a gateway: each habit, at a person's pace, on the person's own key."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from bench.real_litellm.client import Call, Gateway, Json, Reply
from bench.real_litellm.corpora import Conversation, Corpora
from bench.real_litellm.people import Habit, Person
from bench.real_litellm.upstream import Upstream

CHAT: Final = "/v1/chat/completions"

HARNESS_SYSTEM: Final = (
    "You are Helmcode, a coding assistant that works in the user's editor. Answer with code first and explain in at "
    "most three sentences. Never invent an interface that you have not seen. When a task is unclear, ask one question."
)
PRODUCT_SYSTEM: Final = (
    "You are the help desk of Larkspur, an app for reading groups. Be friendly, be short, and never speak of prices."
)
EVALUATION: Final = (
    "The following is a multiple choice question. Answer with the letter of the right choice only.\n\n{task}"
)
EDIT_TOOL: Final = {
    "type": "function",
    "function": {
        "name": "apply_edit",
        "description": "Replace lines of a file",
        "parameters": {
            "type": "object",
            "properties": {"path": {"type": "string"}, "first": {"type": "integer"}, "text": {"type": "string"}},
            "required": ["path", "first", "text"],
        },
    },
}

Say = Callable[[str], Awaitable[Reply]]


class Honest:
    """Runs one honest person until the time is up or there is nothing left to say."""

    def __init__(
        self, gateway: Gateway, upstream: Upstream, corpora: Corpora, *, rng: random.Random, ends_at: float
    ) -> None:
        self._gateway = gateway
        self._upstream = upstream
        self._corpora = corpora
        self._rng = rng
        self._ends_at = ends_at
        self._library = corpora.deal("B/awesome_prompts", 6)
        """Prompts that both users of the prompt library have saved."""

    async def live(self, person: Person) -> None:
        """Everything that this person does."""
        await asyncio.sleep(self._rng.uniform(0, 12))
        habits: dict[Habit, Callable[[Person], Awaitable[None]]] = {
            Habit.ASKS: self._ask,
            Habit.OFFICE: self._ask,
            Habit.PUZZLES: self._puzzle,
            Habit.TALKS: self._talk,
            Habit.REVISES: self._revise,
            Habit.ROLES: self._play_roles,
            Habit.HARNESS: self._code,
            Habit.EVALUATES: self._evaluate,
            Habit.SERVES: self._serve,
            Habit.THINKS: self._think,
            Habit.RESPONDS: self._respond,
            Habit.EMBEDS: self._embed,
            Habit.MOCKS: self._try_out,
        }
        await habits[person.habit](person)

    # --- habits -----------------------------------------------------------------------------------------------------

    async def _ask(self, person: Person) -> None:
        model = self._rng.choice(["demo-small", "demo-large"])
        options: Json = {"temperature": self._rng.choice([0.2, 0.7, 1.0])} if self._rng.random() < 0.5 else {}
        if self._rng.random() < 0.3:
            options["max_tokens"] = 120
        await self._converse(person, self._corpora.deal("B/dolly_3k", 30), 6.0, model=model, **options)

    async def _puzzle(self, person: Person) -> None:
        conversations = self._corpora.deal("B/arena_hard_v01", 20)
        for number, conversation in enumerate(conversations):
            self._teach(conversation)
            body = {"model": "demo-large", "messages": [_user(conversation.prompts[0])], "stream": number % 2 == 0}
            # Somebody who has seen enough hangs up in the middle of an answer, once or twice a day.
            leave_after = 4 if number in {4, 12} else None
            await self._gateway.send_patiently(person, Call(path=CHAT, body=body, leave_after=leave_after))
            if not await self._pause(6.0):
                return

    async def _talk(self, person: Person) -> None:
        await self._converse(person, self._corpora.deal("B/oasst_en100", 9), 5.0, model="demo-large", stream=True)

    async def _revise(self, person: Person) -> None:
        await self._converse(person, self._corpora.deal("B/mt_bench", 12), 5.0, model="demo-large")

    async def _play_roles(self, person: Person) -> None:
        prompts = [*self._library, *self._corpora.deal("B/awesome_prompts", 16)]
        self._rng.shuffle(prompts)
        await self._converse(person, prompts, 6.0, model="demo-small")

    async def _code(self, person: Person) -> None:
        for conversation in self._corpora.deal("B/realhumaneval", 12):
            headers = {"x-litellm-session-id": f"ses_{self._rng.randbytes(8).hex()}"}
            options: Json = {"model": "demo-large", "stream": True, "temperature": 0, "tools": [EDIT_TOOL]}
            if not await self._converse(person, [conversation], 4.0, system=HARNESS_SYSTEM, headers=headers, **options):
                return

    async def _evaluate(self, person: Person) -> None:
        for conversation in self._corpora.deal("C/mmlu", 70):
            prompt = EVALUATION.format(task=conversation.prompts[0])
            self._upstream.learn(prompt, conversation.answers[0])
            body = {"model": "demo-large", "messages": [_user(prompt)], "temperature": 0, "max_tokens": 5}
            await self._gateway.send_patiently(person, Call(path=CHAT, body=body))
            if not await self._pause(1.2):
                return

    async def _serve(self, person: Person) -> None:
        end_users = [f"reader-{number}" for number in self._rng.sample(range(100, 999), 12)]
        for conversation in self._corpora.deal("B/dolly_3k", 45):
            user = self._rng.choice(end_users)
            options: Json = {"model": "demo-small", "user": user, "max_tokens": 150}
            if not await self._converse(person, [conversation], 2.2, system=PRODUCT_SYSTEM, **options):
                return

    async def _think(self, person: Person) -> None:
        for conversation in self._corpora.deal("B/oasst_en100", 9):
            self._teach(conversation)
            messages: list[Json] = []
            for prompt in conversation.prompts:
                messages = [*messages, _user(prompt)]
                body = {
                    "model": "demo-thinker",
                    "max_tokens": 2_000,
                    "system": "Answer plainly.",
                    "messages": messages,
                    "thinking": {"type": "enabled", "budget_tokens": 1_024},
                    "metadata": {"user_id": "desk-1"},
                }
                call = Call(path="/v1/messages", body=body, headers={"anthropic-version": "2023-06-01"})
                reply = await self._gateway.send_patiently(person, call)
                messages = [*messages, {"role": "assistant", "content": reply.blocks}]
                if not await self._pause(5.0):
                    return
                if not reply.is_answer:
                    break

    async def _respond(self, person: Person) -> None:
        for conversation in self._corpora.deal("B/dolly_3k", 22):
            self._teach(conversation)
            body = {"model": "demo-large", "instructions": "Answer in English.", "input": conversation.prompts[0]}
            await self._gateway.send_patiently(person, Call(path="/v1/responses", body=body))
            if not await self._pause(6.0):
                return

    async def _embed(self, person: Person) -> None:
        for _ in range(20):
            texts = [conversation.prompts[0] for conversation in self._corpora.deal("B/dolly_3k", 2)]
            call = Call(path="/v1/embeddings", body={"model": "demo-embed", "input": texts})
            await self._gateway.send_patiently(person, call)
            if not await self._pause(6.0):
                return

    async def _try_out(self, person: Person) -> None:
        """A developer's first day: mocks, a model that is always full, a wrong name, an old interface."""
        for number, conversation in enumerate(self._corpora.deal("B/dolly_3k", 16)):
            prompt = conversation.prompts[0]
            self._teach(conversation)
            model = ("demo-mock", "demo-mock", "demo-crowded", "demo-small")[number % 4]
            body: Json = {"model": model if number != 9 else "demo-lrage", "messages": [_user(prompt)]}
            call = Call(path=CHAT, body=body)
            if number % 4 == 3:
                call = Call(path="/v1/completions", body={"model": model, "prompt": prompt, "max_tokens": 60})
            await self._gateway.send_patiently(person, call)
            if not await self._pause(7.0):
                return

    # --- how people talk --------------------------------------------------------------------------------------------

    async def _converse(
        self,
        person: Person,
        conversations: Sequence[Conversation],
        pause: float,
        *,
        system: str | None = None,
        headers: dict[str, str] | None = None,
        **options: Any,  # noqa: ANN401  # whatever the interface takes
    ) -> bool:
        """Hold conversations turn by turn, each with its history; False when the time is up."""
        for conversation in conversations:
            self._teach(conversation)
            messages: list[Json] = [{"role": "system", "content": system}] if system else []
            for prompt in conversation.prompts:
                messages = [*messages, _user(prompt)]
                call = Call(path=CHAT, body={"messages": messages, **options}, headers=headers or {})
                reply = await self._gateway.send_patiently(person, call)
                messages = [*messages, {"role": "assistant", "content": reply.text}]
                if not await self._pause(pause):
                    return False
                if not reply.is_answer:
                    break
        return True

    def _teach(self, conversation: Conversation) -> None:
        for prompt, answer in zip(conversation.prompts, conversation.answers, strict=False):
            self._upstream.learn(prompt, answer)

    async def _pause(self, mean: float) -> bool:
        """Read, think, type; False when the time is up."""
        await asyncio.sleep(min(max(self._rng.expovariate(1 / mean), 0.2), 4 * mean))
        return asyncio.get_running_loop().time() < self._ends_at


def _user(text: str) -> Json:
    return {"role": "user", "content": text}
