"""Votes of contributors, and the labels that follow from weighing them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shared.db.corrections.votes import STEPS_PER_WEIGHT


@dataclass(frozen=True)
class Votes:
    """The latest vote of each contributor on each image and tag. All arrays have shape (votes,).

    image, tag, contributor: int positions in the data set's lists. present: whether the vote says
    that the tag is present. order: int64, grows with time. moment: float64 seconds. learned:
    whether a promoted version has learned from it.
    """

    image: NDArray[np.intp]
    tag: NDArray[np.intp]
    contributor: NDArray[np.intp]
    present: NDArray[np.bool_]
    order: NDArray[np.int64]
    moment: NDArray[np.float64]
    learned: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.image)

    def where(self, chosen: NDArray[np.bool_]) -> Votes:
        """Return some of the votes; chosen: (votes,)."""
        return replace(self, **{name: array[chosen] for name, array in vars(self).items()})


@dataclass(frozen=True)
class Labels:
    """What is true of images, according to people. Both arrays have shape (images, tags).

    present: bool. weight: float32, how certain the label is, 0 without any vote.
    """

    present: NDArray[np.bool_]
    weight: NDArray[np.float32]

    @property
    def given(self) -> NDArray[np.bool_]:
        """Return where people said that a tag is present."""
        return self.present & (self.weight > 0)


def resolve_votes(votes: Votes, trust: NDArray[np.float32], images: int, tags: int) -> Labels:
    """Weigh contradicting votes against each other; in a tie the latest wins.

    The rule of `shared.db.corrections.votes` on arrays, except that votes without weight are
    ignored here. trust: (votes,) weight of each vote, 0 to 1.
    """
    votes, trust = votes.where(trust > 0), trust[trust > 0]
    steps = np.rint(trust.astype(np.float64) * STEPS_PER_WEIGHT).astype(np.int64)
    sums = np.zeros((images, tags), dtype=np.int64)
    np.add.at(sums, (votes.image, votes.tag), np.where(votes.present, steps, -steps))
    latest = np.zeros((images, tags), dtype=np.bool_)
    in_order = np.argsort(votes.order)
    latest[votes.image[in_order], votes.tag[in_order]] = votes.present[in_order]
    strongest = np.zeros((images, tags), dtype=np.float32)
    np.maximum.at(strongest, (votes.image, votes.tag), trust)
    tied = (sums == 0) & (strongest > 0)
    balance = (np.abs(sums) / STEPS_PER_WEIGHT).astype(np.float32)
    weight = np.minimum(np.where(tied, strongest, balance), 1)
    return Labels(np.where(tied, latest, sums > 0), weight)
