"""Predict corrected images with models that have not seen them, and measure the predictions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.evaluation.gate import Comparison
from services.trainer.learning.evaluation.metrics import average_precision_of, measure_quality
from services.trainer.learning.examples.held_out import (
    FOLDS,
    HELD_OUT_FOLD,
    NEGATIVE_SAMPLE,
    measurable,
)
from services.trainer.learning.examples.targets import Targets
from services.trainer.learning.fitting.fit import Classifiers
from services.trainer.learning.fitting.problem import LearningProblem
from services.trainer.learning.trust.votes import Labels

ReportShare = Callable[[float], None]


@dataclass(frozen=True)
class Unseen:
    """A candidate's predictions for images that it was not trained on.

    classifiers: the candidate. probabilities: (images, tags). valid: (images, tags) bool, false
    where the image was trained on. is_held_out: (tags,), whether the tag is measured on the
    held-out fifth, or else by cross-validation.
    """

    classifiers: Classifiers
    probabilities: NDArray[np.float32]
    valid: NDArray[np.bool_]
    is_held_out: NDArray[np.bool_]

    def without(self, tags: Sequence[int]) -> Unseen:
        """Return the predictions with none valid for some tags, given by their positions."""
        valid = self.valid.copy()
        valid[:, tags] = False
        return replace(self, valid=valid)


def fit_and_predict(
    problem: LearningProblem, labels: Labels, folds: NDArray[np.intp], progress: ReportShare
) -> Unseen:
    """Train the candidate, and one more model per fold for tags with few examples.

    folds: (images,). progress is called with the share that is done.

    A tag with enough held-out examples is never trained on them. For a tag with too few, the
    candidate learns from all examples, and models trained without one fold each measure how well
    that works.
    """
    targets = problem.targets(labels)
    held_out = folds == HELD_OUT_FOLD
    is_held_out = measurable(labels.given, folds)
    hidden = held_out[:, np.newaxis] & is_held_out
    negative_sample = (folds == NEGATIVE_SAMPLE)[:, np.newaxis]
    seen = targets.masked(hidden | negative_sample)
    candidate = problem.fit(seen, labels.given & ~hidden)
    probabilities = candidate.probabilities(problem.examples)
    rounds = 1 if is_held_out.all() else 1 + FOLDS
    progress(1 / rounds)
    if rounds > 1:
        # Tags compete only with tags that they exclude; the others need no retraining.
        asked = candidate.exclusions.linked(~is_held_out)
        smaller, own = problem.subset(asked), ~is_held_out[asked]
        for fold in range(FOLDS):
            out = folds == fold
            kept = ~hidden & ~out[:, np.newaxis]
            without = smaller.fit(
                seen.masked(~kept).columns(asked), (labels.given & kept)[:, asked]
            )
            predicted = without.probabilities(smaller.examples.rows(out))
            probabilities[np.ix_(out, asked[own])] = predicted[:, own]
            progress((2 + fold) / rounds)
    valid = np.where(is_held_out, held_out[:, np.newaxis], True) | negative_sample
    return Unseen(candidate, probabilities, valid, is_held_out)


def compare(
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    targets: Targets,
    cells: NDArray[np.bool_],
) -> Comparison:
    """Return the mean average precision before and after, on some (images, tags) cells."""
    judged = targets.masked(~cells)
    averages = [
        (was, now)
        for column in range(cells.shape[1])
        if (was := average_precision_of(before, judged, column)) is not None
        and (now := average_precision_of(after, judged, column)) is not None
    ]
    if not averages:
        return Comparison(None, None)
    was, now = np.mean(averages, axis=0)
    return Comparison(float(was), float(now))


@dataclass(frozen=True)
class Comparable:
    """The live version and the candidate on cells that neither was trained on.

    before: (images, tags), the live version's probabilities. cells: (images, tags) bool, the cells
    to compare.
    """

    before: NDArray[np.float32]
    unseen: Unseen
    targets: Targets
    cells: NDArray[np.bool_]
    min_confidence: float

    def overall(self) -> dict[str, Any]:
        """Return the report's figures for all tags together."""
        return self._both(slice(None))

    def by_tag(self, slugs: Sequence[str]) -> dict[str, Any]:
        """Return the report's figures for each tag.

        `average_precision` is the candidate's, on all images that it has not seen.
        """
        every = self.targets.masked(~self.unseen.valid)
        return {
            slug: {
                "examples": int(self.targets.present[:, column].sum()),
                "method": "held-out" if self.unseen.is_held_out[column] else "cross-validation",
                "average_precision": average_precision_of(self.unseen.probabilities, every, column),
                **self._both(slice(column, column + 1)),
            }
            for column, slug in enumerate(slugs)
        }

    def _both(self, columns: slice) -> dict[str, Any]:
        judged = self.targets.masked(~self.cells)
        some = Targets(judged.present[:, columns], judged.weight[:, columns])
        return {
            name: asdict(measure_quality(probabilities[:, columns], some, self.min_confidence))
            for name, probabilities in (
                ("before", self.before),
                ("after", self.unseen.probabilities),
            )
        }
