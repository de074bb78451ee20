"""Judge candidates of a fine-tune against the live version."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.evaluation import gate
from services.trainer.learning.evaluation.breadth import describe_left_out, find_too_broad
from services.trainer.learning.evaluation.certainty import compare_certain, measure_spread
from services.trainer.learning.evaluation.evaluation import Comparable, Unseen, compare
from services.trainer.learning.evaluation.metrics import average_precision_of
from services.trainer.learning.examples.dataset import DataSet
from services.trainer.learning.examples.targets import Targets
from services.trainer.learning.examples.training_set import TrainingSet
from services.trainer.learning.fitting.thresholds import find_thresholds
from services.trainer.learning.hashtags.comparing import Candidate, Compared, without_hashtags
from shared.model.head import Head
from shared.model.learned.tags import LearnedTags
from shared.model.scorer import Scorer


@dataclass(frozen=True)
class JudgedCandidate:
    """A candidate's head, the gate's verdict, and the figures for the report."""

    head: Head
    verdict: gate.Verdict
    figures: dict[str, Any]


def judge_compared(
    compared: Compared, judge: Callable[[Candidate], JudgedCandidate]
) -> tuple[JudgedCandidate, dict[str, Any]]:
    """Judge the better candidate, and if the gate refuses it, the one without hashtags.

    So hashtags never delay what people decided. Also return the report on hashtags.
    """
    better = judge(compared.better)
    if better.verdict.promoted or compared.without is None:
        return better, compared.report
    without = judge(compared.without)
    if without.verdict.promoted:
        return without, without_hashtags(compared.report, better.verdict.reason)
    return better, compared.report


@dataclass(frozen=True)
class CandidateJudge:
    """The live version and everything that candidates are judged on.

    recorded: the live version's average precision by slug, on images that it had not seen. slugs,
    targets: of the tags that are learned, (images, tags).
    """

    training_set: TrainingSet
    data: DataSet
    live: Scorer
    recorded: dict[str, float]
    slugs: Sequence[str]
    targets: Targets
    min_confidence: float
    limits: gate.GateLimits

    def judge(self, candidate: Candidate) -> JudgedCandidate:
        """Compare a candidate with the live version, and decide whether it may go live.

        A tag that would show on most pictures stays as it is in the live version.
        """
        unseen, before = candidate.unseen, candidate.problem.live
        thresholds = find_thresholds(unseen.probabilities, self.targets.masked(~unseen.valid))
        too_broad = find_too_broad(
            candidate.problem,
            self.training_set.labels,
            unseen.classifiers,
            self.live.vocabulary.word_count,
        )
        taken = np.setdiff1d(np.arange(len(self.slugs)), list(too_broad))
        learned = candidate.problem.learned(unseen.classifiers, thresholds).take(taken)
        left_out = candidate.problem.tags.ids[list(too_broad)]
        head = replace(self.live.head, learned_tags=self._untouched(left_out).beside(learned))
        unseen = unseen.without(list(too_broad))
        fresh = self.training_set.fresh_cells()
        comparable = unseen.valid & (unseen.is_held_out | fresh)
        evidence = gate.Evidence(
            corrected=compare(before, unseen.probabilities, self.targets, comparable & fresh),
            earlier=self._compare_earlier(unseen),
            **self._beyond_corrections(replace(self.live, head=head)),
        )
        figures = Comparable(before, unseen, self.targets, comparable, self.min_confidence)
        verdict = gate.decide_promotion(evidence, self.limits)
        return JudgedCandidate(
            head,
            replace(verdict, reason=verdict.reason + describe_left_out(self.slugs, too_broad)),
            {
                "gate": gate.describe_evidence(evidence, self.limits),
                "overall": figures.overall(),
                "tags": figures.by_tag(self.slugs),
                **({"too_broad": self._by_slug(too_broad)} if too_broad else {}),
            },
        )

    def _by_slug(self, figures: Mapping[int, float]) -> dict[str, float]:
        return {self.slugs[place]: figure for place, figure in figures.items()}

    def _untouched(self, left_out: NDArray[np.int32]) -> LearnedTags:
        """Return the live version's learned tags of this owner that the candidate does not replace.

        left_out: ids of tags that are in the data but stay as they are.
        """
        owner = self.data.owner
        own = None if owner is None else self.live.own.get(owner)
        if owner is None:
            known = self.live.head.learned_tags
        else:
            known = LearnedTags.nothing(len(self.live.head.weight)) if own is None else own.learned
        replaced = np.setdiff1d(self.data.tag_ids, left_out)
        return known.take(np.flatnonzero(~np.isin(known.tag_ids, replaced)))

    def _beyond_corrections(self, candidate: Scorer) -> dict[str, Any]:
        """Return evidence from uncorrected pictures; an owner's own tag changes no other tag."""
        if self.data.owner is not None:
            return {"certain": gate.Comparison(None, None)}
        sampled = self.data.sampled[1::2]
        return {
            "certain": compare_certain(self.live, candidate, sampled, self.min_confidence),
            "spread": measure_spread(self.live, candidate, sampled, self.min_confidence),
        }

    def _compare_earlier(self, unseen: Unseen) -> gate.Comparison:
        """Compare average precision, by tag and then as a mean, on what the live version learned.

        The live version has seen all examples of a tag without held-out examples, so the figure
        recorded when it was trained is used.
        """
        judged = self.training_set.earlier_targets().masked(~unseen.valid)
        before = self.training_set.problem.live
        pairs = []
        for column, slug in enumerate(self.slugs):
            was = (
                average_precision_of(before, judged, column)
                if unseen.is_held_out[column]
                else self.recorded.get(slug)
            )
            now = average_precision_of(unseen.probabilities, judged, column)
            if was is not None and now is not None:
                pairs.append((was, now))
        if not pairs:
            return gate.Comparison(None, None)
        was, now = np.mean(pairs, axis=0)
        return gate.Comparison(float(was), float(now))
