"""The words file, and how tags are named with one."""

from pathlib import Path

import pytest

from services.compat.pictures.labels import Label, capitalise_words, labels_of
from services.compat.pictures.words import Words, read_words
from shared.db.tags.shown import ShownTag
from shared.errors import ConfigError
from shared.model.vocabulary import load_imagenet

VOCABULARY = load_imagenet()


def shown(name: str, confidence: float, kind: str = "wordnet") -> ShownTag:
    tag = VOCABULARY.resolve(name) if kind == "wordnet" else None
    return ShownTag(tag.slug if tag else name, name, kind, None, confidence, "model")  # type: ignore[arg-type]


def labels(words: Words, *tags: ShownTag) -> dict[str, Label]:
    return {label.name: label for label in labels_of(VOCABULARY, words, tags)}


def write(folder: Path, text: str) -> str:
    file = folder / "words.toml"
    file.write_text(text)
    return str(file)


def test_a_file_renames_leaves_out_and_merges(tmp_path: Path) -> None:
    words = read_words(
        write(tmp_path, '[words]\n"Golden Retriever" = "Dog"\ndog = "Dog"\nmammal = false\n')
    )

    found = labels(
        words,
        shown("golden retriever", 0.8),
        shown("dog", 0.9),
        shown("mammal", 0.95),
        shown("animal", 0.97),
    )

    assert set(found) == {"Dog", "animal"}
    assert found["Dog"].confidence == 0.9
    assert found["Dog"].called(capitalise_words) == "Dog"
    assert found["animal"].called(capitalise_words) == "Animal"
    assert found["Dog"].wider == ("animal",)


def test_wider_tags_that_are_not_shown_are_not_named() -> None:
    found = labels(Words(), shown("golden retriever", 0.8), shown("dog", 0.9))

    assert found["golden retriever"].wider == (found["dog"].slug,)
    assert found["dog"].wider == ()


def test_a_custom_tag_has_no_wider_tags() -> None:
    [label] = labels_of(VOCABULARY, Words(), [shown("our shop", 1.0, "custom")])

    assert label.is_taught
    assert (label.wider, label.aliases) == ((), ())


def test_a_word_of_a_former_network_is_a_label_without_relatives() -> None:
    former = ShownTag("old-word", "old word", "dormant", None, 0.9, "model")

    [label] = labels_of(VOCABULARY, Words(), [former])

    assert (label.name, label.is_taught, label.leads, label.is_category) == (
        "old word",
        False,
        True,
        False,
    )


def test_an_owners_tag_by_the_name_of_a_word_is_taught() -> None:
    own = ShownTag("dog", "dog", "custom", "anna", 0.9, "user")

    found = labels(Words(), own, shown("animal", 0.8))

    assert found["dog"].is_taught
    assert found["dog"].wider == ()
    assert found["animal"].is_category


def test_moderation_names_come_widest_first(tmp_path: Path) -> None:
    words = read_words(write(tmp_path, '[moderation]\nNudity = ["Explicit", "Explicit Nudity"]\n'))

    assert words.moderation == {"nudity": ("Explicit", "Explicit Nudity")}


@pytest.mark.parametrize(
    "text",
    [
        "[words",
        "words = 3",
        "[words]\ndog = 3",
        '[words]\ndog = " "',
        "[moderation]\nnudity = []",
        '[moderation]\nnudity = "Explicit"',
        '[moderation]\nnudity = ["a", "b", "c", "d"]',
        "[other]",
    ],
)
def test_a_wrong_file_stops_the_start_and_is_named(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)

    with pytest.raises(ConfigError, match="TAGLOOP_COMPAT_WORDS") as refusal:
        read_words(path)
    assert path in str(refusal.value)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        read_words("/nowhere.toml")
