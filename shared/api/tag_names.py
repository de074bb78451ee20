"""The names that people give to tags of their own: what is allowed, and the slug of each."""

import re
import unicodedata

MAX_CHARACTERS = 100
# Without them, some scripts and emoji can't be written: zero-width non-joiner and joiner.
JOINERS = "\u200c\u200d"
# Control, format, surrogate and unassigned characters, and the separators of lines.
UNPRINTABLE = ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")


def clean_name(text: str) -> str:
    """A tag's name as it is kept: composed (NFC), without spaces around it or a # before it.

    Raises:
        ValueError: no tag can be called so; the message says why.
    """
    name = text.strip().lstrip("#").strip()
    if len(name) > MAX_CHARACTERS:
        raise ValueError(
            f"the name of a tag has at most {MAX_CHARACTERS} characters, this one {len(name):,}"
        )
    if any(unicodedata.category(c) in UNPRINTABLE and c not in JOINERS for c in name):
        raise ValueError("the name of a tag has no control characters or line breaks")
    if not any(character.isalnum() for character in name):
        raise ValueError("the name of a tag has at least one letter or digit")
    return unicodedata.normalize("NFC", name)


def slug_of(name: str) -> str:
    """The slug of a tag that people made, from its cleaned name.

    What means something in a path or in a list of tags becomes a hyphen, as spaces do.
    """
    return re.sub(r"[\s_/,-]+", "-", name.casefold()).strip("-")
