"""Tags of a chunk of images as arrays, to find the rows to insert and to delete."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class TagRows:
    """Tags of images, rows in ascending order of `keys`.

    keys: (rows,) int64, the image's position and the tag's id; confidences: (rows,) float32.
    """

    keys: NDArray[np.int64]
    confidences: NDArray[np.float32]

    @classmethod
    def of(
        cls,
        positions: NDArray[np.intp],
        tag_ids: NDArray[np.int32],
        confidences: NDArray[np.float32],
    ) -> TagRows:
        """Sort rows; all arguments are (rows,)."""
        keys = (positions.astype(np.int64) << 32) | tag_ids
        order = np.argsort(keys)
        return cls(keys[order], confidences[order])

    @classmethod
    def nothing(cls) -> TagRows:
        """Return no rows."""
        return cls(np.empty(0, np.int64), np.empty(0, np.float32))

    @property
    def positions(self) -> NDArray[np.int64]:
        """The image of each row, (rows,)."""
        return self.keys >> 32

    @property
    def tag_ids(self) -> NDArray[np.int32]:
        """The tag of each row, (rows,)."""
        return (self.keys & 0xFFFFFFFF).astype(np.int32)

    def where(self, chosen: NDArray[np.bool_]) -> TagRows:
        """Return some of the rows; chosen: (rows,)."""
        return TagRows(self.keys[chosen], self.confidences[chosen])

    def without(self, other: TagRows, min_difference: float) -> TagRows:
        """Return the rows that the other one lacks or has with another confidence."""
        if not len(other.keys):
            return self
        at = np.minimum(np.searchsorted(other.keys, self.keys), len(other.keys) - 1)
        is_near = np.abs(other.confidences[at] - self.confidences) < min_difference
        return self.where((other.keys[at] != self.keys) | ~is_near)
