"""Use what the live version knows as a referee: it stops owners who agree on something wrong.

Cross-validation by owner cannot find twenty accounts of one person that all call cats dogs. The
live version can, for every tag that it knows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.examples.targets import CERTAIN_ABSENT

# An owner's typical picture has to outscore this share of the background by the live version, …
MIN_STANDING = 0.6
# … and at most this much less than the pictures of the owners whom it supports most.
TOP_OWNERS, MAX_BEHIND = 0.9, 0.12


def contradicted(
    live: NDArray[np.floating], is_certain: NDArray[np.bool_], is_everyday: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which uses of known tags the live version is certain are wrong, (uses,).

    live: the tag's probability on the picture. is_certain: whether it is certain of a class of the
    network there. Everyday words may be beside anything. (uses,) each.
    """
    return is_certain & (live <= CERTAIN_ABSENT) & ~is_everyday


def supported(standing: NDArray[np.floating], owner: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return which pictures of one known tag come from owners whom the live version supports.

    standing: (n,), the share of the background that the live version scores lower for the tag.
    """
    owners, position = np.unique(owner, return_inverse=True)
    typical = np.array([np.median(standing[position == one]) for one in range(len(owners))])
    least = max(MIN_STANDING, float(np.quantile(typical, TOP_OWNERS)) - MAX_BEHIND)
    return np.asarray(typical >= least)[position]
