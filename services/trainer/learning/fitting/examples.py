"""What a fit learns from, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.fitting.subspace import Subspace
from shared.model.learned_tags import features, log_odds


@dataclass(frozen=True)
class Examples:
    """What to learn from.

    features: (images, kept) float32, see `shared.model.learned_tags.features`, in a subspace.
    network: (images, tags) float32, log-odds by the network itself, 0 for tags that people made.
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
        """Embeddings (images, dimensions) and the network's probabilities (images, tags)."""
        return cls(
            subspace.project(features(embeddings)),
            np.where(is_custom, np.float32(0), log_odds(network)),
        )

    def rows(self, chosen: NDArray[np.bool_]) -> Examples:
        """Only some of the images; chosen: (images,)."""
        return Examples(self.features[chosen], self.network[chosen])

    def columns(self, chosen: NDArray[np.intp]) -> Examples:
        """What is needed for some of the tags; chosen: (fewer tags,) positions."""
        return Examples(self.features, np.ascontiguousarray(self.network[:, chosen]))

    def above(self, other: Examples) -> Examples:
        """These images, then others."""
        return Examples(
            np.concatenate([self.features, other.features]),
            np.concatenate([self.network, other.network]),
        )
