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
from importlib.util import find_spec
from pathlib import Path

from wordfreq import zipf_frequency

from shared.model.vocabulary import load_imagenet
from shared.model.vocabulary.build.everyday import link_everyday_words, read_everyday_words
from shared.model.vocabulary.build.hierarchy import Hierarchy
from shared.model.vocabulary.build.imagenet import links_of, pruned_ids
from shared.model.vocabulary.build.wordnet import Synset, read_nouns, read_senses
from shared.model.vocabulary.tag import Usage
from shared.model.vocabulary.wide.naming import Namer
from shared.model.vocabulary.wide.synsets import SYNSETS_FILE
from shared.model.vocabulary.wide.tables import read_tables

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
    synsets = read_nouns(wordnet)
    senses = read_senses(wordnet)
    left_out = read_tables(synsets)
    imagenet = {tag.wordnet_id: tag for tag in load_imagenet().tags if tag.wordnet_id}
    classes = frozenset(synset for names in CLASS_LISTS for synset in _class_list(names))
    hierarchy = _hierarchy(synsets, classes)
    namer = Namer(synsets, senses, _zipf, left_out.words)
    photographed = frozenset(_class_list(CLASS_LISTS[0]))
    words = frozenset(_visible_words(synsets, senses, hierarchy, photographed))
    pruned = pruned_ids(synsets)

    def is_kept(synset: str) -> bool:
        if synset in imagenet:
            return True
        is_out = synset in pruned or left_out.is_left_out(synset, hierarchy.ancestors(synset))
        return not is_out and bool(namer.words(synset))

    everything = sorted(classes | words | imagenet.keys())
    kept = [synset for synset in everything if synset in synsets and is_kept(synset)]
    others = (classes | hierarchy.above(classes | set(kept))) - set(kept)
    given = {**left_out.people, **{synset: tag.name for synset, tag in imagenet.items()}}
    names = namer.name_all(kept, {synset: given[synset] for synset in kept if synset in given})

    def usage(synset: str) -> Usage:
        if synset in imagenet:
            return imagenet[synset].usage
        # wordfreq only guesses how common several words together are.
        is_common = " " not in names[synset] and _zipf(names[synset]) >= COMMON_ZIPF
        return "common" if is_common else "ordinary"

    def aliases(synset: str) -> Sequence[str]:
        if synset in imagenet:
            return imagenet[synset].aliases
        name = names[synset].casefold()
        return [word for word in namer.words(synset) if word.casefold() != name]

    rows = {
        synset: [
            names[synset],
            aliases(synset),
            sorted(hierarchy.parents(synset, others)),
            synsets[synset].definition,
            usage(synset),
            round(_zipf(names[synset]), 1) if synset in words else 0,
        ]
        for synset in kept
    }
    folded = {
        synset: sorted(hierarchy.parents(synset, others)) for synset in sorted(classes - set(kept))
    }
    return json.dumps({"synsets": rows, "left_out": folded}, ensure_ascii=False, indent=0)


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
