"""Which images and tags a reviewer is asked about."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from services.feedback.review.ranking import (
    MAX_SUGGESTIONS,
    RARE_BELOW,
    WHYS,
    TagQuestion,
    Why,
    choose_images,
    suggest_disputed,
    suggest_rare,
    suggest_uncertain,
)
from shared.db.corrections.votes import Vote
from shared.model.vocabulary import load_imagenet

THRESHOLD = 0.4
VOCABULARY = load_imagenet()
TEAPOT, HAMMER, RETRIEVER, DOG = (
    VOCABULARY.index(slug) for slug in ("teapot", "hammer", "golden-retriever", "dog")
)
LEARNED = np.ones(len(VOCABULARY), dtype=bool)

suggestions = st.builds(
    TagQuestion, st.integers(0, 9), st.floats(0, 1), st.sampled_from(WHYS), st.floats(0.1, 1)
)
by_image = st.dictionaries(st.text(), st.lists(suggestions, max_size=6), max_size=20)


def said(**by_slug: float) -> NDArray[np.float32]:
    """Return probabilities of all tags; tags that are not named are certainly absent."""
    probabilities = np.zeros(len(VOCABULARY), dtype=np.float32)
    for slug, probability in by_slug.items():
        probabilities[VOCABULARY.index(slug.replace("_", "-"))] = probability
    return probabilities


def test_the_closer_to_the_threshold_the_more_an_answer_teaches() -> None:
    found = suggest_uncertain(VOCABULARY, said(teapot=0.2, hammer=0.41, banana=0.999), THRESHOLD)

    assert [suggestion.column for suggestion in found] == [HAMMER, TEAPOT]
    assert found[0].score > 0.9 > found[1].score


def test_nothing_is_asked_where_the_model_is_sure() -> None:
    assert suggest_uncertain(VOCABULARY, said(teapot=0.99), THRESHOLD) == []


def test_the_narrowest_of_tags_that_imply_each_other_is_asked_about() -> None:
    found = suggest_uncertain(VOCABULARY, said(golden_retriever=0.35, dog=0.4), THRESHOLD)

    assert [suggestion.column for suggestion in found] == [RETRIEVER]


def test_a_rare_tag_is_looked_for_where_it_is_likely() -> None:
    found = suggest_rare(
        said(teapot=0.9, hammer=0.9, dog=0.9, golden_retriever=0.01),
        {TEAPOT: 2, HAMMER: 15, DOG: RARE_BELOW, RETRIEVER: 1},
    )

    assert [suggestion.column for suggestion in found] == [TEAPOT, HAMMER]


def test_people_against_people_come_before_people_against_the_model() -> None:
    votes = [
        Vote(TEAPOT, True, 1.0, 1),
        Vote(TEAPOT, False, 1.0, 2),
        Vote(DOG, False, 1.0, 3),
        Vote(HAMMER, True, 1.0, 4),
    ]

    found = suggest_disputed(said(teapot=0.5, dog=0.95, hammer=0.99), LEARNED, votes)

    assert [suggestion.column for suggestion in found] == [TEAPOT, DOG]
    assert found[0].score == 1


def test_a_tag_that_the_model_never_learned_is_not_disputed_by_it() -> None:
    votes = [Vote(TEAPOT, True, 1.0, 1)]

    assert suggest_disputed(said(), LEARNED, votes)
    assert suggest_disputed(said(), ~LEARNED, votes) == []


def test_a_review_has_images_of_every_kind() -> None:
    scores: dict[Why, float] = {"uncertain": 0.9, "disputed": 0.3, "rare": 0.2}
    offers = {
        f"{why} {number}": [TagQuestion(0, 0.5, why, score)]
        for why, score in scores.items()
        for number in range(5)
    }

    chosen = choose_images(offers, 6)

    assert [key.split()[0] for key in chosen] == ["disputed", "uncertain", "rare"] * 2


@given(by_image, st.integers(1, 30))
def test_a_list_is_full_as_long_as_there_is_anything_to_ask(
    offers: dict[str, list[TagQuestion]], limit: int
) -> None:
    chosen = choose_images(offers, limit)

    askable = {key for key, of_image in offers.items() if of_image}
    assert len(chosen) == len(set(chosen)) == min(limit, len(askable))
    assert set(chosen) <= askable


@given(arrays(np.float32, len(VOCABULARY), elements=st.floats(0, 1, width=32)))
def test_few_things_are_asked_about_one_image(probabilities: NDArray[np.float32]) -> None:
    found = suggest_uncertain(VOCABULARY, probabilities, THRESHOLD)

    assert len(found) <= MAX_SUGGESTIONS
    assert all(0 < suggestion.score <= 1 for suggestion in found)
