"""The pictures that a network with text compares its words with."""

import numpy as np
import pytest
from numpy.typing import NDArray

from shared.model.text_rows import Background

DIMENSIONS = 16


def pictures_with(similarities: NDArray[np.float32]) -> Background:
    """Pictures with these similarities to two words, (pictures, 2), each less than 0.7."""
    rest = np.sqrt(1 - (similarities**2).sum(axis=1))
    embeddings = np.zeros((len(similarities), DIMENSIONS), np.float32)
    embeddings[:, :2], embeddings[:, 2] = similarities, rest
    return Background.of(embeddings)


@pytest.fixture
def rows() -> NDArray[np.float32]:
    """Two words."""
    return np.eye(DIMENSIONS, 2, dtype=np.float32)


def test_pictures_that_show_a_word_do_not_change_the_usual_score(rows: NDArray[np.float32]) -> None:
    random = np.random.default_rng(0)
    usual = random.normal(0.2, 0.02, (1000, 2)).astype(np.float32)
    shown = usual.copy()
    shown[:300, 0] = 0.6

    middle, spread = pictures_with(shown).measure(rows)

    assert middle == pytest.approx(0.2, abs=0.02)
    assert spread == pytest.approx(0.02, abs=0.01)


def test_the_usual_score_comes_from_few_pictures_and_its_spread_from_all_words(
    rows: NDArray[np.float32],
) -> None:
    similarities = np.tile(np.array([[0.1, 0.3]], np.float32), (10, 1))
    similarities[:, 1] += np.linspace(-0.05, 0.05, 10, dtype=np.float32)

    middle, spread = pictures_with(similarities).measure(rows)

    assert middle == pytest.approx([0.1, 0.3], abs=1e-3)
    # By itself, the first word would not vary, and every picture would be special.
    assert 0.005 < spread[0] < spread[1]


def test_without_any_picture_all_directions_are_equally_likely(rows: NDArray[np.float32]) -> None:
    middle, spread = Background.unknown(DIMENSIONS).measure(rows)

    assert middle == pytest.approx(0)
    assert spread == pytest.approx(DIMENSIONS**-0.5)
