"""Texts as unit vectors: hashed words weighted by TF-IDF, then a truncated SVD (latent semantic analysis).

The MMD paper (arXiv:2606.05725) embeds with BAAI/bge-small-en-v1.5. No embedding model is at hand here, and these
vectors know words, not meanings: methods that compare meanings are given less than their authors gave them.
Source: Deerwester et al. 1990, "Indexing by latent semantic analysis".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import normalize

from bench.baselines.requests import Requests

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, slots=True)
class EncoderOptions:
    """How texts become vectors."""

    features: int = 1 << 15
    """Hash buckets: about as many as the corpora hold words that occur twice, so that few share one."""
    dimensions: int = 128
    """Of the vectors; bge-small has 384, and 100 to 300 are customary for latent semantic analysis."""
    learn_from: int = 12_000
    """Texts, drawn without replacement, that weights and directions are learnt from."""
    at_once: int = 8_192
    """Texts in one step, which bounds memory."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """Turns texts into unit vectors, with weights learnt from benign texts alone."""

    words: HashingVectorizer
    learnt: Pipeline
    at_once: int

    @classmethod
    def learn(cls, texts: Sequence[str], rng: np.random.Generator, options: EncoderOptions | None = None) -> Self:
        """Learn from benign texts."""
        chosen = options or EncoderOptions()
        if len(texts) > chosen.learn_from:
            texts = [texts[k] for k in np.sort(rng.choice(len(texts), chosen.learn_from, replace=False)).tolist()]
        one_word = r"(?u)\w\w+|[^\W\d_a-zA-Z]"  # two letters or more, or one of a script that needs no more
        words = HashingVectorizer(
            n_features=chosen.features,
            alternate_sign=False,
            norm=None,
            token_pattern=one_word,
        )
        counts = words.transform(texts)
        directions = min(chosen.dimensions, max(2, len(texts) - 1))
        learnt = make_pipeline(
            TfidfTransformer(sublinear_tf=True),
            TruncatedSVD(directions, n_iter=3, random_state=int(rng.integers(2**31))),
        )
        learnt.fit(counts)
        return cls(words, learnt, chosen.at_once)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector for each text; a text without known words is the zero vector."""
        parts = [
            normalize(self.learnt.transform(self.words.transform(texts[first : first + self.at_once])))
            for first in range(0, len(texts), self.at_once)
        ]
        return np.concatenate(parts).astype(np.float32) if parts else np.zeros((0, 0), np.float32)


@dataclass(frozen=True, slots=True)
class Encoded:
    """Traffic and the vectors of what was asked in it, row for row."""

    requests: Requests
    vectors: Vectors

    def of_each_account(self, most: int) -> list[Vectors]:
        """The vectors of each account in time order: all, or `most` of them evenly spread over its traffic."""
        return [self.vectors[_spread(rows, most)] for rows in self.requests.by_account()]


def _spread(rows: npt.NDArray[np.int64], most: int) -> npt.NDArray[np.int64]:
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
