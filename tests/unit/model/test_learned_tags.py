"""Learned tags beside the network's own."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from shared.db.models.models import LiveModel
from shared.model.head import Head
from shared.model.learned.exclusions import Exclusions
from shared.model.learned.tags import FEATURE_NORM, PRECISIONS, LearnedTags, compete, features
from shared.model.scorer import Scorer
from shared.model.vocabulary import Tag, Vocabulary
from shared.model.vocabulary_index import VocabularyIndex

DIMENSIONS = 4
logits = arrays(np.float32, (5, 3), elements=st.floats(-30, 30, width=32))


def tag(slug: str, *parents: str, leaf: int | None = None) -> Tag:
    return Tag(slug, slug, None, (), parents, "", leaf)


INDEX = VocabularyIndex(
    Vocabulary(
        [
            tag("animal"),
            tag("dog", "animal"),
            tag("beagle", "dog", leaf=0),
            tag("collie", "dog", leaf=1),
            tag("tabby", "animal", leaf=2),
        ]
    ).with_custom([tag("rex")]),
    np.array([10, 20, 30, 40, 50, 60], dtype=np.int32),
)


NO_PAIRS = np.empty((0, 2), np.int32)


def learned(bias_by_id: dict[int, float]) -> LearnedTags:
    """Return tags whose logit is a constant."""
    count = len(bias_by_id)
    return LearnedTags(
        np.array(list(bias_by_id), dtype=np.int32),
        np.zeros((DIMENSIONS, count), dtype=np.float32),
        np.array(list(bias_by_id.values()), dtype=np.float32),
        np.zeros(count, dtype=np.float32),
        Exclusions.none(count),
        np.full((count, len(PRECISIONS)), np.nan, dtype=np.float32),
    )


def probabilities(
    bias_by_id: dict[int, float],
    leaves: list[float],
    pretrained: dict[int, float] | None = None,
) -> dict[str, float]:
    """Return the probability of every tag, where the network gives these to its leaves."""
    head = Head(
        np.zeros((DIMENSIONS, 3), np.float32),
        np.log(np.array(leaves, np.float32)),
        learned(bias_by_id),
        learned(pretrained or {}),
    )
    scorer = Scorer(LiveModel(1, 1, "tiny", "heads/tiny"), head, INDEX)
    row = scorer.tag_probabilities(np.ones((1, DIMENSIONS), np.float16))[0]
    return {tag.slug: float(p) for tag, p in zip(INDEX.vocabulary.tags, row, strict=True)}


def test_a_learned_tag_has_its_own_probability_and_others_keep_theirs() -> None:
    shown = probabilities({60: 2.0}, [0.7, 0.2, 0.1])

    assert shown["rex"] == pytest.approx(1 / (1 + np.exp(-2)))
    assert shown["dog"] == pytest.approx(0.9)
    assert shown["tabby"] == pytest.approx(0.1)


def test_a_learned_leaf_counts_in_the_sums_of_its_ancestors() -> None:
    shown = probabilities({30: -5.0}, [0.7, 0.2, 0.1])

    assert shown["beagle"] < 0.01
    assert shown["dog"] == pytest.approx(0.2, abs=0.01)
    assert shown["animal"] == pytest.approx(0.3, abs=0.01)


def test_an_ancestor_is_at_least_as_likely_as_a_learned_tag_below_it() -> None:
    shown = probabilities({20: 3.0}, [0.05, 0.05, 0.9])

    assert shown["animal"] >= shown["dog"] > 0.9


def test_a_learned_ancestor_has_its_own_probability() -> None:
    shown = probabilities({20: -3.0, 30: 3.0}, [0.2, 0.1, 0.7])

    assert shown["dog"] < 0.1
    assert shown["beagle"] > 0.9


def test_a_head_is_the_same_after_writing_and_reading() -> None:
    head = Head(
        np.ones((DIMENSIONS, 3), np.float32),
        np.ones(3, np.float32),
        learned({60: 1.0, 20: -1.0}),
        learned({40: 2.0}),
    )

    again = Head.from_bytes(head.to_bytes())

    assert again.to_bytes() == head.to_bytes()
    assert again.learned_tags.tag_ids.tolist() == [60, 20]
    assert again.pretrained.tag_ids.tolist() == [40]


def test_a_pretrained_tag_is_as_likely_as_its_leaves_at_least() -> None:
    unsure = probabilities({}, [0.7, 0.2, 0.1], pretrained={20: -5.0})
    sure = probabilities({}, [0.05, 0.05, 0.9], pretrained={20: 3.0})

    assert unsure["dog"] == pytest.approx(0.9)
    assert sure["animal"] >= sure["dog"] > 0.9


def test_learned_tags_replace_pretrained_ones() -> None:
    shown = probabilities({20: -3.0}, [0.05, 0.05, 0.9], pretrained={20: 3.0})

    assert shown["dog"] < 0.1


def test_a_head_in_column_order_is_the_same_after_writing_and_reading() -> None:
    rows = np.arange(2 * DIMENSIONS, dtype=np.float32).reshape(DIMENSIONS, 2)
    in_columns = replace(learned({60: 1.0, 20: -1.0}), weight=np.asfortranarray(rows))
    weight, bias = np.ones((DIMENSIONS, 3), np.float32), np.ones(3, np.float32)
    head = Head(weight, bias, in_columns, learned({}))

    np.testing.assert_array_equal(Head.from_bytes(head.to_bytes()).learned_tags.weight, rows)


@given(logits)
def test_without_exclusions_every_tag_is_a_sigmoid(values: np.ndarray) -> None:
    found = compete(values, Exclusions.none(3))

    np.testing.assert_allclose(found, 1 / (1 + np.exp(-values.astype(np.float64))), atol=1e-6)


@given(logits)
def test_exclusive_tags_share_what_none_of_them_leaves(values: np.ndarray) -> None:
    found = compete(values, Exclusions(np.zeros(3, np.int32), NO_PAIRS))

    none = 1 / (1 + np.exp(values.astype(np.float64)).sum(axis=1))
    np.testing.assert_allclose(found.sum(axis=1) + none, 1, atol=1e-5)


@given(arrays(np.float16, (3, DIMENSIONS), elements=st.floats(-100, 100, width=16)))
def test_features_have_one_length(embeddings: np.ndarray) -> None:
    lengths = np.linalg.norm(features(embeddings), axis=1)

    expected = np.where((embeddings == 0).all(axis=1), 0, FEATURE_NORM)
    np.testing.assert_allclose(lengths, expected, rtol=1e-3)


def test_a_tag_does_not_depend_on_tags_that_it_does_not_exclude() -> None:
    values = np.array([[1e30, -5, 3], [150, -1e30, 3]], dtype=np.float32)
    found = compete(values, Exclusions.none(3))
    sigmoids = 1 / (1 + np.exp(-np.clip(values.astype(np.float64), -500, 500)))
    np.testing.assert_allclose(found, sigmoids, atol=1e-6)


@given(
    arrays(np.float32, (2, 6), elements=st.floats(-20, 20, width=32)),
    arrays(np.bool_, (6, 6)),
)
def test_groups_and_pairs_stand_for_the_matrix_of_earlier_heads(
    values: np.ndarray, some: np.ndarray
) -> None:
    exclusive = some | some.T | np.eye(6, dtype=np.bool_)

    found = compete(values, Exclusions.of_matrix(exclusive))

    powers = np.exp(values.astype(np.float64))
    np.testing.assert_allclose(found, powers / (1 + powers @ exclusive), atol=1e-5)


@given(arrays(np.bool_, (6, 6)), st.permutations(range(6)), st.integers(0, 6))
def test_some_tags_exclude_each_other_as_they_did_among_all(
    some: np.ndarray, order: list[int], kept: int
) -> None:
    exclusive = some | some.T | np.eye(6, dtype=np.bool_)
    chosen = np.array(order[:kept], dtype=np.intp)
    values = np.linspace(-2, 3, kept, dtype=np.float32)[np.newaxis]

    found = compete(values, Exclusions.of_matrix(exclusive).take(chosen))

    powers = np.exp(values.astype(np.float64))
    among = exclusive[np.ix_(chosen, chosen)]
    np.testing.assert_allclose(found, powers / (1 + powers @ among), atol=1e-5)
