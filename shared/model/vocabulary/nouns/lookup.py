"""Nouns that are not tags, with the nearest wider tag of each of their meanings."""

from functools import cache
from pathlib import Path

NOUNS_FILE = Path(__file__).parent / "nouns.txt"
# Stands for a meaning that is a proper name, such as the country Turkey.
PROPER_NAME = "?"


def find_wider_tag(noun: str) -> str | None:
    """Return the WordNet id of the nearest tag wider than a noun; None if the noun is unknown.

    noun: lower case, words separated by single spaces.
    """
    meanings = find_meanings(noun)
    return meanings[0] if meanings else None


def find_meanings(noun: str) -> tuple[str, ...]:
    """Return the WordNet ids of the tags that a noun may mean, the most frequent first.

    The last one is PROPER_NAME if the noun is a proper name as well. Empty: the noun is unknown.
    noun: lower case, words separated by single spaces.
    """
    # Searched as it lies in the file: a dictionary of it would take ten times the memory, in each
    # of the web processes.
    data, wanted = _data(), noun.encode()
    low, high = 0, len(data)
    while low < high:
        middle = data.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = data.index(b"\n", middle)
        found, _, tags = data[middle:end].partition(b"\t")
        if found == wanted:
            return tuple(tags.decode().split("\t"))
        if found < wanted:
            low = end + 1
        else:
            high = middle
    return ()


@cache
def _data() -> bytes:
    return NOUNS_FILE.read_bytes()
