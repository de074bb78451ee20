"""Prune wrong positives by confident learning (Northcutt et al. 2021), across owners."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.hashtags.labels.discriminant import folds_by_owner, held_out_tails

FOLDS = 5
ROUNDS = 2
# A positive that outscores this share of the background stays, however sure the others are.
SAFE = 0.8


def prune(
    positives: NDArray[np.float32],
    weight: NDArray[np.float32],
    owner: NDArray[np.int32],
    background: NDArray[np.float32],
) -> NDArray[np.bool_]:
    """Return which positives to keep, (n,): those at least as confident as the word's own mean.

    Confidence is the share of the background that a positive outscores, by a discriminant that has
    not seen its owner. positives: (n, kept) and background: (m, kept), whitened.
    """
    keep = np.ones(len(positives), dtype=np.bool_)
    fold = folds_by_owner(owner, FOLDS)
    for _ in range(ROUNDS):
        # What was pruned is judged again, but no longer taught from.
        confidence = 1 - held_out_tails(positives, np.where(keep, weight, 0), fold, background)
        keep = confidence >= min(float(confidence[keep].mean()), SAFE)
    return keep
