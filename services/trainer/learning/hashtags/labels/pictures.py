"""The pictures that hashtags teach from, and what a version of the model says about them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.examples.targets import CERTAIN_PRESENT
from services.trainer.learning.hashtags.labels.uses import Uses
from shared.model.scorer import Scorer

# Images that are scored at once.
AT_ONCE = 4_000


@dataclass(frozen=True)
class Pictures:
    """The chosen uses of words, their pictures, and pictures in general, the background.

    use: (n,), positions of the chosen uses. image: (images,), positions of their images; position:
    (n,), of each use's image among these. embeddings: (images, dimensions) float16. shown: (m,),
    positions of the background's images; background: (m, dimensions) float16.
    """

    uses: Uses
    use: NDArray[np.intp]
    image: NDArray[np.intp]
    position: NDArray[np.intp]
    embeddings: NDArray[np.float16]
    shown: NDArray[np.intp]
    background: NDArray[np.float16]

    @property
    def word(self) -> NDArray[np.int32]:
        """Return the word of each use, (n,)."""
        return self.uses.word[self.use]

    @property
    def owner(self) -> NDArray[np.int32]:
        """Return the owner of each use, (n,)."""
        return self.uses.owner[self.uses.image[self.use]]

    def only(self, kept: NDArray[np.intp]) -> Pictures:
        """Return some of the uses; kept: positions among the chosen ones."""
        return replace(self, use=self.use[kept], position=self.position[kept])

    def beside(self, honest: NDArray[np.bool_]) -> Pictures:
        """Return the pictures with a part of the background; honest: (m,)."""
        return replace(self, shown=self.shown[honest], background=self.background[honest])

    def labelled(self) -> NDArray[np.bool_]:
        """Return which words the background's pictures have, (m, words)."""
        place = np.full(len(self.uses.owner), -1)
        place[self.shown] = np.arange(len(self.shown))
        labelled = np.zeros((len(self.shown), len(self.uses.words)), dtype=np.bool_)
        places = place[self.uses.image]
        labelled[places[places >= 0], self.uses.word[places >= 0]] = True
        return labelled


@dataclass(frozen=True)
class View:
    """What a scorer says about pictures.

    probability: (n,), of each use's word on its picture. is_certain: (n,), whether it is certain of
    some class of the network there. background: (m, words), the words' probabilities.
    """

    probability: NDArray[np.float32]
    is_certain: NDArray[np.bool_]
    background: NDArray[np.float32]

    @classmethod
    def of(cls, scorer: Scorer, pictures: Pictures, column: NDArray[np.intp]) -> View:
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

    def only(self, kept: NDArray[np.intp]) -> View:
        """Return the view of some of the uses; kept: positions among the chosen ones."""
        return replace(self, probability=self.probability[kept], is_certain=self.is_certain[kept])

    def beside(self, honest: NDArray[np.bool_]) -> View:
        """Return the view with a part of the background; honest: (m,)."""
        return replace(self, background=self.background[honest])
