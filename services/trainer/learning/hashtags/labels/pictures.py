"""The pictures that hashtags teach from, and the background that they are compared with."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.hashtags.labels.uses import Uses


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
