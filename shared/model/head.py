"""The head: embeddings → tag probabilities → the tags to show, in numpy alone.

A worker scores fresh embeddings with it, a web process stored ones; both get the same numbers.
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
    """A linear classifier over embeddings: the network's own, and the learned tags beside it.

    weight: (dimensions, leaves) float32; bias: (leaves,) float32, leaves in vocabulary order.
    learned_tags: what people taught. pretrained: what was learned from labelled folders before, as
    the everyday words were; a fine-tune treats it as a part of the network.
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    learned_tags: LearnedTags
    pretrained: LearnedTags

    def leaf_probabilities(self, embeddings: NDArray[np.floating]) -> NDArray[np.float32]:
        """Softmax over the leaves: (n, dimensions) → (n, leaves).

        Embeddings are rounded to float16 first, as they are stored: the same picture scores the
        same on its first day and on every re-tagging.
        """
        rounded = embeddings.astype(np.float16).astype(np.float32)
        logits = rounded @ self.weight + self.bias
        logits -= logits.max(axis=1, keepdims=True)
        exponentials = np.exp(logits)
        return exponentials / exponentials.sum(axis=1, keepdims=True)

    def to_bytes(self) -> bytes:
        """The head as a safetensors file."""
        arrays = {
            "weight": self.weight,
            "bias": self.bias,
            **_prefixed(LEARNED_PREFIX, self.learned_tags),
            **_prefixed(PRETRAINED_PREFIX, self.pretrained),
        }
        # safetensors writes the memory as it lies, and the shape as if it lay in rows.
        return save({name: np.ascontiguousarray(array) for name, array in arrays.items()})

    @classmethod
    def from_bytes(cls, data: bytes) -> "Head":
        """Read a safetensors file that `to_bytes` made."""
        arrays = load(data)
        weight = arrays["weight"]
        return cls(
            weight,
            arrays["bias"],
            # Heads of early deployments were stored before there was anything to learn.
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
    """Tags of one picture in the order in which to show them.

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
    """Pick the tags to show from one picture's (tags,) probabilities.

    A tag is sure when its probability, the sum of its leaves', reaches `min_confidence`. Every
    ancestor of a sure tag is sure too; so where no leaf is, what remains is the deepest sure
    ancestor and all above it. The best come first, and `max_tags` cuts from the end.
    """
    sure = np.flatnonzero(probabilities >= min_confidence)
    order = vocabulary.best_first(sure, probabilities[sure])[:max_tags]
    columns = sure[order]
    return ShownTags(columns, probabilities[columns])
