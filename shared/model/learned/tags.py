"""Learned tags: separate classifiers beside the network's, fitted to corrections.

Custom tags have only this classifier. For a tag of the network, the network's log-odds count as
well: much while there are few corrections, little if people mean something else by the word.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.model.learned.exclusions import Exclusions

# Length of every feature vector, which keeps classifier weights on a scale of about 1.
FEATURE_NORM = 10.0
# Log-odds beyond this mean no more than "certain".
MAX_LOG_ODDS = 12.0
# Sure enough; in double precision, a 1 beside sums of such powers is not lost.
MAX_LOGIT = 30.0
# The precisions for which thresholds are kept.
PRECISIONS = np.array([0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99], dtype=np.float32)


def features(embeddings: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the classifiers' inputs for embeddings (n, dimensions): signed roots, all of one
    length.

    The root keeps a few strong channels from dominating (power normalisation, Perronnin et al.
    2010). The length is normalised because it reflects contrast more than content.
    """
    rounded = embeddings.astype(np.float16).astype(np.float32)
    roots = np.sign(rounded) * np.sqrt(np.abs(rounded))
    lengths = np.linalg.norm(roots, axis=1, keepdims=True)
    return FEATURE_NORM * roots / np.maximum(lengths, np.finfo(np.float32).tiny)


def log_odds(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return probabilities as log-odds, clipped to ±12."""
    least = 1 / (1 + np.exp(MAX_LOG_ODDS))
    clipped = np.clip(probabilities.astype(np.float64), least, 1 - least)
    return (np.log(clipped) - np.log1p(-clipped)).astype(np.float32)


@dataclass(frozen=True)
class LearnedTags:
    """Linear classifiers of learned tags, some of which are mutually exclusive.

    tag_ids: (learned,) int32, the database's ids. weight: (dimensions, learned) float32 over
    `features`; bias: (learned,) float32. prior: (learned,) float32, weight of the network's own
    log-odds, 0 for custom tags. exclusions: tags that people never give to one picture. thresholds:
    (learned, precisions) float32, the probability from which a tag reaches each of PRECISIONS; NaN
    if unknown.
    """

    tag_ids: NDArray[np.int32]
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    prior: NDArray[np.float32]
    exclusions: Exclusions
    thresholds: NDArray[np.float32]

    @classmethod
    def nothing(cls, dimensions: int) -> "LearnedTags":
        """Return an empty set of learned tags."""
        return cls(
            np.empty(0, np.int32),
            np.empty((dimensions, 0), np.float32),
            np.empty(0, np.float32),
            np.empty(0, np.float32),
            Exclusions.none(0),
            np.empty((0, len(PRECISIONS)), np.float32),
        )

    def __len__(self) -> int:
        return len(self.tag_ids)

    def probabilities(
        self, embeddings: NDArray[np.floating], network: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """Return the probabilities of the learned tags, (n, learned).

        network: (n, learned), the network's own probabilities; columns of custom tags are ignored.
        None: all are custom tags.
        """
        logits = features(embeddings) @ self.weight + self.bias
        if network is not None:
            logits += self.prior * log_odds(network)
        return compete(logits, self.exclusions)

    def take(self, chosen: NDArray[np.intp]) -> "LearnedTags":
        """Return a selection of the tags; `chosen`: (fewer tags,) positions, in the new order."""
        return LearnedTags(
            self.tag_ids[chosen],
            self.weight[:, chosen],
            self.bias[chosen],
            self.prior[chosen],
            self.exclusions.take(chosen),
            self.thresholds[chosen],
        )

    def beside(self, *others: "LearnedTags") -> "LearnedTags":
        """Append other tags, which exclude none of these."""
        parts = (self, *others)
        return LearnedTags(
            np.concatenate([part.tag_ids for part in parts]),
            np.concatenate([part.weight for part in parts], axis=1),
            np.concatenate([part.bias for part in parts]),
            np.concatenate([part.prior for part in parts]),
            Exclusions.side_by_side([part.exclusions for part in parts]),
            np.concatenate([part.thresholds for part in parts]),
        )

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return all arrays by their names in a head's file."""
        return {
            "tag_ids": self.tag_ids,
            "weight": self.weight,
            "bias": self.bias,
            "prior": self.prior,
            "groups": self.exclusions.groups,
            "compatible": self.exclusions.compatible,
            "thresholds": self.thresholds,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "LearnedTags":
        """Build learned tags from what `arrays` returned, in this or an earlier version."""
        if "rivals" in arrays:
            exclusions = Exclusions.of_matrix(arrays["rivals"])
        else:
            exclusions = Exclusions(arrays["groups"], arrays["compatible"])
        return cls(
            arrays["tag_ids"],
            arrays["weight"],
            arrays["bias"],
            arrays["prior"],
            exclusions,
            arrays["thresholds"],
        )


def compete(logits: NDArray[np.float32], exclusions: Exclusions) -> NDArray[np.float32]:
    """Return probabilities for logits (n, learned).

    A tag that excludes no other gets a sigmoid. Mutually exclusive tags share a softmax, in which
    "none of them" takes part with a logit of 0.
    """
    powers = np.exp(np.clip(logits, -MAX_LOGIT, MAX_LOGIT))
    if exclusions.is_empty:
        return powers / (1 + powers)
    left = 1 + exclusions.sums(powers.astype(np.float64))
    return (powers / (left + powers)).astype(np.float32)
