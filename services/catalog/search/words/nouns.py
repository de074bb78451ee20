"""Nouns that are not tags, with the nearest wider tag of each."""

from functools import cache
from pathlib import Path

NOUNS_FILE = Path(__file__).parent / "nouns.txt"


def find_wider_tag(noun: str) -> str | None:
    """Return the WordNet id of the nearest tag wider than a noun; None if the noun is unknown.

    noun: lower case, words separated by single spaces.
    """
    # Searched as it lies in the file: a dictionary of it would take ten times the memory, in each
    # of the web processes.
    data, wanted = _data(), noun.encode()
    low, high = 0, len(data)
    while low < high:
        middle = data.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = data.index(b"\n", middle)
        found, _, tag = data[middle:end].partition(b"\t")
        if found == wanted:
            return tag.decode()
        if found < wanted:
            low = end + 1
        else:
            high = middle
    return None


@cache
def _data() -> bytes:
    return NOUNS_FILE.read_bytes()
