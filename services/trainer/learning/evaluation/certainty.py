"""Whether a candidate leaves alone what the live version is certain of and nobody corrected."""

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.evaluation.gate import Comparison
from services.trainer.learning.examples.targets import CERTAIN_PRESENT
from shared.model.scorer import Scorer

# With fewer pictures, one that changes its mind would decide.
MIN_IMAGES = 20


def compare_certain(
    live: Scorer, candidate: Scorer, sampled: NDArray[np.float16], min_confidence: float
) -> Comparison:
    """The share of the live version's certain tags that the candidate shows as well.

    sampled: (images, dimensions), that the candidate was not trained on. Tags that only the
    candidate shows don't count against it: finding them is what it was taught for.
    """
    if len(sampled) < MIN_IMAGES:
        return Comparison(None, None)
    certain = live.tag_probabilities(sampled) >= CERTAIN_PRESENT
    if not certain.any():
        return Comparison(None, None)
    kept = candidate.tag_probabilities(sampled)[certain] >= min_confidence
    return Comparison(1.0, float(kept.mean()))
