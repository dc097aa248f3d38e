"""Cue phrases that betray what a request wants, compiled to keyed hashes so that text is matched without being kept."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from stillwatch.facts.purpose import Purpose
from stillwatch.stats.shingles_kernel import CUE_WORDS, hash_words, phrase_hash

CUES: Final[dict[Purpose, tuple[str, ...]]] = {
    # Each phrase is 1 to 4 words, lower case; any number stands for all. Sources: the prompts that defenders published
    # (Anthropic, February and September 2026; Google Threat Intelligence Group, February 2026) and the five
    # methods named by the Frontier Model Forum. A phrase alone proves nothing: tutors ask for steps too, so only the
    # share of a whole campaign's traffic is reported, and no purpose ever raises a tier.
    Purpose.REASONING_TRACES: (
        "internal reasoning",
        "chain of thought",
        "reasoning trace",
        "reasoning traces",
        "thought process",
        "prior reasoning verbatim",
        "reasoning behind a completed",
        "hidden reasoning",
        "working memory into",
        "thinking thinking",
        "think think",
        "reasoning reasoning",
        "reasoning step by step",
        "complete and transparent reasoning",
        "your reasoning tags",
        "used in the thinking",
        "推理过程",
        "思考过程",
        "思维链",
    ),
    Purpose.TRACE_CLEANING: (
        "clean the following",
        "clean up the following",
        "clean this trace",
        "rewrite the trace",
        "normalise the",
        "normalize the following",
        "fix the reasoning",
        "critique the reasoning",
        "critique the following",
        "polish the following",
        "remove redundant",
    ),
    Purpose.GRADING: (
        "rubric",
        "grade the following",
        "score the following",
        "score from 1 to",
        "scale of 1 to",
        "scale from 1 to",
        "on a scale of",
        "rate the following",
        "which response is better",
        "reward model",
        "act as a judge",
        "impartial judge",
        "evaluate the response",
        "评分标准",
    ),
    Purpose.TASK_GENERATION: (
        "write unit tests for",
        "task and a solution",
        "generate a coding task",
        "design a task",
        "verifiable answer",
        "create a new problem",
        "write a new problem",
        "test cases for the",
        "environment for training",
    ),
    Purpose.SYNTHETIC_DATA: (
        "diverse task instructions",
        "come up with a",
        "set of 20 diverse",
        "generate 20 diverse",
        "training data",
        "training examples",
        "instruction following dataset",
        "synthetic data",
        "question answer pairs",
        "生成训练数据",
    ),
    Purpose.CENSORSHIP_REWRITES: (
        "politically sensitive",
        "censorship safe",
        "avoid sensitive topics",
        "sensitive political",
        "party leaders",
        "敏感话题",
    ),
    Purpose.TECHNIQUE_SWEEP: (
        "do not flag this",
        "ignore previous instructions",
        "ignore all previous",
        "real system prompt",
        "debugging session",
        "you are now dan",
        "jailbreak",
    ),
    Purpose.RELAY: (
        "you are kimi",
        "you are minimax",
        "never mention claude",
        "do not mention anthropic",
        "do not mention openai",
        "never reveal the underlying",
    ),
}
"""Phrases by purpose. Identities in RELAY are those of products in published relay prompts (FACTS 1.4): they describe
what a request says, not who sent it."""


@dataclass(frozen=True, slots=True)
class CueTable:
    """The compiled phrases, in the form that `stats.shingles_kernel.find_cues` takes."""

    phrases: npt.NDArray[np.uint64]
    bits: npt.NDArray[np.uint32]
    last_words: npt.NDArray[np.uint64]


def compile_cues(key: tuple[int, int], cues: dict[Purpose, tuple[str, ...]] = CUES) -> CueTable:
    """Hash every phrase under `key`. Of a phrase of more than CUE_WORDS words the last ones are looked for."""
    count = sum(len(phrases) for phrases in cues.values())
    size = 1 << (4 * count).bit_length()
    table = CueTable(
        np.zeros(size, dtype=np.uint64), np.zeros(size, dtype=np.uint32), np.zeros(1 << 10, dtype=np.uint64)
    )
    for purpose, phrases in cues.items():
        for phrase in phrases:
            data = np.frombuffer(phrase.encode(), dtype=np.uint8)
            words = np.zeros(len(data) + 1, dtype=np.uint64)
            n = int(hash_words(data, 0, len(data), np.uint64(key[0]), np.uint64(key[1]), words))
            first = max(0, n - CUE_WORDS)  # a longer phrase (Han characters count one each) is met by its end
            digest = int(phrase_hash(words, first, n - first))
            slot = digest & (size - 1)
            while table.phrases[slot] not in (0, digest):
                slot = (slot + 1) & (size - 1)
            table.phrases[slot] = digest
            table.bits[slot] |= np.uint32(purpose.bit)
            top = int(words[n - 1]) >> 48
            table.last_words[top >> 6] |= np.uint64(1 << (top & 63))
    return table
