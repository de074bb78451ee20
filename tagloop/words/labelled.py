"""Labelled pictures, as `tagloop learn-words` reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """A picture and its labels.

    file: its path on disk; path: its name in reports. set: the collection it came with. present,
    absent: words. single: one word is certain, and the others are unknown.
    """

    file: str
    path: str
    set: str
    present: frozenset[str]
    absent: frozenset[str] = frozenset()
    single: bool = False

    def to_dict(self) -> dict[str, object]:
        """Return the fields by name, for JSON."""
        return {
            "file": self.file,
            "path": self.path,
            "set": self.set,
            "present": sorted(self.present),
            "known": sorted(self.present | self.absent),
            "single": self.single,
        }


@dataclass(frozen=True)
class LabelledFolder:
    """All pictures of a folder.

    licences: per picture, for sets whose pictures have different licences.
    """

    pictures: tuple[LabelledPicture, ...]
    licences: dict[str, Counter[str]] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        """Every word that any picture shows, in alphabetical order."""
        return sorted(shown_words(self.pictures))


def shown_words(pictures: Iterable[LabelledPicture]) -> frozenset[str]:
    """Return the words that the pictures show."""
    return frozenset().union(*(picture.present for picture in pictures))
