"""Find the logit from which a word is shown, and the probability that a logit stands for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Limits of a fitted scale: beyond them a few examples would decide.
MIN_SCALE, MAX_SCALE = 0.2, 5.0
SCALE_PENALTY = 1.0
NEWTON_STEPS = 50
MAX_LOGIT = 30.0


@dataclass(frozen=True)
class WordCurve:
    """Logits of pictures that the model has not seen, with their labels.

    logits: (pictures,) float; present: (pictures,) bool; weight: (pictures,), the weight of each.
    """

    logits: NDArray[np.floating]
    present: NDArray[np.bool_]
    weight: NDArray[np.floating]

    def where(self, chosen: NDArray[np.bool_]) -> WordCurve:
        """Return some of the pictures; chosen: (pictures,)."""
        return WordCurve(self.logits[chosen], self.present[chosen], self.weight[chosen])

    def counts(self, is_shown: NDArray[np.bool_]) -> tuple[float, float, float]:
        """Return the weights of right, shown and present pictures; is_shown: (pictures,)."""
        return (
            float(self.weight[is_shown & self.present].sum()),
            float(self.weight[is_shown].sum()),
            float(self.weight[self.present].sum()),
        )


def find_threshold(curve: WordCurve, precision: float) -> float | None:
    """Return the logit that reaches the precision with the best F1; None if no logit reaches it.

    The precision is what calibrated probabilities predict (Platt 1999), because counting would
    depend on chance for the few pictures near the threshold.
    """
    if not curve.present.any():
        return None
    scale, bias = fit_calibration(curve)
    order = np.argsort(-curve.logits, kind="stable")
    logits, weight = curve.logits[order], curve.weight[order]
    shown = np.cumsum(weight)
    right = np.cumsum(weight * curve.present[order])
    expected = np.cumsum(weight * _sigmoid(scale * logits + bias))
    reached = np.flatnonzero(expected / shown >= precision)
    if not len(reached):
        return None
    f1 = 2 * right[reached] / (shown[reached] + right[-1])
    last = reached[np.argmax(f1)]
    below = logits[min(last + 1, len(logits) - 1)]
    return float((logits[last] + below) / 2)


def fit_calibration(curve: WordCurve) -> tuple[float, float]:
    """Return the scale and bias that turn logits into log-odds, by Newton's method."""
    scale, bias = 1.0, 0.0
    for _ in range(NEWTON_STEPS):
        probability = _sigmoid(scale * curve.logits + bias)
        error = curve.weight * (probability - curve.present)
        curvature = curve.weight * probability * (1 - probability)
        gradient = np.array(
            [(error * curve.logits).sum() + SCALE_PENALTY * (scale - 1), error.sum()]
        )
        mixed = (curvature * curve.logits).sum()
        hessian = np.array(
            [
                [(curvature * curve.logits**2).sum() + SCALE_PENALTY, mixed],
                [mixed, curvature.sum() + 1e-6],
            ]
        )
        step = np.linalg.solve(hessian, gradient)
        # Far from the optimum a full step may overshoot.
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        scale, bias = scale - float(step[0]), bias - float(step[1])
    return float(np.clip(scale, MIN_SCALE, MAX_SCALE)), bias


def fit_scale(curve: WordCurve, threshold: float, confidence: float) -> float:
    """Return the scale of the best probabilities that give the threshold this confidence."""
    offset = np.log(confidence) - np.log1p(-confidence)
    distances = curve.logits - threshold
    scales = np.geomspace(MIN_SCALE, MAX_SCALE, 60)

    def loss(scale: float) -> float:
        logits = scale * distances + offset
        signed = np.where(curve.present, -logits, logits)
        return float((curve.weight * np.logaddexp(0, signed)).sum())

    return float(min(scales, key=loss))


def _sigmoid(logits: NDArray[np.floating]) -> NDArray[np.floating]:
    return 1 / (1 + np.exp(-np.clip(logits, -MAX_LOGIT, MAX_LOGIT)))
