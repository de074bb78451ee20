"""The deployment's words file: names of tags in answers, and tags for moderation.

It is TOML. `[words]` renames tags: `"golden retriever" = "Dog"`; `false` leaves a tag out.
`[moderation]` lists the tags that answer questions about moderation, each with its names in the
answer, widest first: `nudity = ["Explicit", "Explicit Nudity"]`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import current_app

from shared.errors import ConfigError

WORDS = "tagloop.compat.words"
VARIABLE = "TAGLOOP_COMPAT_WORDS"
MAX_LEVELS = 3


@dataclass(frozen=True)
class Words:
    """names: the word of a tag, None: it is left out. moderation: a tag's names, widest first.

    Tags are named by their slugs or names, in lower case.
    """

    names: Mapping[str, str | None] = field(default_factory=dict)
    moderation: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def has(self, slug: str, name: str) -> bool:
        """Return whether the file says what a tag is called."""
        return slug in self.names or name.casefold() in self.names

    def name_of(self, slug: str, name: str) -> str | None:
        """Return what a tag is called in answers; None: it is left out."""
        return self.names.get(slug, self.names.get(name.casefold(), name))


def current_words() -> Words:
    """Return the words of the app that handles the current request."""
    words: Words = current_app.extensions[WORDS]
    return words


def read_words(path: str) -> Words:
    """Read a words file. path: empty: no tag is renamed, and none moderates.

    Raises:
        ConfigError: it cannot be read, or is not valid.
    """
    if not path:
        return Words()
    try:
        table = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{VARIABLE}: {path} cannot be read: {error}") from error
    unknown = table.keys() - {"words", "moderation"}
    if unknown:
        raise _wrong(path, f"there is no table {sorted(unknown)[0]!r}")
    return Words(
        {tag.casefold(): _read_name(path, tag, name) for tag, name in _part(path, table, "words")},
        {
            tag.casefold(): _read_levels(path, tag, names)
            for tag, names in _part(path, table, "moderation")
        },
    )


def _part(path: str, table: dict[str, Any], name: str) -> Any:
    part = table.get(name, {})
    if not isinstance(part, dict):
        raise _wrong(path, f"{name!r} has to be a table")
    return part.items()


def _read_name(path: str, tag: str, name: object) -> str | None:
    if name is False:
        return None
    if not isinstance(name, str) or not name.strip():
        raise _wrong(path, f"the word of {tag!r} has to be a text, or false to leave the tag out")
    return name


def _read_levels(path: str, tag: str, names: object) -> tuple[str, ...]:
    is_list = isinstance(names, list) and 0 < len(names) <= MAX_LEVELS
    if not is_list or not all(isinstance(name, str) and name.strip() for name in names):  # type: ignore[attr-defined]
        raise _wrong(path, f"{tag!r} has to have one to {MAX_LEVELS} names, widest first")
    return tuple(names)  # type: ignore[arg-type]


def _wrong(path: str, reason: str) -> ConfigError:
    return ConfigError(f"{VARIABLE}: {path}: {reason}.")
