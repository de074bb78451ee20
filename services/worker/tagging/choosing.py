"""Choose the tags to store for many pictures at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.model.scorer import Scorer


@dataclass(frozen=True)
class ChosenTags:
    """Tags of several pictures, unsorted.

    rows: (chosen,) positions of pictures; tag_ids: (chosen,) int32 ids of their tags; confidences:
    (chosen,) float32.
    """

    rows: NDArray[np.intp]
    tag_ids: NDArray[np.int32]
    confidences: NDArray[np.float32]

    def of_row(self, row: int) -> ChosenTags:
        """Return the tags of one picture."""
        return self.where(self.rows == row)

    def where(self, chosen: NDArray[np.bool_]) -> ChosenTags:
        """Return the selected tags; chosen: (chosen,)."""
        return ChosenTags(self.rows[chosen], self.tag_ids[chosen], self.confidences[chosen])

    def and_also(self, other: ChosenTags) -> ChosenTags:
        """Return these tags and others of the same pictures."""
        return ChosenTags(
            np.concatenate([self.rows, other.rows]),
            np.concatenate([self.tag_ids, other.tag_ids]),
            np.concatenate([self.confidences, other.confidences]),
        )


def choose_many(
    probabilities: NDArray[np.float32], tag_ids: NDArray[np.int32], min_confidence: float
) -> ChosenTags:
    """Choose the tags of each picture from (pictures, tags) probabilities, as `choose_tags` does.

    tag_ids: (tags,).
    """
    # Tag by tag, as they lie in memory; on a flat array this takes a tenth of the time.
    is_shown = (probabilities >= min_confidence).T
    columns, rows = np.divmod(np.flatnonzero(is_shown), max(len(probabilities), 1))
    return ChosenTags(rows, tag_ids[columns], probabilities[rows, columns])


def choose_own(
    scorer: Scorer,
    embeddings: NDArray[np.float16],
    owners: Sequence[str],
    min_confidence: float,
) -> ChosenTags:
    """Choose tags that the pictures' owners taught for their own images; owners: (pictures,)."""
    chosen = ChosenTags(np.empty(0, np.intp), np.empty(0, np.int32), np.empty(0, np.float32))
    for own, rows in scorer.own_of(owners):
        found = choose_many(
            own.showable_probabilities(embeddings[rows]), own.tag_ids, min_confidence
        )
        chosen = chosen.and_also(ChosenTags(rows[found.rows], found.tag_ids, found.confidences))
    return chosen
