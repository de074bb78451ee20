"""Folds that keep near-duplicates together, so that no model is tested on a picture it knows."""

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

FOLDS = 10
# The minimum cosine of two embeddings at which their pictures count as one, such as a series.
SAME_SCENE = 0.9


def group_near_duplicates(embeddings: NDArray[np.floating]) -> NDArray[np.intp]:
    """Return the group of each picture, (pictures,): the row of the group's first picture."""
    lengths = np.linalg.norm(embeddings.astype(np.float32), axis=1, keepdims=True)
    directions = embeddings.astype(np.float32) / np.maximum(lengths, np.finfo(np.float32).tiny)
    group = np.arange(len(embeddings))
    for row, direction in enumerate(directions):
        near = np.flatnonzero(directions[:row] @ direction > SAME_SCENE)
        if len(near):
            groups = np.unique(group[near])
            group[np.isin(group, groups)] = groups[0]
            group[row] = groups[0]
    return group


def assign_folds(paths: Sequence[str], groups: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the fold of each picture, (pictures,): by a hash of its group's first path."""
    digests = [sha256(paths[group].encode(errors="surrogateescape")).digest() for group in groups]
    return np.array([int.from_bytes(digest[:4], "big") % FOLDS for digest in digests])
