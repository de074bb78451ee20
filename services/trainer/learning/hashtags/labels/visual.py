"""Find out whether a word can be seen: whether other owners' pictures predict it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Precision is counted as if this share of the pictures had the word, whatever the sample.
PREVALENCE = 0.05
# Held-out average precision has to be at least this many times the prevalence.
MIN_LIFT = 3.0
# The pictures of most owners have to stand out from more than half of the background on average.
CHANCE = 0.5
MIN_AGREEING = 0.5


@dataclass(frozen=True)
class Predictability:
    """How well a word is predicted on owners that were not learned from.

    average_precision: at a prevalence of 5 %. agreeing: share of the owners whose pictures outscore
    more of the background than chance would.
    """

    average_precision: float
    agreeing: float

    @property
    def is_visual(self) -> bool:
        """Return whether the word is worth learning."""
        return self.why_not is None

    @property
    def why_not(self) -> str | None:
        """Return why a word is not learned; None if it is."""
        if self.average_precision < MIN_LIFT * PREVALENCE:
            return "cannot be seen: other owners' pictures do not predict it"
        if self.agreeing < MIN_AGREEING:
            return "owners disagree about it"
        return None


def predictability(tails: NDArray[np.float32], owner: NDArray[np.int32]) -> Predictability:
    """Return the predictability of a word from its positives' shares, see `held_out_tails`.

    tails, owner: (n,).
    """
    owners, position = np.unique(owner, return_inverse=True)
    outscored = 1 - np.bincount(position, tails) / np.bincount(position)
    return Predictability(
        average_precision(tails, PREVALENCE),
        float((outscored > CHANCE).mean()) if len(owners) else 0.0,
    )


def average_precision(tails: NDArray[np.float32], prevalence: float) -> float:
    """Return the average precision at a prevalence, from the shares of the background above.

    tails: (n,).
    """
    if not len(tails):
        return 0.0
    ordered = np.sort(tails)
    recall = np.arange(1, len(ordered) + 1) / len(ordered)
    right = prevalence * recall
    return float((right / (right + (1 - prevalence) * ordered)).mean())
