"""Bands of confidence: an image's row in `image_search` says in which of them its tags lie.

So most rows are decided without reading tags. Only where a limit lies inside a band are that band's
tags compared one by one.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

# As in the function index_images: bands of 0.05, as Postgres' real.
LIMITS = tuple(float(np.float32(number / 20)) for number in range(1, 20))
COUNT = len(LIMITS) + 1
ALL = (1 << COUNT) - 1


@dataclass(frozen=True)
class Bands:
    """Masks of bands. inside: every confidence in them is in the range; edges: some may be."""

    inside: int
    edges: int


def bands_of(low: float | None, high: float | None) -> Bands:
    """Return the bands of a range of confidence, limits included. None: no limit."""
    lowest, highest = 0, COUNT - 1
    edges = 0
    if low is not None:
        low = float(np.float32(low))
        lowest = bisect_right(LIMITS, low)
        if lowest and LIMITS[lowest - 1] < low:
            edges |= 1 << lowest
    if high is not None:
        highest = bisect_right(LIMITS, float(np.float32(high)))
        edges |= 1 << highest
    reached = _mask(lowest, highest)
    return Bands(reached & ~edges, reached & edges)


def _mask(first: int, last: int) -> int:
    """Return the bits from first to last; none where last is before first."""
    return ALL & ~((1 << first) - 1) & ((1 << (last + 1)) - 1)
