"""Boxes of the ISO base media file format: sequences of length, kind and content."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.errors import NotAPicture
from shared.pictures.headers.source import DAMAGED, Source

MAX_BOXES = 4096


@dataclass(frozen=True)
class Box:
    """A box of a file, with the offset and size of its content in bytes."""

    kind: bytes
    offset: int
    size: int


def file_boxes(source: Source) -> Iterator[Box]:
    """Yield the outermost boxes of a file. Raises NotAPicture if one is malformed."""
    place = 0
    while len(head := source.read(place, 16)) >= 8:
        size, header = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, header = int.from_bytes(head[8:16], "big"), 16
        elif size == 0:
            size = 2**63
        if size < header:
            raise NotAPicture(DAMAGED)
        yield Box(head[4:8], place + header, size - header)
        place += size


def find_box(source: Source, kind: bytes) -> Box:
    """Return the first outermost box of a kind. Raises NotAPicture if there is none."""
    for box in file_boxes(source):
        if box.kind == kind:
            return box
    raise NotAPicture(DAMAGED)


def walk_boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the kind and content of each box inside the content of another.

    Raises:
        NotAPicture: one is malformed, or there are too many.
    """
    place = 0
    for _ in range(MAX_BOXES):
        if len(content) - place < 8:
            return
        size = int.from_bytes(content[place : place + 4], "big") or len(content) - place
        if size < 8:
            break
        yield content[place + 4 : place + 8], content[place + 8 : place + size]
        place += size
    raise NotAPicture(DAMAGED)
