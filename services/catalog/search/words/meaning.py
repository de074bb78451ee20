"""What was understood of a search."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.catalog.search.language import Word


class How(StrEnum):
    """How a word led to a tag."""

    EXACT = "exact"
    ALIAS = "alias"
    PLURAL = "plural"
    SPELLING = "spelling"
    WORDNET = "wordnet"
    TYPO = "typo"


@dataclass(frozen=True)
class Named:
    """The tags of a name: one, or those of several owners. slug and name are those to show."""

    tag_ids: tuple[int, ...]
    slug: str
    name: str


@dataclass(frozen=True)
class Reading:
    """A text and what it means: tags, or nothing; near: other names that it may stand for."""

    named: Named | None
    how: How | None = None
    near: tuple[Named, ...] = ()


NOTHING = Reading(None)


@dataclass(frozen=True)
class Term:
    """A part of a search with its reading. group: terms with the same number are alternatives.

    is_ignored: a word like "the", which narrows nothing.
    """

    word: Word
    reading: Reading
    negated: bool = False
    group: int | None = None
    is_ignored: bool = False

    @property
    def is_unknown(self) -> bool:
        """Whether it is a word that means no tag."""
        return self.reading.named is None and not self.is_ignored
