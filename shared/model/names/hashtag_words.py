"""The words of a hashtag: `#GoldenRetriever`, `golden_retriever` and `golden retriever` are one."""

import re
import unicodedata

from shared.model.names.tag_names import composed

# Between `golden` and `Retriever`, and between `NYC` and `Trip`.
_CAMEL_CASE = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS = re.compile(r"[\s_\-.·/]+")
_APOSTROPHES = re.compile(r"(?<=\w)['\N{RIGHT SINGLE QUOTATION MARK}](?=\w)")
# Symbols, such as emoji, and what modifies them.
_PICTORIAL = ("So", "Sk")
_VARIATIONS = range(0xFE00, 0xFE10)
# Casefolding can decompose a letter whose compatible form casefolds differently; twice is enough
# for every character of Unicode.
_ROUNDS = 2


def split_words(hashtag: str) -> str:
    """Return a hashtag as lower-case words with single spaces, in compatible form (NFKC).

    Words that were run together in lower case (`goldenretriever`) stay together. Quotation marks
    are left out, and so are emoji beside letters; an emoji alone is a word.
    """
    text = unicodedata.normalize("NFKC", composed(hashtag)).lstrip("# \t")
    text = _CAMEL_CASE.sub(" ", text)
    for _ in range(_ROUNDS):
        text = unicodedata.normalize("NFKC", text.casefold())
    return _SEPARATORS.sub(" ", _plain(text)).strip(" #")


def _plain(text: str) -> str:
    """Return text without decoration, unless that is all there is."""
    if not any(character.isalnum() for character in text):
        return text
    text = _APOSTROPHES.sub("", text)
    return _strip("".join(" " if _is_pictorial(one) else one for one in text))


def _is_pictorial(character: str) -> bool:
    return ord(character) in _VARIATIONS or unicodedata.category(character) in _PICTORIAL


def _strip(text: str) -> str:
    """Return text without punctuation and spaces at its ends."""
    start, end = 0, len(text)
    while start < end and _is_edge(text[start]):
        start += 1
    while end > start and _is_edge(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_edge(character: str) -> bool:
    return character.isspace() or unicodedata.category(character).startswith("P")


def key_of(hashtag: str) -> str:
    """Return what all spellings of a hashtag have in common: its letters, digits and symbols.

    `#NewYork`, `new_york` and `newyork` have the same key.
    """
    return split_words(hashtag).replace(" ", "")
