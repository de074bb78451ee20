"""From embeddings to the tags to show."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from shared.model.head import Head, choose_tags
from shared.model.learned.tags import LearnedTags
from shared.model.vocabulary import Tag, Vocabulary, load_imagenet

IMAGENET = load_imagenet()
LEAVES = len(IMAGENET.leaves)
DIMENSIONS = 16
leaf_probabilities = arrays(
    np.float32, LEAVES, elements=st.floats(0, 1, width=32), fill=st.just(0)
).map(lambda weights: (weights + 1e-6) / (weights + 1e-6).sum())


def tag(slug: str, *parents: str, leaf: int | None = None) -> Tag:
    return Tag(slug, slug, "n00000000", (), parents, "", leaf)


ANIMALS = Vocabulary(
    [
        tag("animal"),
        tag("dog", "animal"),
        tag("beagle", "dog", leaf=0),
        tag("collie", "dog", leaf=1),
        tag("tabby", "animal", leaf=2),
        tag("car", leaf=3),
    ]
)


def shown(leaves: list[float], min_confidence: float, max_tags: int | None = None) -> list[str]:
    """Return the slugs of shown tags for the probabilities of beagle, collie, tabby and car."""
    sums = ANIMALS.tag_probabilities(np.array([leaves], dtype=np.float32))[0]
    chosen = choose_tags(ANIMALS, sums, min_confidence, max_tags)
    return [ANIMALS.tags[column].slug for column in chosen.columns]


@pytest.fixture(scope="module")
def head() -> Head:
    random = np.random.default_rng(0)
    weight = random.normal(size=(DIMENSIONS, LEAVES)).astype(np.float32)
    bias = random.normal(size=LEAVES).astype(np.float32)
    nothing = LearnedTags.nothing(DIMENSIONS)
    return Head(weight, bias, nothing, nothing)


def test_the_most_specific_tag_comes_first_and_then_what_it_implies() -> None:
    assert shown([0.9, 0.05, 0.03, 0.02], 0.5) == ["beagle", "animal", "dog"]


def test_where_no_leaf_is_sure_the_deepest_sure_ancestor_is_shown() -> None:
    assert shown([0.45, 0.45, 0.05, 0.05], 0.5) == ["dog", "animal"]


def test_where_siblings_share_the_mass_of_different_branches_only_the_common_ancestor_is_sure() -> (
    None
):
    assert shown([0.3, 0.15, 0.5, 0.05], 0.6) == ["animal"]


def test_unrelated_sure_tags_come_by_confidence_before_any_ancestor() -> None:
    assert shown([0.3, 0.0, 0.2, 0.5], 0.2) == ["car", "beagle", "tabby", "animal", "dog"]


def test_a_tag_that_just_reaches_the_limit_is_shown() -> None:
    assert shown([0.0, 0.0, 0.0, 0.5], 0.5) == ["car"]


def test_nothing_is_shown_where_nothing_is_sure() -> None:
    assert shown([0.3, 0.1, 0.1, 0.5], 0.9) == []


def test_max_tags_keeps_the_most_specific() -> None:
    assert shown([0.9, 0.05, 0.03, 0.02], 0.0, max_tags=2) == ["beagle", "collie"]


@given(leaf_probabilities, st.floats(0.01, 1), st.integers(1, 20))
def test_shown_tags_are_sure_and_have_all_their_ancestors(
    leaves: np.ndarray, min_confidence: float, max_tags: int
) -> None:
    sums = IMAGENET.tag_probabilities(leaves[np.newaxis])[0]

    everything = choose_tags(IMAGENET, sums, min_confidence)
    cut = choose_tags(IMAGENET, sums, min_confidence, max_tags)

    columns = set(everything.columns.tolist())
    assert columns == set(np.flatnonzero(sums >= min_confidence).tolist())
    for column in columns:
        rounding = 1e-5
        above = IMAGENET.ancestors(column)
        assert (sums[above] >= sums[column] - rounding).all()
    assert cut.columns.tolist() == everything.columns.tolist()[:max_tags]


@given(leaf_probabilities, st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_lower_limit_never_hides_a_tag(leaves: np.ndarray, one: float, other: float) -> None:
    sums = IMAGENET.tag_probabilities(leaves[np.newaxis])[0]

    strict = choose_tags(IMAGENET, sums, max(one, other))
    loose = choose_tags(IMAGENET, sums, min(one, other))

    assert set(strict.columns.tolist()) <= set(loose.columns.tolist())


def test_an_embedding_scores_the_same_fresh_and_stored(head: Head) -> None:
    fresh = np.random.default_rng(1).normal(size=(8, DIMENSIONS)).astype(np.float32)
    stored = fresh.astype(np.float16)

    assert np.array_equal(head.leaf_probabilities(fresh), head.leaf_probabilities(stored))


def test_an_embedding_scores_the_same_alone_and_in_a_batch(head: Head) -> None:
    embeddings = np.random.default_rng(2).normal(size=(64, DIMENSIONS)).astype(np.float32)

    together = head.leaf_probabilities(embeddings)

    for row, embedding in zip(together, embeddings, strict=True):
        assert np.allclose(row, head.leaf_probabilities(embedding[np.newaxis])[0], atol=1e-6)


def test_probabilities_add_up_to_one_even_for_enormous_logits(head: Head) -> None:
    embeddings = np.full((1, DIMENSIONS), 10_000, dtype=np.float32)

    assert head.leaf_probabilities(embeddings).sum() == pytest.approx(1)


def test_a_head_is_the_same_after_writing_and_reading(head: Head) -> None:
    read = Head.from_bytes(head.to_bytes())

    assert np.array_equal(read.weight, head.weight)
    assert np.array_equal(read.bias, head.bias)
