"""Whether a candidate leaves alone what the live version is certain of and nobody corrected."""

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.evaluation.gate import Comparison
from services.trainer.learning.examples.targets import CERTAIN_ABSENT, CERTAIN_PRESENT
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


def measure_spread(
    live: Scorer, candidate: Scorer, sampled: NDArray[np.float16], min_confidence: float
) -> float | None:
    """The share of the pictures that get a tag which the live version is certain they lack: of the
    tag where that share is largest. None where there are too few pictures to tell.

    sampled: (images, dimensions), that nobody corrected. Tags that people made do not count, since
    there is nothing yet that the live version could be certain of.
    """
    if len(sampled) < MIN_IMAGES:
        return None
    own = len(live.vocabulary.membership[0])
    columns = candidate.learned_columns[candidate.learned_columns < own]
    absent = live.tag_probabilities(sampled)[:, columns] <= CERTAIN_ABSENT
    shown = candidate.tag_probabilities(sampled)[:, columns] >= min_confidence
    return float((absent & shown).mean(axis=0).max(initial=0.0))
