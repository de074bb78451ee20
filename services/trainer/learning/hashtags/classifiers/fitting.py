"""Fit classifiers of words on weak labels, and calibrate them by estimated frequency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.examples.targets import Targets
from services.trainer.learning.fitting.examples import Examples
from services.trainer.learning.fitting.fit import Classifiers, fit
from services.trainer.learning.hashtags.labels.weak_labels import WeakLabels
from shared.model.learned.exclusions import Exclusions
from shared.model.learned.tags import log_odds

# Positives are taken as 90 % certain (label smoothing, Szegedy et al. 2016).
SMOOTHING = 0.1
# Words that are fitted together, over the pictures of all of them.
WORDS_AT_ONCE = 16
# A background picture that scores above this share of the positives probably shows the word, so it
# is no negative.
MASKED_ABOVE = 0.2


@dataclass(frozen=True)
class Sample:
    """The pictures that classifiers of words are fitted on.

    features: (images, kept); background: (m, kept), pictures in general. network: (m, words), the
    network's probabilities there; ignored for custom tags and candidates. masked: (m, words),
    background pictures that are no negatives of a word. is_custom: (words,).
    """

    features: NDArray[np.float32]
    background: NDArray[np.float32]
    network: NDArray[np.float32]
    masked: NDArray[np.bool_]
    is_custom: NDArray[np.bool_]

    def with_background(self, chosen: NDArray[np.bool_]) -> Sample:
        """Return the sample with a part of the background; chosen: (m,)."""
        return replace(
            self,
            background=self.background[chosen],
            network=self.network[chosen],
            masked=self.masked[chosen],
        )


def fit_words(sample: Sample, labels: Sequence[WeakLabels]) -> Classifiers:
    """Return classifiers of words, in the order of their labels.

    The words are independent: no weak label says that a word is absent.
    """
    parts = [
        _fit_some(sample, labels[start : start + WORDS_AT_ONCE])
        for start in range(0, len(labels), WORDS_AT_ONCE)
    ]
    return Classifiers(
        np.concatenate([part.weight for part in parts], axis=1),
        np.concatenate([part.bias for part in parts]),
        np.concatenate([part.prior for part in parts]),
        Exclusions.none(len(labels)),
    )


def _fit_some(sample: Sample, labels: Sequence[WeakLabels]) -> Classifiers:
    rows = np.unique(np.concatenate([one.image for one in labels]))
    words = [one.word for one in labels]
    weight = np.zeros((len(rows), len(labels)), dtype=np.float32)
    network = np.full_like(weight, 0.5)
    for column, one in enumerate(labels):
        places = np.searchsorted(rows, one.image)
        weight[places, column] = one.weight
        network[places, column] = one.network
    absent = np.where(sample.masked[:, words], np.float32(0), np.float32(1))
    targets = Targets(
        np.concatenate([weight > 0, np.zeros(absent.shape, dtype=np.bool_)]),
        np.concatenate([weight, absent]),
    )
    custom = sample.is_custom[words]
    odds = log_odds(np.concatenate([network, sample.network[:, words]]))
    examples = Examples(
        np.concatenate([sample.features[rows], sample.background]),
        np.where(custom, np.float32(0), odds),
    )
    smoothing = np.zeros(len(examples.features), dtype=np.float32)
    smoothing[: len(rows)] = SMOOTHING
    return fit(examples, targets, Exclusions.none(len(labels)), custom, smoothing)
