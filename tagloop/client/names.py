"""File names as text: a name is bytes to the system, and may hold anything."""

import os

# What browsers do with these in a multipart header; anything else may stand as it is.
HEADER_ESCAPES = ((b'"', b"%22"), (b"\r", b"%0D"), (b"\n", b"%0A"))


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
    """The last part of a path as the `filename` of a multipart header, as the system has it."""
    name = os.fsencode(os.path.basename(path))  # noqa: PTH119
    for character, escape in HEADER_ESCAPES:
        name = name.replace(character, escape)
    return name
