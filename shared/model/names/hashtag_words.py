"""The words of a hashtag: `#GoldenRetriever`, `golden_retriever` and `golden retriever` are one."""

import re
import unicodedata

from shared.model.names.tag_names import composed

# Between `golden` and `Retriever`, and between `NYC` and `Trip`.
_CAMEL_CASE = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Spaces, hyphens and dashes, and what stands between two words.
_SEPARATORS = re.compile(r"[\s_\-.\u00b7\u2010-\u2015\u30fb/]+")
_APOSTROPHES = re.compile(r"(?<=\w)['\N{RIGHT SINGLE QUOTATION MARK}](?=\w)")
# Symbols, such as emoji, and what modifies them.
_PICTORIAL = ("So", "Sk")
# What only changes how a word is drawn: joiners, variation selectors, and the Arabic tatweel. Emoji
# need joiners between them: a family is several people joined.
_JOINERS = "\u200c\u200d"
_DRAWING = re.compile("[\u0640\ufe00-\ufe0f]")
# Control characters and halves of surrogate pairs.
_MEANINGLESS = ("Cc", "Cs")
# Turkish has an i with a dot and one without, and English keyboards only have one of them. In lower
# case, İ is an i with another dot.
_TURKISH_I = re.compile("\u0131\u0307*|i\u0307+")
# Folding can give a letter whose compatible form folds differently; twice is enough for every
# character of Unicode.
_ROUNDS = 2


def split_words(hashtag: str) -> str:
    """Return a hashtag as lower-case words with single spaces, in compatible form (NFKC).

    Words that were run together in lower case (`goldenretriever`) stay together. Quotation marks
    are left out, and so are emoji beside letters; an emoji alone is a word.
    """
    text = "".join(one for one in hashtag if one.isspace() or _has_meaning(one))
    text = unicodedata.normalize("NFKC", composed(text)).lstrip("# \t")
    text = _CAMEL_CASE.sub(" ", text)
    for _ in range(_ROUNDS):
        text = unicodedata.normalize("NFKC", _fold(text))
    return _SEPARATORS.sub(" ", _plain(text)).strip(" #")


def _fold(text: str) -> str:
    """Return text without differences of case and of drawing."""
    text = _DRAWING.sub("", _TURKISH_I.sub("i", text.casefold()))
    has_letter = _has_letter(text)
    kept = (
        character
        for before, character, after in zip(f" {text}", text, f"{text[1:]} ", strict=False)
        if character not in _JOINERS
        or (not has_letter and _is_pictorial(before) and _is_pictorial(after))
    )
    return "".join(kept)


def _plain(text: str) -> str:
    """Return text without decoration, unless that is all there is."""
    if not _has_letter(text):
        return text
    text = _APOSTROPHES.sub("", text)
    return _strip("".join(" " if _is_pictorial(one) else one for one in text))


def _has_meaning(character: str) -> bool:
    return unicodedata.category(character) not in _MEANINGLESS


def _has_letter(text: str) -> bool:
    """Return whether text has a letter or a digit."""
    return any(character.isalnum() for character in text)


def _is_pictorial(character: str) -> bool:
    return unicodedata.category(character) in _PICTORIAL


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
    words = split_words(hashtag)
    joined = "".join(one for one in words if not _is_edge(one))
    return unicodedata.normalize("NFKC", _fold(joined))
