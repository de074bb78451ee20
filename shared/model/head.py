"""The head: embeddings → tag probabilities → the tags to show, in plain numpy.

Workers score new embeddings with it, web processes stored ones; both get the same numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from shared.model.learned_tags import LearnedTags
from shared.vocabulary import Vocabulary

LEARNED_PREFIX = "taught."
PRETRAINED_PREFIX = "pretrained."


@dataclass(frozen=True)
class Head:
    """A linear classifier over embeddings, with learned tags beside it.

    weight: (dimensions, leaves) float32; bias: (leaves,) float32, leaves in vocabulary order.
    learned_tags: taught by people. pretrained: learned from labelled folders, such as the everyday
    words; a fine-tune treats these as part of the network.
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    learned_tags: LearnedTags
    pretrained: LearnedTags

    def leaf_probabilities(self, embeddings: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the softmax over the leaves: (n, dimensions) → (n, leaves).

        Embeddings are first rounded to float16, as they are stored, so that a picture scores the
        same when it is uploaded and when it is re-tagged.
        """
        rounded = embeddings.astype(np.float16).astype(np.float32)
        logits = rounded @ self.weight + self.bias
        logits -= logits.max(axis=1, keepdims=True)
        exponentials = np.exp(logits)
        return exponentials / exponentials.sum(axis=1, keepdims=True)

    def to_bytes(self) -> bytes:
        """Return the head as a safetensors file."""
        arrays = {
            "weight": self.weight,
            "bias": self.bias,
            **_prefixed(LEARNED_PREFIX, self.learned_tags),
            **_prefixed(PRETRAINED_PREFIX, self.pretrained),
        }
        # safetensors writes memory as is, with the shape of a row-major array.
        return save({name: np.ascontiguousarray(array) for name, array in arrays.items()})

    @classmethod
    def from_bytes(cls, data: bytes) -> "Head":
        """Read a safetensors file made by `to_bytes`."""
        arrays = load(data)
        weight = arrays["weight"]
        return cls(
            weight,
            arrays["bias"],
            # Heads of early versions have no learned tags.
            _read_tags(arrays, LEARNED_PREFIX) or LearnedTags.nothing(len(weight)),
            _read_tags(arrays, PRETRAINED_PREFIX) or LearnedTags.nothing(len(weight)),
        )


def _prefixed(prefix: str, tags: LearnedTags) -> dict[str, NDArray[np.generic]]:
    return {prefix + name: array for name, array in tags.arrays().items()}


def _read_tags(arrays: Mapping[str, NDArray[Any]], prefix: str) -> LearnedTags | None:
    found = {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
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
