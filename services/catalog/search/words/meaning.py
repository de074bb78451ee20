"""The interpretation of a search."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.catalog.search.language import Word


class How(StrEnum):
    """How a word was matched to a tag."""

    EXACT = "exact"
    ALIAS = "alias"
    PLURAL = "plural"
    SPELLING = "spelling"
    WORDNET = "wordnet"
    TYPO = "typo"


@dataclass(frozen=True)
class Named:
    """The tags of a name: one, or several owners'. slug and name are for display."""

    tag_ids: tuple[int, ...]
    slug: str
    name: str


@dataclass(frozen=True)
class Reading:
    """A text and its meaning: tags, or nothing; near: other names that may be meant."""

    named: Named | None
    how: How | None = None
    near: tuple[Named, ...] = ()


NOTHING = Reading(None)


@dataclass(frozen=True)
class Term:
    """A part of a search with its meaning. group: terms with the same number are alternatives.

    is_ignored: a stop word such as "the".
    """

    word: Word
    reading: Reading
    negated: bool = False
    group: int | None = None
    is_ignored: bool = False

    @property
    def is_unknown(self) -> bool:
        """Whether no tag matches the word."""
        return self.reading.named is None and not self.is_ignored
