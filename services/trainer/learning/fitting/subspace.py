"""The directions in which the images differ; the others have nothing to learn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# More components make a fit slower and no better: docs/learning/README.md has the figures.
MAX_DIRECTIONS = 512


@dataclass(frozen=True)
class Subspace:
    """Principal components. centre: (dimensions,); basis: (dimensions, kept), orthonormal."""

    centre: NDArray[np.float32]
    basis: NDArray[np.float32]

    @classmethod
    def spanning(cls, features: NDArray[np.float32]) -> Subspace:
        """Return the directions of largest variance of features, (images, dimensions)."""
        centre = features.mean(axis=0)
        centred = features - centre
        _, directions = np.linalg.eigh(centred.T @ centred)  # ascending
        return cls(centre, np.ascontiguousarray(directions[:, -MAX_DIRECTIONS:]))

    def project(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Project features, (n, dimensions) to (n, kept)."""
        return ((features - self.centre) @ self.basis).astype(np.float32, copy=False)

    def expand(
        self, weight: NDArray[np.float32], bias: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Turn linear functions of projected features into functions of all features.

        weight: (kept, tags); bias: (tags,).
        """
        expanded: NDArray[np.float32] = self.basis @ weight
        return expanded, bias - self.centre @ expanded
