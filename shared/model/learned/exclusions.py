"""Mutually exclusive tags, stored as groups, so that memory grows linearly with their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NO_GROUP = -1


@dataclass(frozen=True)
class Exclusions:
    """Groups of mutually exclusive tags, and the exceptions: pairs that may appear together.

    groups: (tags,) int32, the group of each tag; -1: excludes none. compatible: (pairs, 2) int32,
    positions of two tags of one group that may appear on one picture, each pair once.
    """

    groups: NDArray[np.int32]
    compatible: NDArray[np.int32]

    @classmethod
    def none(cls, tags: int) -> Exclusions:
        """Return exclusions under which no tag excludes another."""
        return cls(np.full(tags, NO_GROUP, np.int32), np.empty((0, 2), np.int32))

    @classmethod
    def of_matrix(cls, exclusive: NDArray[np.bool_]) -> Exclusions:
        """Read a symmetric matrix, (tags, tags), as stored in heads of earlier versions."""
        others = exclusive & ~np.eye(len(exclusive), dtype=np.bool_)
        grouped = others.any(axis=0)
        pairs = np.argwhere(np.triu(np.outer(grouped, grouped) & ~others, k=1))
        return cls(np.where(grouped, 0, NO_GROUP).astype(np.int32), pairs.astype(np.int32))

    @classmethod
    def side_by_side(cls, parts: Sequence[Exclusions]) -> Exclusions:
        """Concatenate the tags of several parts; no part excludes tags of another."""
        groups, pairs = [], []
        tags = used = 0
        for part in parts:
            groups.append(np.where(part.groups >= 0, part.groups + used, NO_GROUP))
            pairs.append(part.compatible + tags)
            tags += len(part.groups)
            used += int(part.groups.max(initial=NO_GROUP)) + 1
        return cls(np.concatenate(groups).astype(np.int32), np.concatenate(pairs).astype(np.int32))

    @property
    def is_empty(self) -> bool:
        """Whether no tag excludes another."""
        return not (self.groups >= 0).any()

    def take(self, chosen: NDArray[np.intp]) -> Exclusions:
        """Return the exclusions among the chosen tags.

        chosen: (fewer tags,) positions, in the new order.
        """
        position = np.full(len(self.groups), -1, np.int32)
        position[chosen] = np.arange(len(chosen))
        pairs = position[self.compatible]
        return Exclusions(self.groups[chosen], pairs[(pairs >= 0).all(axis=1)])

    def linked(self, chosen: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Return the positions of chosen tags, (tags,) bool, and of all tags in their groups."""
        groups = np.unique(self.groups[chosen])
        in_groups = np.isin(self.groups, groups[groups >= 0])
        return np.flatnonzero(chosen | in_groups)

    def sums(self, powers: NDArray[np.float64]) -> NDArray[np.float64]:
        """For each tag, sum the values of the tags that it excludes: (n, tags) to (n, tags)."""
        sums = np.zeros_like(powers)
        for group in np.unique(self.groups[self.groups >= 0]):
            members = np.flatnonzero(self.groups == group)
            of_group = powers[:, members]
            sums[:, members] = of_group.sum(axis=1, keepdims=True) - of_group
        for first, second in self.compatible:
            sums[:, first] -= powers[:, second]
            sums[:, second] -= powers[:, first]
        # Rounding can leave a difference slightly below zero.
        return np.maximum(sums, 0, out=sums)
