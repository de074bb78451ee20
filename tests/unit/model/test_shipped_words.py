"""The everyday words that ship: the file, its provenance, and the bar that each word passed."""

import json
from pathlib import Path

import numpy as np
import pytest

from shared.config import Settings
from shared.errors import ConfigError
from shared.model.vocabulary import load_imagenet
from shared.model.words.words_file import WEIGHTS, WordsFile, read_words_file

FILE = WEIGHTS / "tf_efficientnet_lite0.safetensors"
PROVENANCE = json.loads(FILE.with_suffix(".json").read_text(encoding="utf-8"))
MAX_BYTES_PER_WORD = 4_000
MIN_WORDS = 25
# Held back or left out: a wrong one hurts, and the pictures to learn them from show few people.
ABOUT_PEOPLE = {"man", "woman", "child", "face"}


@pytest.fixture(scope="module")
def words() -> WordsFile:
    return read_words_file(FILE)


def test_the_file_holds_what_its_provenance_says(words: WordsFile) -> None:
    assert list(words.names) == list(PROVENANCE["words"])
    assert words.backbone == PROVENANCE["backbone"] == FILE.stem
    assert np.isfinite(words.classifiers.weight).all()
    assert np.isfinite(words.classifiers.bias).all()
    assert FILE.stat().st_size < MAX_BYTES_PER_WORD * len(words.names)


def test_every_word_is_a_tag_that_the_vocabulary_calls_everyday(words: WordsFile) -> None:
    everyday = {tag.slug for tag in load_imagenet().tags if tag.everyday}

    assert set(words.names) == everyday


@pytest.mark.parametrize("part", ["words", "network"])
def test_every_word_passed_the_bar_on_pictures_that_it_was_not_learned_from(part: str) -> None:
    bar = PROVENANCE["bar"]

    assert bar == {"precision": 0.85, "recall": 0.3}
    for slug, word in PROVENANCE[part].items():
        assert word["precision"] >= bar["precision"], slug
        assert word["recall"] >= bar["recall"], slug


def test_there_are_enough_everyday_words_and_none_describes_what_a_person_is() -> None:
    known = PROVENANCE["words"].keys() | PROVENANCE["network"].keys()

    assert len(known) >= MIN_WORDS
    assert not known & ABOUT_PEOPLE
    assert PROVENANCE["left_out"].keys() >= ABOUT_PEOPLE


def test_every_set_of_pictures_has_a_source_and_a_licence() -> None:
    for name, pictures in PROVENANCE["sets"].items():
        assert pictures["source"], name
        assert pictures["licence"], name
        assert pictures["pictures"] > 0, name


def test_words_are_shown_from_the_probability_that_tags_are_shown_from() -> None:
    assert PROVENANCE["shown_from"] == Settings.model_fields["min_confidence"].default


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a words file"),
        (b"\x80\x04\x95pickle", "not a words file"),
        (FILE.read_bytes()[:-100], "not a words file"),
    ],
)
def test_a_file_that_is_not_a_words_file_is_refused_in_one_sentence(
    content: bytes, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "words.safetensors"
    path.write_bytes(content)

    with pytest.raises(ConfigError, match=message):
        read_words_file(path)


def test_a_file_survives_being_written_again(words: WordsFile, tmp_path: Path) -> None:
    path = tmp_path / "again.safetensors"
    path.write_bytes(words.to_bytes())

    assert path.read_bytes() == FILE.read_bytes()
    assert read_words_file(path).names == words.names
