"""Makes imagenet.json: the 1,000 ImageNet classes and their WordNet ancestors as tags.

    python -m shared.vocabulary.build --wordnet /usr/share/wordnet

The judgement is in three tables beside this file: pruned.txt (synsets that nobody would search
for), links.txt (links of the hierarchy that are cut or added) and names.txt (names other than
WordNet's first word). imagenet_classes.txt lists the classes in the order of the network's outputs.
"""

from __future__ import annotations

import argparse
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import asdict
from pathlib import Path

from shared.vocabulary.hierarchy import Hierarchy
from shared.vocabulary.imagenet import IMAGENET_FILE
from shared.vocabulary.tag import Tag
from shared.vocabulary.wordnet import Synset, read_nouns


def build(wordnet: Path) -> str:
    """The text of imagenet.json: the classes in their order, then the ancestors by slug.

    Raises ValueError where a table names a synset or a link that is not there, or two tags share a
    slug; FileNotFoundError where the folder holds no WordNet.
    """
    synsets = read_nouns(wordnet)
    classes = list(_lines("imagenet_classes.txt"))
    hierarchy = Hierarchy(_links(synsets))
    ancestors = hierarchy.above(classes) - set(classes)
    pruned = _pruned(synsets, ancestors)
    kept = [*classes, *sorted(ancestors - pruned)]
    names = _names(synsets, kept)

    tags = [
        Tag(
            slug=slug(names[synset]),
            name=names[synset],
            wordnet_id=synset,
            aliases=_without(names[synset], synsets[synset].words),
            parents=tuple(
                sorted(slug(names[parent]) for parent in hierarchy.parents(synset, pruned))
            ),
            definition=synsets[synset].definition,
            leaf=leaf if leaf < len(classes) else None,
        )
        for leaf, synset in enumerate(kept)
    ]
    _check_slugs(tags)
    tags[len(classes) :] = sorted(tags[len(classes) :], key=lambda tag: tag.slug)
    # Tags of the vocabulary are nobody's own.
    rows = [{name: value for name, value in asdict(tag).items() if name != "owner"} for tag in tags]
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"


def slug(name: str) -> str:
    """The name in lower-case ASCII letters and digits, its words joined by hyphens."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_name.lower().replace("'", "")).strip("-")


def _lines(table: str) -> Iterator[str]:
    for line in (Path(__file__).parent / table).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def _links(synsets: Mapping[str, Synset]) -> dict[str, set[str]]:
    links = {synset.id: set(synset.hypernyms) for synset in synsets.values()}
    for line in _lines("links.txt"):
        action, child, parent, _reason = line.split(maxsplit=3)
        if action not in ("add", "cut") or (action == "cut") != (parent in links[child]):
            raise ValueError(f"links.txt: there is nothing to do for the line {line!r}")
        links[child] ^= {parent}
    return links


def _pruned(synsets: Mapping[str, Synset], ancestors: Set[str]) -> frozenset[str]:
    table = dict(line.split(maxsplit=1) for line in _lines("pruned.txt"))
    for synset, word in table.items():
        if synset not in ancestors or synsets[synset].words[0] != word:
            raise ValueError(f"pruned.txt: {synset} {word!r} is no ancestor of an ImageNet class")
    return frozenset(table)


def _names(synsets: Mapping[str, Synset], kept: Sequence[str]) -> dict[str, str]:
    table = dict(line.split(maxsplit=1) for line in _lines("names.txt"))
    if unused := table.keys() - set(kept):
        raise ValueError(f"names.txt: not in the vocabulary: {', '.join(sorted(unused))}")
    return {synset: table.get(synset, synsets[synset].words[0]) for synset in kept}


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
