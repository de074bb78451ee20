"""Teach corrected tags from hashtags too, if people's decisions show that this helps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.evaluation.evaluation import Unseen
from services.trainer.learning.evaluation.metrics import average_precision_of
from services.trainer.learning.examples.targets import Targets
from services.trainer.learning.fitting.problem import LearningProblem, WeakRows

# A tag that loses more average precision than this on people's decisions is learned without
# hashtags.
MAX_LOSS = 0.01

Fit = Callable[[LearningProblem], Unseen]


@dataclass(frozen=True)
class Candidate:
    """What was learned from a problem, and its predictions for what it was not trained on."""

    problem: LearningProblem
    unseen: Unseen


@dataclass(frozen=True)
class Compared:
    """The better candidate, and what hashtags gave or cost, for the report.

    without: the candidate without hashtags, where the better one has learned from them.
    """

    better: Candidate
    without: Candidate | None
    report: dict[str, Any]


def fit_with_and_without(
    problem: LearningProblem,
    weak: WeakRows | None,
    fit: Fit,
    slugs: Sequence[str],
    decided: Targets,
) -> Compared:
    """Fit a candidate without hashtags, and if there are any, one with them; return the better.

    decided: the targets that people's decisions make, (images, tags). Both are judged on cells that
    neither was trained on. Tags that lose by their hashtags are fitted again without them.
    """
    without = fit(problem)
    if weak is None or not weak.targets.present.any():
        return Compared(Candidate(problem, without), None, {})
    before = _precisions(without, decided)
    used = np.asarray(weak.targets.present.any(axis=0))
    with_weak = replace(problem, weak=weak)
    candidate = fit(with_weak)
    gains = _gains(before, _precisions(candidate, decided))
    losing = used & (gains < -MAX_LOSS)
    if losing.any():
        used = used & ~losing
        with_weak = replace(problem, weak=weak.without(losing))
        candidate = fit(with_weak) if used.any() else without
    after = _precisions(candidate, decided)
    is_better = bool(used.any()) and float(np.nansum(after - before)) > 0
    tags = {
        slug: {
            "pictures": int(weak.targets.present[:, column].sum()),
            "without": _rounded(before[column]),
            "with": _rounded(after[column]),
            "used": is_better and bool(used[column]),
        }
        for column, slug in enumerate(slugs)
        if weak.targets.present[:, column].any()
    }
    report = {
        "judged_on": "people's decisions",
        "without": _rounded(_mean(before)),
        "with": _rounded(_mean(after)),
        "used": is_better,
        "tags": tags,
    }
    alone = Candidate(problem, without)
    if is_better:
        return Compared(Candidate(with_weak, candidate), alone, report)
    return Compared(alone, None, report)


def without_hashtags(report: dict[str, Any], reason: str) -> dict[str, Any]:
    """Return the report where the gate refused what hashtags taught, for a reason."""
    tags = {slug: {**figures, "used": False} for slug, figures in report["tags"].items()}
    return {**report, "used": False, "refused": reason, "tags": tags}


def _precisions(unseen: Unseen, decided: Targets) -> NDArray[np.float64]:
    """Return the average precision of each tag, (tags,); NaN where nothing can be measured."""
    judged = decided.masked(~unseen.valid)
    found = [
        average_precision_of(unseen.probabilities, judged, column)
        for column in range(unseen.probabilities.shape[1])
    ]
    return np.array([np.nan if one is None else one for one in found], dtype=np.float64)


def _gains(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what each tag gained, (tags,); a tag that cannot be measured counts as a loser."""
    return np.where(np.isnan(before), -1.0, after - before)


def _mean(precisions: NDArray[np.float64]) -> float:
    return float(np.nanmean(precisions)) if np.isfinite(precisions).any() else float("nan")


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
