"""Tags that people have taught: classifiers of their own, beside the network's.

A tag that people made has nothing else. For one of the network's own tags, the network's log-odds
count as well: they are worth a lot while there are few corrections, and little where people mean
something else by the word.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

# The length of every feature vector: it puts the weights of a classifier on a scale of about 1.
FEATURE_NORM = 10.0
# Log-odds beyond this say no more about a picture than "certainly".
MAX_LOG_ODDS = 12.0
# As sure as single precision can tell; the powers of a thousand such logits can be added.
MAX_LOGIT = 80.0
# The precisions for which thresholds are kept.
PRECISIONS = np.array([0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99], dtype=np.float32)


def features(embeddings: NDArray[np.floating]) -> NDArray[np.float32]:
    """What the classifiers see of embeddings, (n, dimensions): signed roots, all of one length.

    The root keeps a few strong channels from drowning the others (power normalisation, Perronnin
    et al. 2010), and the length says more about contrast than about content.
    """
    rounded = embeddings.astype(np.float16).astype(np.float32)
    roots = np.sign(rounded) * np.sqrt(np.abs(rounded))
    lengths = np.linalg.norm(roots, axis=1, keepdims=True)
    return FEATURE_NORM * roots / np.maximum(lengths, np.finfo(np.float32).tiny)


def log_odds(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities as log-odds, kept within ±12."""
    least = 1 / (1 + np.exp(MAX_LOG_ODDS))
    clipped = np.clip(probabilities.astype(np.float64), least, 1 - least)
    return (np.log(clipped) - np.log1p(-clipped)).astype(np.float32)


@dataclass(frozen=True)
class Taught:
    """Linear classifiers of taught tags, some of which shut each other out.

    tag_ids: (taught,) int32, the database's ids. weight: (dimensions, taught) float32 over
    `features`; bias: (taught,) float32. prior: (taught,) float32, how much the network's own
    log-odds count, 0 for tags that people made. rivals: (taught, taught) bool, symmetric, true
    where people never give two tags to one picture; and on the diagonal. thresholds: (taught,
    precisions) float32, the probability from which on a tag is right so often, in the order of
    PRECISIONS; NaN where that is unknown.
    """

    tag_ids: NDArray[np.int32]
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    prior: NDArray[np.float32]
    rivals: NDArray[np.bool_]
    thresholds: NDArray[np.float32]

    @classmethod
    def nothing(cls, dimensions: int) -> "Taught":
        """No tags at all."""
        return cls(
            np.empty(0, np.int32),
            np.empty((dimensions, 0), np.float32),
            np.empty(0, np.float32),
            np.empty(0, np.float32),
            np.empty((0, 0), np.bool_),
            np.empty((0, len(PRECISIONS)), np.float32),
        )

    def __len__(self) -> int:
        return len(self.tag_ids)

    def probabilities(
        self, embeddings: NDArray[np.floating], network: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Probabilities of the taught tags, (n, taught).

        network: (n, taught), what the network itself says; whatever stands in the columns of tags
        that people made does not count.
        """
        logits = features(embeddings) @ self.weight + self.bias + self.prior * log_odds(network)
        return compete(logits, self.rivals)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Every array by its name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def compete(logits: NDArray[np.float32], rivals: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Logits (n, taught) to probabilities: a sigmoid for a tag without rivals, and for tags that
    are all each other's rivals a softmax in which "none of them" takes part with a logit of 0.
    """
    powers = np.exp(np.clip(logits, -MAX_LOGIT, MAX_LOGIT))
    return powers / (1 + powers @ rivals.astype(np.float32))
