"""Labels as every format of file gives them: whether a picture has a tag."""

import re
from dataclasses import dataclass
from uuid import UUID

from shared.model.names.tag_names import clean_name, slug_of

DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Row:
    """Whether a picture has a tag. image, sha256 and path identify it; any of them may be empty.

    line: where it stands in the file. owner: None if the file has no owner.
    """

    line: int
    image: str
    sha256: str
    path: str
    owner: str | None
    tag: str
    present: bool


@dataclass(frozen=True, slots=True)
class Unusable:
    """A line that cannot be used, and the reason."""

    line: int
    reason: str


def checked(row: Row) -> Row | Unusable:
    """Return the row if it can name a picture."""
    if row.sha256 and not DIGEST.fullmatch(row.sha256):
        return Unusable(row.line, f"{row.sha256[:100]!r} is not a SHA-256 in hexadecimal")
    if row.image and not _is_id(row.image):
        return Unusable(row.line, f"{row.image[:100]!r} is not the id of an image")
    if not (row.image or row.sha256 or row.path) or "\0" in row.path:
        return Unusable(row.line, "it names no picture")
    return row


def named(slug: str, name: str) -> str:
    """Return a tag's name as people write it, if it belongs to the slug; else the slug.

    Raises ValueError: no tag can have this name.
    """
    tag = clean_name(slug)
    return clean_name(name) if name and slug_of(name) == tag else tag


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
