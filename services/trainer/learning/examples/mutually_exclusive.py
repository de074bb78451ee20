"""Find mutually exclusive tags from people's labels, without being told."""

import numpy as np
from numpy.typing import NDArray

from shared.model.learned.exclusions import NO_GROUP, Exclusions

# A tag stands alone if other tags beside it were expected at least this often by chance (never to
# see one is then less likely than one in twenty), …
MIN_EXPECTED = 3.0
# … and if fewer than this share of the expected cases were seen.
MAX_SHARE = 0.1


def find_mutually_exclusive(given: NDArray[np.bool_], ancestors: NDArray[np.intp]) -> Exclusions:
    """Return which tags people never give to one picture.

    given: (images, tags), the tags that people gave to each picture. ancestors: (pairs, 2),
    positions of narrower and wider tags; these never exclude each other, since a poodle is a dog.

    Two tags exclude each other if both stand alone and were never given together.
    """
    tags = given.shape[1]
    labelled = given[given.any(axis=1)]
    if not len(labelled):
        return Exclusions.none(tags)
    counts = labelled.sum(axis=0)
    share = counts / len(labelled)
    # If tags were independent, the chance of this tag alone: the product of the others' absences.
    absences = np.log1p(-np.minimum(share, 1 - 1e-9))
    expected = counts * -np.expm1(absences.sum() - absences)
    several = labelled[labelled.sum(axis=1) > 1]
    beside = several.sum(axis=0)
    alone = (expected >= MIN_EXPECTED) & (beside < MAX_SHARE * expected)
    if alone.sum() < 2:
        return Exclusions.none(tags)
    related = ancestors[alone[ancestors].all(axis=1)]
    compatible = np.concatenate([_given_together(several, alone), related])
    pairs = np.unique(np.sort(compatible, axis=1), axis=0).astype(np.int32)
    return Exclusions(np.where(alone, 0, NO_GROUP).astype(np.int32), pairs)


def _given_together(given: NDArray[np.bool_], alone: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return pairs of tags that stand alone but were given to one picture, (pairs, 2)."""
    pairs = [np.empty((0, 2), dtype=np.intp)]
    for row in given:
        together = np.flatnonzero(row & alone)
        first, second = np.triu_indices(len(together), k=1)
        pairs.append(np.stack([together[first], together[second]], axis=1))
    return np.concatenate(pairs)
