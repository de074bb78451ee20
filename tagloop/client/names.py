"""File names as text: to the system, a name is bytes, which may not be UTF-8."""

import os

# Browsers escape these in a multipart header, and nothing else.
HEADER_ESCAPES = ((b'"', b"%22"), (b"\r", b"%0D"), (b"\n", b"%0A"))


def printable(name: str) -> str:
    """Return a name for a terminal; control characters and bytes that are not UTF-8 are escaped."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def header_file_name(path: str) -> bytes:
    """Return the last part of a path, in bytes, as the `filename` of a multipart header."""
    name = os.fsencode(os.path.basename(path))  # noqa: PTH119
    for character, escape in HEADER_ESCAPES:
        name = name.replace(character, escape)
    return name
