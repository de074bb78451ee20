"""The fine-tune: from everything that people said to a candidate, and whether it may go live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from services.feedback.learning import gate
from services.feedback.learning.certainty import compare_certain
from services.feedback.learning.dataset import DataSet
from services.feedback.learning.evaluation import (
    Comparable,
    Unseen,
    compare,
    fit_and_predict,
)
from services.feedback.learning.held_out import folds_of
from services.feedback.learning.metrics import average_precision_of
from services.feedback.learning.problem import Problem, Tags
from services.feedback.learning.standing import Trust, find_trust
from services.feedback.learning.targets import Targets
from services.feedback.learning.thresholds import find_thresholds
from services.feedback.learning.votes import Labels, Votes, resolve
from shared.db.standings import Standing
from shared.head import Head
from shared.scorer import Scorer

Progress = Callable[[str, float], None]
# Where on the way from 0 to 1 the fits begin and end.
TRUST_DONE, FITTED = 0.3, 0.9


@dataclass(frozen=True)
class Finetuned:
    """The outcome of a run.

    head: the candidate; None where there was nothing to train. parent: the version that was live.
    standings: what was found about contributors.
    """

    status: Literal["promoted", "rejected", "nothing"]
    reason: str
    report: dict[str, Any]
    head: Head | None
    parent: int | None
    standings: tuple[Standing, ...] = ()


def finetune_on(
    data: DataSet,
    live: Scorer,
    recorded: dict[str, float],
    *,
    min_confidence: float,
    limits: gate.Limits,
    progress: Progress,
) -> Finetuned:
    """Train a candidate on all votes, compare it with the live version, and judge it.

    recorded: average precision by slug that the live version had on images that it had not seen.
    progress is called with what is done now and with the share that is done.
    """
    tags = Tags.of(np.array(data.tag_ids, dtype=np.int32), live)
    progress("weighing contributors", 0.0)
    everything = Problem.of(tags, live, data, min_confidence)
    trust = find_trust(data, everything)
    labels = resolve(data.votes, trust.of_vote, *everything.live.shape)
    teachable = labels.given.any(axis=0) | (~tags.is_custom & (labels.weight > 0).any(axis=0))
    if not teachable.any():
        reason = "No tag has an example from a contributor who is trusted."
        return Finetuned("nothing", reason, _counts(data, trust), None, live.model.version)
    problem = everything.subset(np.flatnonzero(teachable))
    labels = _columns(labels, teachable)
    progress("training", TRUST_DONE)
    unseen = fit_and_predict(
        problem,
        labels,
        folds_of(data.ids, int(problem.is_witness.sum())),
        lambda share: progress("training", TRUST_DONE + share * (FITTED - TRUST_DONE)),
    )
    progress("comparing with the live version", FITTED)
    targets = problem.targets(labels)
    thresholds = find_thresholds(unseen.probabilities, targets.masked(~unseen.valid))
    head = replace(live.head, taught=problem.taught(unseen.classifiers, thresholds))
    candidate = replace(live, head=head)
    slugs = [live.vocabulary.tags[column].slug for column in problem.tags.columns]
    trusted = data.votes.where(trust.of_vote > 0)
    fresh = _fresh_cells(trusted, data.earlier, teachable, len(problem.live))
    comparable = unseen.valid & (unseen.is_held_out | fresh)
    earlier = _earlier_targets(data, problem, everything, teachable)
    evidence = gate.Evidence(
        corrected=compare(problem.live, unseen.probabilities, targets, comparable & fresh),
        earlier=_compare_earlier(problem.live, unseen, earlier, recorded, slugs),
        certain=compare_certain(live, candidate, data.sampled[1::2], min_confidence),
    )
    verdict = gate.decide(evidence, limits)
    figures = Comparable(problem.live, unseen, targets, comparable, min_confidence)
    report = {
        **_counts(data, trust),
        "gate": gate.describe(evidence, limits),
        "overall": figures.overall(),
        "tags": figures.by_tag(slugs),
    }
    return Finetuned(
        "promoted" if verdict.promoted else "rejected",
        verdict.reason + _aside(trust),
        report,
        head,
        live.model.version,
        trust.standings,
    )


def _counts(data: DataSet, trust: Trust) -> dict[str, Any]:
    return {
        "images": len(data.ids),
        "votes": len(data.votes),
        "votes_set_aside": trust.set_aside,
        "contributors_set_aside": [who.name for who in trust.standings if who.set_aside],
    }


def _aside(trust: Trust) -> str:
    """A sentence about those that nothing was learned from."""
    if not trust.set_aside:
        return ""
    return f" Votes set aside, because they contradict what everybody else says: {trust.set_aside}."


def _columns(labels: Labels, chosen: NDArray[np.bool_]) -> Labels:
    return Labels(labels.present[:, chosen], labels.weight[:, chosen])


def _fresh_cells(
    votes: Votes, earlier: Votes, teachable: NDArray[np.bool_], images: int
) -> NDArray[np.bool_]:
    """Where the live version has not learned: other images, and other words; (images, tags)."""
    fresh = np.ones((images, len(teachable)), dtype=np.bool_)
    fresh[earlier.image] = False
    new = votes.where(~votes.learned)
    fresh[new.image, new.tag] = True
    return fresh[:, teachable]


def _earlier_targets(
    data: DataSet, problem: Problem, everything: Problem, teachable: NDArray[np.bool_]
) -> Targets:
    """What the live version learned from, as it was said then, everyone trusted."""
    trust = np.ones(len(data.earlier), dtype=np.float32)
    return problem.targets(
        _columns(resolve(data.earlier, trust, *everything.live.shape), teachable)
    )


def _compare_earlier(
    before: NDArray[np.float32],
    unseen: Unseen,
    earlier: Targets,
    recorded: dict[str, float],
    slugs: list[str],
) -> gate.Comparison:
    """On what the live version learned from; tag by tag, then the mean.

    Where a tag has no held-out examples, the live version has seen all of them, so what was
    measured when it was made stands for it.
    """
    judged = earlier.masked(~unseen.valid)
    pairs = []
    for column, slug in enumerate(slugs):
        was = (
            average_precision_of(before, judged, column)
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
