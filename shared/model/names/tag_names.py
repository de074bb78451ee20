"""The names of custom tags: what is allowed, and the slug of each."""

import re
import unicodedata

MAX_CHARACTERS = 100
# Invisible characters: soft hyphen, marks and overrides of the writing direction,
# zero-width space, word joiner, byte order mark. Keyboards and copied text bring them along.
_INVISIBLE = re.compile(r"[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
# Zero-width non-joiner and joiner: some scripts and emoji need them, but only between characters.
_EDGES = r"[\s\u200c\u200d]"
# Tag letters after a black flag name a region (Scotland); elsewhere they are invisible.
_FLAG = re.compile(r"\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f")
_HIDDEN_LETTER = re.compile(r"[\U000e0000-\U000e007f]")
# A symbol drawn as text and as an emoji is the same tag.
_PRESENTATION = re.compile(r"[\ufe0e\ufe0f]")
_LINE_BREAK = re.compile(r"[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
# A hash belongs to a hashtag, unless it is part of the keycap emoji.
_START = re.compile(rf"^(?:{_EDGES}|#(?!\ufe0f?\u20e3))+")
_END = re.compile(rf"{_EDGES}+$")
# Letters, digits and symbols; characters newer than this Python's tables (Cn) are mostly emoji.
_SPEAKING = ("L", "N", "S", "Me", "Co", "Cn")


def clean_name(text: str) -> str:
    """Return a tag's name in its stored form.

    That is composed (NFC), without invisible characters, surrounding spaces and a leading #.

    Raises:
        ValueError: a tag cannot have this name; the message says why.
    """
    name = _END.sub("", _START.sub("", composed(text)))
    if len(name) > MAX_CHARACTERS:
        raise ValueError(
            f"the name of a tag has at most {MAX_CHARACTERS} characters, this one {len(name):,}"
        )
    for character in name:
        if fault := _fault_of(character):
            raise ValueError(f"the name of a tag has no {fault} in it")
    if not any(unicodedata.category(c).startswith(_SPEAKING) for c in name):
        raise ValueError("the name of a tag has at least one letter, digit, symbol or emoji")
    return name


def slug_of(name: str) -> str:
    """Return the slug of a custom tag from its name.

    Characters with a meaning in a path or in a list of tags become hyphens, as spaces do.
    """
    folded = _PRESENTATION.sub("", composed(name).casefold())
    return unicodedata.normalize("NFC", re.sub(r"[\s_/,-]+", "-", folded).strip("-"))


def composed(text: str) -> str:
    """Return text in its composed form (NFC), without invisible characters."""
    flags = _FLAG.findall(text)
    if flags:
        parts = [_HIDDEN_LETTER.sub("", part) for part in _FLAG.split(text)]
        text = "".join(part + flag for part, flag in zip(parts, [*flags, ""], strict=True))
    else:
        text = _HIDDEN_LETTER.sub("", text)
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def _fault_of(character: str) -> str | None:
    """Return why a character cannot be part of a name; None if it can."""
    code = f"U+{ord(character):04X}"
    if _LINE_BREAK.match(character):
        return f"line break ({code})"
    category = unicodedata.category(character)
    if category == "Cc":
        return f"control character ({code})"
    if category == "Cs":
        return f"half of a surrogate pair ({code})"
    if _is_noncharacter(ord(character)):
        return f"{code}, which is not a character,"
    return None


def _is_noncharacter(code: int) -> bool:
    """Return whether Unicode promises never to assign a code point."""
    return 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE
