"""The arrays that a fit learns from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.fitting.subspace import Subspace
from shared.model.learned.tags import features, log_odds


@dataclass(frozen=True)
class Examples:
    """Examples to learn from.

    features: (images, kept) float32, see `shared.model.learned.tags.features`, in a subspace.
    network: (images, tags) float32, the network's own log-odds, 0 for custom tags.
    """

    features: NDArray[np.float32]
    network: NDArray[np.float32]

    @classmethod
    def of(
        cls,
        subspace: Subspace,
        embeddings: NDArray[np.float16],
        network: NDArray[np.float32],
        is_custom: NDArray[np.bool_],
    ) -> Examples:
        """Return examples from embeddings, (images, dimensions), in a subspace.

        network: (images, tags), the network's probabilities.
        """
        return cls(
            subspace.project(features(embeddings)),
            np.where(is_custom, np.float32(0), log_odds(network)),
        )

    def rows(self, chosen: NDArray[np.bool_]) -> Examples:
        """Return the examples of some images; chosen: (images,)."""
        return Examples(self.features[chosen], self.network[chosen])

    def columns(self, chosen: NDArray[np.intp]) -> Examples:
        """Return the examples for some tags; chosen: (fewer tags,) positions."""
        return Examples(self.features, np.ascontiguousarray(self.network[:, chosen]))

    def above(self, other: Examples) -> Examples:
        """Return these images followed by others."""
        return Examples(
            np.concatenate([self.features, other.features]),
            np.concatenate([self.network, other.network]),
        )
