"""Learning words: folds, thresholds, and the meaning of a word's probability."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from services.trainer.words.folds import FOLDS, assign_folds, group_near_duplicates
from services.trainer.words.material import read_material
from services.trainer.words.thresholds import WordCurve, find_threshold, fit_calibration, fit_scale
from shared.errors import TagloopError
from shared.model.vocabulary import load_imagenet


def curve(seed: int, pictures: int = 400, separation: float = 2.0) -> WordCurve:
    """Return logits that separate a third of the pictures from the others, more or less well."""
    rng = np.random.default_rng(seed)
    present = rng.random(pictures) < 1 / 3
    logits = rng.normal(np.where(present, separation, -separation), 1.5)
    return WordCurve(logits, present, np.ones(pictures))


def test_near_duplicates_share_a_group_and_so_a_fold() -> None:
    rng = np.random.default_rng(0)
    scenes = rng.normal(size=(20, 64))
    pictures = np.concatenate([scenes, scenes + rng.normal(scale=0.05, size=scenes.shape)])

    groups = group_near_duplicates(pictures)
    folds = assign_folds([f"{n}.jpg" for n in range(len(pictures))], groups)

    assert (groups[:20] == groups[20:]).all()
    assert len(set(groups.tolist())) == 20
    assert (folds[:20] == folds[20:]).all()
    assert set(folds.tolist()) <= set(range(FOLDS))


def test_two_series_that_one_picture_joins_are_one() -> None:
    first, second = np.array([1.0, 0.0]), np.array([0.8, 0.6])
    between = first + second

    assert group_near_duplicates(np.array([first, second, between])).tolist() == [0, 0, 0]


@given(st.integers(0, 1000), st.sampled_from([0.8, 0.9, 0.95]))
def test_a_word_is_about_as_precise_above_its_threshold_as_intended(
    seed: int, precision: float
) -> None:
    learned, other = curve(seed), curve(seed + 1)

    threshold = find_threshold(learned, precision)

    assert threshold is not None
    right, shown, present = other.counts(other.logits >= threshold)
    assert right / shown > precision - 0.15
    assert right / present > 0.3


def test_a_word_that_cannot_be_recognised_has_no_threshold() -> None:
    rng = np.random.default_rng(1)
    noise = WordCurve(rng.normal(size=500), rng.random(500) < 0.1, np.ones(500))

    assert find_threshold(noise, 0.9) is None
    assert find_threshold(WordCurve(np.ones(5), np.zeros(5, bool), np.ones(5)), 0.9) is None


@given(st.integers(0, 1000))
def test_calibrated_probabilities_expect_as_many_as_there_are(seed: int) -> None:
    some = curve(seed)

    scale, bias = fit_calibration(some)

    expected = (1 / (1 + np.exp(-(scale * some.logits + bias)))).sum()
    assert abs(expected - some.present.sum()) < 3


def test_a_threshold_keeps_its_confidence_however_the_scale_turns_out() -> None:
    some = curve(3)
    threshold = find_threshold(some, 0.9)
    assert threshold is not None

    scale = fit_scale(some, threshold, 0.4)

    assert scale > 0


def test_nothing_is_learned_from_pictures_that_cannot_be_read(tmp_path: Path) -> None:
    labels, embeddings = tmp_path / "labels.json", tmp_path / "embeddings.safetensors"
    labels.write_text(json.dumps({"words": ["dog"], "pictures": [{"file": "dog/a.jpg"}]}))
    rows = {name: np.zeros((1, 4), np.float16) for name in ("embeddings", "weight", "bias")}
    problems = json.dumps({"dog/a.jpg": "Permission denied."})
    save_file(rows, embeddings, {"backbone": "small", "problems": problems})

    with pytest.raises(TagloopError, match=r"such as dog/a\.jpg: Permission denied\."):
        read_material(labels, embeddings, load_imagenet())
