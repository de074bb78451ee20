"""Measure words on pictures that neither the classifier nor the threshold has seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.evaluation.metrics import average_precision
from services.trainer.words.folds import FOLDS
from services.trainer.words.material import LabelledPictures
from services.trainer.words.thresholds import WordCurve, find_threshold

# A word with fewer certain positives among the exhaustively labelled pictures is also measured on
# its single-word pictures, which then weigh as if there were this many.
MIN_POSITIVES = 10
# Fewer would prove nothing.
MIN_NEGATIVES = 30
# The probability from which a tag is shown, the default of TAGLOOP_MIN_CONFIDENCE.
SHOWN_FROM = 0.4


@dataclass(frozen=True)
class Figures:
    """The quality of a word; shares from 0 to 1. positives: number of positives measured."""

    average_precision: float
    precision: float
    recall: float
    positives: int
    by_set: dict[str, dict[str, int]]

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-9)


def curve_of(
    material: LabelledPictures, logits: NDArray[np.floating], column: int
) -> tuple[WordCurve, NDArray[np.intp]] | None:
    """Return the word's logits on labelled pictures, and the rows of these.

    None if there are too few positives or negatives to measure.
    """
    known, present = material.known[:, column], material.present[:, column]
    weight = np.where(known & ~material.is_single, 1.0, 0.0)
    positives = float(weight[present].sum())
    single = material.is_single & present & known
    if positives < MIN_POSITIVES and single.any():
        weight[single] = (MIN_POSITIVES - positives) / single.sum()
    rows = np.flatnonzero(weight)
    curve = WordCurve(logits[rows, column], present[rows], weight[rows])
    negatives = float(curve.weight[~curve.present].sum())
    if curve.weight[curve.present].sum() < MIN_POSITIVES - 0.5 or negatives < MIN_NEGATIVES:
        return None
    return curve, rows


def measure_learned(
    material: LabelledPictures,
    logits: NDArray[np.floating],
    folds: NDArray[np.intp],
    column: int,
    target: float,
) -> Figures | None:
    """Measure a word in each fold with a threshold found without that fold.

    logits: (pictures, words), each by a model that has not seen the picture.
    """
    found = curve_of(material, logits, column)
    if found is None:
        return None
    curve, rows = found
    is_shown = np.zeros(len(rows), dtype=bool)
    for fold in range(FOLDS):
        inside = folds[rows] == fold
        threshold = find_threshold(curve.where(~inside), target)
        if threshold is not None:
            is_shown[inside] = curve.logits[inside] >= threshold
    # A word is also shown where the network's own classes add up to it.
    if material.has_network[column]:
        is_shown |= material.network[rows, column] >= SHOWN_FROM
    return _figures(material, curve, rows, is_shown)


def measure_network(material: LabelledPictures, column: int) -> Figures | None:
    """Measure the network's own predictions of a word, at the usual limit."""
    found = curve_of(material, material.network, column)
    if found is None or not material.has_network[column]:
        return None
    curve, rows = found
    return _figures(material, curve, rows, curve.logits >= SHOWN_FROM)


def _figures(
    material: LabelledPictures,
    curve: WordCurve,
    rows: NDArray[np.intp],
    is_shown: NDArray[np.bool_],
) -> Figures:
    right, shown, present = curve.counts(is_shown)
    sets = np.array(material.sets)[rows]
    return Figures(
        average_precision(curve.logits, curve.present) or 0.0,
        right / shown if shown else 0.0,
        right / present,
        int(curve.present.sum()),
        {
            name: {
                "right": int((is_shown & curve.present & (sets == name)).sum()),
                "shown": int((is_shown & (sets == name)).sum()),
                "present": int((curve.present & (sets == name)).sum()),
            }
            for name in sorted(set(sets.tolist()))
        },
    )
