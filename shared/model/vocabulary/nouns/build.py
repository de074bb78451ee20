"""Build nouns.txt: every WordNet noun that is not a tag's name, with the nearest wider tags.

    python -m shared.model.vocabulary.nouns.build --wordnet /usr/share/wordnet

Run it again when the vocabulary changes. Only a noun's first two meanings count, and whether it is
a proper name as well: the others are rarely meant. nouns_by_hand.txt takes precedence.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

from shared.model.vocabulary import load_imagenet
from shared.model.vocabulary.build.wordnet import Synset, read_nouns, read_senses
from shared.model.vocabulary.nouns.lookup import NOUNS_FILE, PROPER_NAME

BY_HAND_FILE = Path(__file__).parent / "nouns_by_hand.txt"
SENSES = 2
# Shorter nouns are units, elements and vitamins.
MIN_LETTERS = 3
# Tags further up say little about a noun: an abacus is an object.
MAX_STEPS = 4
TOO_WIDE = ("object", "device", "equipment")


def build(wordnet: Path) -> str:
    """Return the text of nouns.txt: a noun and the WordNet ids of its tags, separated by tabs.

    Sorted by noun. The first tag is that of the most frequent meaning that has one.

    Raises ValueError if nouns_by_hand.txt names no tag; FileNotFoundError if the folder has no
    WordNet.
    """
    synsets = read_nouns(wordnet)
    vocabulary = load_imagenet()
    known = {tag.wordnet_id for tag in vocabulary.tags if tag.wordnet_id}
    targets = known - {vocabulary.tags[vocabulary.index(slug)].wordnet_id for slug in TOO_WIDE}
    found = {
        noun: "\t".join(tags)
        for noun, senses in read_senses(wordnet).items()
        if len(noun) >= MIN_LETTERS
        and vocabulary.resolve(noun) is None
        and (tags := _meanings(synsets, senses, targets))
    }
    for line in BY_HAND_FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            noun, slug = line.split()
            if not vocabulary.knows([slug]):
                raise ValueError(f"{BY_HAND_FILE.name}: there is no tag {slug!r}")
            found[noun] = vocabulary.tags[vocabulary.index(slug)].wordnet_id or ""
    # Sorted by bytes, as the look-up expects.
    return "".join(f"{noun}\t{found[noun]}\n" for noun in sorted(found, key=str.encode))


def _meanings(synsets: Mapping[str, Synset], senses: list[str], targets: set[str]) -> list[str]:
    """Return the tag above each meaning, and PROPER_NAME; none if no meaning has a tag."""
    things = [sense for sense in senses[:SENSES] if not synsets[sense].is_instance]
    tags = [tag for sense in things if (tag := _nearest(synsets, sense, targets))]
    is_name = any(synsets[sense].is_instance for sense in senses)
    return [*dict.fromkeys(tags), *([PROPER_NAME] if tags and is_name else [])]


def _nearest(synsets: Mapping[str, Synset], sense: str, targets: set[str]) -> str | None:
    """Return the first target above a synset, searching level by level."""
    level, seen = [sense], {sense}
    for _ in range(MAX_STEPS + 1):
        for synset in level:
            if synset in targets:
                return synset
        above = [wider for synset in level for wider in synsets[synset].hypernyms]
        level = [wider for wider in dict.fromkeys(above) if wider not in seen]
        seen.update(level)
    return None


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make nouns.txt from WordNet.")
    parser.add_argument("--wordnet", type=Path, required=True, help="the folder of data.noun")
    NOUNS_FILE.write_text(build(parser.parse_args().wordnet), encoding="utf-8")
