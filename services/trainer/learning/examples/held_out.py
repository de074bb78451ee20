"""Split images into a fold that is never trained on and folds for cross-validation."""

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

FOLDS = 5
HELD_OUT_FOLD = 0
# The fold of uncorrected images, which no model is trained on.
NEGATIVE_SAMPLE = -1
# With fewer held-out examples, a tag's figures would be random.
MIN_EXAMPLES = 10


def folds_of(ids: Sequence[UUID], negative_samples: int) -> NDArray[np.intp]:
    """Return the fold of each image, (images + negative_samples,), from a hash of its id."""
    folds = [int.from_bytes(sha256(image_id.bytes).digest()[:4]) % FOLDS for image_id in ids]
    return np.array(folds + [NEGATIVE_SAMPLE] * negative_samples, dtype=np.intp)


def measurable(given: NDArray[np.bool_], folds: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which tags have enough held-out examples, (tags,); the others are cross-validated.

    given: (images, tags).
    """
    examples: NDArray[np.intp] = given[folds == HELD_OUT_FOLD].sum(axis=0)
    return examples >= MIN_EXAMPLES
