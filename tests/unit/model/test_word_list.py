"""Lists of words that operators write."""

from pathlib import Path

import pytest

from shared.errors import ConfigError
from shared.model.vocabulary.word_list import MAX_WORDS, read_word_list


def test_each_line_is_a_word_with_its_wider_words(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("# ours\nvehicle\n\nFarm Machinery\nharvester < vehicle, farm machinery\n")

    tags = read_word_list(path).tags

    assert [(tag.slug, tag.parents, tag.leaf) for tag in tags] == [
        ("vehicle", (), 0),
        ("farm-machinery", (), 1),
        ("harvester", ("vehicle", "farm-machinery"), 2),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "has no words"),
        ("dog\ncat\nDog\n", "line 3: 'Dog' is already in line 1"),
        ("dog\n" + "x" * 10_000, "line 2: .* at most 100 characters"),
        ("\n".join(f"word {n}" for n in range(100_000)), f"the maximum is {MAX_WORDS:,}"),
        ("dog < pet\npet < dog\n", "their own ancestors"),
        ("dog < animal\n", "line 1: the wider word 'animal' of 'dog' is not a word"),
        ("dog\n< dog\n", "line 2"),
    ],
)
def test_an_invalid_list_is_refused_in_one_sentence(
    tmp_path: Path, content: str, sentence: str
) -> None:
    path = tmp_path / "words.txt"
    path.write_text(content)

    with pytest.raises(ConfigError, match=sentence):
        read_word_list(path)
    with pytest.raises(ConfigError, match="missing"):
        read_word_list(tmp_path / "missing.txt")
