"""Decode the preview inside a HEIC instead of the picture, where it is large enough.

A phone's preview has a fiftieth of the pixels. libheif decodes only whole pictures, so the preview
becomes the primary item of a copy of the file.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from shared.errors import NotAPicture
from shared.pictures.headers.boxed.boxes import file_boxes, walk_boxes
from shared.pictures.headers.boxed.heif import associations
from shared.pictures.headers.source import MemorySource

# The properties that turn, mirror or crop a picture. A preview has to have the same ones, and the
# same ICC profile.
SHARED_PROPERTIES = (b"irot", b"imir", b"clap")
SIZE, COLOURS = b"ispe", b"colr"
PREVIEW, IGNORED = b"thmb", b"none"
PROFILES = (b"prof", b"rICC")
# Files have one or two; each costs a pass over the file's properties.
MAX_PREVIEWS = 8
# Rounding to whole pixels changes a shape by less.
MAX_SHAPE_ERROR = 0.02


@dataclass(frozen=True)
class Item:
    """One picture of the file. properties: kind and content, in the file's order."""

    number: int
    properties: tuple[tuple[bytes, bytes], ...]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, before it is turned."""
        width, height = struct.unpack_from(">4xII", dict(self.properties)[SIZE])
        return width, height

    @property
    def profiles(self) -> set[bytes]:
        """The ICC profiles; other descriptions of colours are for the decoder."""
        return {
            content
            for kind, content in self.properties
            if kind == COLOURS and content.startswith(PROFILES)
        }

    def looks_like(self, other: "Item") -> bool:
        """Return whether both show the same, apart from their size."""
        mine, others = dict(self.properties), dict(other.properties)
        (width, height), (other_width, other_height) = self.size, other.size
        shape = width * other_height / (height * other_width)
        return (
            abs(shape - 1) <= MAX_SHAPE_ERROR
            and self.profiles == other.profiles
            and all(mine.get(name) == others.get(name) for name in SHARED_PROPERTIES)
        )


def prefer_preview(file: bytearray, min_side: int) -> None:
    """Make a preview the primary item, if one has this shorter side and the file is complete."""
    try:
        _prefer_preview(file, min_side)
    # The decoder reports what is wrong with the picture itself.
    except (NotAPicture, struct.error, KeyError, ZeroDivisionError):
        return


def _prefer_preview(file: bytearray, min_side: int) -> None:
    boxes = list(file_boxes(MemorySource(memoryview(file))))
    last, meta = boxes[-1], next((box for box in boxes if box.kind == b"meta"), None)
    if meta is None or last.offset + last.size > len(file):
        return
    # Version and flags come before the inner boxes.
    start = meta.offset + 4
    content = bytes(file[start : meta.offset + meta.size])
    place = 0
    parts = {}
    for kind, part in walk_boxes(content):
        parts[kind] = place + 8, part
        place += 8 + len(part)
    at, pitm = parts[b"pitm"]
    layout = ">4xI" if pitm[:1] == b"\1" else ">4xH"
    (number,) = struct.unpack_from(layout, pitm)
    numbers = islice(_previews(parts[b"iref"][1], number), MAX_PREVIEWS)
    primary = _item(parts[b"iprp"][1], number)
    previews = [
        preview
        for preview in (_item(parts[b"iprp"][1], n) for n in numbers)
        if min(preview.size) >= min_side and preview.looks_like(primary)
    ]
    if previews:
        smallest = min(previews, key=lambda preview: preview.size)
        struct.pack_into(layout[:1] + layout[3:], file, start + at + 4, smallest.number)
        # libheif's callers find no item that is the preview of another.
        at, iref = parts[b"iref"]
        begin, end = start + at, start + at + len(iref)
        file[begin:end] = file[begin:end].replace(PREVIEW, IGNORED)


def _previews(iref: bytes, primary: int) -> Iterator[int]:
    """Yield the numbers of the items that are previews of an item."""
    width = 4 if iref[:1] == b"\1" else 2
    for kind, content in walk_boxes(iref[4:]):
        numbers = [
            int.from_bytes(content[place : place + width], "big")
            for place in (0, *range(width + 2, len(content), width))
        ]
        if kind == PREVIEW and primary in numbers[1:]:
            yield numbers[0]


def _item(iprp: bytes, number: int) -> Item:
    boxes = list(walk_boxes(iprp))
    values = [box for kind, content in boxes if kind == b"ipco" for box in walk_boxes(content)]
    return Item(
        number,
        tuple(
            values[index - 1]
            for kind, content in boxes
            if kind == b"ipma"
            for index in associations(content, number)
            if 1 <= index <= len(values)
        ),
    )
