"""`precision=0.9`: the tags that are right nine times of ten, as far as corrections can tell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.catalog.images.opinion import Opinion
from shared.model.learned_tags import PRECISIONS
from shared.model.scorer import Scorer

CORRECTIONS = "corrections"
NETWORK = "network"


@dataclass(frozen=True)
class PrecisionLimits:
    """From which probability on tags are shown.

    least: (tags,) float32. measured: (tags,) bool, true where the limit comes from corrections;
    elsewhere the network's probability is taken at its word.
    """

    least: NDArray[np.float32]
    measured: NDArray[np.bool_]


def limits_for(scorer: Scorer, precision: float) -> PrecisionLimits:
    """The limits of all tags for the least of PRECISIONS that is at least `precision`."""
    least = np.full(len(scorer.vocabulary), precision, np.float32)
    measured = np.zeros(len(scorer.vocabulary), dtype=bool)
    step = np.searchsorted(PRECISIONS, np.float32(precision))
    if step < len(PRECISIONS):
        for tags, columns in (
            (scorer.head.pretrained, scorer.pretrained_columns),
            (scorer.head.learned_tags, scorer.learned_columns),
        ):
            # What people taught has the last word on a tag.
            thresholds = tags.thresholds[:, step]
            measured[columns] = ~np.isnan(thresholds)
            least[columns] = np.where(measured[columns], thresholds, precision)
    return PrecisionLimits(least, measured)


def choose_precise(opinion: Opinion, precision: float) -> tuple[NDArray[np.bool_], dict[str, str]]:
    """Which tags to show, (tags,), and for each of their slugs what that is based on."""
    if opinion.scorer is None:
        limits = PrecisionLimits(np.array(precision, np.float32), np.zeros_like(opinion.present))
    else:
        limits = limits_for(opinion.scorer, precision)
    sure = opinion.sure(limits.least)
    measured = limits.measured | opinion.present
    vocabulary = opinion.vocabulary
    for column in np.flatnonzero(sure).tolist():
        # What a tag implies is right whenever it is, whatever its own limit says.
        above = vocabulary.ancestors(column)
        implied = above[~sure[above] & ~opinion.absent[above]]
        sure[implied] = True
        measured[implied] = measured[column]
    return sure, {
        vocabulary.tags[column].slug: CORRECTIONS if measured[column] else NETWORK
        for column in np.flatnonzero(sure)
    }
