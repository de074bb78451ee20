"""Turn labels into training targets and their weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.trust.votes import Labels

# A tag that no one added to a corrected picture is likely absent, because most people add what they
# see; but they do not add everything (positive-unlabelled learning, Elkan and Noto 2008).
LOOKED_AT_WEIGHT = 0.5
# Uncorrected pictures: a sample of them keeps learned tags from spreading to every picture.
SAMPLED_WEIGHT = 0.5
# On uncorrected pictures, probabilities of the live model count above or below these limits.
CERTAIN_PRESENT = 0.9
CERTAIN_ABSENT = 0.05
# Above this probability, a custom tag may apply to an uncorrected picture.
POSSIBLE = 0.5
# Prevents division by zero.
MIN_WEIGHT = 1e-6


@dataclass(frozen=True)
class Targets:
    """Training targets, (images, tags): present is bool; weight is float32, 0 where masked."""

    present: NDArray[np.bool_]
    weight: NDArray[np.float32]

    @property
    def said(self) -> NDArray[np.float32]:
        """Return the weight of what people said about each tag, (tags,)."""
        return np.where(self.weight > LOOKED_AT_WEIGHT, self.weight, 0).sum(axis=0)

    def masked(self, hidden: NDArray[np.bool_]) -> Targets:
        """Return the targets with some masked; hidden: (images, tags)."""
        return Targets(self.present, np.where(hidden, np.float32(0), self.weight))

    def rows(self, chosen: NDArray[np.bool_]) -> Targets:
        """Return the targets of some images; chosen: (images,)."""
        return Targets(self.present[chosen], self.weight[chosen])

    def columns(self, chosen: NDArray[np.intp]) -> Targets:
        """Return the targets of some tags; chosen: (fewer tags,) positions."""
        return Targets(self.present[:, chosen], self.weight[:, chosen])

    def replaced(self, chosen: NDArray[np.bool_], other: Targets) -> Targets:
        """Return the targets with some images taken from others; chosen: (images,)."""
        where = chosen[:, np.newaxis]
        return Targets(
            np.where(where, other.present, self.present),
            np.where(where, other.weight, self.weight),
        )

    def at_most(self, other: Targets) -> Targets:
        """Reduce the weights to at most those of other targets, for each tag.

        The positives of a tag together weigh at most what people said in the other targets, and its
        negatives at most the other targets' negatives. If these have none, negatives may weigh as
        much as what people said: with examples alone, a classifier would show its tag everywhere.
        """
        negative = np.where(other.present, 0, other.weight).sum(axis=0)
        negative = np.where(negative > 0, negative, other.said)
        factor = np.where(
            self.present,
            _lighter(np.where(self.present, self.weight, 0), other.said),
            _lighter(np.where(self.present, 0, self.weight), negative),
        )
        return Targets(self.present, (self.weight * factor).astype(np.float32))

    def above(self, other: Targets) -> Targets:
        """Return the targets of these images, followed by others."""
        return Targets(
            np.concatenate([self.present, other.present]),
            np.concatenate([self.weight, other.weight]),
        )


def _lighter(weight: NDArray[np.float32], maximum: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the factor that reduces each tag's sum over (images, tags) to the maximum, (tags,)."""
    return np.minimum(1, maximum / np.maximum(weight.sum(axis=0), MIN_WEIGHT))


def targets_of_looked_at(
    labels: Labels,
    network: NDArray[np.float32],
    is_custom: NDArray[np.bool_],
    ancestors: NDArray[np.intp],
    min_confidence: float,
) -> Targets:
    """Return the targets of corrected images.

    labels: (images, tags). network: (images, tags), the network's own probabilities. is_custom:
    (tags,). ancestors: (pairs, 2), positions of narrower and wider tags.

    Where people said nothing, some tags are masked: tags that the network shows, since people may
    agree or not care, and tags implied by a narrower one, since no one adds "dog" beside "poodle".
    Below a removed tag, all narrower tags are absent.
    """
    said = labels.weight > 0
    narrower, wider = ancestors.T
    implied = _spread(labels.given, narrower, wider)
    removed = said & ~labels.present
    ruled_out = _spread(removed, wider, narrower)
    unknown = implied | (~is_custom & (network >= min_confidence))
    unsaid = np.where(ruled_out, 1, np.where(unknown, 0, LOOKED_AT_WEIGHT)).astype(np.float32)
    return Targets(labels.given, np.where(said, labels.weight, unsaid))


def _spread(
    there: NDArray[np.bool_], source: NDArray[np.intp], target: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Return where a present tag implies another, (images, tags): target from source."""
    follows = np.zeros_like(there)
    for one, other in zip(source.tolist(), target.tolist(), strict=True):
        follows[:, other] |= there[:, one]
    return follows


def targets_of_sampled(live: NDArray[np.float32], is_custom: NDArray[np.bool_]) -> Targets:
    """Return targets of uncorrected images, from what the live model is certain of.

    live: (images, tags) probabilities. is_custom: (tags,); of custom tags only absence is learned.
    """
    present = (live >= CERTAIN_PRESENT) & ~is_custom
    absent = np.where(is_custom, live < POSSIBLE, live <= CERTAIN_ABSENT)
    return Targets(present, np.where(present | absent, np.float32(SAMPLED_WEIGHT), np.float32(0)))


def targets_of_negative_samples(live: NDArray[np.float32], is_custom: NDArray[np.bool_]) -> Targets:
    """Return targets of uncorrected images to measure on: custom tags are absent.

    live: (images, tags) probabilities. The network's own tags are masked, as the live model must
    not judge itself.
    """
    absent = is_custom & (live < POSSIBLE)
    return Targets(
        np.zeros(live.shape, dtype=np.bool_),
        np.where(absent, np.float32(SAMPLED_WEIGHT), np.float32(0)),
    )
