"""From labels to what a fine-tune is trained on: targets, and how much each of them counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.trust.votes import Labels

# What nobody said about a picture that people looked at is likely not there, for most people add
# what they see; but they only ever add, and not everything (positive-unlabelled learning, Elkan
# and Noto 2008).
LOOKED_AT_WEIGHT = 0.5
# Pictures that nobody looked at: a sample keeps what is learned from spreading over everything.
SAMPLED_WEIGHT = 0.5
# The live model's word on those counts from this certainty on, above or below.
CERTAIN_PRESENT = 0.9
CERTAIN_ABSENT = 0.05
# Above this, a tag that people made may well be on a picture that nobody looked at.
POSSIBLE = 0.5
# Against division by nothing.
MIN_WEIGHT = 1e-6


@dataclass(frozen=True)
class Targets:
    """Both arrays have shape (images, tags): present is bool, weight float32, 0 where masked."""

    present: NDArray[np.bool_]
    weight: NDArray[np.float32]

    @property
    def said(self) -> NDArray[np.float32]:
        """How much people themselves said of each tag, (tags,)."""
        return np.where(self.weight > LOOKED_AT_WEIGHT, self.weight, 0).sum(axis=0)

    def masked(self, hidden: NDArray[np.bool_]) -> Targets:
        """Without what must not be seen; hidden: (images, tags)."""
        return Targets(self.present, np.where(hidden, np.float32(0), self.weight))

    def rows(self, chosen: NDArray[np.bool_]) -> Targets:
        """Only some of the images; chosen: (images,)."""
        return Targets(self.present[chosen], self.weight[chosen])

    def columns(self, chosen: NDArray[np.intp]) -> Targets:
        """Only some of the tags; chosen: (fewer tags,) positions."""
        return Targets(self.present[:, chosen], self.weight[:, chosen])

    def replaced(self, chosen: NDArray[np.bool_], other: Targets) -> Targets:
        """With some images' targets taken from elsewhere; chosen: (images,)."""
        where = chosen[:, np.newaxis]
        return Targets(
            np.where(where, other.present, self.present),
            np.where(where, other.weight, self.weight),
        )

    def at_most(self, other: Targets) -> Targets:
        """Lightened until a tag's positives weigh no more than what the other was told, and its
        negatives no more than the other's.
        """
        negative = np.where(other.present, 0, other.weight).sum(axis=0)
        factor = np.where(
            self.present,
            _lighter(np.where(self.present, self.weight, 0), other.said),
            _lighter(np.where(self.present, 0, self.weight), negative),
        )
        return Targets(self.present, (self.weight * factor).astype(np.float32))

    def above(self, other: Targets) -> Targets:
        """These images, then others."""
        return Targets(
            np.concatenate([self.present, other.present]),
            np.concatenate([self.weight, other.weight]),
        )


def _lighter(weight: NDArray[np.float32], most: NDArray[np.float32]) -> NDArray[np.float32]:
    """The factor by which each tag's sum, over (images, tags), comes down to (tags,) at most."""
    return np.minimum(1, most / np.maximum(weight.sum(axis=0), MIN_WEIGHT))


def targets_of_looked_at(
    labels: Labels,
    network: NDArray[np.float32],
    is_custom: NDArray[np.bool_],
    ancestors: NDArray[np.intp],
    min_confidence: float,
) -> Targets:
    """Targets of images that people corrected.

    labels: (images, tags). network: (images, tags), what the network itself says. is_custom:
    (tags,). ancestors: (pairs, 2), positions of narrower and wider tags.

    Unsaid and masked are: what the network shows, for whoever says nothing may agree or may not
    have cared; and what follows from a narrower tag, for nobody adds "dog" beside "poodle". Below
    a removed tag nothing is there.
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
    """Where a tag follows from another one that is there, (images, tags): target from source."""
    follows = np.zeros_like(there)
    for one, other in zip(source.tolist(), target.tolist(), strict=True):
        follows[:, other] |= there[:, one]
    return follows


def targets_of_sampled(live: NDArray[np.float32], is_custom: NDArray[np.bool_]) -> Targets:
    """Targets of images that nobody corrected, from what the live model is certain of.

    live: (images, tags) probabilities. is_custom: (tags,); of those only absence is learned.
    """
    present = (live >= CERTAIN_PRESENT) & ~is_custom
    absent = np.where(is_custom, live < POSSIBLE, live <= CERTAIN_ABSENT)
    return Targets(present, np.where(present | absent, np.float32(SAMPLED_WEIGHT), np.float32(0)))


def targets_of_negative_samples(live: NDArray[np.float32], is_custom: NDArray[np.bool_]) -> Targets:
    """Targets of images that nobody corrected, to measure on: tags that people made are absent.

    live: (images, tags) probabilities. The live model's word on the network's own tags would make
    it the judge of its own case.
    """
    absent = is_custom & (live < POSSIBLE)
    return Targets(
        np.zeros(live.shape, dtype=np.bool_),
        np.where(absent, np.float32(SAMPLED_WEIGHT), np.float32(0)),
    )
