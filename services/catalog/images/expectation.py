"""Estimate, for each limit, the precision of the shown tags and how many images keep any."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

# Limits of the dial, ascending.
LIMITS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
# Prior: the model's own confidence counts as this many verdicts, so that a few do not dominate.
PRIOR_VERDICTS = 20
# From this many verdicts, they outweigh the prior.
MIN_VERDICTS = 20

Basis = Literal["verdicts", "held_out", "network"]


@dataclass(frozen=True)
class Step:
    """One limit: the precision, what the figure is based on, and how much is still shown."""

    min_confidence: float
    right: float | None
    verdicts: int
    basis: Basis
    images: int
    tags: int


@dataclass(frozen=True)
class HeldOut:
    """The precision of the live version on held-out images, at one limit."""

    precision: float
    min_confidence: float


def expect(
    probabilities: NDArray[np.float32],
    present: NDArray[np.bool_],
    verdicts: Mapping[int, tuple[int, int]],
    held_out: HeldOut | None,
) -> list[Step]:
    """Return what each limit of the dial shows on some images.

    probabilities: (images, tags), NaN for tags that are not shown. present: (images, tags),
    people's decisions, which are shown at every limit and count as right. verdicts: kept and
    removed tags by bin of confidence, see `count_verdicts`.
    """
    bins = np.digitize(np.nan_to_num(probabilities, nan=-1), np.array(LIMITS, np.float32))
    bins[present] = 0
    shown = np.bincount(bins.ravel(), minlength=len(LIMITS) + 1)
    mass = np.bincount(
        bins.ravel(), np.nan_to_num(probabilities).ravel(), minlength=len(LIMITS) + 1
    )
    mean = mass / np.maximum(shown, 1)
    factor = _scale(mean, shown, held_out)
    right = np.zeros(len(LIMITS) + 1)
    for bin in range(1, len(LIMITS) + 1):
        prior = min(1.0, mean[bin] * (factor if _is_held(bin, held_out) else 1.0))
        kept, removed = verdicts.get(bin, (0, 0))
        right[bin] = (kept + PRIOR_VERDICTS * prior) / (kept + removed + PRIOR_VERDICTS)
    decided = int(present.sum())
    best = np.where(present, np.inf, np.nan_to_num(probabilities, nan=-1)).max(axis=1, initial=-1)
    steps = []
    for number, limit in enumerate(LIMITS, start=1):
        tags = int(shown[number:].sum()) + decided
        expected = float((shown[number:] * right[number:]).sum()) + decided
        judged = sum(sum(verdicts.get(bin, (0, 0))) for bin in range(number, len(LIMITS) + 1))
        steps.append(
            Step(
                min_confidence=limit,
                right=round(expected / tags, 4) if tags else None,
                verdicts=judged,
                basis=_basis(judged, limit, held_out),
                images=int((best >= np.float32(limit)).sum()),
                tags=tags,
            )
        )
    return steps


def _scale(mean: NDArray[np.float64], shown: NDArray[np.intp], held_out: HeldOut | None) -> float:
    """Return the factor that corrects the model's confidence, measured on held-out images."""
    if held_out is None:
        return 1.0
    above = [bin for bin in range(1, len(LIMITS) + 1) if _is_held(bin, held_out) and shown[bin]]
    confident = sum(mean[bin] * shown[bin] for bin in above) / max(sum(shown[above]), 1)
    return held_out.precision / confident if confident else 1.0


def _is_held(bin: int, held_out: HeldOut | None) -> bool:
    """Return whether a bin is at or above the limit at which held-out precision was measured."""
    return held_out is not None and bin > 0 and LIMITS[bin - 1] >= held_out.min_confidence


def _basis(verdicts: int, limit: float, held_out: HeldOut | None) -> Basis:
    if verdicts >= MIN_VERDICTS:
        return "verdicts"
    if held_out is not None and limit >= held_out.min_confidence:
        return "held_out"
    return "network"


def shown_columns(
    probabilities: NDArray[np.float32], present: NDArray[np.bool_]
) -> Sequence[NDArray[np.intp]]:
    """Return for each image the columns of the tags that the lowest limit shows."""
    shown = present | (probabilities >= np.float32(LIMITS[0]))
    return [np.flatnonzero(row) for row in shown]
