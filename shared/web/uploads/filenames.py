"""File names, kept as their owner wrote them, however they are encoded."""

import re
import unicodedata
from email.errors import HeaderParseError
from email.header import decode_header
from pathlib import PurePosixPath
from urllib.parse import unquote_to_bytes

MAX_LENGTH = 255
# Parameters of a header: a name, then a quoted string or everything up to the next semicolon.
PARAMETER = re.compile(r';\s*([^=;"\s]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))')
EXTENDED = "filename*"
WINDOWS_PATH = re.compile(r"[A-Za-z]:\\|\\\\")
ENCODED_WORD = re.compile(r"(?:=\?[^?\s]+\?[BbQq]\?[^?]*\?=\s*)+")


def clean_filename(filename: str | None) -> str | None:
    """Return the last part of a name, in NFC, without control characters; None without one."""
    if not filename:
        return None
    name = PurePosixPath(filename).name
    if WINDOWS_PATH.match(name):
        name = name.rpartition("\\")[2]
    if not (name.isascii() and name.isprintable()):
        # Half of a surrogate pair cannot be encoded.
        text = name.encode(errors="replace").decode()
        name = "".join(c for c in text if unicodedata.category(c) != "Cc")
        name = unicodedata.normalize("NFC", name)
    return name[:MAX_LENGTH] or None


def extended_filename(disposition: str) -> str | None:
    """Return the `filename*` (RFC 8187) of a Content-Disposition header, or None.

    It is also None if malformed: then the plain `filename` is used.
    """
    if EXTENDED not in disposition.lower():
        return None
    for name, quoted, bare in PARAMETER.findall(disposition):
        if name.lower() == EXTENDED:
            charset, _, rest = (quoted or bare.strip()).partition("'")
            encoded = rest.partition("'")[2]
            try:
                return unquote_to_bytes(encoded).decode(charset or "utf-8") or None
            except (LookupError, ValueError):
                return None
    return None


def decode_words(filename: str) -> str:
    """Decode a name in e-mail's form, `=?utf-8?B?…?=`, which .NET sends."""
    if not ENCODED_WORD.fullmatch(filename):
        return filename
    try:
        words = decode_header(filename)
        return "".join(
            word.decode(charset or "ascii") if isinstance(word, bytes) else word
            for word, charset in words
        )
    except (HeaderParseError, LookupError, ValueError):
        return filename
