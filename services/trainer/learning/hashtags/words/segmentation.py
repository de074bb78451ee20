"""Split words that were run together, such as `streetphotography`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from symspellpy import SymSpell

# Longer hashtags are no phrases, and splitting them takes long.
MAX_LETTERS = 40
MIN_LETTERS = 6
# A part this short is a word only if it is one of these.
SHORT_PARTS = 2
_SHORT = "a am an as at be by do go i if in is it me my no of on or so to up us we"
SHORT_WORDS = frozenset(_SHORT.split())


def split_run(word: str) -> str | None:
    """Return a run of English words with spaces; None if it is none, or one word.

    word: lower case, without spaces.
    """
    if not (MIN_LETTERS <= len(word) <= MAX_LETTERS and word.isascii() and word.isalpha()):
        return None
    dictionary = _dictionary()
    if word in dictionary.words:
        return None
    parts = dictionary.word_segmentation(word, max_edit_distance=0).segmented_string.split()
    if len(parts) < 2 or not all(_is_word(part, dictionary) for part in parts):
        return None
    return " ".join(parts)


def _is_word(part: str, dictionary: SymSpell) -> bool:
    return part in (dictionary.words if len(part) > SHORT_PARTS else SHORT_WORDS)


@cache
def _dictionary() -> SymSpell:
    """Load the words and their frequencies; this takes seconds and 40 MB."""
    dictionary = SymSpell(max_dictionary_edit_distance=0)
    path = files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    dictionary.load_dictionary(str(path), term_index=0, count_index=1)
    return dictionary
