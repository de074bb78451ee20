"""Fit a classifier of one tag to a few examples, in numpy, while a person waits.

The trainer's own fit also considers trust, mutually exclusive tags and the network's probabilities.
This one only has to show, within a second, what a tag would find.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# As in the trainer: on the squared weights, over features of the same length.
WEIGHT_PENALTY = 0.5
STEPS = 12
# Keeps a certain example from causing an infinite step.
MIN_VARIANCE = 1e-4
MAX_LOGIT = 30.0


@dataclass(frozen=True)
class QuickClassifier:
    """A linear classifier. weight: (dimensions,) float64."""

    weight: NDArray[np.float64]
    bias: float

    def probabilities(self, inputs: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return probabilities (images,) for inputs (images, dimensions)."""
        logits = np.clip(inputs @ self.weight + self.bias, -MAX_LOGIT, MAX_LOGIT)
        return np.asarray(1 / (1 + np.exp(-logits)))


def fit_quickly(
    inputs: NDArray[np.floating], present: NDArray[np.bool_], weight: NDArray[np.floating]
) -> QuickClassifier:
    """Fit a logistic regression in which both classes have the same total weight.

    inputs: (images, dimensions); present, weight: (images,). Newton's method on the dual problem
    (iteratively reweighted least squares), since there are fewer images than dimensions.
    """
    centre = inputs.mean(axis=0, dtype=np.float64)
    rows = inputs.astype(np.float64) - centre
    kernel = rows @ rows.T
    balanced = _balance(present, weight.astype(np.float64))
    dual = np.zeros(len(rows))
    bias = 0.0
    system = np.ones((len(rows) + 1, len(rows) + 1))
    system[-1, -1] = 0
    for _ in range(STEPS):
        logits = kernel @ dual + bias
        chance = 1 / (1 + np.exp(-np.clip(logits, -MAX_LOGIT, MAX_LOGIT)))
        variance = np.maximum(chance * (1 - chance), MIN_VARIANCE)
        system[:-1, :-1] = kernel
        system[np.arange(len(rows)), np.arange(len(rows))] += WEIGHT_PENALTY / (balanced * variance)
        target = np.append(logits + (present - chance) / variance, 0)
        solved = np.linalg.solve(system, target)
        dual, bias = solved[:-1], float(solved[-1])
    slope = rows.T @ dual
    return QuickClassifier(slope, bias - float(centre @ slope))


def _balance(present: NDArray[np.bool_], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weights with which both classes count the same in total."""
    positive, negative = weight[present].sum(), weight[~present].sum()
    return np.where(present, weight, weight * positive / max(negative, np.finfo(float).tiny))
