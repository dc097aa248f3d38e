"""What accounts ask: programmes that write one script (a session's questions and answers) after another."""

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from stillwatch.range.chance import Dice
from stillwatch.range.library import Conversation, Library
from stillwatch.range.wording import Template, word


@dataclass(frozen=True, slots=True)
class Turn:
    """One request of a session: who speaks, what is said, what comes back."""

    role: str
    asked: str
    answered: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """One session before it happens."""

    system: str | None
    turns: tuple[Turn, ...]
    params: str | None = None
    operation: str = "chat"
    attached: tuple[str, ...] = ()
    """Digests of images, sounds or files that come with the first request."""


SOFTWARE_SHARE = 0.35  # assumption: of unrelated customers are software rather than people
STEADY_SHARE = 0.8  # assumption: of programs that always send the same parameters
SHORT = 120  # characters; a benchmark's key rather than a model's answer
ATTACHED_SHARE = 0.05  # assumption: of people's and products' sessions start with an image, a sound or a file
Programme = Callable[[Dice], Script]
Wording = Callable[[Dice], Template]
"""Where the template of the next request comes from: always the same, or worded anew."""


def always(template: Template) -> Wording:
    """Use one template for every request."""
    return lambda _: template


def anew(family: str) -> Wording:
    """Word every request anew."""
    return lambda dice: word(family, dice)


AGENT_PARAMS = (
    '{"max_tokens":8192,"tools":["bash","edit","search"]}',
    '{"max_tokens":4096,"temperature":0,"tools":["bash","browser"]}',
    '{"max_tokens":16384,"temperature":1,"tools":["shell","patch"]}',
    '{"tools":["bash","edit","search"]}',
)


def params(dice: Dice) -> str | None:
    """Draw request parameters as honest clients and others send them: many send none."""
    if dice.chance(0.2):
        return None
    chosen: dict[str, object] = {"max_tokens": dice.pick((512, 1024, 2048, 4096, 8192))}
    if dice.chance(0.6):
        chosen["temperature"] = dice.pick((0, 0, 0.2, 0.5, 0.7, 0.7, 1, 1))
    if dice.chance(0.1):
        chosen["top_p"] = dice.pick((0.9, 0.95))
    return json.dumps(chosen, separators=(",", ":"))


def steady(programme: Programme, dice: Dice) -> Programme:
    """Give a programme the fixed request parameters of one piece of software."""
    return with_params(programme, params(dice))


def with_params(programme: Programme, fixed: str | None) -> Programme:
    """Send every script of a programme with the same request parameters."""
    return lambda d: replace(programme(d), params=fixed)


def converse(library: Library, shelf: str, system: str | None = None) -> Programme:
    """People talking: real conversations from a shelf, each put in this person's words."""

    def script(dice: Dice) -> Script:
        conversation = library.draw(shelf, dice)
        return Script(system, _retold(library, conversation, dice), params(dice), attached=attachments(dice))

    return script


def attachments(dice: Dice, share: float = ATTACHED_SHARE) -> tuple[str, ...]:
    """Return the digests of what is attached to a session's first request: mostly nothing."""
    return tuple(f"sha256:{dice.hex(64)}" for _ in range(1 + dice.below(2))) if dice.chance(share) else ()


def embed(library: Library, shelf: str) -> Programme:
    """Software that turns documents into vectors: nothing to read comes back."""

    def script(dice: Dice) -> Script:
        text = library.fresh(library.draw(shelf, dice).turns[0][0], dice)
        return Script(None, (Turn("user", text, ""),), None, "embeddings")

    return script


def pour(library: Library, shelf: str, wording: Wording, *, as_system: bool = False) -> Programme:
    """Software: items from a shelf poured through a template, one request each."""

    def script(dice: Dice) -> Script:
        template = wording(dice)
        conversation = library.draw(shelf, dice)
        question, answer = conversation.turns[0]
        item = library.prompt(question, dice)
        given = library.fresh(answer or library.answer_like(conversation, dice), dice)
        reply = library.fresh(_reply(library, template.family, conversation, dice), dice)
        if as_system:
            instruction = template.fill("", "").strip()
            return Script(
                instruction, (_turn(item, reply, conversation, dice),), params(dice), attached=attachments(dice)
            )
        return Script(
            None,
            (_turn(template.fill(item, given), reply, conversation, dice),),
            params(dice),
            attached=attachments(dice),
        )

    return script


def harvest(library: Library, wording: Wording, seeds: int = 3) -> Programme:
    """Task generation: one template with rotating seeds; the answer is a list of new tasks.

    Source: self-instruct and its descendants send a template with three seed tasks and receive twenty tasks,
    so that the log shows the template, not the instructions of the finished corpus.
    """

    def script(dice: Dice) -> Script:
        examples = [library.prompt(library.draw("task", dice).turns[0][0][:300], dice) for _ in range(seeds)]
        tasks = [library.draw("task", dice).turns[0] for _ in range(6)]
        listed = "\n".join(f"{k + 1}. {example}" for k, example in enumerate(examples))
        reply = "\n".join(f"{k + 1}. {q[:200]}\n   {a[:300]}" for k, (q, a) in enumerate(tasks, start=seeds))
        return Script(None, (Turn("user", wording(dice).fill(listed), library.fresh(reply, dice)),), params(dice))

    return script


def work_agentically(library: Library, system: str, steps: int = 4) -> Programme:
    """A coding agent: one task, then up to `steps` tool calls whose results are further requests of the session."""
    fixed = AGENT_PARAMS[zlib.crc32(system.encode()) % len(AGENT_PARAMS)]

    def script(dice: Dice) -> Script:
        task = library.draw("code", dice)
        question, answer = task.turns[0]
        turns = [Turn("user", library.prompt(question, dice), _call(question, dice))]
        for _ in range(1 + dice.below(steps)):
            other_question, other_answer = library.draw("code", dice).turns[0]
            result = library.fresh((other_answer or other_question)[:900], dice)
            turns.append(Turn("tool", _result(result), _call(other_question, dice)))
        done = library.fresh(answer or library.answer_like(task, dice), dice)
        turns.append(Turn("tool", _result(f"{dice.below(90) + 1} passed in {dice.below(4000) / 100} s"), done))
        return Script(system, tuple(turns), fixed)

    return script


def examine(library: Library, shelf: str, template: Template | None = None) -> Programme:
    """A benchmark run: known questions verbatim, answered afresh."""

    def script(dice: Dice) -> Script:
        conversation = library.draw(shelf, dice)
        question, answer = conversation.turns[0]
        asked = template.fill(question, answer) if template else question
        reply = library.fresh(_reply(library, "reasoned", conversation, dice), dice)
        return Script(None, (Turn("user", asked, reply),), '{"max_tokens":2048,"temperature":0}')

    return script


def repeat_set(library: Library, shelf: str, size: int, dice: Dice) -> Programme:
    """The same few questions again and again, verbatim."""
    questions = [library.draw(shelf, dice) for _ in range(size)]

    def script(d: Dice) -> Script:
        conversation = d.pick(questions)
        reply = library.fresh(_reply(library, "reasoned", conversation, d), d, 0.15)
        return Script(None, (Turn("user", conversation.turns[0][0], reply),), '{"max_tokens":1024,"temperature":0}')

    return script


def mix(parts: list[tuple[float, Programme]]) -> Programme:
    """Alternate between programmes with these weights."""
    total = sum(weight for weight, _ in parts)

    def script(dice: Dice) -> Script:
        left = dice.unit() * total
        for weight, programme in parts:
            left -= weight
            if left < 0:
                return programme(dice)
        return parts[-1][1](dice)

    return script


ITEMS = {
    "reasoned": "sums",
    "reconstruct": "task",
    "grade": "task",
    "rewrite": "task",
    "clean": "chat",
    "language": "foreign",
    "analyst": "task",
    "summarise": "bulk",
    "extract": "bulk",
    "classify": "bulk",
    "context": "bulk",
    "review": "code",
}
"""Which shelf each family works on, on either side."""

# Assumption: how software built on an API divides its uses. Every family that a campaign uses is here too, since
# tutoring, audit trails, grading, localisation and synthetic data are ordinary products.
_USES = (
    ("reasoned", 0.14),
    ("reconstruct", 0.06),
    ("grade", 0.1),
    ("rewrite", 0.06),
    ("clean", 0.08),
    ("language", 0.08),
    ("analyst", 0.06),
    ("generate", 0.08),
    ("summarise", 0.08),
    ("extract", 0.07),
    ("classify", 0.07),
    ("context", 0.07),
    ("review", 0.05),
)


def software(library: Library, dice: Dice, family: str | None = None) -> Programme:
    """Draw the programme of one small piece of software: its own wording of one use."""
    family = family or _use(dice)
    shelf = "broad" if dice.chance(0.3) else ITEMS.get(family, "broad")
    wording = always(word(family, dice))
    if family == "generate":
        return steady(harvest(library, wording), dice)
    return steady(pour(library, shelf, wording, as_system=dice.chance(0.3)), dice)


def person(library: Library, dice: Dice) -> Programme:
    """Draw the habits of one person: chat, own scripts, an agent, in a personal mixture."""
    tastes = [
        (
            dice.exponential(1.0),
            converse(
                library, dice.pick(("chat", "dialogue", "code", "any", "persona", "task", "sums", "broad", "broad"))
            ),
        ),
        (dice.exponential(0.7), software(library, dice)),
        (dice.exponential(0.6), work_agentically(library, word("agent", dice).text)),
        (dice.exponential(0.5), converse(library, "dialogue", word("assistant", dice).text)),
    ]
    if library.languages and dice.chance(0.3):
        tastes.append((dice.exponential(3.0), converse(library, f"lang:{dice.pick(library.languages)}")))
    return mix([(weight, steady(taste, dice) if dice.chance(STEADY_SHARE) else taste) for weight, taste in tastes])


def somebody(library: Library, dice: Dice) -> Programme:
    """Draw what one unrelated customer does: mostly a person, at times software."""
    return software(library, dice) if dice.chance(SOFTWARE_SHARE) else person(library, dice)


def _use(dice: Dice) -> str:
    left = dice.unit() * sum(weight for _, weight in _USES)
    for family, weight in _USES:
        left -= weight
        if left < 0:
            return family
    return _USES[-1][0]


def _retold(library: Library, conversation: Conversation, dice: Dice) -> tuple[Turn, ...]:
    return tuple(
        _turn(
            library.prompt(question, dice),
            library.fresh(answer or library.answer_like(conversation, dice), dice),
            conversation,
            dice,
        )
        for question, answer in conversation.turns[:8]
    )


REFUSED_SHARE = 0.004  # assumption: harmless requests refused by mistake
UNSAFE_REFUSED_SHARE = 0.55  # assumption: of requests that look unsafe
REFUSALS = (
    "I can't help with that.",
    "I'm not able to assist with this request.",
    "Sorry, I can't share that.",
    "I have to decline this one.",
)


def _turn(asked: str, answered: str, conversation: Conversation, dice: Dice) -> Turn:
    share = UNSAFE_REFUSED_SHARE if conversation.corpus.startswith(("jailbreak", "unsafe")) else REFUSED_SHARE
    if dice.chance(share):
        return Turn("user", asked, dice.pick(REFUSALS), refused=True)
    return Turn("user", asked, answered)


def _reply(library: Library, family: str, conversation: Conversation, dice: Dice) -> str:
    question, answer = conversation.turns[0]
    if family in {"grade", "classify"}:
        return f"Score: {dice.below(10) + 1}. " + library.answer_like(conversation, dice)[: 40 + dice.below(300)]
    if family in {"rewrite", "clean"}:
        return answer or question
    reply = answer or library.answer_like(conversation, dice)
    if family in {"reasoned", "reconstruct"} and len(reply) < SHORT and conversation.language == "en":
        return f"{library.essay(dice)}\n\n{reply}"
    return reply


def _call(about: str, dice: Dice) -> str:
    """Return a tool call on files and names of somebody's own project."""
    names = [word.lower() for word in about.split() if word.isalpha() and len(word) > 4] or ["notes"]  # noqa: PLR2004
    one, other, number = dice.pick(names), dice.pick(names), dice.hex(3)
    calls = {
        "search": f"{one} {other} {number}",
        "read_file": f"src/{one}_{number}/{other}.py",
        "write_file": f"src/{other}_{number}/{one}.py",
        "bash": f"python -m pytest tests/{one}/test_{other}_{number}.py -q",
    }
    tool = dice.pick(tuple(calls))
    return json.dumps({"tool": tool, "input": calls[tool]}, ensure_ascii=False)


def _result(text: str) -> str:
    return json.dumps({"tool_result": text}, ensure_ascii=False)
