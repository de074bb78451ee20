"""What a search consists of. Places are characters of its text: the first and the one behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Word:
    """A word as it was typed."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Run:
    """Neighbouring words: one name or several. negated: the name that stands first is."""

    words: tuple[Word, ...]
    negated: bool = False


@dataclass(frozen=True)
class Phrase:
    """A name in quotes: one, whatever words it has."""

    name: Word
    negated: bool = False


@dataclass(frozen=True)
class Group:
    """Alternatives, in brackets; each is what has to apply together."""

    alternatives: tuple[tuple[Item, ...], ...]
    negated: bool = False


Item = Run | Phrase | Group


@dataclass(frozen=True)
class Filter:
    """A filter as it was typed. operator: how confidence is compared; else empty."""

    kind: str
    operator: str
    value: Word
    negated: bool
    whole: Word


@dataclass(frozen=True)
class Filters:
    """What holds for the whole search. Empty and None: everything.

    after, before: when the image arrived; the first moment counts, the second does not.
    min_confidence, max_confidence: how sure a wanted tag is, 0 to 1, the limits included.
    sources: who says so, "people" or "model".
    """

    owners: frozenset[str] = frozenset()
    without_owners: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    without_statuses: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    after: datetime | None = None
    before: datetime | None = None
    min_confidence: float | None = None
    max_confidence: float | None = None


@dataclass(frozen=True)
class Query:
    """A parsed search: alternatives like those of a group, and what holds for all of them."""

    alternatives: tuple[tuple[Item, ...], ...] = ((),)
    filters: Filters = field(default_factory=Filters)
    written: Sequence[Filter] = ()
