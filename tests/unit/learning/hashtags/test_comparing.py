"""Hashtags are used for corrected tags only where people's decisions show that they help."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from services.trainer.learning.evaluation.evaluation import Unseen
from services.trainer.learning.evaluation.gate import Verdict
from services.trainer.learning.examples.targets import Targets
from services.trainer.learning.fitting.examples import Examples
from services.trainer.learning.fitting.fit import Classifiers
from services.trainer.learning.fitting.problem import LearnableTags, LearningProblem, WeakRows
from services.trainer.learning.fitting.subspace import Subspace
from services.trainer.learning.hashtags.comparing import Candidate, fit_with_and_without
from services.trainer.learning.judging import JudgedCandidate, judge_compared
from shared.model.head import Head
from shared.model.learned.exclusions import Exclusions
from shared.model.learned.tags import LearnedTags

IMAGES, TAGS = 20, 2
PRESENT = np.zeros((IMAGES, TAGS), dtype=np.bool_)
PRESENT[:10] = True
DECIDED = Targets(PRESENT, np.ones((IMAGES, TAGS), dtype=np.float32))
RIGHT = np.where(PRESENT, 0.9, 0.1).astype(np.float32)
# One wrong picture is above all right ones.
WORSE = RIGHT.copy()
WORSE[10:12] = 0.99


def problem() -> LearningProblem:
    """A problem without images: the fits below do not look at it."""
    nothing = np.zeros((0, TAGS), dtype=np.float32)
    examples = Examples(np.zeros((0, 1), np.float32), nothing)
    numbers = np.arange(TAGS)
    tags = LearnableTags(
        numbers.astype(np.int32), numbers, np.ones(TAGS, np.bool_), np.empty((0, 2), np.intp)
    )
    return LearningProblem(
        tags,
        Subspace(np.zeros(1, np.float32), np.eye(1, dtype=np.float32)),
        examples,
        nothing,
        nothing,
        np.zeros(0, np.bool_),
        examples,
        Targets(nothing > 0, nothing),
        0.4,
    )


def weak() -> WeakRows:
    """Hashtags of both tags on three images."""
    present = np.ones((3, TAGS), dtype=np.bool_)
    examples = Examples(np.zeros((3, 1), np.float32), np.zeros((3, TAGS), np.float32))
    targets = Targets(present, present.astype(np.float32))
    return WeakRows(examples, targets, np.full(3, 0.1, np.float32))


def predicting(probabilities: NDArray[np.float32]) -> Unseen:
    """Return a candidate that predicts this for images that it has not seen."""
    none = np.zeros(TAGS, np.float32)
    fitted = Classifiers(np.zeros((1, TAGS), np.float32), none, none, Exclusions.none(TAGS))
    valid = np.ones((IMAGES, TAGS), np.bool_)
    return Unseen(fitted, probabilities, valid, np.ones(TAGS, np.bool_))


def fitted_with(asked: LearningProblem, column: int) -> bool:
    """Return whether a problem has hashtags of a tag."""
    return asked.weak is not None and bool(asked.weak.targets.present[:, column].any())


def test_hashtags_that_lower_precision_are_not_used() -> None:
    def fit(asked: LearningProblem) -> Unseen:
        return predicting(WORSE if asked.weak is not None else RIGHT)

    compared = fit_with_and_without(problem(), weak(), fit, ["one", "two"], DECIDED)

    assert compared.better.problem.weak is None
    assert np.array_equal(compared.better.unseen.probabilities, RIGHT)
    assert not compared.report["used"]


def test_hashtags_that_raise_precision_are_used() -> None:
    def fit(asked: LearningProblem) -> Unseen:
        return predicting(RIGHT if asked.weak is not None else WORSE)

    compared = fit_with_and_without(problem(), weak(), fit, ["one", "two"], DECIDED)

    assert compared.report["used"]
    assert compared.report["with"] > compared.report["without"]
    assert compared.better.problem.weak is not None


def test_hashtags_are_used_for_tags_that_gain_and_not_for_tags_that_lose() -> None:
    def fit(asked: LearningProblem) -> Unseen:
        scores = RIGHT.copy()
        if not fitted_with(asked, 0):
            scores[:, 0] = WORSE[:, 0]
        if fitted_with(asked, 1):
            scores[:, 1] = WORSE[:, 1]
        return predicting(scores)

    compared = fit_with_and_without(problem(), weak(), fit, ["one", "two"], DECIDED)

    assert [compared.report["tags"][slug]["used"] for slug in ("one", "two")] == [True, False]
    assert np.array_equal(compared.better.unseen.probabilities, RIGHT)


def test_tags_without_decisions_to_judge_by_learn_nothing_from_hashtags() -> None:
    unjudged = replace(DECIDED, weight=np.zeros_like(DECIDED.weight))

    def fit(asked: LearningProblem) -> Unseen:
        return predicting(RIGHT)

    compared = fit_with_and_without(problem(), weak(), fit, ["one", "two"], unjudged)

    assert not compared.report["used"]


@pytest.mark.parametrize(
    ("promoted", "chosen", "used"),
    [
        ({"with", "without"}, "with", True),
        ({"without"}, "without", False),
        # Both were refused: the better one is reported.
        (set(), "with", True),
    ],
)
def test_corrections_go_live_although_the_gate_refuses_the_hashtags(
    promoted: set[str], chosen: str, used: bool
) -> None:
    def fit(asked: LearningProblem) -> Unseen:
        return predicting(RIGHT if asked.weak is not None else WORSE)

    def judge(candidate: Candidate) -> JudgedCandidate:
        name = "without" if candidate.problem.weak is None else "with"
        verdict = Verdict(name in promoted, f"the gate on the candidate {name} hashtags")
        return JudgedCandidate(head_of(TAGS), verdict, {"name": name})

    compared = fit_with_and_without(problem(), weak(), fit, ["one", "two"], DECIDED)
    judged, report = judge_compared(compared, judge)

    assert judged.figures["name"] == chosen
    assert report["used"] is used
    assert [tag["used"] for tag in report["tags"].values()] == [used, used]
    assert report.get("refused") == (None if used else "the gate on the candidate with hashtags")


def head_of(tags: int) -> Head:
    """Return a head with arbitrary weights."""
    nothing = LearnedTags.nothing(1)
    return Head(np.zeros((1, tags), np.float32), np.zeros(tags, np.float32), nothing, nothing)
