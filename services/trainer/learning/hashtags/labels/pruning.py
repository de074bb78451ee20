"""Prune wrong positives by confident learning (Northcutt et al. 2021), across owners."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.hashtags.labels.discriminant import folds_by_owner, held_out_tails

FOLDS = 5
ROUNDS = 2
# Wrong positives are like pictures in general: half of them outscore more than half of the
# background.
HALF = 0.5
# Positives are kept while right ones are at least this many times as frequent as wrong ones.
MIN_ODDS = 2.0


def prune(
    positives: NDArray[np.float32],
    weight: NDArray[np.float32],
    owner: NDArray[np.int32],
    background: NDArray[np.float32],
) -> NDArray[np.bool_]:
    """Return which positives to keep, (n,): those that are more likely right than wrong.

    A discriminant that has not seen a positive's owner judges it. positives: (n, kept) and
    background: (m, kept), whitened.
    """
    keep = np.ones(len(positives), dtype=np.bool_)
    fold = folds_by_owner(owner, FOLDS)
    for _ in range(ROUNDS):
        # Pruned positives are judged again, but no longer used for training.
        tails = held_out_tails(positives, np.where(keep, weight, 0), fold, background)
        keep = tails <= _find_limit(tails)
    return keep


def _find_limit(tails: NDArray[np.float32]) -> float:
    """Return the largest share of the background above a positive that is still kept.

    The shares of wrong positives are uniform, so those above a half show how many there are (Storey
    2002). The best limit is the one up to which right ones outnumber wrong ones the most, with each
    wrong one counted `MIN_ODDS` times.
    """
    ordered = np.sort(tails)
    wrong = min(float((ordered > HALF).mean()) / (1 - HALF), 1.0)
    kept = np.arange(1, len(ordered) + 1) / len(ordered)
    return float(ordered[np.argmax(kept - (1 + MIN_ODDS) * wrong * ordered)])
