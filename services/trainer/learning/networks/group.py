"""Learn the tags of one owner, or the shared ones, on the embeddings of two networks.

The same learner predicts the same images twice, each time by models that have not seen them. So the
comparison is fair also for tags with few examples, of which the live version has seen all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.evaluation.evaluation import Comparable, Unseen, fit_and_predict
from services.trainer.learning.evaluation.metrics import average_precision_of
from services.trainer.learning.examples.held_out import folds_of
from services.trainer.learning.examples.targets import Targets
from services.trainer.learning.examples.training_set import TrainingSet
from services.trainer.learning.fitting.problem import (
    LearnableTags,
    LearningProblem,
    network_alone,
)
from services.trainer.learning.fitting.thresholds import find_thresholds
from services.trainer.learning.groups import knowing
from services.trainer.learning.networks.paired import PairedData
from services.trainer.outcome import Progress
from shared.db.tags.known_tag import KnownTag
from shared.model.learned.tags import LearnedTags
from shared.model.scorer import Scorer

LEARNING, COMPARING = "learning on the new network", "comparing the networks"
HALF = 0.5


@dataclass(frozen=True)
class GroupOutcome:
    """What was learned on the next network.

    averages: the average precision of each tag that could be measured, on the live network and on
    the next one. report: the figures.
    """

    learned: LearnedTags
    averages: list[tuple[float, float]]
    report: dict[str, Any]


@dataclass(frozen=True)
class TwoNetworks:
    """The next network without its learned tags, and the live version."""

    following: Scorer
    live: Scorer
    min_confidence: float


def learn_on_both(
    networks: TwoNetworks, data: PairedData, tags: Sequence[KnownTag], progress: Progress
) -> GroupOutcome | None:
    """Learn and compare; return None if there is nothing to learn.

    tags: all that the data are about.
    """
    progress(LEARNING, 0.0)
    scorer = knowing(networks.following, None, tags)
    training_set = TrainingSet.of(data.following, scorer, networks.min_confidence)
    if training_set.is_empty:
        return None
    problem = training_set.problem
    folds = folds_of(data.following.ids, int(problem.is_negative_sample.sum()))
    after = fit_and_predict(
        problem, training_set.labels, folds, lambda share: progress(LEARNING, share * HALF)
    )
    targets = problem.targets(training_set.labels)
    thresholds = find_thresholds(after.probabilities, targets.masked(~after.valid))
    learned = problem.learned(after.classifiers, thresholds)
    if not data.in_both.any():
        return GroupOutcome(learned, [], training_set.counts())

    former = _problem_of_live(networks, data, problem.tags.ids, tags)
    before = fit_and_predict(
        former,
        training_set.labels,
        folds,
        lambda share: progress(COMPARING, HALF + share * HALF),
    )
    judged = _judged_by_both(targets, former.targets(training_set.labels))
    is_there = np.append(data.in_both, np.ones(len(folds) - len(data.in_both), dtype=np.bool_))
    cells = before.valid & after.valid & is_there[:, np.newaxis] & (judged.weight > 0)
    figures = Comparable(before.probabilities, after, targets, cells, networks.min_confidence)
    slugs = [scorer.vocabulary.tags[column].slug for column in problem.tags.columns]
    return GroupOutcome(
        learned,
        _averages(before, after, judged.masked(~cells)),
        {**training_set.counts(), "overall": figures.overall(), "tags": figures.by_tag(slugs)},
    )


def _problem_of_live(
    networks: TwoNetworks, data: PairedData, ids: NDArray[np.int32], tags: Sequence[KnownTag]
) -> LearningProblem:
    """Return the problem of teaching the same tags, (tags,), on the live network alone."""
    alone = knowing(network_alone(networks.live), None, tags)
    learnable = LearnableTags.of(ids, alone)
    return LearningProblem.of(learnable, alone, data.live, networks.min_confidence)


def _judged_by_both(one: Targets, other: Targets) -> Targets:
    """Return the targets, each with the smaller of its two weights."""
    return replace(one, weight=np.minimum(one.weight, other.weight))


def _averages(before: Unseen, after: Unseen, judged: Targets) -> list[tuple[float, float]]:
    """Return the average precision of each measurable tag before and after."""
    return [
        (was, now)
        for column in range(judged.present.shape[1])
        if (was := average_precision_of(before.probabilities, judged, column)) is not None
        and (now := average_precision_of(after.probabilities, judged, column)) is not None
    ]
