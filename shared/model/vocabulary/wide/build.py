"""Build synsets.json.gz: the name, aliases, parents and gloss of every synset that networks know.

    python -m shared.model.vocabulary.wide.build --wordnet /usr/share/wordnet

These are the classes that timm lists for ImageNet-12k and ImageNet-21k, the nouns of everyday
language for visible things (for networks that understand text), and all of their ancestors that
such nouns name. Names, links and what is left out come from the tables of the vocabulary of
ImageNet first; data/ adds to them. So a synset has one name in all vocabularies. Needs timm, for
its lists of classes, and wordfreq.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from wordfreq import zipf_frequency

from shared.model.vocabulary import load_imagenet
from shared.model.vocabulary.build.everyday import link_everyday_words, read_everyday_words
from shared.model.vocabulary.build.hierarchy import Hierarchy
from shared.model.vocabulary.build.imagenet import links_of, pruned_ids
from shared.model.vocabulary.build.wordnet import Synset, read_nouns, read_senses
from shared.model.vocabulary.tag import Tag, Usage
from shared.model.vocabulary.wide.naming import Namer
from shared.model.vocabulary.wide.synsets import SYNSETS_FILE
from shared.model.vocabulary.wide.tables import LeftOut, read_tables

CLASS_LISTS = (
    "imagenet12k_synsets.txt",
    "imagenet22k_synsets.txt",
    "imagenet21k_goog_synsets.txt",
    "imagenet21k_miil_synsets.txt",
    "imagenet22k_ms_synsets.txt",
)
# On the Zipf scale, 3 is once in a million words.
MIN_WORD_ZIPF = 3.0
COMMON_ZIPF = 4.3
MIN_LETTERS = 3
# Everything below one of these can be seen in a photo.
VISIBLE = frozenset(
    {
        "n00015388",  # animal
        "n00017222",  # plant
        "n13087625",  # plant part
        "n00007846",  # person, of which people.txt says what stays
        "n00021265",  # food
        "n07555863",  # solid food
        "n07881800",  # beverage
        "n00021939",  # artifact
        "n09287968",  # geological formation
        "n09225146",  # body of water
        "n09239740",  # celestial body
        "n11494638",  # atmospheric phenomenon
        "n08673395",  # tract
        "n08436759",  # vegetation
        "n00523513",  # sport
        "n07288639",  # social event
        "n08182379",  # crowd
        "n09436708",  # sky
        "n15008607",  # ice
        "n08524735",  # city
        "n08675967",  # urban area
    }
)


def build(wordnet: Path) -> str:
    """Return the JSON: `synsets`, what each is called, and `left_out`, what its classes count as.

    Raises ValueError if a table names an unknown synset or a synset can't get a name of its own;
    FileNotFoundError if the folder has no WordNet.
    """
    nouns = _Nouns.read(wordnet)
    kept = nouns.kept()
    others = (nouns.classes | nouns.hierarchy.above(nouns.classes | set(kept))) - set(kept)
    names = nouns.names_of(kept)
    rows = {
        synset: [
            names[synset],
            nouns.aliases_of(synset, names[synset]),
            sorted(nouns.hierarchy.parents(synset, others)),
            nouns.synsets[synset].definition,
            nouns.usage_of(synset, names[synset]),
            round(_zipf(names[synset]), 1) if synset in nouns.words else 0,
        ]
        for synset in kept
    }
    folded = {
        synset: sorted(nouns.hierarchy.parents(synset, others))
        for synset in sorted(nouns.classes - set(kept))
    }
    return json.dumps({"synsets": rows, "left_out": folded}, ensure_ascii=False, indent=0)


@dataclass(frozen=True)
class _Nouns:
    """WordNet's nouns, and which of them networks know.

    classes: synsets that networks have as classes. words: synsets of visible everyday nouns.
    imagenet: ImageNet's tags by synset, which are taken over as they are.
    """

    synsets: Mapping[str, Synset]
    hierarchy: Hierarchy
    namer: Namer
    left_out: LeftOut
    pruned: Set[str]
    imagenet: Mapping[str, Tag]
    classes: frozenset[str]
    words: frozenset[str]

    @classmethod
    def read(cls, wordnet: Path) -> _Nouns:
        """Read WordNet, the tables and timm's lists of classes."""
        synsets = read_nouns(wordnet)
        senses = read_senses(wordnet)
        left_out = read_tables(synsets)
        classes = frozenset(synset for names in CLASS_LISTS for synset in _class_list(names))
        hierarchy = _hierarchy(synsets, classes)
        photographed = frozenset(_class_list(CLASS_LISTS[0]))
        return cls(
            synsets,
            hierarchy,
            Namer(synsets, senses, _zipf, left_out.words),
            left_out,
            pruned_ids(synsets),
            {tag.wordnet_id: tag for tag in load_imagenet().tags if tag.wordnet_id},
            classes,
            frozenset(_visible_words(synsets, senses, hierarchy, photographed)),
        )

    def kept(self) -> list[str]:
        """Return the synsets that become tags, sorted."""
        everything = sorted(self.classes | self.words | self.imagenet.keys())
        return [synset for synset in everything if synset in self.synsets and self._is_kept(synset)]

    def _is_kept(self, synset: str) -> bool:
        if synset in self.imagenet:
            return True
        ancestors = self.hierarchy.ancestors(synset)
        is_out = synset in self.pruned or self.left_out.is_left_out(synset, ancestors)
        return not is_out and bool(self.namer.words(synset))

    def names_of(self, kept: Sequence[str]) -> dict[str, str]:
        """Return a name for each synset."""
        given = {
            **self.left_out.people,
            **{synset: tag.name for synset, tag in self.imagenet.items()},
        }
        fixed = {synset: given[synset] for synset in kept if synset in given}
        return dict(self.namer.name_all(kept, fixed))

    def aliases_of(self, synset: str, name: str) -> Sequence[str]:
        """Return the other names of a synset."""
        if synset in self.imagenet:
            return self.imagenet[synset].aliases
        return [word for word in self.namer.words(synset) if word.casefold() != name.casefold()]

    def usage_of(self, synset: str, name: str) -> Usage:
        """Return how commonly people use the name of a synset."""
        if synset in self.imagenet:
            return self.imagenet[synset].usage
        # wordfreq only guesses how common several words together are.
        is_common = " " not in name and _zipf(name) >= COMMON_ZIPF
        return "common" if is_common else "ordinary"


def _class_list(name: str) -> list[str]:
    # As a data file: importing timm would import torch.
    spec = find_spec("timm")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("timm, which lists the classes, is not installed")
    file = Path(spec.origin).parent / "data" / "_info" / name
    return file.read_text(encoding="utf-8").split()


def _hierarchy(synsets: Mapping[str, Synset], classes: Set[str]) -> Hierarchy:
    links = links_of(synsets)
    reached = Hierarchy(links).above(classes) | classes
    link_everyday_words(links, read_everyday_words(synsets), reached)
    return Hierarchy(links)


def _visible_words(
    synsets: Mapping[str, Synset],
    senses: Mapping[str, Sequence[str]],
    hierarchy: Hierarchy,
    photographed: Set[str],
) -> Iterator[str]:
    """Yield the first meanings of frequent nouns, where they are something visible.

    wordfreq only guesses the frequency of several words together, too high. So these have to be
    among the photographed classes.
    """
    for noun, meanings in senses.items():
        if len(noun) < MIN_LETTERS or _zipf(noun) < MIN_WORD_ZIPF:
            continue
        first = meanings[0]
        above = hierarchy.ancestors(first) | {first}
        if " " in noun and first not in photographed:
            continue
        if not synsets[first].is_instance and not VISIBLE.isdisjoint(above):
            yield first


def _zipf(text: str) -> float:
    return float(zipf_frequency(text, "en"))


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description="Make synsets.json.gz from WordNet.")
    parser.add_argument("--wordnet", type=Path, required=True, help="the folder of data.noun")
    content = build(parser.parse_args().wordnet).encode()
    # Without a time, the same content makes the same file.
    SYNSETS_FILE.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))


if __name__ == "__main__":
    main()
