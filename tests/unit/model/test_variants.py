"""Plurals, spelling variants and typing errors of the names of tags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.names.text import normalise
from shared.model.names.variants import forms, near_misses
from shared.model.vocabulary import load_imagenet


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        *(("cats", "cat"), ("cat", "cats"), ("puppies", "puppy"), ("wolves", "wolf")),
        *(("movies", "movie"), ("horses", "horse"), ("boxes", "box"), ("potatoes", "potato")),
        *(("women", "woman"), ("Children", "child"), ("polar_bears", "polar bear")),
        *(("color", "colour"), ("favourites", "favorite"), ("gray", "grey")),
        *(("theatre", "theater"), ("organised", "organized"), ("jewelry", "jewellery")),
    ],
)
def test_a_name_leads_to_the_tag_that_it_means(said: str, meant: str) -> None:
    assert meant in forms(said)


@pytest.mark.parametrize(
    "word", ["bus", "glass", "glasses", "iris", "series", "2024", "東京", "as"]
)
def test_words_that_only_look_like_plurals_have_no_singular(word: str) -> None:
    assert not [form for form in forms(word) if len(form) < len(word)]


def test_the_vocabulary_itself_is_left_alone() -> None:
    vocabulary = load_imagenet()
    names = {normalise(tag.name) for tag in vocabulary.tags}
    confused = [
        (name, form)
        for name in names
        for form in forms(name)
        if form in names and vocabulary.resolve(form) != vocabulary.resolve(name)
    ]

    assert not confused


@given(st.text(alphabet="abcdefgh", min_size=5, max_size=12).map(normalise), st.data())
def test_one_typing_error_is_a_near_miss(name: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, max(len(name) - 1, 0)))
    typed = normalise(name[:place] + name[place + 1 :])

    if len(typed) >= 5 and typed != name and len(name) == len(typed) + 1:
        assert name in near_misses(typed)


@pytest.mark.parametrize("name", ["Anna", "stage 1", "2024-05"])
def test_short_names_and_numbers_have_no_near_misses(name: str) -> None:
    assert not near_misses(name)
