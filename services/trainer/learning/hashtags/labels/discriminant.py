"""Linear discriminants with one covariance for all words: thousands cost no more than a few.

With the covariance of pictures in general, a word's discriminant is the difference of two means in
whitened coordinates (Hariharan et al. 2012).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Added to every variance, as a share of the mean variance: directions of little variance say
# nothing reliable.
SHRINKAGE = 0.3


@dataclass(frozen=True)
class Whitening:
    """Coordinates in which pictures in general have no direction. centre: (kept,)."""

    centre: NDArray[np.float32]
    scale: NDArray[np.float32]

    @classmethod
    def of(cls, background: NDArray[np.float32]) -> Whitening:
        """Return the whitening of pictures, (pictures, kept) features."""
        centre = background.mean(axis=0)
        centred = background - centre
        covariance = centred.T @ centred / max(len(background), 1)
        variances, directions = np.linalg.eigh(covariance)
        lifted = np.maximum(variances, 0) + SHRINKAGE * max(float(variances.mean()), 1e-6)
        return cls(centre, ((directions / np.sqrt(lifted)) @ directions.T).astype(np.float32))

    def apply(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return whitened features, (pictures, kept)."""
        return ((features - self.centre) @ self.scale).astype(np.float32, copy=False)


def held_out_tails(
    positives: NDArray[np.float32],
    weight: NDArray[np.float32],
    fold: NDArray[np.intp],
    background: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return for each positive the share of the background that scores at least as high, 0 to 1.

    The discriminant is trained without the positive's fold. positives: (n, kept) and background:
    (m, kept), whitened; weight, fold: (n,). A random picture's share is uniform, so one minus it is
    how confident the other folds are of the positive.
    """
    tails = np.ones(len(positives), dtype=np.float32)
    total, sums = weight.sum(), weight @ positives
    for one in np.unique(fold):
        inside = fold == one
        left = total - weight[inside].sum()
        if left <= 0:
            continue
        mean = (sums - weight[inside] @ positives[inside]) / left
        scores = np.sort(background @ mean)
        below = np.searchsorted(scores, positives[inside] @ mean, side="left")
        tails[inside] = 1 - below / len(scores)
    return tails


def folds_by_owner(owner: NDArray[np.int32], folds: int) -> NDArray[np.intp]:
    """Return a fold for each picture, (n,), the same for all pictures of an owner.

    The owners of the most pictures are dealt out first, so that folds are of similar size.
    """
    owners, position, counts = np.unique(owner, return_inverse=True, return_counts=True)
    rank = np.empty(len(owners), dtype=np.intp)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(owners))
    return (rank % folds)[position]
