"""The vocabulary of networks with 11,821 or 21,841 classes."""

import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from shared.model.names.text import slug
from shared.model.vocabulary import Tag, Vocabulary, load_imagenet
from shared.model.vocabulary.stored import read_vocabulary, write_vocabulary
from shared.model.vocabulary.wide.synsets import SYNSETS_FILE, load_synsets

WORDNET = Path("/usr/share/wordnet")
PERSON = "n00007846"


def classes_of(name: str) -> list[str]:
    spec = find_spec("timm")
    assert spec is not None
    assert spec.origin is not None
    file = Path(spec.origin).parent / "data" / "_info" / f"{name}_synsets.txt"
    return file.read_text().split()


@pytest.fixture(scope="module")
def wide() -> Vocabulary:
    return load_synsets().vocabulary_of(classes_of("imagenet12k"))


def test_every_synset_has_a_name_of_its_own_in_all_vocabularies() -> None:
    known = load_synsets().known
    slugs = {slug(synset.name) for synset in known.values()}
    shared = {tag.wordnet_id: tag.name for tag in load_imagenet().tags if tag.wordnet_id}

    assert len(slugs) == len(known)
    assert "" not in slugs
    assert {synset: known[synset].name for synset in shared} == shared


@pytest.mark.parametrize(
    ("name", "classes", "tags"),
    [("imagenet12k", 11_821, 11_000), ("imagenet22k", 21_841, 18_000)],
)
def test_each_list_of_classes_makes_a_vocabulary(name: str, classes: int, tags: int) -> None:
    synsets = classes_of(name)
    vocabulary = load_synsets().vocabulary_of(synsets)

    assert len(synsets) == classes
    assert len(vocabulary) > tags
    assert vocabulary.classes <= classes
    own = {tag.leaf: tag.wordnet_id for tag in vocabulary.tags if tag.leaf is not None}
    assert all(synsets[leaf] == synset for leaf, synset in own.items())


def test_words_that_imagenet_lacks_are_tags_with_names_that_people_use(wide: Vocabulary) -> None:
    for name in ("sky", "tree", "grass", "mountain", "street", "building", "snow", "ocean", "rose"):
        assert wide.resolve(name) is not None, name
    assert wide.tags[wide.index("golden-retriever")].parents == ("retriever",)


def test_words_for_people_that_a_picture_cannot_show_become_person(wide: Vocabulary) -> None:
    numbers = {synset: number for number, synset in enumerate(classes_of("imagenet12k"))}
    left_out = [synset for synset, tags in load_synsets().left_out.items() if tags == (PERSON,)]
    leaves = np.zeros((1, len(numbers)), np.float32)
    leaves[0, [numbers[synset] for synset in left_out if synset in numbers]] = 0.0005

    shown = wide.tag_probabilities(leaves)[0]

    assert len(left_out) > 2000
    person = wide.index("person")
    assert shown[person] > 0.4
    # Only what a person is a kind of has any of it.
    assert set(np.flatnonzero(shown).tolist()) == {person, *wide.ancestors(person).tolist()}
    for name in ("Jew's-ear", "squaw grass", "kaffir cat", "alcoholic", "Klansman", "woman"):
        found = wide.resolve(name)
        assert found is None or found.name != name, name


def test_sums_of_parts_are_those_of_all_their_classes(wide: Vocabulary) -> None:
    random = np.random.default_rng(0)
    leaves = random.dirichlet(np.full(11_821, 0.01), size=3).astype(np.float32)

    tags = wide.tag_probabilities(leaves)

    assert tags.max() <= 1
    for column in random.integers(0, len(wide), 50).tolist():
        counted = {
            leaf
            for below in (column, *wide.descendants(column).tolist())
            for leaf in (wide.tags[below].leaf, *wide.tags[below].more_leaves)
            if leaf is not None
        }
        assert np.allclose(tags[:, column], leaves[:, sorted(counted)].sum(axis=1), atol=1e-5)


def test_a_vocabulary_can_be_stored_and_read() -> None:
    tags = [
        Tag("dog", "dog", "n02084071", ("hound",), (), "a pet", None, usage="common"),
        Tag("pug", "pug", None, (), ("dog",), "", 0, more_leaves=(2, 1)),
    ]

    assert read_vocabulary(write_vocabulary(tags)).tags == tuple(tags)


@pytest.mark.skipif(
    (not WORDNET.exists() or find_spec("wordfreq") is None) and os.environ.get("CI") != "true",
    reason="WordNet (Debian's wordnet-base) or wordfreq is not installed",
)
def test_the_committed_synsets_are_what_the_build_makes() -> None:
    import gzip

    from shared.model.vocabulary.wide.build import build

    assert gzip.decompress(SYNSETS_FILE.read_bytes()).decode() == build(WORDNET)
