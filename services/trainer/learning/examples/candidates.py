"""Find images that may have a tag although no one added it: they are not negative examples.

Reliable negatives in positive-unlabelled learning (Liu et al. 2002), found by nearest neighbours.
"""

import numpy as np
from numpy.typing import NDArray

# An image may have a tag if it is as near to an example as this share of the examples are.
NEAR_SHARE = 0.9
# The minimum cosine at which an image is near to a single example.
NEAR_TO_ONE = 0.5
MIN_LENGTH = 1e-6


def may_have(
    images: NDArray[np.float32], examples: NDArray[np.float32], given: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return whether an image looks as much like a tag's examples as they look like each other.

    images: (n, kept), examples: (m, kept), features in one subspace. given: (m, tags), the tags
    that people gave to the examples. Returns (n, tags).
    """
    images, examples = _directions(images), _directions(examples)
    found = np.zeros((len(images), given.shape[1]), dtype=np.bool_)
    for column in np.flatnonzero(given.any(axis=0)):
        positives = examples[given[:, column]]
        nearest = (images @ positives.T).max(axis=1)
        found[:, column] = nearest >= _usual_nearness(positives)
    return found


def _usual_nearness(positives: NDArray[np.float32]) -> float:
    """Return the cosine that most examples reach with their nearest other example."""
    if len(positives) == 1:
        return NEAR_TO_ONE
    cosines = positives @ positives.T
    np.fill_diagonal(cosines, -1)
    return float(np.quantile(cosines.max(axis=1), 1 - NEAR_SHARE))


def _directions(features: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return features / np.maximum(lengths, MIN_LENGTH)
