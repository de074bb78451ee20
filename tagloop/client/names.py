"""File names as text: a name is bytes to the system, and may hold anything."""

import os

# What browsers do with these in a multipart header; anything else may stand as it is.
HEADER_ESCAPES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


def printable(name: str) -> str:
    """The name for a terminal: bytes that are not UTF-8 and control characters as escapes."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def header_file_name(path: str) -> bytes:
    """The last part of a path as the `filename` of a multipart header, in UTF-8."""
    return printable(os.path.basename(path)).translate(HEADER_ESCAPES).encode()  # noqa: PTH119
