"""TIFF: the first directory with a full picture rather than a preview."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from shared.errors import NotAPicture
from shared.pictures.headers.header import UPRIGHT, Header
from shared.pictures.headers.source import DAMAGED, Source
from shared.pictures.headers.tagged.exif import valid
from shared.pictures.headers.tagged.tiff_kinds import refuse_unread

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
BIG = 43
MAX_DIRECTORIES = 8
MAX_ENTRIES = 512
# More than any supported pixel has samples.
MAX_VALUES = 16
# Integer TIFF types → struct formats.
TYPES = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q"}

NEW_SUBFILE, OLD_SUBFILE = 254, 255
# Bits of NewSubfileType: a reduced picture, a mask. OldSubfileType 2 is a reduced picture.
NOT_THE_PICTURE = 0b101
OLD_REDUCED = 2
SHORT = 3
WIDTH, HEIGHT, ORIENTATION = 256, 257, 274


@dataclass(frozen=True)
class Layout:
    """The encoding of a file's numbers.

    order: `<` or `>`; big: BigTIFF, whose offsets have 8 bytes.
    """

    order: str
    big: bool

    @property
    def offset(self) -> struct.Struct:
        """Struct format of an offset."""
        return struct.Struct(self.order + ("Q" if self.big else "I"))

    @property
    def count(self) -> struct.Struct:
        """Struct format of a directory's number of entries."""
        return struct.Struct(self.order + ("Q" if self.big else "H"))

    @property
    def entry(self) -> struct.Struct:
        """Struct format of an entry's tag, type and number of values.

        The values or their offset follow.
        """
        return struct.Struct(self.order + ("HHQ" if self.big else "HHI"))

    @property
    def entry_bytes(self) -> int:
        """Size of a whole entry, in bytes."""
        return self.entry.size + self.offset.size

    @property
    def first_offset(self) -> int:
        """Position of the offset of the first directory."""
        return 8 if self.big else 4

    def short_entry(self, tag: int, value: int) -> bytes:
        """Return an entry with one two-byte value."""
        number = struct.pack(self.order + "H", value)
        return self.entry.pack(tag, SHORT, 1) + number.ljust(self.offset.size, b"\0")


@dataclass(frozen=True)
class Directory:
    """A directory of a file. entries: tag → its entry, as bytes."""

    offset: int
    entries: dict[int, bytes]
    next: int


def read_tiff(source: Source) -> Header:
    """Read the header of a TIFF. Raises NotAPicture, UnreadKind."""
    layout = read_layout(source)
    directory = find_picture(source, layout)
    values = {tag: read_values(source, layout, entry) for tag, entry in directory.entries.items()}
    refuse_unread(layout.order, values)
    width, height = values.get(WIDTH, ()), values.get(HEIGHT, ())
    if not width or not height:
        raise NotAPicture(DAMAGED)
    orientation = values.get(ORIENTATION, ())
    return Header(
        "TIFF", width[0], height[0], valid(orientation[0]) if len(orientation) == 1 else UPRIGHT
    )


def read_layout(source: Source) -> Layout:
    """Return the encoding of a TIFF's numbers."""
    head = source.need(0, 4)
    order = "<" if head[:2] == b"II" else ">"
    return Layout(order, struct.unpack(order + "H", head[2:])[0] == BIG)


def find_picture(source: Source, layout: Layout) -> Directory:
    """Return the first directory that is neither a reduced picture nor a mask; else the first."""
    first: Directory | None = None
    for directory in _directories(source, layout):
        new = read_values(source, layout, directory.entries.get(NEW_SUBFILE, b""))
        old = read_values(source, layout, directory.entries.get(OLD_SUBFILE, b""))
        if not (new and new[0] & NOT_THE_PICTURE) and not (old and old[0] == OLD_REDUCED):
            return directory
        first = first or directory
    if first is None:
        raise NotAPicture(DAMAGED)
    return first


def _directories(source: Source, layout: Layout) -> Iterator[Directory]:
    (place,) = layout.offset.unpack(source.need(layout.first_offset, layout.offset.size))
    for _ in range(MAX_DIRECTORIES):
        if not place:
            return
        (count,) = layout.count.unpack(source.need(place, layout.count.size))
        if count > MAX_ENTRIES:
            raise NotAPicture(DAMAGED)
        size = count * layout.entry_bytes
        content = source.read(place + layout.count.size, size + layout.offset.size)
        entries = {}
        for at in range(0, min(size, len(content)), layout.entry_bytes):
            entry = content[at : at + layout.entry_bytes]
            if len(entry) == layout.entry_bytes:
                entries[layout.entry.unpack_from(entry)[0]] = entry
        after = content[size:]
        following = layout.offset.unpack(after)[0] if len(after) == layout.offset.size else 0
        yield Directory(place, entries, following)
        place = following


def read_values(source: Source, layout: Layout, entry: bytes) -> tuple[int, ...]:
    """Return the integers of an entry; none if they are of another type or too many."""
    if not entry:
        return ()
    _, kind, count = layout.entry.unpack_from(entry)
    if kind not in TYPES or not 1 <= count <= MAX_VALUES:
        return ()
    numbers = struct.Struct(f"{layout.order}{count}{TYPES[kind]}")
    data = entry[layout.entry.size :]
    if numbers.size > layout.offset.size:
        data = source.read(layout.offset.unpack(data)[0], numbers.size)
    return numbers.unpack_from(data) if len(data) >= numbers.size else ()
