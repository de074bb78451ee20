"""The head: embeddings → tag probabilities → the tags to show, in plain numpy.

Workers score new embeddings with it, web processes stored ones; both get the same numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from shared.model.learned.tags import MAX_LOGIT, LearnedTags
from shared.model.text_rows import TextRows, unit
from shared.model.vocabulary import Vocabulary

LEARNED_PREFIX = "taught."
PRETRAINED_PREFIX = "pretrained."
TEXT_PREFIX = "text."


@dataclass(frozen=True)
class Head:
    """A linear classifier over embeddings, with learned tags beside it.

    weight: (dimensions, leaves) float32; bias: (leaves,) float32, leaves in vocabulary order.
    learned_tags: taught by people. pretrained: learned from labelled folders, such as the everyday
    words; a fine-tune treats these as part of the network. text: for networks with text, the words
    that weight and bias were made of; each word then has a probability of its own.
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    learned_tags: LearnedTags
    pretrained: LearnedTags
    text: TextRows | None = None

    @classmethod
    def of_text(cls, text: TextRows) -> "Head":
        """Return the head of a network with text."""
        nothing = LearnedTags.nothing(len(text.rows))
        return cls(*text.classifier(), nothing, nothing, text)

    def with_text(self, text: TextRows) -> "Head":
        """Return the head with other words, or words compared with another background."""
        weight, bias = text.classifier()
        return replace(self, weight=weight, bias=bias, text=text)

    def leaf_probabilities(self, embeddings: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the softmax over the leaves: (n, dimensions) → (n, leaves).

        For a network with text, return the probability of each word, independent of the others.

        Embeddings are first rounded to float16, as they are stored, so that a picture scores the
        same when it is uploaded and when it is re-tagged.
        """
        rounded = embeddings.astype(np.float16).astype(np.float32)
        if self.text is not None:
            return sigmoid(self._logits(unit(rounded))).T
        logits = self._logits(rounded)
        logits -= logits.max(axis=0)
        exponentials = np.exp(logits, out=logits)
        exponentials /= exponentials.sum(axis=0)
        return exponentials.T

    def _logits(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return logits, (leaves, n): leaf by leaf in memory, as the vocabulary adds them up."""
        logits = self.weight.T @ embeddings.T
        logits += self.bias[:, np.newaxis]
        return logits

    def to_bytes(self) -> bytes:
        """Return the head as a safetensors file."""
        if self.text is None:
            classifier = {"weight": self.weight, "bias": self.bias}
        else:
            classifier = _prefixed(TEXT_PREFIX, self.text.arrays())
        arrays = {
            **classifier,
            **_prefixed(LEARNED_PREFIX, self.learned_tags.arrays()),
            **_prefixed(PRETRAINED_PREFIX, self.pretrained.arrays()),
        }
        # safetensors writes memory as is, with the shape of a row-major array.
        return save({name: np.ascontiguousarray(array) for name, array in arrays.items()})

    @classmethod
    def from_bytes(cls, data: bytes) -> "Head":
        """Read a safetensors file made by `to_bytes`."""
        arrays = load(data)
        stored = _with_prefix(arrays, TEXT_PREFIX)
        text = TextRows.from_arrays(stored) if stored else None
        weight, bias = text.classifier() if text else (arrays["weight"], arrays["bias"])
        return cls(
            weight,
            bias,
            # Heads of early versions have no learned tags.
            _read_tags(arrays, LEARNED_PREFIX) or LearnedTags.nothing(len(weight)),
            _read_tags(arrays, PRETRAINED_PREFIX) or LearnedTags.nothing(len(weight)),
            text,
        )


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the probabilities of log-odds."""
    powers = np.exp(np.clip(logits, -MAX_LOGIT, MAX_LOGIT))
    return (powers / (1 + powers)).astype(np.float32)


def _prefixed(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {prefix + name: array for name, array in arrays.items()}


def _with_prefix(arrays: Mapping[str, NDArray[Any]], prefix: str) -> dict[str, NDArray[Any]]:
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }


def _read_tags(arrays: Mapping[str, NDArray[Any]], prefix: str) -> LearnedTags | None:
    found = _with_prefix(arrays, prefix)
    return LearnedTags.from_arrays(found) if found else None


@dataclass(frozen=True)
class ShownTags:
    """Tags of one picture in display order.

    columns: (n,) columns of the vocabulary; confidences: (n,) float32.
    """

    columns: NDArray[np.intp]
    confidences: NDArray[np.float32]


def choose_tags(
    vocabulary: Vocabulary,
    probabilities: NDArray[np.float32],
    min_confidence: float,
    max_tags: int | None = None,
) -> ShownTags:
    """Choose the tags to show from one picture's (tags,) probabilities.

    A tag is shown when its probability, the sum of its leaves', reaches `min_confidence`. Then so
    do all its ancestors; if no leaf is sure enough, the deepest sure ancestor and those above it
    remain. The best come first, and `max_tags` limits their number.
    """
    sure = np.flatnonzero(probabilities >= min_confidence)
    order = vocabulary.best_first(sure, probabilities[sure])[:max_tags]
    columns = sure[order]
    return ShownTags(columns, probabilities[columns])
