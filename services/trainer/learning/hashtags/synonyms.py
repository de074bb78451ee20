"""Find hashtags that mean the same: the same owners give them to pictures that look the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.hashtags.labels.uses import Uses
from services.trainer.learning.hashtags.labels.weak_labels import WeakLabels

# Shares of the owners of either word who give both, and cosines of the words' mean pictures: enough
# to ask a person, and enough to merge.
MIN_JACCARD, SURE_JACCARD = 0.2, 0.5
MIN_COSINE, SURE_COSINE = 0.8, 0.95


@dataclass(frozen=True)
class Synonym:
    """Two words that seem to mean the same; the first, a candidate, means the second.

    word, means: positions of words. jaccard: of their owners. cosine: of their mean pictures.
    """

    word: int
    means: int
    jaccard: float
    cosine: float

    @property
    def is_certain(self) -> bool:
        """Return whether the words can be merged without a person."""
        return self.jaccard >= SURE_JACCARD and self.cosine >= SURE_COSINE


def find_synonyms(uses: Uses, labels: Sequence[WeakLabels]) -> list[Synonym]:
    """Return for each candidate the word that it most seems to mean, if there is one.

    Only words that can be seen have synonyms, and two tags never mean the same. Of two candidates,
    the rarer one means the other.
    """
    visual = [one for one in labels if one.figures is not None and one.figures.is_visual]
    if len(visual) < 2:
        return []
    words = np.array([one.word for one in visual])
    means = np.stack([one.mean for one in visual])
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-6)
    cosine = means @ means.T
    jaccard = _jaccard(uses, words)
    pictures = np.bincount(uses.word, minlength=len(uses.words))[words]
    is_tag = np.array([uses.words[word].tag_id is not None for word in words.tolist()])
    found = []
    for one in np.flatnonzero(~is_tag).tolist():
        # A tag, or a candidate that is more frequent.
        above = is_tag | (pictures > pictures[one])
        above |= (pictures == pictures[one]) & (np.arange(len(words)) < one)
        above[one] = False
        likely = above & (jaccard[one] >= MIN_JACCARD) & (cosine[one] >= MIN_COSINE)
        if likely.any():
            other = int(np.argmax(np.where(likely, jaccard[one] * cosine[one], -1)))
            found.append(
                Synonym(
                    int(words[one]),
                    int(words[other]),
                    float(jaccard[one, other]),
                    float(cosine[one, other]),
                )
            )
    return found


def _jaccard(uses: Uses, words: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the Jaccard index of the owners of each two words, (words, words)."""
    chosen = np.isin(uses.word, words)
    owners, owner = np.unique(uses.owner[uses.image[chosen]], return_inverse=True)
    gives = np.zeros((len(words), len(owners)), dtype=np.float32)
    place = {word: number for number, word in enumerate(words.tolist())}
    gives[[place[word] for word in uses.word[chosen].tolist()], owner] = 1
    both = gives @ gives.T
    total = gives.sum(axis=1)
    return both / np.maximum(total[:, np.newaxis] + total - both, 1)
