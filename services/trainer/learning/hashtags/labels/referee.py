"""Use what the live version knows as a referee: it stops owners who agree on something wrong.

Cross-validation by owner cannot find twenty accounts of one person that all call cats dogs. The
live version can, for every tag that it knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import comb

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.examples.targets import CERTAIN_ABSENT

# The bar for the pictures of an owner: they outscore this share of the background by the live
# version, …
MIN_STANDING = 0.6
# … and are at most this much behind the pictures of the owners whom it supports most.
TOP_OWNERS, MAX_BEHIND = 0.9, 0.12
# An owner is refused if more pictures than chance explains miss the bar: a sign test at this level.
SIGNIFICANCE = 0.05
# A picture that the live version finds less likely to show the tag than most others is not used.
CHANCE = 0.5


@dataclass(frozen=True)
class BackgroundPictures:
    """Pictures in general, to compare with.

    owner: (m,). labelled: (m, words), whether a picture has the word as a hashtag.
    live: (m, words), the live version's probability; NaN: of a word that it does not know.
    """

    owner: NDArray[np.int32]
    labelled: NDArray[np.bool_]
    live: NDArray[np.float32]


def contradicted(
    live: NDArray[np.floating], is_certain: NDArray[np.bool_], is_everyday: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which uses of known tags the live version is certain are wrong, (uses,).

    live: the tag's probability on the picture. is_certain: whether it is certain of a class of the
    network there. Everyday words may be beside anything. (uses,) each.
    """
    return is_certain & (live <= CERTAIN_ABSENT) & ~is_everyday


def refuse(
    word: NDArray[np.int32],
    owner: NDArray[np.int32],
    live: NDArray[np.float32],
    background: BackgroundPictures,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which uses the live version does not support, and which background is honest, (m,).

    A picture with a refused hashtag is no honest background: what it really shows is not known.
    word, owner, live: (uses,), the last one the live version's probability.
    """
    order = np.argsort(word, kind="stable")
    words, starts = np.unique(word[order], return_index=True)
    judged = [
        (one, uses)
        for one, uses in zip(words.tolist(), np.split(order, starts[1:]), strict=True)
        if not np.isnan(background.live[:, one]).any()
    ]
    is_honest = np.ones(len(background.owner), dtype=np.bool_)
    while True:
        refused = np.zeros(len(word), dtype=np.bool_)
        still_honest = is_honest.copy()
        for one, uses in judged:
            labelled = background.labelled[:, one]
            others = np.sort(background.live[is_honest & ~labelled, one])
            if not len(others):
                continue
            standing = np.searchsorted(others, live[uses], side="left") / len(others)
            owners = find_refused(standing, owner[uses])
            refused[uses] = np.isin(owner[uses], owners) | (standing < CHANCE)
            still_honest &= ~(labelled & np.isin(background.owner, owners))
        # Many pictures with one false word make those with another one look good in comparison.
        if (still_honest == is_honest).all():
            return refused, is_honest
        is_honest = still_honest


def find_refused(standing: NDArray[np.floating], owner: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the owners whose pictures of one known tag the live version does not support.

    standing: (n,), the share of the background that the live version scores lower for the tag.
    """
    owners, position, counts = np.unique(owner, return_inverse=True, return_counts=True)
    typical = [np.median(standing[position == one]) for one in range(len(owners))]
    bar = max(MIN_STANDING, float(np.quantile(typical, TOP_OWNERS)) - MAX_BEHIND)
    below = np.bincount(position, standing < bar, minlength=len(owners)).astype(np.intp)
    chance = [_sign_test(*pair) for pair in zip(below.tolist(), counts.tolist(), strict=True)]
    return owners[np.array(chance) < SIGNIFICANCE]


@cache
def _sign_test(below: int, count: int) -> float:
    """Return how likely at least so many pictures miss a bar that each passes half the time."""
    return sum(comb(count, number) for number in range(below, count + 1)) / 2**count
