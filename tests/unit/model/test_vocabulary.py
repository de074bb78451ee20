"""The vocabulary: its hierarchy, sums of probabilities, and how words find their tag."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from shared.model.names.text import slug
from shared.model.vocabulary import Tag, Vocabulary, load_imagenet
from shared.model.vocabulary.build.imagenet import build
from shared.model.vocabulary.imagenet import IMAGENET_FILE

WORDNET = Path("/usr/share/wordnet")
ROUNDING = 1e-5  # of a float32 sum of 1,000 probabilities
VOCABULARY = load_imagenet()
CLASSES = len(VOCABULARY.leaves)

probabilities = arrays(np.float32, CLASSES, elements=st.floats(0, 1, width=32)).map(
    lambda weights: weights / max(weights.sum(), 1)
)
columns = st.lists(st.sampled_from(range(len(VOCABULARY))), min_size=1, max_size=50, unique=True)


def made_tag(
    slug: str, *parents: str, aliases: tuple[str, ...] = (), leaf: int | None = None
) -> Tag:
    return Tag(slug, slug.replace("-", " "), "n00000000", aliases, parents, "", leaf)


def ancestor_slugs(slug: str) -> set[str]:
    return {VOCABULARY.tags[column].slug for column in VOCABULARY.ancestors(VOCABULARY.index(slug))}


# The hierarchy


def test_descendants_are_the_tags_that_have_an_ancestor() -> None:
    for column in range(len(VOCABULARY)):
        below = VOCABULARY.descendants(column)
        assert all(column in VOCABULARY.ancestors(narrower) for narrower in below)
        assert list(below) == sorted(below)
    ancestors = sum(len(VOCABULARY.ancestors(column)) for column in range(len(VOCABULARY)))
    descendants = sum(len(VOCABULARY.descendants(column)) for column in range(len(VOCABULARY)))
    assert ancestors == descendants > 0


@pytest.mark.parametrize(
    ("narrow", "wider"),
    [
        ("miniature-pinscher", {"pinscher", "working-dog", "dog", "canine", "mammal", "animal"}),
        ("tabby", {"domestic-cat", "cat", "feline", "animal"}),
        ("sports-car", {"car", "motor-vehicle", "vehicle"}),
        ("running-shoe", {"shoe", "footwear", "clothes"}),
        ("pizza", {"food"}),
        ("orange", {"citrus", "fruit", "food"}),
    ],
)
def test_a_tag_implies_all_wider_ones(narrow: str, wider: set[str]) -> None:
    assert wider <= ancestor_slugs(narrow)


@pytest.mark.parametrize(
    ("narrow", "wrong"),
    [
        ("sports-car", "container"),
        ("meatloaf", "bread"),
        ("website", "computer"),
        ("hyena", "canine"),
    ],
)
def test_a_tag_does_not_imply_what_only_wordnet_says(narrow: str, wrong: str) -> None:
    assert wrong not in ancestor_slugs(narrow)


def test_no_tag_is_a_word_of_the_ontologist() -> None:
    slugs = {tag.slug for tag in VOCABULARY.tags}

    assert not slugs & {"entity", "physical-entity", "whole", "artifact", "chordate", "placental"}


def test_parents_are_listed_only_where_no_other_parent_implies_them() -> None:
    for tag in VOCABULARY.tags:
        implied = set().union(*(ancestor_slugs(parent) for parent in tag.parents))
        assert not implied & set(tag.parents), tag.slug


def test_classes_come_first_in_the_order_of_the_network() -> None:
    assert CLASSES == 1000
    assert [tag.leaf for tag in VOCABULARY.tags[:CLASSES]] == list(range(CLASSES))
    assert VOCABULARY.leaves.tolist() == list(range(CLASSES))
    assert VOCABULARY.tags[207].slug == "golden-retriever"


def test_every_slug_follows_from_its_name() -> None:
    assert all(tag.slug == slug(tag.name) for tag in VOCABULARY.tags)


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ([made_tag("cat"), made_tag("cat")], "share a slug"),
        ([made_tag("cat", "dog"), made_tag("dog", "cat")], "their own ancestors"),
        ([made_tag("cat", "feline")], "not tags: feline"),
    ],
)
def test_a_broken_hierarchy_is_refused(tags: list[Tag], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Vocabulary(tags)


# Probabilities


def test_breeds_that_share_the_probability_add_up_to_a_dog() -> None:
    leaves = np.zeros((1, CLASSES), dtype=np.float32)
    leaves[0, [207, 208, 209, 232, 235]] = 0.2  # five breeds, none of them likely

    tags = VOCABULARY.tag_probabilities(leaves)[0]

    assert tags[VOCABULARY.index("retriever")] == pytest.approx(0.6)
    assert tags[VOCABULARY.index("dog")] == pytest.approx(1)
    assert tags[VOCABULARY.index("cat")] == 0


@given(probabilities)
def test_a_tag_is_at_least_as_probable_as_any_that_implies_it(leaves: np.ndarray) -> None:
    tags = VOCABULARY.tag_probabilities(leaves[None])[0]

    assert tags.max() <= 1
    assert np.allclose(tags[VOCABULARY.leaves], leaves)
    for column in range(len(VOCABULARY)):
        assert (tags[VOCABULARY.ancestors(column)] >= tags[column] - ROUNDING).all()


def test_a_class_with_a_class_below_it_counts_itself_and_that() -> None:
    vocabulary = Vocabulary([made_tag("dog", leaf=0), made_tag("pug", "dog", leaf=1)])
    leaves = np.array([[0.25, 0.5]], np.float32)

    assert vocabulary.tag_probabilities(leaves).tolist() == [[0.75, 0.5]]


# The order in which tags are shown


def shown(listed: dict[str, float]) -> list[str]:
    slugs = list(listed)
    order = VOCABULARY.best_first(
        np.array([VOCABULARY.index(slug) for slug in slugs]), np.array([*listed.values()])
    )
    return [slugs[position] for position in order]


def test_common_words_and_the_narrowest_come_first_then_the_implied_each_by_probability() -> None:
    listed = {"animal": 0.99, "dog": 0.9, "pug": 0.4, "ball": 0.7, "mammal": 0.95}

    assert shown(listed) == ["dog", "ball", "pug", "animal", "mammal"]


def test_words_that_people_never_use_come_last() -> None:
    listed = {"device": 0.99, "vertebrate": 0.98, "grass": 0.5, "cat": 0.6, "feline": 0.9}

    assert shown(listed) == ["cat", "grass", "device", "vertebrate", "feline"]


def test_an_ancestor_comes_first_where_nothing_below_it_is_listed() -> None:
    assert shown({"pug": 0.2, "vehicle": 0.8}) == ["vehicle", "pug"]


@given(columns, st.data())
def test_the_order_has_every_tag_once_and_vague_ones_last(
    listed: list[int], data: st.DataObject
) -> None:
    scores = data.draw(arrays(np.float32, len(listed), elements=st.floats(0, 1, width=32)))

    order = VOCABULARY.best_first(np.array(listed), scores)

    assert sorted(order) == list(range(len(listed)))
    tags = [VOCABULARY.tags[listed[position]] for position in order]
    is_vague = [tag.usage == "vague" for tag in tags]
    assert is_vague == sorted(is_vague)
    # Behind a tag that a common word implies, nothing comes that no listed tag implies.
    implied = {above for column in listed for above in VOCABULARY.ancestors(column)}
    leads = [listed[p] not in implied for p in order if VOCABULARY.tags[listed[p]].usage != "vague"]
    by_common = {
        above
        for column in listed
        if VOCABULARY.tags[column].usage == "common"
        for above in VOCABULARY.ancestors(column)
    }
    follows = [listed[p] in by_common for p in order if VOCABULARY.tags[listed[p]].usage != "vague"]
    if True in follows and True in leads:
        assert follows.index(True) > len(leads) - 1 - leads[::-1].index(True)


# Words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("golden-retriever", "golden-retriever"),
        ("Golden Retriever", "golden-retriever"),
        ("#golden_retriever", "golden-retriever"),
        ("polar bear", "polar-bear"),
        ("ice bear", "polar-bear"),  # WordNet's first word for it
        ("Ursus Maritimus", "polar-bear"),
        ("automobile", "car"),
        ("cat", "cat"),  # also an alias of big-cat
        ("crane", "crane"),  # the machine; the bird is crane-bird
        ("maillot", "maillot"),
    ],
)
def test_a_tag_is_found_by_slug_name_or_alias(text: str, expected: str) -> None:
    tag = VOCABULARY.resolve(text)

    assert tag is not None
    assert tag.slug == expected


@pytest.mark.parametrize("text", ["", "#", "no such thing"])
def test_an_unknown_word_finds_nothing(text: str) -> None:
    assert VOCABULARY.resolve(text) is None


@given(st.sampled_from(VOCABULARY.tags))
def test_every_tag_is_found_by_its_own_slug_and_name(tag: Tag) -> None:
    assert VOCABULARY.resolve(tag.slug) == tag
    assert VOCABULARY.resolve(tag.name.upper()) == tag


def test_a_slug_goes_before_a_name_and_an_earlier_alias_before_a_later_one() -> None:
    toy_dog = made_tag("toy-dog", aliases=("plaything", "toy"))
    toy = made_tag("toy", aliases=("trinket", "plaything"))
    vocabulary = Vocabulary([toy_dog, toy])

    assert vocabulary.resolve("toy") is toy
    assert vocabulary.resolve("plaything") is toy_dog


# The committed file


@pytest.mark.skipif(
    not WORDNET.exists() and os.environ.get("CI") != "true",
    reason="WordNet is not installed (Debian's package wordnet-base)",
)
def test_the_committed_file_is_what_the_build_makes() -> None:
    assert IMAGENET_FILE.read_text(encoding="utf-8") == build(WORDNET)
