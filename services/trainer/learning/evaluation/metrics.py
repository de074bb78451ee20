"""Measure probabilities against people's corrections."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.examples.targets import Targets

CALIBRATION_BINS = 10


@dataclass(frozen=True)
class Quality:
    """Figures of some tags on some images, each 0 to 1; None if there is nothing to measure.

    mean_average_precision: over the tags with a positive and a negative. precision, recall: of the
    shown tags, all tags together. calibration_error: expected calibration error (Naeini et al.
    2015) in ten bins.
    """

    mean_average_precision: float | None
    precision: float | None
    recall: float | None
    calibration_error: float | None


def measure_quality(
    probabilities: NDArray[np.float32], targets: Targets, min_confidence: float
) -> Quality:
    """Return the quality where the targets are not masked; both are (images, tags)."""
    averages = [
        average
        for column in range(targets.present.shape[1])
        if (average := average_precision_of(probabilities, targets, column)) is not None
    ]
    judged = targets.weight > 0
    shown = (probabilities >= min_confidence) & judged
    right = float((targets.weight * (shown & targets.present)).sum())
    return Quality(
        float(np.mean(averages)) if averages else None,
        _share(right, float((targets.weight * shown).sum())),
        _share(right, float((targets.weight * targets.present).sum())),
        calibration_error(probabilities[judged], targets.present[judged], targets.weight[judged]),
    )


def average_precision_of(
    probabilities: NDArray[np.float32], targets: Targets, column: int
) -> float | None:
    """Return the average precision of one tag; None without a positive and a negative example."""
    judged = targets.weight[:, column] > 0
    return average_precision(
        probabilities[judged, column],
        targets.present[judged, column],
    )


def average_precision(scores: NDArray[np.floating], present: NDArray[np.bool_]) -> float | None:
    """Return the area under the precision-recall curve, equal scores taken together.

    (images,) each.
    """
    if not present.any() or present.all():
        return None
    order = np.argsort(-scores, kind="stable")
    scores, present = scores[order], present[order]
    last_of_equal = np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1)
    found = np.cumsum(present)[last_of_equal]
    precision = found / (last_of_equal + 1)
    recalled = np.diff(found, prepend=0) / found[-1]
    return float((precision * recalled).sum())


def calibration_error(
    probabilities: NDArray[np.float32],
    present: NDArray[np.bool_],
    weight: NDArray[np.float32],
) -> float | None:
    """Return the weighted mean distance of probability and frequency; (judgements,) each."""
    if not len(probabilities):
        return None
    bins = np.minimum((probabilities * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    total = np.bincount(bins, weight, CALIBRATION_BINS)
    said = np.bincount(bins, weight * probabilities, CALIBRATION_BINS)
    true = np.bincount(bins, weight * present, CALIBRATION_BINS)
    return float(np.abs(said - true).sum() / total.sum())


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
