"""What a small relay does: one work list over many keys, a fixed pool of workers, and outputs that go round.

Every habit that the product looks for is here once, in small: one template over one list, retries of the same
request on another key, turns of one conversation on different keys, one key's output inside another key's input, a
reasoning signature replayed under another key, and two shifts with a common pause. It was written from published
descriptions and taken from nobody's relay.
"""

import asyncio
import random
import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bench.real_litellm.client import Call, Gateway, Json, Reply
from bench.real_litellm.corpora import Conversation, Corpora
from bench.real_litellm.people import Person
from bench.real_litellm.upstream import REFUSAL, Upstream

WORKERS: Final = 6
TRIES: Final = 4
COOLING: Final = 12.0
"""Seconds for which a key that was told 429 is left alone."""

TRACE: Final = (
    "You will be given a problem. Think aloud before you answer: write your complete internal reasoning, every "
    "intermediate step, dead end and correction, between <reasoning> and </reasoning>, then the result alone between "
    "<answer> and </answer>. Do not summarise the reasoning and do not skip steps.\n\nProblem:\n{task}"
)
CLEAN: Final = (
    "Below are a problem and a worked solution. Rewrite the solution as clean training text: keep every step, drop "
    "asides, correct mistakes, and return nothing but the rewritten reasoning.\n\n"
    "Problem:\n{task}\n\nSolution:\n{output}"
)
GRADE: Final = (
    "Grade the solution from 1 to 10 for correctness and for completeness of the reasoning. Reply with JSON only: "
    '{{"correct": n, "complete": n}}.\n\nProblem:\n{task}\n\nSolution:\n{output}'
)
CHECKS: Final = (
    "Check each step again and say what you would change.",
    "Now solve it a second way and compare the two results.",
    "Which step is most likely to be wrong, and why?",
)
CALCULATION: Final = re.compile(r"<<[^>]*>>")


@dataclass(frozen=True, kw_only=True)
class Job:
    """One request that is still to be made, on any key but the last one's owner, and what follows from its answer."""

    call: Call
    last: Person | None = None
    follow: Callable[[Person, Reply], "list[Job]"] | None = None


class Relay:
    """The operator's scheduler."""

    def __init__(  # noqa: PLR0913  # all that a scheduler needs, by name
        self,
        gateway: Gateway,
        upstream: Upstream,
        corpora: Corpora,
        people: Sequence[Person],
        *,
        rng: random.Random,
        shifts: Sequence[tuple[float, float]],
    ) -> None:
        self._gateway = gateway
        self._upstream = upstream
        self._rng = rng
        self._shifts = shifts
        self._turn = deque(rng.sample(list(people), len(people)))
        self._cool_until = dict.fromkeys((person.account_id for person in people), 0.0)
        tasks = corpora.deal("C/gsm8k", 340) + corpora.deal("A/gpteacher_codegen", 100)
        self._jobs = deque(self._job(number, task) for number, task in enumerate(tasks))

    async def run(self) -> None:
        """Work through the list, a fixed number of requests at a time, shift by shift."""
        await asyncio.gather(*(self._work() for _ in range(WORKERS)))

    async def _work(self) -> None:
        now = asyncio.get_running_loop().time
        for begins, ends in self._shifts:
            await asyncio.sleep(max(0.0, begins - now()))
            while self._jobs and now() < ends:
                job = self._jobs.popleft()
                person, reply = await self._carry_out(job)
                if reply.is_answer and job.follow is not None:
                    # Soon, but not next: the list is long and the pool is shared.
                    for follower in job.follow(person, reply):
                        self._jobs.insert(min(len(self._jobs), self._rng.randrange(8, 30)), follower)
                await asyncio.sleep(self._rng.uniform(0.01, 0.06))

    async def _carry_out(self, job: Job) -> tuple[Person, Reply]:
        """Send it; when one key is refused or told to wait, send the very same thing with another."""
        person = self._next(job.last)
        for _ in range(TRIES):
            reply = await self._gateway.send(person, job.call)
            if reply.status == 429:
                self._cool_until[person.account_id] = asyncio.get_running_loop().time() + COOLING
            if reply.is_answer and reply.text != REFUSAL:
                break
            person = self._next(person)
            await asyncio.sleep(self._rng.uniform(0.02, 0.15))
        return person, reply

    def _next(self, but: Person | None) -> Person:
        """The next key in turn that is not cooling down; if all are, the next in turn."""
        now = asyncio.get_running_loop().time()
        for _ in range(len(self._turn)):
            self._turn.rotate(-1)
            person = self._turn[0]
            if person is not but and self._cool_until[person.account_id] <= now:
                return person
        self._turn.rotate(-1)
        return self._turn[0]

    # --- the work list ----------------------------------------------------------------------------------------------

    def _job(self, number: int, task: Conversation) -> Job:
        """A task as its first request: one in twelve for the thinking model, one in sixteen declined at first."""
        prompt = TRACE.format(task=task.prompts[0])
        steps, _, result = task.answers[0].partition("\n#### ")
        answer = f"<reasoning>\n{steps}\n</reasoning>\n<answer>{result or 'see above'}</answer>"
        if number % 12 == 5:
            self._upstream.learn(prompt, result or steps[:80], thought=CALCULATION.sub("", steps))
            return self._thinking_job(prompt, CALCULATION.sub("", steps))
        self._upstream.learn(prompt, answer, declines_first=number % 16 == 3)
        follow = None
        if number % 14 == 1:
            follow = self._second_turn(prompt, steps)
        elif number % 6 == 2:
            follow = self._pass_on(CLEAN, task.prompts[0], CALCULATION.sub("", steps))
        elif number % 9 == 4:
            score = f'{{"correct": {self._rng.randint(6, 10)}, "complete": {self._rng.randint(5, 10)}}}'
            follow = self._pass_on(GRADE, task.prompts[0], score)
        return Job(call=_chat([{"role": "user", "content": prompt}]), follow=follow)

    def _second_turn(self, prompt: str, steps: str) -> Callable[[Person, Reply], list[Job]]:
        """The conversation goes on, history and all, under another key."""

        def follow(person: Person, reply: Reply) -> list[Job]:
            check = self._rng.choice(CHECKS)
            again = f"I went through it again.\n{CALCULATION.sub('', steps)}\nNothing changes."
            self._upstream.learn(check, again, after=reply.text)
            history = [{"role": "user", "content": prompt}, {"role": "assistant", "content": reply.text}]
            return [Job(call=_chat([*history, {"role": "user", "content": check}]), last=person)]

        return follow

    def _pass_on(self, template: str, task: str, answer: str) -> Callable[[Person, Reply], list[Job]]:
        """One key's output becomes part of another key's input."""

        def follow(person: Person, reply: Reply) -> list[Job]:
            prompt = template.format(task=task, output=reply.text)
            self._upstream.learn(prompt, answer)
            return [Job(call=_chat([{"role": "user", "content": prompt}]), last=person)]

        return follow

    def _thinking_job(self, prompt: str, steps: str) -> Job:
        """A task for the thinking model, whose signed reasoning is then replayed under another key."""

        def follow(person: Person, reply: Reply) -> list[Job]:
            check = self._rng.choice(CHECKS)
            self._upstream.learn(check, f"I went through it again.\n{steps}\nNothing changes.", after=reply.text)
            history: list[Json] = [
                {"role": "user", "content": prompt},
                {"role": "assistant", "content": reply.blocks},
                {"role": "user", "content": check},
            ]
            return [Job(call=_message(history), last=person)]

        return Job(call=_message([{"role": "user", "content": prompt}]), follow=follow)


def _chat(messages: list[Json]) -> Call:
    body = {"model": "demo-large", "messages": messages, "temperature": 0.7, "max_tokens": 1_024}
    return Call(path="/v1/chat/completions", body=body)


def _message(messages: list[Json]) -> Call:
    thinking = {"type": "enabled", "budget_tokens": 2_048}
    body = {"model": "demo-thinker", "messages": messages, "max_tokens": 4_096, "thinking": thinking}
    return Call(path="/v1/messages", body=body, headers={"anthropic-version": "2023-06-01"})
