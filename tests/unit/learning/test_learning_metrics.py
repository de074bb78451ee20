"""Figures, thresholds and the gate."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import average_precision_score

from services.trainer.learning.evaluation.gate import (
    Comparison,
    Evidence,
    GateLimits,
    decide_promotion,
)
from services.trainer.learning.evaluation.metrics import (
    average_precision,
    calibration_error,
    measure_quality,
)
from services.trainer.learning.examples.targets import Targets
from services.trainer.learning.fitting.thresholds import find_thresholds
from shared.model.learned.tags import PRECISIONS

scores = arrays(np.float32, 30, elements=st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.9, 1.0]))
truths = arrays(np.bool_, 30)


@given(scores, truths)
def test_average_precision_is_that_of_scikit_learn(score: np.ndarray, truth: np.ndarray) -> None:
    average = average_precision(score, truth)

    if truth.any() and not truth.all():
        assert average == pytest.approx(average_precision_score(truth, score))
    else:
        assert average is None


def test_quality_counts_shown_tags_and_leaves_out_what_is_masked() -> None:
    probabilities = np.array([[0.9, 0.9], [0.8, 0.1], [0.1, 0.7]], dtype=np.float32)
    present = np.array([[True, False], [True, False], [True, True]])
    weight = np.array([[1, 0], [1, 1], [1, 1]], dtype=np.float32)

    quality = measure_quality(probabilities, Targets(present, weight), min_confidence=0.5)

    assert quality.precision == 1.0
    assert quality.recall == pytest.approx(3 / 4)
    assert quality.mean_average_precision == 1.0  # of the second tag; the first has no negative


def test_probabilities_that_come_true_are_calibrated() -> None:
    probabilities = np.full(100, 0.75, dtype=np.float32)
    present = np.arange(100) % 4 != 0

    ones = np.ones(100, dtype=np.float32)

    assert calibration_error(probabilities, present, ones) == pytest.approx(0)
    assert calibration_error(probabilities, ~present, ones) == pytest.approx(0.5)


def test_a_threshold_reaches_its_precision() -> None:
    rng = np.random.default_rng(0)
    probabilities = rng.random((500, 1)).astype(np.float32)
    present = rng.random((500, 1)) < probabilities
    targets = Targets(present, np.ones((500, 1), dtype=np.float32))

    found = find_thresholds(probabilities, targets)[0]

    for wanted, threshold in zip(PRECISIONS, found, strict=True):
        if not np.isnan(threshold):
            assert present[probabilities >= threshold].mean() >= wanted
    assert not np.isnan(found[: np.flatnonzero(np.float32(0.8) == PRECISIONS)[0]]).any()


def test_too_few_positives_give_no_threshold() -> None:
    targets = Targets(np.arange(20)[:, np.newaxis] < 3, np.ones((20, 1), dtype=np.float32))

    assert np.isnan(find_thresholds(np.ones((20, 1), np.float32), targets)).all()


SAME = Comparison(0.8, 0.8)
BETTER = Comparison(0.5, 0.6)
WORSE = Comparison(0.8, 0.78)
NOTHING = Comparison(None, None)
LIMITS = GateLimits(min_gain=0.0, max_loss=0.01, max_overruled=0.1)


@pytest.mark.parametrize(
    ("evidence", "promoted"),
    [
        (Evidence(BETTER, SAME, SAME), True),
        (Evidence(BETTER, NOTHING, NOTHING), True),
        (Evidence(BETTER, BETTER, Comparison(1.0, 0.995)), True),
        (Evidence(SAME, SAME, SAME), False),
        (Evidence(NOTHING, SAME, SAME), False),
        (Evidence(BETTER, WORSE, SAME), False),
        (Evidence(BETTER, SAME, WORSE), True),
        (Evidence(BETTER, SAME, Comparison(1.0, 0.85)), False),
    ],
)
def test_the_gate_asks_for_better_on_the_new_and_no_worse_on_the_rest(
    evidence: Evidence, promoted: bool
) -> None:
    assert decide_promotion(evidence, LIMITS).promoted is promoted


def test_the_reason_has_the_figures_and_the_limit() -> None:
    assert (
        "0.800 → 0.780; a loss of at most 0.01"
        in decide_promotion(Evidence(BETTER, WORSE, SAME), LIMITS).reason
    )
