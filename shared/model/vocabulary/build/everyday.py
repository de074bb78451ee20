"""The table of everyday words, from which the vocabulary is built."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from shared.model.vocabulary.build.wordnet import Synset

EVERYDAY_FILE = Path(__file__).parents[1] / "data" / "everyday.toml"


@dataclass(frozen=True)
class EverydayWord:
    """A word learned from photographs of scenes.

    id: its synset, or the word itself if WordNet has none. parents, children: ids of wider tags,
    and of tags that count as evidence for it.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    parents: frozenset[str]
    children: frozenset[str]
    definition: str

    @property
    def wordnet_id(self) -> str | None:
        """Its synset; None if WordNet has none."""
        return None if self.id == self.name else self.id


def read_everyday_words(synsets: Mapping[str, Synset]) -> dict[str, EverydayWord]:
    """Return the words of everyday.toml by id.

    Raises ValueError for a synset that WordNet does not have.
    """
    table = tomllib.loads(EVERYDAY_FILE.read_text(encoding="utf-8"))
    ids = {name: str(entry.get("wordnet", name)) for name, entry in table.items()}
    return {ids[name]: _word(name, entry, ids, synsets) for name, entry in table.items()}


def _word(
    name: str, entry: Mapping[str, object], ids: Mapping[str, str], synsets: Mapping[str, Synset]
) -> EverydayWord:
    synset = synsets.get(ids[name])
    if synset is None and "wordnet" in entry:
        raise ValueError(f"everyday.toml: {name} is said to be {ids[name]}, which WordNet lacks")
    own, others = _texts(entry, "aliases"), synset.words if synset else ()
    aliases = dict.fromkeys(text for text in (*own, *others) if text.casefold() != name)
    definition = entry.get("definition") or (synset.definition if synset else "")
    return EverydayWord(
        ids[name],
        name,
        tuple(aliases),
        frozenset(ids.get(parent, parent) for parent in _texts(entry, "parents")),
        frozenset(_texts(entry, "children")),
        str(definition),
    )


def _texts(entry: Mapping[str, object], key: str) -> tuple[str, ...]:
    texts = entry.get(key, ())
    if not isinstance(texts, list | tuple):
        raise ValueError(f"everyday.toml: {key} has to be a list, not {texts!r}")
    return tuple(str(text) for text in texts)


def link_everyday_words(
    links: dict[str, set[str]], words: Mapping[str, EverydayWord], reached: Set[str]
) -> None:
    """Add the words to the hierarchy; its links to wider tags are changed in place.

    reached: ids of the ancestors of the network's classes. A word among them keeps its place; the
    others do not get WordNet's ancestors, which say nothing about pictures.
    """
    for word in words.values():
        links[word.id] = (links[word.id] if word.id in reached else set()) | word.parents
    for word in words.values():
        for child in word.children:
            links[child] = links[child] | {word.id}
