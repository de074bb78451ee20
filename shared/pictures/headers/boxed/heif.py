"""HEIC and AVIF: the properties of the primary item."""

import struct
from collections.abc import Iterator

from shared.errors import NotAPicture
from shared.pictures.headers.boxed.boxes import Box, file_boxes, walk_boxes
from shared.pictures.headers.header import UPRIGHT, Header
from shared.pictures.headers.source import DAMAGED, Source

AVIF_BRANDS = {b"avif", b"avis"}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
COMMON_BRANDS = {b"mif1", b"msf1"}
MAX_BRANDS_BYTES = 256
# A phone's picture has a few kilobytes of properties, one with a thousand tiles fifty.
MAX_META_BYTES = 256 * 1024
MAX_TRACK_BYTES = 64 * 1024
MAX_ITEMS = 4096
# (quarter turns counter-clockwise, axis of the mirror or None) → EXIF orientation.
ORIENTATIONS = {
    (0, None): 1,
    (0, 0): 4,
    (0, 1): 2,
    (1, None): 8,
    (1, 0): 5,
    (1, 1): 7,
    (2, None): 3,
    (2, 0): 2,
    (2, 1): 4,
    (3, None): 6,
    (3, 0): 7,
    (3, 1): 5,
}


def is_heif(beginning: bytes) -> bool:
    """Return whether a file starts like a HEIC or AVIF."""
    if beginning[4:8] != b"ftyp":
        return False
    return bool(_brands(beginning) & (AVIF_BRANDS | HEIC_BRANDS | COMMON_BRANDS))


def read_heif(source: Source) -> Header:
    """Read the header of a HEIC or AVIF. Raises NotAPicture."""
    is_avif = bool(_brands(source.read(0, MAX_BRANDS_BYTES)) & AVIF_BRANDS)
    for box in file_boxes(source):
        if box.kind == b"meta":
            content = source.read(box.offset, min(box.size, MAX_META_BYTES))
            return _read_primary(content[4:], is_avif)
        if box.kind == b"moov":
            return _read_track(source, box, is_avif)
    raise NotAPicture(DAMAGED)


def _brands(beginning: bytes) -> set[bytes]:
    """Return the major and the compatible brands."""
    end = min(int.from_bytes(beginning[:4], "big"), len(beginning))
    return {beginning[8:12], *(beginning[place : place + 4] for place in range(16, end, 4))}


def _read_primary(meta: bytes, is_avif: bool) -> Header:
    parts = dict(walk_boxes(meta))
    number = _number(parts.get(b"pitm", b""))
    properties = list(walk_boxes(parts.get(b"iprp", b"")))
    values = [box for kind, content in properties if kind == b"ipco" for box in walk_boxes(content)]
    width = height = quarters = 0
    mirror: int | None = None
    for kind, content in properties:
        if kind != b"ipma":
            continue
        for index in associations(content, number):
            if not 1 <= index <= len(values):
                continue
            name, value = values[index - 1]
            if name == b"ispe":
                width, height = _unpack(">4xII", value)
            elif name == b"clap" and not is_avif:
                # libheif crops; libavif leaves cropping to the caller.
                across, of, down, of_down = _unpack(">IIII", value)
                width, height = across // max(of, 1), down // max(of_down, 1)
            elif name == b"irot":
                quarters = value[0] & 3 if value else 0
                if quarters % 2 and not is_avif:
                    width, height = height, width
            elif name == b"imir":
                mirror = value[0] & 1 if value else None
    if is_avif:
        return Header("AVIF", width, height, ORIENTATIONS[quarters, mirror])
    # libheif rotates the pixels itself.
    return Header("HEIF", width, height, UPRIGHT)


def _number(pitm: bytes) -> int:
    """Return the number of the primary item."""
    layout = ">4xI" if pitm[:1] == b"\1" else ">4xH"
    return int(_unpack(layout, pitm)[0])


def associations(ipma: bytes, item: int) -> Iterator[int]:
    """Yield the numbers of an item's properties, starting at 1."""
    version, flags, count = _unpack(">BxxBI", ipma)
    id_bytes, index_bytes = (2 if version == 0 else 4), (2 if flags & 1 else 1)
    place = 8
    for _ in range(min(count, MAX_ITEMS)):
        number = int.from_bytes(ipma[place : place + id_bytes], "big")
        place += id_bytes
        (size,) = _unpack(">B", ipma[place : place + 1])
        place += 1
        if number == item:
            for at in range(place, place + size * index_bytes, index_bytes):
                index = int.from_bytes(ipma[at : at + index_bytes], "big")
                # The highest bit marks the property as essential.
                yield index & (0x7FFF if index_bytes == 2 else 0x7F)
            return
        place += size * index_bytes


def _read_track(source: Source, moov: Box, is_avif: bool) -> Header:
    """Read an image sequence without a still picture: the size of its first visible track."""
    content = source.read(moov.offset, min(moov.size, MAX_TRACK_BYTES))
    for kind, track in walk_boxes(content):
        for name, header in walk_boxes(track) if kind == b"trak" else ():
            if name == b"tkhd":
                width, height = (side >> 16 for side in _unpack(">II", header[-8:]))
                if width and height:
                    return Header("AVIF" if is_avif else "HEIF", width, height)
    raise NotAPicture(DAMAGED)


def _unpack(layout: str, data: bytes) -> tuple[int, ...]:
    try:
        return struct.unpack_from(layout, data)
    except struct.error as error:
        raise NotAPicture(DAMAGED) from error
