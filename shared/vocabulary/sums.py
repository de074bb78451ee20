"""Add up the probabilities of classes for each tag that they count towards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shared.vocabulary.tag import Tag

# A matrix product is faster than sums over lists of classes, but grows with the square of the
# vocabulary: for 12,000 classes it would be 130 MB.
MAX_MATRIX = 2_000_000


@dataclass(frozen=True)
class Sums:
    """Which classes count towards the tags that more than one class, or another's, counts towards.

    columns: (sums,) these tags. members: (members,) their classes, one tag after the other. starts:
    (sums,) where each tag's begin. matrix: (classes, sums) float32, 1 where a class counts; None
    where it would be large.
    """

    columns: NDArray[np.intp]
    members: NDArray[np.intp]
    starts: NDArray[np.intp]
    matrix: NDArray[np.float32] | None
    classes: int

    @classmethod
    def of(cls, tags: Sequence[Tag], ancestors: Sequence[NDArray[np.intp]]) -> Sums:
        """ancestors: columns of all wider tags, by column."""
        found: dict[int, set[int]] = defaultdict(set)
        for column, tag in enumerate(tags):
            own = {*tag.more_leaves, *(() if tag.leaf is None else (tag.leaf,))}
            for place in (column, *ancestors[column].tolist()) if own else ():
                found[place] |= own
        classes = 1 + max((leaf for leaves in found.values() for leaf in leaves), default=-1)
        chosen = [column for column in sorted(found) if found[column] != {tags[column].leaf}]
        lengths = [len(found[column]) for column in chosen]
        members = [leaf for column in chosen for leaf in sorted(found[column])]
        matrix = None
        if classes * len(chosen) <= MAX_MATRIX:
            matrix = np.zeros((classes, len(chosen)), np.float32)
            matrix[members, np.repeat(np.arange(len(chosen)), lengths)] = 1
        return cls(
            np.array(chosen, np.intp),
            np.array(members, np.intp),
            np.cumsum([0, *lengths[:-1]], dtype=np.intp),
            matrix,
            classes,
        )

    @cached_property
    def column_set(self) -> frozenset[int]:
        """The columns, to look one up."""
        return frozenset(self.columns.tolist())

    def highest(self, leaves: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the highest probability instead of the sum, where classes do not exclude another.

        leaves: (n, classes); the result is (n, sums).
        """
        if not len(self.columns):
            return np.zeros((len(leaves), 0), np.float32)
        by_class = np.ascontiguousarray(leaves.T)
        return np.maximum.reduceat(by_class[self.members], self.starts, axis=0).T

    def of_leaves(self, leaves: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the sums, (n, sums), for probabilities of classes, (n, classes)."""
        if not len(self.columns):
            return np.zeros((len(leaves), 0), np.float32)
        if self.matrix is not None:
            several = leaves @ self.matrix
        else:
            # Class by class in memory, so that all pictures are summed at once.
            by_class = np.ascontiguousarray(leaves.T)
            several = np.add.reduceat(by_class[self.members], self.starts, axis=0).T
        # Rounding can raise a sum slightly above 1.
        return np.minimum(several, 1)
