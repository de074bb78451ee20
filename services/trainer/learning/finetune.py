"""The fine-tune: train a candidate on people's votes and decide whether it goes live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from services.trainer.learning.evaluation import gate
from services.trainer.learning.evaluation.certainty import compare_certain, measure_spread
from services.trainer.learning.evaluation.evaluation import (
    Comparable,
    Unseen,
    compare,
    fit_and_predict,
)
from services.trainer.learning.evaluation.metrics import average_precision_of
from services.trainer.learning.examples.dataset import DataSet
from services.trainer.learning.examples.held_out import folds_of
from services.trainer.learning.examples.training_set import TrainingSet
from services.trainer.learning.fitting.thresholds import find_thresholds
from services.trainer.learning.hashtags.comparing import fit_with_and_without
from services.trainer.learning.hashtags.teaching import TeachingHashtags
from services.trainer.learning.trust.trust import Trust
from services.trainer.outcome import Finetuned, Progress
from shared.model.learned.tags import LearnedTags
from shared.model.scorer import Scorer

# The share of the work, 0 to 1, at which the fits begin and end.
TRUST_DONE, FITTED = 0.3, 0.9


def finetune_on(
    data: DataSet,
    live: Scorer,
    recorded: dict[str, float],
    *,
    min_confidence: float,
    limits: gate.GateLimits,
    progress: Progress,
    hashtags: TeachingHashtags | None = None,
) -> Finetuned:
    """Train a candidate on all votes, compare it with the live version, and judge it.

    data.owner: the owner of the tags; None: shared tags. Other tags are not touched: the candidate
    has only these. recorded: the live version's average precision by slug, on images that it had
    not seen. progress is called with the current stage and the share that is done. hashtags: what
    uploaders' hashtags teach of these tags, if people's decisions say that it helps.
    """
    progress("weighing contributors", 0.0)
    training_set = TrainingSet.of(data, live, min_confidence)
    if training_set.is_empty:
        reason = "No tag has an example from a contributor who is trusted."
        return Finetuned("nothing", reason, training_set.counts(), None, live.model.version)
    progress("training", TRUST_DONE)
    targets = training_set.problem.targets(training_set.labels)
    slugs = [live.vocabulary.tags[column].slug for column in training_set.problem.tags.columns]
    compared = fit_with_and_without(
        training_set.problem,
        None if hashtags is None else hashtags.rows_for(training_set.problem, live),
        lambda problem: fit_and_predict(
            problem,
            training_set.labels,
            folds_of(data.ids, int(problem.is_negative_sample.sum())),
            lambda share: progress("training", TRUST_DONE + share * (FITTED - TRUST_DONE)),
        ),
        slugs,
        targets,
    )
    unseen = compared.unseen
    progress("comparing with the live version", FITTED)
    thresholds = find_thresholds(unseen.probabilities, targets.masked(~unseen.valid))
    learned = training_set.problem.learned(unseen.classifiers, thresholds)
    head = replace(live.head, learned_tags=_untouched(live, data).beside(learned))
    fresh = training_set.fresh_cells()
    comparable = unseen.valid & (unseen.is_held_out | fresh)
    before = training_set.problem.live
    evidence = gate.Evidence(
        corrected=compare(before, unseen.probabilities, targets, comparable & fresh),
        earlier=_compare_earlier(training_set, unseen, recorded, slugs),
        **_beyond_corrections(live, replace(live, head=head), data, min_confidence),
    )
    verdict = gate.decide(evidence, limits)
    figures = Comparable(before, unseen, targets, comparable, min_confidence)
    return Finetuned(
        "promoted" if verdict.promoted else "rejected",
        verdict.reason + _aside(training_set.trust),
        {
            **training_set.counts(),
            "gate": gate.describe(evidence, limits),
            "overall": figures.overall(),
            "tags": figures.by_tag(slugs),
            **({"hashtags": compared.report} if compared.report else {}),
        },
        head,
        live.model.version,
        training_set.trust.standings,
    )


def _untouched(live: Scorer, data: DataSet) -> LearnedTags:
    """Return the live version's learned tags of this owner that have no votes in the data."""
    own = None if data.owner is None else live.own.get(data.owner)
    if data.owner is None:
        known = live.head.learned_tags
    else:
        known = LearnedTags.nothing(len(live.head.weight)) if own is None else own.learned
    return known.take(np.flatnonzero(~np.isin(known.tag_ids, data.tag_ids)))


def _beyond_corrections(
    live: Scorer, candidate: Scorer, data: DataSet, min_confidence: float
) -> dict[str, Any]:
    """Return evidence from uncorrected pictures; an owner's own tag changes no other tag."""
    if data.owner is not None:
        return {"certain": gate.Comparison(None, None)}
    sampled = data.sampled[1::2]
    return {
        "certain": compare_certain(live, candidate, sampled, min_confidence),
        "spread": measure_spread(live, candidate, sampled, min_confidence),
    }


def _aside(trust: Trust) -> str:
    """Return a sentence on the votes that were set aside."""
    if not trust.set_aside:
        return ""
    return f" Votes set aside, because they contradict what everybody else says: {trust.set_aside}."


def _compare_earlier(
    training_set: TrainingSet, unseen: Unseen, recorded: dict[str, float], slugs: Sequence[str]
) -> gate.Comparison:
    """Compare average precision, by tag and then as a mean, on what the live version learned from.

    The live version has seen all examples of a tag without held-out examples, so the figure
    recorded when it was trained is used.
    """
    judged = training_set.earlier_targets().masked(~unseen.valid)
    pairs = []
    for column, slug in enumerate(slugs):
        was = (
            average_precision_of(training_set.problem.live, judged, column)
            if unseen.is_held_out[column]
            else recorded.get(slug)
        )
        now = average_precision_of(unseen.probabilities, judged, column)
        if was is not None and now is not None:
            pairs.append((was, now))
    if not pairs:
        return gate.Comparison(None, None)
    was, now = np.mean(pairs, axis=0)
    return gate.Comparison(float(was), float(now))
