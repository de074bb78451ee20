"""Mix the classifier of a word with the network's own (Wortsman et al. 2022)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.fitting.fit import Classifiers
from services.trainer.learning.hashtags.labels.weak_labels import WeakLabels
from services.trainer.learning.hashtags.preparing import Prepared
from shared.model.learned.tags import log_odds

# Shares of the learned logits; the rest is the network's.
MIXES = (1.0, 0.75, 0.5, 0.25)


def mixes_of(prepared: Prepared, labels: WeakLabels) -> tuple[float, ...]:
    """Return the shares of the learned logits to try; only 1 for words unknown to the network."""
    return MIXES if prepared.is_known[labels.word] else MIXES[:1]


def mixed(fitted: Classifiers, mixes: NDArray[np.float32]) -> Classifiers:
    """Return classifiers whose logits are in part the network's; mixes: (words,), learned shares.

    A mixture keeps what the network is certain of, and is often better than either classifier.
    """
    return replace(
        fitted,
        weight=fitted.weight * mixes,
        bias=fitted.bias * mixes,
        prior=fitted.prior * mixes + (1 - mixes),
    )


def logits_of(
    fitted: Classifiers,
    place: int,
    features: NDArray[np.float32],
    network: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return a word's logits on pictures, (n,); network: (n,), the network's probability of it."""
    logits: NDArray[np.float32] = features @ fitted.weight[:, place] + fitted.bias[place]
    return logits + fitted.prior[place] * log_odds(network)
