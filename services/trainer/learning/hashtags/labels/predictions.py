"""What a version of the model predicts for the pictures of hashtags."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.examples.targets import CERTAIN_PRESENT
from services.trainer.learning.hashtags.labels.pictures import Pictures
from shared.model.scorer import Scorer

# Images that are scored at once.
AT_ONCE = 4_000


@dataclass(frozen=True)
class Predictions:
    """Predictions of one scorer for the pictures of hashtags.

    probability: (n,), of each use's word on its picture. is_certain: (n,), whether it is certain of
    some class of the network there. background: (m, words), the words' probabilities.
    """

    probability: NDArray[np.float32]
    is_certain: NDArray[np.bool_]
    background: NDArray[np.float32]

    @classmethod
    def of(cls, scorer: Scorer, pictures: Pictures, column: NDArray[np.intp]) -> Predictions:
        """Score pictures a few at a time; column: (words,), in the scorer's vocabulary."""
        position, column_of = pictures.position, column[pictures.word]
        count = len(pictures.embeddings)
        probability = np.zeros(len(position), dtype=np.float32)
        is_certain = np.zeros(count, dtype=np.bool_)
        order = np.argsort(position, kind="stable")
        starts = np.searchsorted(position[order], np.arange(0, count + AT_ONCE, AT_ONCE))
        for number, first in enumerate(range(0, count, AT_ONCE)):
            scores = scorer.tag_probabilities(pictures.embeddings[first : first + AT_ONCE])
            places = order[starts[number] : starts[number + 1]]
            probability[places] = scores[position[places] - first, column_of[places]]
            leaves = scores[:, scorer.vocabulary.leaves]
            is_certain[first : first + AT_ONCE] = leaves.max(axis=1) >= CERTAIN_PRESENT
        background = scorer.tag_probabilities(pictures.background)[:, column]
        return cls(probability, is_certain[position], background)

    def only(self, kept: NDArray[np.intp]) -> Predictions:
        """Return the predictions for some of the uses; kept: positions among the chosen ones."""
        return replace(self, probability=self.probability[kept], is_certain=self.is_certain[kept])

    def beside(self, honest: NDArray[np.bool_]) -> Predictions:
        """Return the predictions with a part of the background; honest: (m,)."""
        return replace(self, background=self.background[honest])
