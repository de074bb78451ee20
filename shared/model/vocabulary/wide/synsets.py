"""The shipped synsets, and vocabularies made of them."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared.model.names.text import slug
from shared.model.vocabulary.tag import Tag, Usage
from shared.model.vocabulary.vocabulary import Vocabulary

SYNSETS_FILE = Path(__file__).parent / "data" / "synsets.json.gz"


@dataclass(frozen=True, slots=True)
class KnownSynset:
    """A synset with a name of its own. zipf: how common its name is in everyday language, on the
    Zipf scale; 0 if people do not use it for photos.
    """

    name: str
    aliases: tuple[str, ...]
    parents: tuple[str, ...]
    definition: str
    usage: Usage
    zipf: float


@dataclass(frozen=True)
class Synsets:
    """Everything that is shipped.

    known: by WordNet id. left_out: by the id of a class without a tag, what it counts as.
    """

    known: Mapping[str, KnownSynset]
    left_out: Mapping[str, tuple[str, ...]]

    def vocabulary_of(self, classes: Sequence[str]) -> Vocabulary:
        """Return the vocabulary of a network: its classes, by WordNet id in order, and ancestors.

        Raises:
            KeyError: no such class is known.
        """
        counted = defaultdict(list)
        for number, synset in enumerate(classes):
            for tag in self.left_out.get(synset, (synset,)):
                counted[tag].append(number)
        own = {
            synset: number for number, synset in enumerate(classes) if synset not in self.left_out
        }
        return Vocabulary(
            [
                self._tag(
                    synset, own.get(synset), [n for n in counted[synset] if n != own.get(synset)]
                )
                for synset in self._with_ancestors(counted)
            ]
        )

    def vocabulary_of_words(self, min_zipf: float) -> Vocabulary:
        """Return the visible nouns that are at least this common, as classes, and ancestors."""
        words = [synset for synset, found in self.known.items() if found.zipf >= min_zipf]
        numbers = {synset: number for number, synset in enumerate(words)}
        return Vocabulary(
            [self._tag(synset, numbers.get(synset), []) for synset in self._with_ancestors(words)]
        )

    def _with_ancestors(self, synsets: Iterable[str]) -> list[str]:
        """Return the synsets in order, followed by their ancestors, sorted."""
        chosen = dict.fromkeys(synsets)
        waiting = list(chosen)
        while waiting:
            for parent in self.known[waiting.pop()].parents:
                if parent not in chosen:
                    chosen[parent] = None
                    waiting.append(parent)
        first = len(set(synsets))
        ordered = list(chosen)
        return [*ordered[:first], *sorted(ordered[first:])]

    def _tag(self, synset: str, leaf: int | None, more: Sequence[int]) -> Tag:
        found = self.known[synset]
        return Tag(
            slug=slug(found.name),
            name=found.name,
            wordnet_id=synset,
            aliases=found.aliases,
            parents=tuple(sorted(slug(self.known[parent].name) for parent in found.parents)),
            definition=found.definition,
            leaf=leaf,
            usage=found.usage,
            more_leaves=tuple(more),
        )


@cache
def load_synsets() -> Synsets:
    """Read the shipped file."""
    content = json.loads(gzip.decompress(SYNSETS_FILE.read_bytes()))
    return Synsets(
        {
            synset: KnownSynset(name, tuple(aliases), tuple(parents), definition, usage, zipf)
            for synset, (name, aliases, parents, definition, usage, zipf) in content[
                "synsets"
            ].items()
        },
        {synset: tuple(parents) for synset, parents in content["left_out"].items()},
    )
