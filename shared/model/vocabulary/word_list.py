"""Vocabularies that operators write: a text file with one word a line.

    # Our products
    vehicle
    tractor < vehicle
    combine harvester < vehicle, farm machinery

What follows `<` are wider words of the file. Empty lines and lines that begin with # are ignored.
"""

from __future__ import annotations

from pathlib import Path

from shared.errors import ConfigError
from shared.model.names.tag_names import clean_name, slug_of
from shared.model.vocabulary.tag import Tag
from shared.model.vocabulary.vocabulary import Vocabulary

MAX_WORDS = 20_000
MAX_BYTES = 10 * 1024 * 1024


def read_word_list(path: Path) -> Vocabulary:
    """Read a file of words; each word is a class, in the order of the lines.

    Raises:
        ConfigError: the file cannot be read, has too many words, a word twice or one that no tag
            can be called, or a wider word that is missing or that is narrower at the same time.
    """
    lines = _read_lines(path)
    if not lines:
        raise ConfigError(f"{path} has no words.")
    if len(lines) > MAX_WORDS:
        raise ConfigError(f"{path} has {len(lines):,} words; the maximum is {MAX_WORDS:,}.")
    places: dict[str, int] = {}
    tags: list[Tag] = []
    for number, line in lines:
        text, _, wider = line.partition("<")
        name, slug = _named(path, number, text)
        if slug in places:
            raise ConfigError(f"{path}, line {number}: {name!r} is already in line {places[slug]}.")
        places[slug] = number
        parents = [_named(path, number, parent)[1] for parent in wider.split(",") if parent.strip()]
        tags.append(Tag(slug, name, None, (), tuple(dict.fromkeys(parents)), "", len(tags)))
    for tag, (number, _) in zip(tags, lines, strict=True):
        if unknown := [parent for parent in tag.parents if parent not in places]:
            raise ConfigError(
                f"{path}, line {number}: the wider word {unknown[0]!r} of {tag.name!r} is not a "
                "word of the file."
            )
    try:
        return Vocabulary(tags)
    except ValueError as error:
        raise ConfigError(f"{path} has {error}.") from error


def _read_lines(path: Path) -> list[tuple[int, str]]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(
                f"{path} has more than {MAX_BYTES:,} bytes, which is too large for a list of words."
            )
        content = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not text in UTF-8: {error.reason}.") from error
    lines = enumerate(content.removeprefix("\ufeff").split("\n"), 1)
    return [(number, line) for number, line in lines if line.strip() and line.strip()[0] != "#"]


def _named(path: Path, number: int, text: str) -> tuple[str, str]:
    try:
        name = clean_name(text)
    except ValueError as error:
        raise ConfigError(f"{path}, line {number}: {error}.") from error
    slug = slug_of(name)
    if not slug:
        raise ConfigError(f"{path}, line {number}: {text.strip()[:50]!r} is not a word.")
    return name, slug
