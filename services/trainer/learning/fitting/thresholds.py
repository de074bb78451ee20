"""Find the probability above which a learned tag is right often enough."""

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.examples.targets import Targets
from shared.model.learned.tags import PRECISIONS

# With fewer positives a threshold would be random; the tag's own probability is used instead.
MIN_POSITIVES = 8


def find_thresholds(probabilities: NDArray[np.float32], targets: Targets) -> NDArray[np.float32]:
    """Return the lowest thresholds that reach each precision of PRECISIONS, (tags, precisions).

    probabilities: (images, tags), of images that were not trained on. NaN if there are too few
    images, or if no threshold reaches the precision.
    """
    columns = [
        _thresholds_of(
            probabilities[targets.weight[:, column] > 0, column],
            targets.present[targets.weight[:, column] > 0, column],
        )
        for column in range(probabilities.shape[1])
    ]
    return np.array(columns, dtype=np.float32).reshape(len(columns), len(PRECISIONS))


def _thresholds_of(
    probabilities: NDArray[np.float32], present: NDArray[np.bool_]
) -> NDArray[np.float32]:
    thresholds = np.full(len(PRECISIONS), np.nan, dtype=np.float32)
    if present.sum() < MIN_POSITIVES:
        return thresholds
    order = np.argsort(-probabilities, kind="stable")
    right = np.cumsum(present[order])
    shown = np.arange(1, len(order) + 1)
    # Count one more error than seen (rule of succession): a few right ones prove little.
    precision = right / (shown + 1)
    for position, wanted in enumerate(PRECISIONS):
        reached = np.flatnonzero(precision >= wanted)
        if len(reached):
            thresholds[position] = probabilities[order[reached[-1]]]
    return thresholds
