"""Build imagenet.json: the 1,000 ImageNet classes, their WordNet ancestors, and everyday words.

    python -m shared.model.vocabulary.build.imagenet --wordnet /usr/share/wordnet

Editorial decisions are in the tables in data/: pruned.txt (synsets that no one would search for),
links.txt (links of the hierarchy to remove or add), names.txt (names other than WordNet's first
word), everyday.toml (everyday words that ImageNet lacks) and usage.txt (commonly used words).
imagenet_classes.txt lists the classes in the order of the network's outputs.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import cast

from shared.model.names.text import slug
from shared.model.vocabulary.build.everyday import (
    EverydayWord,
    link_everyday_words,
    read_everyday_words,
)
from shared.model.vocabulary.build.hierarchy import Hierarchy
from shared.model.vocabulary.build.wordnet import Synset, read_nouns
from shared.model.vocabulary.imagenet import IMAGENET_FILE
from shared.model.vocabulary.stored import write_vocabulary
from shared.model.vocabulary.tag import Tag, Usage

TABLES = Path(__file__).parents[1] / "data"


def build(wordnet: Path) -> str:
    """Return the text of imagenet.json: the classes in order, then all other tags by slug.

    Raises ValueError if a table names an unknown synset, link or tag, or two tags share a slug;
    FileNotFoundError if the folder has no WordNet.
    """
    synsets = read_nouns(wordnet)
    everyday = read_everyday_words(synsets)
    classes = list(_lines("imagenet_classes.txt"))
    links = links_of(synsets)
    link_everyday_words(links, everyday, Hierarchy(links).above(classes))
    hierarchy = Hierarchy(links)
    ancestors = hierarchy.above(classes) - set(classes)
    pruned = _pruned(synsets, ancestors)
    kept = [*classes, *sorted((ancestors | everyday.keys()) - pruned)]
    names = _names(synsets, everyday, kept)

    def tag_of(synset: str, leaf: int | None) -> Tag:
        word = everyday.get(synset)
        parents = hierarchy.parents(synset, pruned)
        return Tag(
            slug=slug(names[synset]),
            name=names[synset],
            wordnet_id=word.wordnet_id if word else synset,
            aliases=word.aliases if word else _without(names[synset], synsets[synset].words),
            parents=tuple(sorted(slug(names[parent]) for parent in parents)),
            definition=word.definition if word else synsets[synset].definition,
            leaf=leaf,
            usage=usage.pop(slug(names[synset]), "common" if word else "ordinary"),
            everyday=word is not None,
        )

    usage = _usage()
    tags = [
        tag_of(synset, leaf if leaf < len(classes) else None) for leaf, synset in enumerate(kept)
    ]
    if usage:
        raise ValueError(f"usage.txt: not in the vocabulary: {', '.join(sorted(usage))}")
    _check_slugs(tags)
    tags[len(classes) :] = sorted(tags[len(classes) :], key=lambda tag: tag.slug)
    return write_vocabulary(tags)


def _lines(table: str) -> Iterator[str]:
    for line in (TABLES / table).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def links_of(synsets: Mapping[str, Synset]) -> dict[str, set[str]]:
    """Return the ids of the next wider synsets of each, as links.txt corrects them."""
    links = {synset.id: set(synset.hypernyms) for synset in synsets.values()}
    for line in _lines("links.txt"):
        action, child, parent, _reason = line.split(maxsplit=3)
        if action not in ("add", "cut") or (action == "cut") != (parent in links[child]):
            raise ValueError(f"links.txt: the line {line!r} changes nothing; remove it")
        links[child] ^= {parent}
    return links


def _pruned(synsets: Mapping[str, Synset], ancestors: Set[str]) -> frozenset[str]:
    pruned = pruned_ids(synsets)
    if unused := pruned - ancestors:
        raise ValueError(f"pruned.txt: no ancestors of classes: {', '.join(sorted(unused))}")
    return pruned


def pruned_ids(synsets: Mapping[str, Synset]) -> frozenset[str]:
    """Return the synsets of pruned.txt.

    Raises ValueError for one that has another name in WordNet.
    """
    table = dict(line.split(maxsplit=1) for line in _lines("pruned.txt"))
    for synset, word in table.items():
        if synset not in synsets or synsets[synset].words[0] != word:
            raise ValueError(f"pruned.txt: WordNet has no {synset} {word!r}")
    return frozenset(table)


def _names(
    synsets: Mapping[str, Synset], everyday: Mapping[str, EverydayWord], kept: Sequence[str]
) -> dict[str, str]:
    table = dict(line.split(maxsplit=1) for line in _lines("names.txt"))
    table |= {word.id: word.name for word in everyday.values()}
    if unused := table.keys() - set(kept):
        raise ValueError(f"names.txt: not in the vocabulary: {', '.join(sorted(unused))}")
    return {synset: table.get(synset) or synsets[synset].words[0] for synset in kept}


def _usage() -> dict[str, Usage]:
    """Return how commonly people use words, by slug, for the words in usage.txt."""
    found: dict[str, Usage] = {}
    for line in _lines("usage.txt"):
        usage, *slugs = line.split()
        found |= dict.fromkeys(slugs, cast(Usage, usage))
    return found


def _without(name: str, words: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for word in words if word.casefold() != name.casefold())


def _check_slugs(tags: Sequence[Tag]) -> None:
    counts = Counter(tag.slug for tag in tags)
    if clashes := [f"{tag.wordnet_id} {tag.name}" for tag in tags if counts[tag.slug] > 1]:
        raise ValueError(f"names.txt: these tags need names of their own: {', '.join(clashes)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make imagenet.json from WordNet.")
    parser.add_argument("--wordnet", type=Path, required=True, help="the folder of data.noun")
    IMAGENET_FILE.write_text(build(parser.parse_args().wordnet), encoding="utf-8")
