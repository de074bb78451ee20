"""A custom tag at once: one classifier more, everything else as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.evaluation.evaluation import fit_and_predict
from services.trainer.learning.evaluation.metrics import average_precision_of
from services.trainer.learning.examples.dataset import DataSet
from services.trainer.learning.examples.held_out import folds_of
from services.trainer.learning.fitting.problem import LearnableTags, LearningProblem
from services.trainer.learning.fitting.thresholds import find_thresholds
from services.trainer.learning.trust.votes import resolve
from services.trainer.outcome import Finetuned
from shared.model.learned_tags import LearnedTags
from shared.model.scorer import Scorer


def teach_one(data: DataSet, live: Scorer, min_confidence: float) -> Finetuned:
    """Train one tag on its own votes and put it beside the live version's learned tags.

    It changes no other tag, so there is nothing that it could make worse, and it goes live without
    the gate; the report says how well it does on examples that it has not seen.
    """
    tags = LearnableTags.of(np.array(data.tag_ids, dtype=np.int32), live)
    problem = LearningProblem.of(tags, live, data, min_confidence)
    trust = np.ones(len(data.votes), dtype=np.float32)
    labels = resolve(data.votes, trust, *problem.live.shape)
    if not labels.given.any():
        reason = "None of the examples is tagged yet, so there is nothing to learn from."
        return Finetuned("nothing", reason, {}, None, live.model.version)
    unseen = fit_and_predict(
        problem,
        labels,
        folds_of(data.ids, int(problem.is_negative_sample.sum())),
        lambda _: None,
    )
    targets = problem.targets(labels).masked(~unseen.valid)
    thresholds = find_thresholds(unseen.probabilities, targets)
    average = average_precision_of(unseen.probabilities, targets, 0)
    report = {
        "images": len(data.ids),
        "tags": {
            live.vocabulary.tags[tags.columns[0]].slug: {
                "examples": int(labels.given.sum()),
                "method": "held-out" if unseen.is_held_out[0] else "cross-validation",
                "average_precision": average,
            }
        },
    }
    measured = "too few examples to measure it" if average is None else f"{average:.3f}"
    return Finetuned(
        "promoted",
        f"Learned from {int(labels.given.sum())} examples; average precision: {measured}.",
        report,
        replace(
            live.head, learned_tags=_with(live, problem.learned(unseen.classifiers, thresholds))
        ),
        live.model.version,
    )


def _with(live: Scorer, one: LearnedTags) -> LearnedTags:
    """The live version's learned tags, with one put in or replaced."""
    learned = live.head.learned_tags
    kept = learned.tag_ids != one.tag_ids[0]
    return LearnedTags(
        np.append(learned.tag_ids[kept], one.tag_ids),
        np.concatenate([learned.weight[:, kept], one.weight], axis=1),
        np.append(learned.bias[kept], one.bias),
        np.append(learned.prior[kept], one.prior),
        _block(learned.exclusive[np.ix_(kept, kept)], one.exclusive),
        np.concatenate([learned.thresholds[kept], one.thresholds]),
    )


def _block(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> NDArray[np.bool_]:
    size = len(first) + len(second)
    both = np.zeros((size, size), dtype=np.bool_)
    both[: len(first), : len(first)] = first
    both[len(first) :, len(first) :] = second
    return both
