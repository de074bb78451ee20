"""Which tags to show of many pictures at once: what `choose_tags` says of each of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ChosenTags:
    """Tags of several pictures, picture by picture, each one's by column.

    rows: (chosen,) positions of pictures; columns: (chosen,) columns of their tags; confidences:
    (chosen,) float32.
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    confidences: NDArray[np.float32]


def choose_many(probabilities: NDArray[np.float32], min_confidence: float) -> ChosenTags:
    """Pick the tags of each picture from (pictures, tags) probabilities.

    The same tags as `choose_tags` picks, in no order worth showing: it is for storing them.
    """
    # On a flat array it takes a tenth of the time.
    rows, columns = np.divmod(
        np.flatnonzero(probabilities >= min_confidence), probabilities.shape[1]
    )
    return ChosenTags(rows, columns, probabilities[rows, columns])
