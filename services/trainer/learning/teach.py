"""Teach one custom tag at once: add its classifier and leave everything else unchanged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from services.trainer.learning.evaluation.breadth import describe_too_broad, find_too_broad
from services.trainer.learning.evaluation.certainty import compare_certain, measure_spread
from services.trainer.learning.evaluation.evaluation import fit_and_predict
from services.trainer.learning.evaluation.gate import (
    Comparison,
    Evidence,
    GateLimits,
    find_harm,
)
from services.trainer.learning.evaluation.metrics import average_precision_of
from services.trainer.learning.examples.dataset import DataSet
from services.trainer.learning.examples.held_out import folds_of
from services.trainer.learning.fitting.problem import LearnableTags, LearningProblem
from services.trainer.learning.fitting.thresholds import find_thresholds
from services.trainer.learning.trust.votes import resolve_votes
from services.trainer.outcome import Finetuned
from shared.model.learned.own_tags import OwnTags
from shared.model.learned.tags import LearnedTags
from shared.model.scorer import Scorer


def teach_one(
    data: DataSet, live: Scorer, min_confidence: float, limits: GateLimits | None = None
) -> Finetuned:
    """Train one tag on its own votes and add it to the live version's learned tags.

    data.owner: the owner of the tag; None: a shared tag. limits: what the tag may do to uncorrected
    pictures; None: the tag is new or one owner's own, so it changes no other tag. Then it goes live
    unless it shows on most pictures. The report gives its figures on examples that it has not seen.
    """
    tags = LearnableTags.of(np.array(data.tag_ids, dtype=np.int32), live)
    problem = LearningProblem.of(tags, live, data, min_confidence)
    trust = np.ones(len(data.votes), dtype=np.float32)
    labels = resolve_votes(data.votes, trust, *problem.live.shape)
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
    candidate = _with(live, data.owner, problem.learned(unseen.classifiers, thresholds))
    too_broad = find_too_broad(problem, labels, unseen.classifiers, live.vocabulary.word_count)
    refusal = None
    if too_broad:
        refusal = describe_too_broad(too_broad[0])
    elif limits is not None and (harm := _find_harm(live, candidate, data, min_confidence, limits)):
        refusal = f"{harm} The next nightly run learns from the examples."
    count = int(labels.given.sum())
    examples = f"{count:,} example{'' if count == 1 else 's'}"
    learned = f"Learned from {examples}; average precision: {measured}."
    return Finetuned(
        "rejected" if refusal else "promoted",
        refusal or learned,
        report,
        replace(live.head, learned_tags=candidate.all_learned()),
        live.model.version,
    )


def _find_harm(
    live: Scorer, candidate: Scorer, data: DataSet, min_confidence: float, limits: GateLimits
) -> str | None:
    """Return how a shared tag harms other pictures beyond the limits; None if it does not."""
    sampled = data.sampled[1::2]
    spread = measure_spread(live, candidate, sampled, min_confidence)
    if spread is None:
        return "There are too few uncorrected pictures to see what else would change."
    nothing = Comparison(None, None)
    certain = compare_certain(live, candidate, sampled, min_confidence)
    return find_harm(Evidence(nothing, nothing, certain, spread), limits)


def _with(live: Scorer, owner: str | None, one: LearnedTags) -> Scorer:
    """Return the live version with one tag added or replaced."""
    if owner is None:
        learned = _put_in(live.head.learned_tags, one)
        return replace(live, head=replace(live.head, learned_tags=learned))
    own = live.own.get(owner)
    learned = one if own is None else _put_in(own.learned, one)
    changed = OwnTags((), learned, np.zeros(len(learned), np.bool_), np.empty(0, np.intp))
    return replace(live, own={**live.own, owner: changed})


def _put_in(learned: LearnedTags, one: LearnedTags) -> LearnedTags:
    return learned.take(np.flatnonzero(learned.tag_ids != one.tag_ids[0])).beside(one)
