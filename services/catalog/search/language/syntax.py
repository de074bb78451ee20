"""The parts of a search. Positions are character offsets in its text: start and end (exclusive)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Word:
    """A word as typed."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class WordRun:
    """Neighbouring words: one name or several. negated: applies to the first name."""

    words: tuple[Word, ...]
    negated: bool = False


@dataclass(frozen=True)
class Phrase:
    """One name in quotes, of any number of words."""

    name: Word
    negated: bool = False


@dataclass(frozen=True)
class Group:
    """Alternatives in brackets; the items of each must all match."""

    alternatives: tuple[tuple[Item, ...], ...]
    negated: bool = False


Item = WordRun | Phrase | Group


@dataclass(frozen=True)
class Filter:
    """A filter as typed. operator: comparison of a confidence; otherwise empty."""

    kind: str
    operator: str
    value: Word
    negated: bool
    whole: Word


@dataclass(frozen=True)
class Filters:
    """Conditions on the whole search. Empty and None: everything.

    after, before: when the image arrived; after is inclusive, before exclusive.
    min_confidence, max_confidence: limits on a requested tag's confidence, 0 to 1, inclusive.
    sources: where a tag comes from, "people" or "model". themes: slugs; all of them have to match.
    """

    owners: frozenset[str] = frozenset()
    without_owners: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()
    without_themes: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    without_statuses: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    after: datetime | None = None
    before: datetime | None = None
    min_confidence: float | None = None
    max_confidence: float | None = None


@dataclass(frozen=True)
class Query:
    """A parsed search: alternatives as in a group, and conditions on the whole search."""

    alternatives: tuple[tuple[Item, ...], ...] = ((),)
    filters: Filters = field(default_factory=Filters)
    written: Sequence[Filter] = ()
