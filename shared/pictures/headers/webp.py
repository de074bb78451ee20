"""WebP: the size of the canvas or of the only frame; the EXIF chunk follows the pixels."""

from shared.errors import NotAPicture
from shared.pictures.headers.header import UPRIGHT, Header
from shared.pictures.headers.source import DAMAGED, Source
from shared.pictures.headers.tagged.exif import orientation_in_exif, orientation_in_xmp

HEAD_BYTES = 30
FIRST_CHUNK = 12
HAS_XMP, HAS_EXIF = 0x04, 0x08
MAX_METADATA_BYTES = 64 * 1024
VP8_START = b"\x9d\x01\x2a"
VP8L_START = 0x2F


def is_webp(beginning: bytes) -> bool:
    """Return whether a file starts like a WebP."""
    return beginning[:4] == b"RIFF" and beginning[8:12] == b"WEBP"


def read_webp(source: Source) -> Header:
    """Read the header of a WebP. Raises NotAPicture."""
    head = source.need(0, HEAD_BYTES)
    kind = head[12:16]
    if kind == b"VP8X":
        width = 1 + int.from_bytes(head[24:27], "little")
        height = 1 + int.from_bytes(head[27:30], "little")
        return Header("WEBP", width, height, _find_orientation(source, head[20]))
    if kind == b"VP8 " and head[23:26] == VP8_START:
        size = int.from_bytes(head[26:30], "little")
        return Header("WEBP", size & 0x3FFF, size >> 16 & 0x3FFF)
    if kind == b"VP8L" and head[20] == VP8L_START:
        size = int.from_bytes(head[21:25], "little")
        return Header("WEBP", 1 + (size & 0x3FFF), 1 + (size >> 14 & 0x3FFF))
    raise NotAPicture(DAMAGED)


def _find_orientation(source: Source, flags: int) -> int:
    if not flags & (HAS_EXIF | HAS_XMP):
        return UPRIGHT
    xmp: int | None = None
    place = FIRST_CHUNK
    try:
        while len(head := source.read(place, 8)) == 8:
            size = int.from_bytes(head[4:], "little")
            content = place + 8, min(size, MAX_METADATA_BYTES)
            if head[:4] == b"EXIF" and flags & HAS_EXIF:
                return orientation_in_exif(source.read(*content)) or xmp or UPRIGHT
            if head[:4] == b"XMP " and flags & HAS_XMP:
                xmp = orientation_in_xmp(source.read(*content))
            place += 8 + size + (size & 1)
    except NotAPicture:
        # An animation of thousands of frames is still a valid picture.
        return UPRIGHT
    return xmp or UPRIGHT
