"""Hashtags of pictures become uses of words, and synonyms are found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from services.trainer.learning.hashtags.labels.gathering import Gatherer
from services.trainer.learning.hashtags.labels.uses import Uses
from services.trainer.learning.hashtags.labels.visual import Predictability
from services.trainer.learning.hashtags.labels.weak_labels import WeakLabels
from services.trainer.learning.hashtags.synonyms import find_synonyms
from services.trainer.learning.hashtags.words.meaning import HashtagReader
from shared.model.vocabulary import load_imagenet
from shared.model.vocabulary_index import VocabularyIndex

VOCABULARY = load_imagenet()
INDEX = VocabularyIndex(VOCABULARY, np.arange(1, len(VOCABULARY) + 1, dtype=np.int32))


def gathered(*pictures: list[str]) -> Uses:
    """Return the uses of each picture's hashtags; every picture twice, by two owners."""
    gatherer = Gatherer()
    for owner in ("ada", "ben"):
        for number, hashtags in enumerate(pictures):
            gatherer.add(owner, number, hashtags)
    return gatherer.uses(HashtagReader(INDEX), INDEX)


def words_of(uses: Uses, picture: int) -> set[str]:
    """Return the names of a picture's words."""
    return {uses.words[word].name for word in uses.word[uses.image == picture].tolist()}


def test_spellings_and_plurals_are_one_word() -> None:
    uses = gathered(["#BlueBlob"], ["blue_blobs"], ["blueblob", "BLUE BLOBS"])

    assert [words_of(uses, picture) for picture in range(3)] == [{"blue blob"}] * 3
    assert uses.hashtags.tolist() == [1] * 6


def test_a_wider_tag_that_follows_from_a_noun_is_not_counted() -> None:
    uses = gathered(["kitten", "cat"], ["kittens"], ["cat"])

    assert words_of(uses, 0) >= {"kitten", "cat"}
    assert words_of(uses, 1) == {"kitten", "cat"}
    assert uses.hashtags.tolist()[1:3] == [1, 1]


def test_blocked_words_count_as_hashtags_but_have_no_meaning() -> None:
    uses = gathered(["love", "zzyzx"])

    assert words_of(uses, 0) == {"zzyzx"}
    assert uses.hashtags[0] == 2


def test_every_meaning_of_an_ambiguous_hashtag_is_a_choice() -> None:
    uses = gathered(["crane"])
    of_first = uses.image == 0

    assert words_of(uses, 0) >= {"crane"}
    assert (uses.word[of_first & (uses.choice >= 0)]).size >= 2


def labels_of(word: int, mean: list[float]) -> WeakLabels:
    """Return weak labels of a word that can be seen."""
    nothing = np.empty(0, np.intp)
    return WeakLabels(
        word,
        nothing,
        nothing,
        np.empty(0, np.float32),
        np.empty(0, np.int32),
        np.empty(0, np.float32),
        np.array(mean, dtype=np.float32),
        30,
        Predictability(0.9, 1.0),
        None,
    )


def test_words_of_the_same_owners_and_pictures_are_synonyms() -> None:
    uses = gathered(["nyzc", "newyorzk"], ["nyzc"], ["blobz"])
    number = {word.name: place for place, word in enumerate(uses.words)}
    same = labels_of(number["nyzc"], [1, 0.05]), labels_of(number["newyorzk"], [1, 0])
    other = labels_of(number["blobz"], [0, 1])

    (found,) = find_synonyms(uses, [*same, other])

    assert (found.word, found.means) == (number["newyorzk"], number["nyzc"])
    assert found.is_certain


def test_words_of_different_owners_are_never_merged() -> None:
    uses = gathered(["nyzc"], ["newyorzk"])
    apart = replace(uses, owner=np.arange(len(uses.owner), dtype=np.int32))
    number = {word.name: place for place, word in enumerate(uses.words)}
    labels = [labels_of(number[name], [1, 0]) for name in ("nyzc", "newyorzk")]

    assert find_synonyms(apart, labels) == []
