"""The words of a hashtag: `#GoldenRetriever`, `golden_retriever` and `golden retriever` are one."""

import re
import unicodedata

from shared.model.names.tag_names import composed

# Between `golden` and `Retriever`, and between `NYC` and `Trip`.
_CAMEL_CASE = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS = re.compile(r"[\s_\-.·/]+")
# Casefolding can decompose a letter whose compatible form casefolds differently; twice is enough
# for every character of Unicode.
_ROUNDS = 2


def split_words(hashtag: str) -> str:
    """Return a hashtag as lower-case words with single spaces, in compatible form (NFKC).

    Words that were run together in lower case (`goldenretriever`) stay together.
    """
    text = unicodedata.normalize("NFKC", composed(hashtag)).lstrip("# \t")
    text = _CAMEL_CASE.sub(" ", text)
    for _ in range(_ROUNDS):
        text = unicodedata.normalize("NFKC", text.casefold())
    return _SEPARATORS.sub(" ", text).strip(" #")


def key_of(hashtag: str) -> str:
    """Return what all ways to write a hashtag have in common: its letters, digits and symbols.

    `#NewYork`, `new_york` and `newyork` have the same key.
    """
    return split_words(hashtag).replace(" ", "")
