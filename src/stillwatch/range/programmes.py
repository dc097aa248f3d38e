"""What accounts ask: programmes that write one script (a session's questions and answers) after another."""

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from stillwatch.range.chance import Dice, Urn
from stillwatch.range.library import Conversation, Library
from stillwatch.range.marks import Shares
from stillwatch.range.uses import Uses
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


GRADES = 10  # of a verdict: from 1 up
NAME_CHARS = 5  # of a word that may be a file's name
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


def params(uses: Uses, dice: Dice) -> str | None:
    """Draw request parameters as honest clients and others send them: many send none."""
    if dice.chance(uses.no_params_share):
        return None
    chosen: dict[str, object] = {"max_tokens": dice.pick(uses.max_tokens)}
    if dice.chance(uses.temperature_share):
        chosen["temperature"] = dice.pick(uses.temperatures)
    if dice.chance(uses.top_p_share):
        chosen["top_p"] = dice.pick(uses.top_ps)
    return json.dumps(chosen, separators=(",", ":"))


def steady(library: Library, programme: Programme, dice: Dice) -> Programme:
    """Give a programme the fixed request parameters of one piece of software."""
    return with_params(programme, params(library.uses, dice))


def with_params(programme: Programme, fixed: str | None) -> Programme:
    """Send every script of a programme with the same request parameters."""
    return lambda d: replace(programme(d), params=fixed)


def converse(library: Library, shelf: str, system: str | None = None) -> Programme:
    """People talking: real conversations from a shelf, each put in this person's words."""

    def script(dice: Dice) -> Script:
        conversation = library.draw(shelf, dice)
        return Script(
            system,
            _retold(library, conversation, dice),
            params(library.uses, dice),
            attached=_attachments(library.uses, dice),
        )

    return script


def attachments(share: float, most: int, dice: Dice) -> tuple[str, ...]:
    """Return the digests of what is attached to a session's first request: mostly nothing."""
    return tuple(f"sha256:{dice.hex(64)}" for _ in range(1 + dice.below(most))) if dice.chance(share) else ()


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
                instruction,
                (_turn(item, reply, conversation, library.uses, dice),),
                params(library.uses, dice),
                attached=_attachments(library.uses, dice),
            )
        return Script(
            None,
            (_turn(template.fill(item, given), reply, conversation, library.uses, dice),),
            params(library.uses, dice),
            attached=_attachments(library.uses, dice),
        )

    return script


def harvest(library: Library, wording: Wording) -> Programme:
    """Task generation: one template with rotating seeds; the answer is a list of new tasks.

    Source: self-instruct and its descendants send a template with three seed tasks and receive twenty tasks,
    so that the log shows the template, not the instructions of the finished corpus.
    """
    uses = library.uses
    longest, longest_answer = uses.harvested_chars

    def script(dice: Dice) -> Script:
        examples = [
            library.prompt(library.draw("task", dice).turns[0][0][: uses.seed_chars], dice) for _ in range(uses.seeds)
        ]
        tasks = [library.draw("task", dice).turns[0] for _ in range(uses.harvested)]
        listed = "\n".join(f"{k + 1}. {example}" for k, example in enumerate(examples))
        reply = "\n".join(
            f"{k + 1}. {q[:longest]}\n   {a[:longest_answer]}" for k, (q, a) in enumerate(tasks, start=uses.seeds)
        )
        return Script(None, (Turn("user", wording(dice).fill(listed), library.fresh(reply, dice)),), params(uses, dice))

    return script


def work_agentically(library: Library, system: str, steps: int | None = None) -> Programme:
    """A coding agent: one task, then up to `steps` tool calls whose results are further requests of the session."""
    most, longest = steps or library.uses.agent_steps, library.uses.tool_result_chars
    fixed = AGENT_PARAMS[zlib.crc32(system.encode()) % len(AGENT_PARAMS)]

    def script(dice: Dice) -> Script:
        task = library.draw("code", dice)
        question, answer = task.turns[0]
        turns = [Turn("user", library.prompt(question, dice), _call(question, dice))]
        for _ in range(1 + dice.below(most)):
            other_question, other_answer = library.draw("code", dice).turns[0]
            result = library.fresh((other_answer or other_question)[:longest], dice)
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
        reply = library.fresh(_reply(library, "reasoned", conversation, d), d, library.uses.reworded)
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


def mixture(shares: Shares, programmes: Mapping[str, Programme]) -> Programme:
    """Alternate between the programmes that are named, by their shares."""
    Urn.named(shares, programmes)  # refuses a share of what is not there
    return mix([(share, programmes[name]) for name, share in shares])


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


def software(library: Library, dice: Dice, family: str | None = None) -> Programme:
    """Draw the programme of one small piece of software: its own wording of one use."""
    uses = library.uses
    family = family or _use(uses.software, dice)
    shelf = "broad" if dice.chance(uses.broad_share) else ITEMS.get(family, "broad")
    wording = always(word(family, dice))
    if family == "generate":
        return steady(library, harvest(library, wording), dice)
    return steady(library, pour(library, shelf, wording, as_system=dice.chance(uses.as_system_share)), dice)


def person(library: Library, dice: Dice) -> Programme:
    """Draw the habits of one person: chat, own scripts, an agent, in a personal mixture."""
    uses, likes = library.uses, dict(library.uses.tastes)
    tastes = [
        (dice.exponential(likes["talk"]), converse(library, dice.pick(uses.shelves))),
        (dice.exponential(likes["software"]), software(library, dice)),
        (dice.exponential(likes["agent"]), work_agentically(library, word("agent", dice).text)),
        (dice.exponential(likes["assistant"]), converse(library, "dialogue", word("assistant", dice).text)),
    ]
    if library.languages and dice.chance(uses.foreign_share):
        tastes.append((dice.exponential(likes["foreign"]), converse(library, f"lang:{dice.pick(library.languages)}")))
    return mix(
        [
            (weight, steady(library, taste, dice) if dice.chance(uses.steady_share) else taste)
            for weight, taste in tastes
        ]
    )


def somebody(library: Library, dice: Dice) -> Programme:
    """Draw what one unrelated customer does: mostly a person, at times software."""
    return software(library, dice) if dice.chance(library.uses.software_share) else person(library, dice)


def _attachments(uses: Uses, dice: Dice) -> tuple[str, ...]:
    return attachments(uses.attached_share, uses.most_attached, dice)


def _use(shares: Shares, dice: Dice) -> str:
    left = dice.unit() * sum(weight for _, weight in shares)
    for family, weight in shares:
        left -= weight
        if left < 0:
            return family
    return shares[-1][0]


def _retold(library: Library, conversation: Conversation, dice: Dice) -> tuple[Turn, ...]:
    return tuple(
        _turn(
            library.prompt(question, dice),
            library.fresh(answer or library.answer_like(conversation, dice), dice),
            conversation,
            library.uses,
            dice,
        )
        for question, answer in conversation.turns[: library.uses.longest_talk]
    )


REFUSALS = (
    "I can't help with that.",
    "I'm not able to assist with this request.",
    "Sorry, I can't share that.",
    "I have to decline this one.",
)


def _turn(asked: str, answered: str, conversation: Conversation, uses: Uses, dice: Dice) -> Turn:
    unsafe = conversation.corpus.startswith(("jailbreak", "unsafe"))
    share = uses.unsafe_refused_share if unsafe else uses.refused_share
    if dice.chance(share):
        return Turn("user", asked, dice.pick(REFUSALS), refused=True)
    return Turn("user", asked, answered)


def _reply(library: Library, family: str, conversation: Conversation, dice: Dice) -> str:
    question, answer = conversation.turns[0]
    if family in {"grade", "classify"}:
        least, more = library.uses.verdict_chars
        return f"{a_grade(dice)} " + library.answer_like(conversation, dice)[: least + dice.below(more)]
    if family in {"rewrite", "clean"}:
        return answer or question
    reply = answer or library.answer_like(conversation, dice)
    if (
        family in {"reasoned", "reconstruct"}
        and conversation.language == "en"
        and len(reply) < library.uses.short_answer_chars
    ):
        return f"{library.essay(dice)}\n\n{reply}"
    return reply


def a_grade(dice: Dice) -> str:
    """Return how a verdict begins."""
    return f"Score: {dice.below(GRADES) + 1}."


def _call(about: str, dice: Dice) -> str:
    """Return a tool call on files and names of somebody's own project."""
    names = [word.lower() for word in about.split() if word.isalpha() and len(word) >= NAME_CHARS] or ["notes"]
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
