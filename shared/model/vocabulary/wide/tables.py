"""Read the tables of words that the vocabulary leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.model.vocabulary.build.wordnet import Synset

TABLES = Path(__file__).parent / "data"
PERSON = "n00007846"


@dataclass(frozen=True)
class LeftOut:
    """Words and synsets that never become tags.

    synsets: single ones. branches: with all that is below them. words: words that no name has.
    people: names of the synsets below "person" that stay.
    """

    synsets: frozenset[str]
    branches: frozenset[str]
    words: frozenset[str]
    people: Mapping[str, str]

    def is_left_out(self, synset: str, above: frozenset[str]) -> bool:
        """Return whether a synset is left out; above: its ancestors."""
        if synset in self.synsets or not self.branches.isdisjoint(above | {synset}):
            return True
        return PERSON in above and synset not in self.people


def read_tables(synsets: Mapping[str, Synset]) -> LeftOut:
    """Read left_out.txt and people.txt.

    Raises ValueError for a synset that WordNet lacks or that is called something else there.
    """
    found: dict[str, set[str]] = {"synset": set(), "branch": set(), "word": set()}
    for line in _lines("left_out.txt"):
        kind, *rest = line.split(maxsplit=2)
        if kind != "word" and (rest[0] not in synsets or synsets[rest[0]].words[0] != rest[1]):
            raise ValueError(f"left_out.txt: WordNet has no synset {line!r}")
        found[kind].add(rest[0])
    people = dict(line.split(maxsplit=1) for line in _lines("people.txt"))
    if unknown := people.keys() - synsets.keys():
        raise ValueError(f"people.txt: no synsets: {', '.join(sorted(unknown))}")
    return LeftOut(
        frozenset(found["synset"]), frozenset(found["branch"]), frozenset(found["word"]), people
    )


def _lines(table: str) -> Iterator[str]:
    for line in (TABLES / table).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line
