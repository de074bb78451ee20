"""Find tags that exclude each other. People's labels show it; nobody has to say so."""

import numpy as np
from numpy.typing import NDArray

# A tag stands alone if others were to be expected beside it at least this often by chance (seen
# never, that is less likely than one in twenty), …
MIN_EXPECTED = 3.0
# … and if it was seen beside others in less than this share of the expected cases.
MAX_SHARE = 0.1


def find_mutually_exclusive(
    given: NDArray[np.bool_], related: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which tags people never give to one picture: (tags, tags) bool, true on the diagonal.

    given: (images, tags), the tags that people gave to each picture. related: (tags, tags), true
    for a tag and its ancestors; these never exclude each other, since a poodle is a dog.

    Two tags exclude each other if both stand alone and were never given together.
    """
    labelled = given[given.any(axis=1)].astype(np.float64)
    exclusive = np.eye(given.shape[1], dtype=np.bool_)
    if not len(labelled):
        return exclusive
    share = labelled.mean(axis=0)
    # Of tags that are given independently, none but this one: the product of the others' absences.
    absences = np.log1p(-np.minimum(share, 1 - 1e-9))
    expected = labelled.sum(axis=0) * -np.expm1(absences.sum() - absences)
    together = labelled.T @ labelled
    others = labelled.sum(axis=1, keepdims=True) - labelled > 0
    beside = (labelled * others).sum(axis=0)
    alone = (expected >= MIN_EXPECTED) & (beside < MAX_SHARE * expected)
    return exclusive | (np.outer(alone, alone) & (together == 0) & ~related)
