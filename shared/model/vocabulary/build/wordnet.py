"""Read nouns from WordNet's database file `data.noun`, whose format is described in wndb(5WN)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

INSTANCE_POINTER = "@i"
HYPERNYM_POINTERS = ("@", INSTANCE_POINTER)
POINTER_FIELDS = 4


@dataclass(frozen=True)
class Synset:
    """A set of words with one meaning; `hypernyms` are the ids of the wider meanings above it.

    is_instance: a proper name, such as that of a river or a person.
    """

    id: str
    words: tuple[str, ...]
    hypernyms: tuple[str, ...]
    definition: str
    is_instance: bool = False


def read_nouns(folder: Path) -> dict[str, Synset]:
    """Return all noun synsets by id, such as `n02099601`: "n" and the synset's offset in the file.

    Raises FileNotFoundError if the folder has no `data.noun`.
    """
    # Lines that begin with two spaces hold the licence.
    lines = (folder / "data.noun").read_text(encoding="utf-8").splitlines()
    synsets = (_parse(line) for line in lines if not line.startswith("  "))
    return {synset.id: synset for synset in synsets}


def read_senses(folder: Path) -> dict[str, list[str]]:
    """Return the synset ids of each lower-case noun, the most frequent meaning first.

    Raises FileNotFoundError if the folder has no `index.noun`.
    """
    senses = {}
    for line in (folder / "index.noun").read_text(encoding="utf-8").splitlines():
        if not line.startswith("  "):
            noun, _part_of_speech, count, pointers, *rest = line.split()
            # After the pointer symbols and two counts.
            offsets = rest[int(pointers) + 2 :]
            assert len(offsets) == int(count)
            senses[noun.replace("_", " ")] = [f"n{offset}" for offset in offsets]
    return senses


def _parse(line: str) -> Synset:
    data, gloss = line.split(" | ", maxsplit=1)
    offset, _lexicographer_file, _part_of_speech, word_count, *rest = data.split()
    words_end = 2 * int(word_count, base=16)  # a number that distinguishes senses follows each word
    pointer_count = int(rest[words_end])
    pointers = rest[words_end + 1 : words_end + 1 + POINTER_FIELDS * pointer_count]
    symbols = rest[words_end + 1 : words_end + 1 + POINTER_FIELDS * pointer_count : POINTER_FIELDS]
    return Synset(
        id=f"n{offset}",
        words=tuple(word.replace("_", " ") for word in rest[:words_end:2]),
        hypernyms=tuple(
            f"n{target}"
            for symbol, target in zip(
                pointers[::POINTER_FIELDS], pointers[1::POINTER_FIELDS], strict=True
            )
            if symbol in HYPERNYM_POINTERS
        ),
        definition=gloss.split('; "')[0].strip(),
        is_instance=INSTANCE_POINTER in symbols,
    )
