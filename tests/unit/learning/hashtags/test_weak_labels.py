"""What hashtags teach, and what spammers and attackers cannot teach."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.trainer.learning.hashtags.labels.choosing import (
    MAX_OF_OWNER,
    choose_background,
    choose_uses,
    frequent_words,
    without_duplicates,
)
from services.trainer.learning.hashtags.labels.referee import find_refused
from services.trainer.learning.hashtags.labels.uses import HashtagWord, Uses
from services.trainer.learning.hashtags.labels.weak_labels import (
    Material,
    WeakLabels,
    find_weak_labels,
    weigh,
)

DIMENSIONS = 32
BACKGROUND = 1_000


def uses_of(rows: list[tuple[int, int]], owner: list[int], words: int = 3) -> Uses:
    """Return uses from pairs of an image and a word."""
    image, word = np.array(rows, dtype=np.int32).reshape(-1, 2).T
    return Uses(
        tuple(HashtagWord(str(number), str(number)) for number in range(words)),
        np.array(owner, dtype=np.int32),
        np.random.default_rng(0).integers(2**63, size=len(owner), dtype=np.uint64),
        image,
        word,
        np.full(len(image), -1, dtype=np.int32),
        np.bincount(image, minlength=len(owner)).astype(np.int32),
    )


def material_of(kinds: NDArray[np.intp], owner: NDArray[np.int32]) -> Material:
    """Return material in which all pictures have word 0; kinds: 0 for anything, else a kind of
    picture.

    The background is of kind 0.
    """
    rng = np.random.default_rng(0)
    centres = np.zeros((4, DIMENSIONS), dtype=np.float32)
    centres[np.arange(1, 4), np.arange(3)] = 4
    features = rng.normal(size=(len(kinds), DIMENSIONS)).astype(np.float32) + centres[kinds]
    background = rng.normal(size=(BACKGROUND, DIMENSIONS)).astype(np.float32)
    count = len(kinds)
    return Material(
        features,
        features / np.linalg.norm(features, axis=1, keepdims=True),
        background,
        np.arange(count),
        np.zeros(count, dtype=np.int32),
        owner,
        np.full(count, 0.3, dtype=np.float32),
        np.full(count, 0.5, dtype=np.float32),
        np.zeros((BACKGROUND, 1), dtype=np.bool_),
        np.zeros(count, dtype=np.bool_),
    )


def only(material: Material) -> WeakLabels:
    """Return the weak labels of the only word."""
    (labels,) = find_weak_labels(material)
    return labels


def people(owners: int, pictures: int) -> NDArray[np.int32]:
    """Return the owner of each picture."""
    return np.repeat(np.arange(owners, dtype=np.int32), pictures)


def test_a_word_that_can_be_seen_is_learned() -> None:
    labels = only(material_of(np.ones(60, dtype=np.intp), people(6, 10)))

    assert labels.why_not is None
    assert labels.owners == 6


def test_a_word_that_says_nothing_about_pictures_is_not_learned() -> None:
    labels = only(material_of(np.zeros(200, dtype=np.intp), people(10, 20)))

    assert labels.why_not == "cannot be seen: other owners' pictures do not predict it"


def test_a_word_that_owners_disagree_about_is_not_learned() -> None:
    # Every owner means another kind of picture.
    kinds = np.repeat([0, 1, 2, 0, 3, 0], 10)
    labels = only(material_of(kinds, people(6, 10)))

    assert labels.why_not is not None


def test_wrong_pictures_are_pruned_and_right_ones_stay() -> None:
    kinds = np.tile([1, 1, 1, 0], 30)
    labels = only(material_of(kinds, people(10, 12)))

    kept = kinds[labels.image]
    assert (kept == 1).sum() > 0.9 * (kinds == 1).sum()
    assert (kept == 0).sum() < 0.2 * (kinds == 0).sum()


def test_nothing_is_pruned_where_nothing_is_wrong() -> None:
    labels = only(material_of(np.ones(120, dtype=np.intp), people(10, 12)))

    assert len(labels.image) == 120


def test_hashtags_that_the_referee_refused_teach_nothing() -> None:
    material = material_of(np.ones(60, dtype=np.intp), people(6, 10))
    labels = only(replace(material, is_refused=np.arange(60) < 10))

    assert labels.why_not is None
    assert not set(labels.image) & set(range(10))


def test_twenty_accounts_that_agree_on_something_wrong_are_stopped_by_the_live_version() -> None:
    # It supports the pictures of five people, and those of twenty accounts much less.
    owner = people(25, 20)
    rng = np.random.default_rng(0)
    standing = np.where(owner < 5, rng.uniform(0.9, 1, 500), rng.uniform(0.6, 0.8, 500))

    assert find_refused(standing, owner).tolist() == list(range(5, 25))


def test_a_few_unusual_pictures_refuse_no_owner() -> None:
    standing = np.full(40, 0.98)
    standing[:4] = 0.1

    assert find_refused(standing, people(10, 4)).size == 0


def test_pictures_share_their_weight_among_their_hashtags() -> None:
    assert weigh(np.array([1, 4, 9, 0])) == pytest.approx([0.3, 0.15, 0.1, 0.3])


def test_one_owner_teaches_at_most_fifty_pictures_of_a_word() -> None:
    owner = np.concatenate([np.zeros(90, np.int32), people(5, 10) + 1]).astype(np.int32)
    directions = np.eye(len(owner), dtype=np.float32)
    keep = without_duplicates(directions, owner, 0.95)

    assert keep[owner == 0].sum() == MAX_OF_OWNER
    assert keep[owner > 0].all()


def test_near_duplicates_teach_once_whoever_uploads_them() -> None:
    directions = np.tile(np.eye(4, dtype=np.float32), (5, 1))
    keep = without_duplicates(directions, np.arange(20, dtype=np.int32), 0.95)

    assert np.flatnonzero(keep).tolist() == [0, 1, 2, 3]


def test_every_owner_has_a_turn_before_a_spammer_has_a_second_one() -> None:
    # 1,000 pictures by one owner, and one by each of 30 others.
    owner = [0] * 1_000 + list(range(1, 31))
    uses = uses_of([(image, 0) for image in range(len(owner))], owner)
    chosen = choose_uses(uses, max_images=60)

    assert set(uses.owner[uses.image[chosen]]) == set(range(31))
    assert len(chosen) <= 60


def test_accounts_that_post_thousands_do_not_decide_what_a_usual_picture_is() -> None:
    owner = [0] * 3_000 + [1] * 3_000 + [number for number in range(2, 62) for _ in range(20)]
    uses = uses_of([(0, 0)], owner)

    shown = choose_background(uses, 1_000)

    assert np.bincount(uses.owner[shown]).max() <= 20


def test_a_word_needs_twenty_pictures_of_three_owners() -> None:
    rows = [(image, 0) for image in range(20)] + [(image, 1) for image in range(19)]
    three = uses_of(rows, [image % 3 for image in range(20)])
    two = uses_of(rows, [image % 2 for image in range(20)])

    assert frequent_words(three).tolist() == [True, False, False]
    assert frequent_words(two).tolist() == [False, False, False]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), unique=True))
def test_the_most_specific_words_count_and_their_ancestors_follow(
    rows: list[tuple[int, int]],
) -> None:
    # 0 implies 1, and both imply 2.
    ancestors = np.array([(0, 1), (0, 2), (1, 2)], dtype=np.int32)
    uses = uses_of(rows, [0] * 10, words=5).with_ancestors(ancestors)
    given_to = {image: {word for one, word in rows if one == image} for image in range(10)}
    found = {image: set(uses.word[uses.image == image].tolist()) for image in range(10)}

    for image, words in given_to.items():
        implied = {wide for narrow, wide in ancestors.tolist() if narrow in words}
        assert found[image] == words | implied
        assert uses.hashtags[image] == max(len(words - implied), 1)
    assert len(uses.image) == len({*zip(uses.image.tolist(), uses.word.tolist(), strict=True)})
