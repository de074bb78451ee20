"""Contradicting votes, mutually exclusive tags, and the fifth that is never trained on."""

from uuid import UUID

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.trainer.learning.examples.candidates import may_have
from services.trainer.learning.examples.held_out import (
    FOLDS,
    HELD_OUT_FOLD,
    NEGATIVE_SAMPLE,
    folds_of,
)
from services.trainer.learning.examples.mutually_exclusive import find_mutually_exclusive
from services.trainer.learning.trust.votes import Labels, Votes, resolve_votes
from shared.db.corrections.votes import Vote, decide


def votes(*words: tuple[int, int, int, bool]) -> Votes:
    """Return votes of (image, tag, contributor, present), in the order of time."""
    columns = list(zip(*words, strict=True)) or [()] * 4
    count = len(words)
    return Votes(
        np.array(columns[0], dtype=np.intp),
        np.array(columns[1], dtype=np.intp),
        np.array(columns[2], dtype=np.intp),
        np.array(columns[3], dtype=np.bool_),
        np.arange(count, dtype=np.int64),
        np.arange(count, dtype=np.float64),
        np.zeros(count, dtype=np.bool_),
    )


def resolved(said: Votes, *trust: float) -> Labels:
    return resolve_votes(said, np.array(trust, dtype=np.float32), images=2, tags=2)


def test_the_votes_with_more_weight_win() -> None:
    labels = resolved(votes((0, 1, 0, True), (0, 1, 1, False)), 1.0, 0.25)

    assert labels.present[0, 1]
    assert labels.weight[0, 1] == 0.75
    assert labels.weight.sum() == 0.75


def test_the_latest_of_equally_weighted_votes_wins() -> None:
    assert not resolved(votes((0, 0, 0, True), (0, 0, 1, False)), 1, 1).present[0, 0]
    assert resolved(votes((0, 0, 0, False), (0, 0, 1, True)), 1, 1).present[0, 0]


def test_votes_without_weight_decide_nothing() -> None:
    labels = resolved(votes((0, 0, 0, True), (1, 0, 0, False)), 0, 0)

    assert not labels.weight.any()
    assert not labels.given.any()


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, 3), st.booleans()),
        min_size=1,
    ),
    st.data(),
)
def test_labels_weigh_at_most_one_and_only_where_someone_voted(
    words: list[tuple[int, int, int, bool]], data: st.DataObject
) -> None:
    trust = data.draw(st.lists(st.floats(0, 1, width=32), min_size=len(words), max_size=len(words)))

    labels = resolved(votes(*words), *trust)

    assert (labels.weight <= 1).all()
    spoken = np.zeros((2, 2), dtype=np.bool_)
    for (image, tag, _, _), weight in zip(words, trust, strict=True):
        spoken[image, tag] |= weight > 0
    assert ((labels.weight > 0) <= spoken).all()


def one_of_each(tags: int, images: int) -> np.ndarray:
    given = np.zeros((images, tags), dtype=np.bool_)
    given[np.arange(images), np.arange(images) % tags] = True
    return given


UNRELATED = np.empty((0, 2), dtype=np.intp)


def test_tags_that_are_never_given_together_exclude_each_other() -> None:
    exclusions = find_mutually_exclusive(one_of_each(10, 50), UNRELATED)

    assert set(exclusions.groups) == {0}
    assert not len(exclusions.compatible)


def test_too_few_images_prove_no_exclusion() -> None:
    assert find_mutually_exclusive(one_of_each(10, 20), UNRELATED).is_empty


def test_a_tag_and_its_ancestor_do_not_exclude_each_other() -> None:
    exclusions = find_mutually_exclusive(one_of_each(10, 50), np.array([[1, 0]]))

    assert exclusions.compatible.tolist() == [[0, 1]]
    assert exclusions.sums(np.ones((1, 10)))[0].tolist() == [8, 8, *[9] * 8]


def test_tags_that_are_often_given_together_do_not_exclude_each_other() -> None:
    given = one_of_each(10, 50)
    given[:, 9] = True

    assert find_mutually_exclusive(given, UNRELATED).is_empty


@given(st.lists(st.uuids(), min_size=1, unique=True))
def test_a_fold_depends_on_nothing_but_the_id(ids: list[UUID]) -> None:
    folds = folds_of(ids, negative_samples=2)

    assert folds_of(ids[:1], negative_samples=0)[0] == folds[0]
    assert folds[-2:].tolist() == [NEGATIVE_SAMPLE, NEGATIVE_SAMPLE]
    assert set(folds[:-2].tolist()) <= set(range(FOLDS))


def test_a_fifth_is_held_out() -> None:
    folds = folds_of([UUID(int=number) for number in range(5000)], negative_samples=0)

    assert 0.18 < (folds == HELD_OUT_FOLD).mean() < 0.22


def test_an_image_between_the_examples_may_have_their_tag() -> None:
    examples = np.array([[1, 0.1, 0], [1, -0.1, 0], [1, 0, 0.1], [0, 0, 1]], dtype=np.float32)
    given = np.array([[True], [True], [True], [False]])
    images = np.array([[2, 0, 0], [0, 1, 0], [0, 0, 3]], dtype=np.float32)

    assert may_have(images, examples, given)[:, 0].tolist() == [True, False, False]


def test_without_examples_nothing_may_have_the_tag() -> None:
    images = np.eye(3, dtype=np.float32)

    assert not may_have(images, images, np.zeros((3, 2), dtype=np.bool_)).any()


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.booleans(), st.floats(2**-20, 1, width=32)),
        min_size=1,
        max_size=12,
    )
)
def test_the_trainer_resolves_votes_as_images_are_decided(
    ballots: list[tuple[int, bool, float]],
) -> None:
    labels = resolved(
        votes(*((0, tag, who, present) for who, (tag, present, _) in enumerate(ballots))),
        *(weight for _, _, weight in ballots),
    )

    decisions = decide(
        (
            Vote(tag, present, weight, moment)
            for moment, (tag, present, weight) in enumerate(ballots)
        ),
        lambda tag: (),
        lambda tag: (),
    )
    assert {tag: decision.present for tag, decision in decisions.items()} == {
        tag: bool(labels.present[0, tag]) for tag in decisions
    }
