"""Baselines: scikit-learn on the same embeddings."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.multiclass import OneVsRestClassifier

ITERATIONS = 2000


def one_vs_rest(
    embeddings: NDArray[np.float32], labels: Sequence[str], asked: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return scores of a class-balanced logistic regression per label.

    (queries, labels in order).
    """
    found: NDArray[np.float64] = (
        OneVsRestClassifier(_regression()).fit(embeddings, labels).predict_proba(asked)
    )
    return found


def multinomial(
    embeddings: NDArray[np.float32], labels: Sequence[str], asked: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return scores of one class-balanced regression over all labels, treated as exclusive."""
    found: NDArray[np.float64] = _regression().fit(embeddings, labels).predict_proba(asked)
    return found


def mean_average_precision(
    scores: NDArray[np.floating], truth: Sequence[str], labels: Sequence[str]
) -> float:
    """Return the mean average precision over labels; scores: (images, labels)."""
    true = np.array(truth)
    return float(
        np.mean(
            [
                average_precision_score(true == label, scores[:, column])
                for column, label in enumerate(labels)
            ]
        )
    )


def _regression() -> LogisticRegression:
    return LogisticRegression(class_weight="balanced", max_iter=ITERATIONS)
