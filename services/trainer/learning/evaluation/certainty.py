"""Check that a candidate keeps the live version's certain tags on uncorrected images."""

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.evaluation.gate import Comparison
from services.trainer.learning.examples.targets import CERTAIN_ABSENT, CERTAIN_PRESENT
from shared.model.scorer import Scorer

# With fewer pictures, a single changed tag would decide.
MIN_IMAGES = 20


def compare_certain(
    live: Scorer, candidate: Scorer, sampled: NDArray[np.float16], min_confidence: float
) -> Comparison:
    """Return the share of the live version's certain tags that the candidate also shows.

    sampled: (images, dimensions), not used to train the candidate. Tags that only the candidate
    shows don't count against it, since it was taught to find them.
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
    """Return the share of pictures that get a tag which the live version is certain they lack.

    This is for the tag with the largest share; None if there are too few pictures.

    sampled: (images, dimensions), uncorrected. Custom tags do not count, since the live version
    cannot be certain of them yet.
    """
    if len(sampled) < MIN_IMAGES:
        return None
    columns = candidate.learned_columns[candidate.learned_columns < live.vocabulary.word_count]
    absent = live.tag_probabilities(sampled)[:, columns] <= CERTAIN_ABSENT
    shown = candidate.tag_probabilities(sampled)[:, columns] >= min_confidence
    return float((absent & shown).mean(axis=0).max(initial=0.0))
