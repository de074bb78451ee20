"""Choose how many pictures a word is shown on, and shift its logits accordingly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# The estimated precision and recall that the pictures must reach on which a word is shown.
MIN_PRECISION, MIN_RECALL = 0.8, 0.3
MAX_SHOWN = 0.5


def shift_to_show(
    tails: NDArray[np.float32],
    logits: NDArray[np.float32],
    current: NDArray[np.float32] | None,
    min_confidence: float,
) -> float:
    """Return what to add to a word's bias, so that the right share of the background shows it.

    tails: (n,), see `held_out_tails`. logits: (m,), on the background without the hashtag. current:
    (m,), the live version's probabilities there; a word is shown on at least as many pictures as
    now; None: a candidate.
    """
    share = share_to_show(tails)
    if current is not None:
        share = max(share, float((current >= min_confidence).mean()))
    lifted = -float(np.quantile(logits, 1 - share))
    return lifted + float(np.log(min_confidence) - np.log1p(-min_confidence))


def share_to_show(tails: NDArray[np.float32]) -> float:
    """Return the share of all pictures that a word can be shown on and mostly be right.

    Where a share q of the positives is found, the background above holds at least q of all pictures
    with the word (mixture proportion estimation, Garg et al. 2021), which bounds the word's
    frequency. tails: (n,), see `held_out_tails`.
    """
    ordered = np.sort(tails)
    recall = np.arange(1, len(ordered) + 1) / len(ordered)
    enough = recall >= MIN_RECALL
    ratio = ordered[enough] / recall[enough]
    is_right = ratio <= max(float(ratio.min()), 1e-6) / MIN_PRECISION
    return min(float(ordered[enough][np.flatnonzero(is_right)[-1]]), MAX_SHOWN)
