"""`precision=0.9`: choose tags that are right nine times out of ten, as measured on corrections."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.catalog.images.opinion import Opinion
from shared.model.learned.tags import PRECISIONS
from shared.model.scorer import Scorer

CORRECTIONS = "corrections"
NETWORK = "network"


@dataclass(frozen=True)
class PrecisionLimits:
    """The probability from which each tag is shown.

    minimum: (tags,) float32. measured: (tags,) bool, true if the limit comes from corrections;
    otherwise the network's probability is taken as its precision.
    """

    minimum: NDArray[np.float32]
    measured: NDArray[np.bool_]


def limits_for(scorer: Scorer, precision: float) -> PrecisionLimits:
    """Return the limits of all tags for the lowest of PRECISIONS that is at least `precision`."""
    minimum = np.full(len(scorer.vocabulary), precision, np.float32)
    measured = np.zeros(len(scorer.vocabulary), dtype=bool)
    step = np.searchsorted(PRECISIONS, np.float32(precision))
    if step < len(PRECISIONS):
        for tags, columns in (
            (scorer.head.pretrained, scorer.pretrained_columns),
            (scorer.head.learned_tags, scorer.learned_columns),
        ):
            # What people taught takes precedence.
            thresholds = tags.thresholds[:, step]
            measured[columns] = ~np.isnan(thresholds)
            minimum[columns] = np.where(measured[columns], thresholds, precision)
    return PrecisionLimits(minimum, measured)


def choose_precise(opinion: Opinion, precision: float) -> tuple[NDArray[np.bool_], dict[str, str]]:
    """Return which tags to show, (tags,), and by slug what each choice is based on."""
    if opinion.scorer is None:
        limits = PrecisionLimits(np.array(precision, np.float32), np.zeros_like(opinion.present))
    else:
        limits = limits_for(opinion.scorer, precision)
    sure = opinion.sure(limits.minimum)
    measured = limits.measured | opinion.present
    vocabulary = opinion.vocabulary
    for column in np.flatnonzero(sure).tolist():
        # Implied tags are right whenever the tag is, whatever their own limits.
        above = vocabulary.ancestors(column)
        implied = above[~sure[above] & ~opinion.absent[above]]
        sure[implied] = True
        measured[implied] = measured[column]
    return sure, {
        vocabulary.tags[column].slug: CORRECTIONS if measured[column] else NETWORK
        for column in np.flatnonzero(sure)
    }
