"""Real texts, by licence: the conversations that the invented people of a recording will have.

Only files whose licence lets the texts be published with the recording are named here (samples/README.md lists them).
"""

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypedDict, cast

import pyarrow.parquet as pq

LONGEST_PROMPT: Final = 1_600
"""Characters. A longer prompt is passed over, to keep the sample small."""

LONGEST_ANSWER: Final = 1_000
"""Characters. A longer answer is passed over too."""

TELLING: Final = re.compile(
    r"[\w.+-]+@[\w-]+\.\w+|https?://|www\.|\d{3}[-. ]\d{3,4}[-. ]\d{4}"
    r"|\bsk-\w|\bAKIA|api[_ -]?key|password|BEGIN [A-Z ]*KEY|[0-9a-fA-F]{32,}"
    r"|\bnsfw\b|\bsex|\bkill|\bsuicid|\bdrug|\bweapon|\bbomb",
    re.IGNORECASE,
)
"""Texts with an address, a number, a secret or a hard subject in them are passed over: a sample needs none of that."""


class Row(TypedDict):
    """One turn, as the corpora keep it."""

    row_id: str
    turn: int
    role: str
    text: str
    lang: str | None
    user: str | None
    meta: str | None


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """What one person says, turn by turn, and what was answered where the corpus knows it."""

    corpus: str
    row_id: str
    prompts: tuple[str, ...]
    answers: tuple[str, ...]


class Corpora:
    """A folder of corpora, read on demand and dealt out in a seeded order, each conversation once."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._seed = seed
        self._decks: dict[str, Iterator[Conversation]] = {}

    def deal(self, name: str, count: int) -> list[Conversation]:
        """The next conversations of a corpus; StopIteration never comes, since every corpus is larger than its use."""
        if name not in self._decks:
            deck = list(self._read(name))
            random.Random(f"{self._seed} {name}").shuffle(deck)  # noqa: S311  # a seeded order, not a secret
            self._decks[name] = iter(deck)
        return [next(self._decks[name]) for _ in range(count)]

    def spare_answer(self) -> str:
        """An answer for a prompt whose corpus has none; never the same twice, as no model's are."""
        return self.deal("A/gpteacher_roleplay", 1)[0].answers[0]

    def _read(self, name: str) -> Iterator[Conversation]:
        rows = cast("list[Row]", pq.read_table(self._folder / f"{name}.parquet").to_pylist())
        threads = defaultdict[str, list[Row]](list)
        for row in rows:
            threads[row["row_id"]].append(row)
        opened = set[str]()
        for thread in _longest_of_each_task(threads.values()) if name == "B/realhumaneval" else threads.values():
            conversation = _conversation(name, thread)
            # Some corpora hold one prompt with the answers of several models; nobody here asks what another has asked.
            if conversation is not None and conversation.prompts[0] not in opened:
                opened.add(conversation.prompts[0])
                yield conversation


def _conversation(name: str, thread: list[Row]) -> Conversation | None:
    """A thread as a conversation, or None where it would not do in a published sample."""
    prompts = tuple(row["text"].strip() for row in thread if row["role"] == "user")
    answers = tuple(row["text"].strip() for row in thread if row["role"] == "assistant")
    fits = (
        prompts
        and all(0 < len(text) <= LONGEST_PROMPT for text in prompts)
        and all(0 < len(text) <= LONGEST_ANSWER for text in answers)
        and not any(TELLING.search(text) for text in prompts + answers)
        and thread[0]["lang"] in {"en", None}
    )
    return Conversation(corpus=name, row_id=thread[0]["row_id"], prompts=prompts, answers=answers) if fits else None


def _longest_of_each_task(threads: Iterable[list[Row]]) -> list[list[Row]]:
    """One thread for each programmer and task: this corpus repeats the history in every request."""
    longest: dict[tuple[str | None, str], list[Row]] = {}
    for thread in threads:
        task = str(json.loads(thread[0]["meta"] or "{}").get("task"))
        key = thread[0]["user"], task
        if len(thread) > len(longest.get(key, [])):
            longest[key] = thread
    return list(longest.values())
