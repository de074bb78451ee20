"""Add up the probabilities of classes for each tag that they count towards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shared.model.vocabulary.tag import Tag


@dataclass(frozen=True)
class Level:
    """Sums made of classes and of sums of lower levels.

    rows: where this level's sums begin and end among all. parts: (parts,) the rows to add up, sum
    by sum; classes come first, then sums. starts: (sums,) where the parts of each sum begin.
    """

    rows: slice
    parts: NDArray[np.intp]
    starts: NDArray[np.intp]


@dataclass(frozen=True)
class Sums:
    """The classes to add up for each tag that is more than one class of its own.

    columns: (sums,) these tags. Where possible, a sum is made of the sums of narrower tags: several
    times fewer numbers than all its classes.
    """

    columns: NDArray[np.intp]
    levels: tuple[Level, ...]
    classes: int

    @classmethod
    def of(cls, tags: Sequence[Tag], ancestors: Sequence[NDArray[np.intp]]) -> Sums:
        """ancestors: columns of all wider tags, by column."""
        members = _members(tags, ancestors)
        classes = 1 + max((leaf for leaves in members.values() for leaf in leaves), default=-1)
        chosen = [column for column, leaves in members.items() if leaves != {tags[column].leaf}]
        parts = _parts(members, chosen, ancestors)
        height: dict[int, int] = {}
        # Narrower tags come first.
        for column, (_, narrower) in parts.items():
            height[column] = 1 + max((height[below] for below in narrower), default=-1)
        order = sorted(parts, key=lambda column: (height[column], column))
        row_of = {column: classes + place for place, column in enumerate(order)}
        levels = []
        for level in sorted(set(height.values())):
            own = [column for column in order if height[column] == level]
            rows = [[*parts[c][0], *(row_of[below] for below in parts[c][1])] for c in own]
            starts = np.cumsum([0, *map(len, rows[:-1])], dtype=np.intp)
            first = row_of[own[0]]
            flat = np.array([row for of_one in rows for row in of_one], np.intp)
            levels.append(Level(slice(first, first + len(own)), flat, starts))
        return cls(np.array(order, np.intp), tuple(levels), classes)

    @cached_property
    def column_set(self) -> frozenset[int]:
        """The columns as a set."""
        return frozenset(self.columns.tolist())

    def highest(self, leaves: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the highest probability instead of the sum, for classes that can occur together.

        leaves: (n, classes); the result is (n, sums).
        """
        return self._combine(np.maximum, leaves)

    def of_leaves(self, leaves: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the sums, (n, sums), for probabilities of classes, (n, classes)."""
        # Rounding can raise a sum slightly above 1.
        return np.minimum(self._combine(np.add, leaves), 1)

    def _combine(self, combine: np.ufunc, leaves: NDArray[np.float32]) -> NDArray[np.float32]:
        # Class by class in memory, so that all pictures are added at once.
        rows = np.empty((self.classes + len(self.columns), len(leaves)), np.float32)
        rows[: self.classes] = leaves.T[: self.classes]
        for level in self.levels:
            combine.reduceat(rows[level.parts], level.starts, axis=0, out=rows[level.rows])
        return rows[self.classes :].T


def _members(tags: Sequence[Tag], ancestors: Sequence[NDArray[np.intp]]) -> dict[int, set[int]]:
    """Return by column the classes of each tag that has any."""
    found: dict[int, set[int]] = defaultdict(set)
    for column, tag in enumerate(tags):
        own = {*tag.more_leaves, *(() if tag.leaf is None else (tag.leaf,))}
        for place in (column, *ancestors[column].tolist()) if own else ():
            found[place] |= own
    return found


def _parts(
    members: dict[int, set[int]], chosen: Sequence[int], ancestors: Sequence[NDArray[np.intp]]
) -> dict[int, tuple[list[int], list[int]]]:
    """Split the classes of each chosen tag into classes and chosen narrower tags.

    No class occurs in two parts. The tags are in an order in which narrower ones come first.
    """
    # Of tags with the same classes, the narrower one has more ancestors.
    order = sorted(chosen, key=lambda column: (len(members[column]), -len(ancestors[column])))
    below: dict[int, list[int]] = {column: [] for column in order}
    for column in order:
        for above in ancestors[column].tolist():
            if above in below:
                below[above].append(column)
    parts = {}
    for column in order:
        left, narrower = set(members[column]), []
        for part in reversed(below[column]):
            if members[part] <= left:
                narrower.append(part)
                left -= members[part]
        parts[column] = (sorted(left), narrower)
    return parts
