"""Real texts: corpora read from a folder, sorted into shelves that both sides of a range draw from."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from stillwatch.errors import StopError
from stillwatch.range.chance import Dice
from stillwatch.range.phrasebook import phrases
from stillwatch.range.retelling import Retelling
from stillwatch.range.uses import Uses

COLUMNS = ("corpus", "row_id", "turn", "role", "text", "lang", "label")
MOST_CONVERSATIONS = 3_000  # of each corpus, so that one large corpus does not become everybody's voice
LONGEST_TEXT = 3_000  # characters; longer texts are cut, which keeps a log's size in hand

Turn = tuple[str, str]
"""What was asked, and what was answered."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One real conversation, from its first question on."""

    corpus: str
    language: str
    turns: tuple[Turn, ...]


class Library:
    """Shelves of real conversations, and a way to vary them so that strangers do not share sentences by accident.

    Corpora are small beside the traffic they feed: drawn verbatim, the same answer would appear in many honest
    histories and look like a hand-off. A varied text keeps its length, casing, punctuation and language, and
    swaps words for others of the same shape.
    """

    def __init__(self, conversations: Sequence[Conversation], uses: Uses, dice: Dice) -> None:
        """Sort conversations onto shelves; `dice` chooses from which the vocabulary is learnt."""
        self.uses = uses
        """What customers make of the texts: whoever draws from a shelf asks here."""
        self._shelves: dict[str, list[Conversation]] = defaultdict(list)
        for conversation in conversations:
            for name in _shelves_of(conversation):
                self._shelves[name].append(conversation)
        self._everything = list(conversations)
        self._chat = self._shelves["task"] + self._shelves["dialogue"] or self._everything
        sample = dice.rng.permutation(len(conversations))[:12_000].tolist()
        self._retelling = Retelling(text[:1000] for k in sample for turn in conversations[k].turns[:2] for text in turn)
        self._essays = [c for c in self._shelves["answered:en"] if len(c.turns[0][1]) > 200] or self._everything  # noqa: PLR2004

    def shelf(self, name: str) -> list[Conversation]:
        """Return a shelf; where the corpora at hand fill none of this name, everything."""
        if name == "chat":
            return self._chat
        return self._shelves.get(name) or self._everything

    @property
    def languages(self) -> list[str]:
        """The languages other than English that the corpora hold."""
        return sorted(name[5:] for name, shelf in self._shelves.items() if name.startswith("lang:") and len(shelf) > 20)  # noqa: PLR2004

    def draw(self, name: str, dice: Dice) -> Conversation:
        """Return one conversation of a shelf, as it stands."""
        return dice.pick(self.shelf(name))

    def answer_like(self, conversation: Conversation, dice: Dice) -> str:
        """Return an answer for a conversation whose corpus has none: a stranger's, in the same language."""
        shelf = self._shelves.get(f"answered:{conversation.language}")
        return dice.pick(shelf).turns[0][1] if shelf else conversation.turns[0][0]

    def essay(self, dice: Dice) -> str:
        """Return a longer answer, such as a model gives where a benchmark's key is one letter."""
        return dice.pick(self._essays).turns[0][1]

    def fresh(self, text: str, dice: Dice, share: float | None = None) -> str:
        """Return `text` with this share of its rarer words swapped for words of the same shape."""
        return self._retelling.retell(text, dice, self.uses.varied_share if share is None else share)

    def prompt(self, text: str, dice: Dice) -> str:
        """Return `text` as another person would put it, or verbatim as often as real strangers ask alike."""
        return text if dice.chance(self.uses.look_alike_share) else self.fresh(text, dice)


def open_library(folder: Path, uses: Uses, dice: Dice) -> Library:
    """Read every corpus below `folder` that has the columns of the schema."""
    if not folder.is_dir():
        raise StopError(
            f"corpora folder {folder} does not exist: give a folder of Parquet files with columns {', '.join(COLUMNS)}"
        )
    conversations: list[Conversation] = []
    for path in sorted(folder.rglob("*.parquet")):
        try:
            if set(COLUMNS) <= set(pq.read_schema(path).names):
                conversations.extend(_read(path, dice))
        except (pa.ArrowException, OSError, TypeError) as why:
            raise StopError(
                f"corpus {path} cannot be read: take it out of the folder, or write it as Parquet with the columns "
                f"{', '.join(COLUMNS)}"
            ) from why
    if not conversations:
        raise StopError(
            f"no Parquet file below {folder} has the columns {', '.join(COLUMNS)}: add a corpus in this schema"
        )
    conversations.extend(Conversation("phrasebook/phrasebook", language, turns) for language, turns in phrases())
    return Library(conversations, uses, dice)


def _read(path: Path, dice: Dice) -> Iterator[Conversation]:
    table = pq.read_table(path, columns=list(COLUMNS)).combine_chunks()
    if not table.num_rows:
        return
    starts = _starts(table)
    ends = np.append(starts[1:], table.num_rows)
    chosen = np.arange(len(starts))
    if len(starts) > MOST_CONVERSATIONS:
        chosen = np.sort(dice.rng.choice(len(starts), MOST_CONVERSATIONS, replace=False))
    rows = np.concatenate([np.arange(starts[k], ends[k]) for k in chosen.tolist()])
    kept = table.take(pa.array(rows))
    roles, texts = kept["role"].to_pylist(), kept["text"].to_pylist()
    languages, labels, corpora = kept["lang"].to_pylist(), kept["label"].to_pylist(), kept["corpus"].to_pylist()
    at = 0
    for k in chosen.tolist():
        end = at + int(ends[k] - starts[k])
        turns = _turns(roles[at:end], texts[at:end])
        if turns:
            corpus = f"{labels[at] or ''}/{corpora[at] or path.stem}"
            yield Conversation(corpus, next((x for x in languages[at:end] if x), "en"), turns)
        at = end


def _starts(table: pa.Table) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Return the first row of each conversation: where row_id changes."""
    ids = table["row_id"].to_numpy(zero_copy_only=False)
    return np.flatnonzero(np.append(True, ids[1:] != ids[:-1])).astype(np.int64)


def _turns(roles: Sequence[str], texts: Sequence[str | None]) -> tuple[Turn, ...]:
    """Pair questions with answers; what precedes the first question is dropped."""
    turns: list[Turn] = []
    asked: str | None = None
    for role, text in zip(roles, texts, strict=True):
        if role == "user":
            if asked is not None:
                turns.append((asked, ""))
            asked = (text or "")[:LONGEST_TEXT]
        elif asked is not None and role == "assistant":
            turns.append((asked, (text or "")[:LONGEST_TEXT]))
            asked = None
    if asked:
        turns.append((asked, ""))
    return tuple(turn for turn in turns if turn[0])


_CODE = re.compile(
    r"```|\bdef |\bclass \w+[(:]|function|python|javascript|\bjava\b|\bSQL\b|c\+\+|\bcode\b|#include", re.IGNORECASE
)
_SUM = re.compile(r"\d+.*\d+")


def _shelves_of(conversation: Conversation) -> Iterator[str]:
    """Name the shelves that a conversation stands on, from its label, language and words alone."""
    label, corpus = conversation.corpus.split("/", 1)
    question, answer = conversation.turns[0]
    yield "any"
    yield f"lang:{conversation.language}"
    if answer:
        yield f"answered:{conversation.language}"
    if any(sign in label for sign in ("jailbreak", "unsafe", "benign_contrast")):
        yield "unsafe"
        return
    yield _main_shelf(label, corpus, conversation)
    if label.startswith("benchmark"):
        yield f"benchmark:{corpus}"
    if conversation.language != "en" or label == "phrasebook" or "tool" in corpus:
        return
    if label != "developer_template":
        yield "broad"
    yield from _by_content(question[:600])


def _main_shelf(label: str, corpus: str, conversation: Conversation) -> str:
    """Return the one shelf that a conversation's label and language put it on."""
    known = {"bulk_template": "bulk", "developer_template": "template"}
    if label in known:
        return known[label]
    if label.startswith("benchmark"):
        return "benchmark"
    if conversation.language != "en" or label == "phrasebook":
        return "foreign"
    for sign, shelf in (("tool", "tools"), ("role", "persona")):
        if sign in corpus:
            return shelf
    return "dialogue" if len(conversation.turns) > 1 else "task"


def _by_content(question: str) -> Iterator[str]:
    if _CODE.search(question):
        yield "code"
    if _SUM.search(question):
        yield "sums"
