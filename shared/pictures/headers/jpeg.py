"""JPEG: segments up to the first scan, skipping those that are not needed."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.errors import NotAPicture, UnreadKind
from shared.pictures.headers.header import UPRIGHT, Header
from shared.pictures.headers.source import DAMAGED, Source
from shared.pictures.headers.tagged.exif import EXIF_PREFIX, orientation_in_exif, orientation_in_xmp

SIGNATURE = b"\xff\xd8\xff"
EOI, SOS = 0xD9, 0xDA
APP1, APP2 = 0xE1, 0xE2
# Start of frame: all of C0 to CF but the tables DHT, JPG and DAC.
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
PROGRESSIVE = (0xC2, 0xCA)
# Sequential and progressive, with Huffman or arithmetic codes.
READ_FRAMES = (0xC0, 0xC1, 0xC2, 0xC9, 0xCA)
READ_COMPONENTS = (1, 3, 4)
# TEM, restarts and SOI have no length; all other markers do.
ALONE = (0x01, *range(0xD0, 0xD9))
FRAME_BYTES = 6
XMP_PREFIX = b"http://ns.adobe.com/xap/1.0/\0"
MAX_PREFIX_BYTES = len(XMP_PREFIX)
BLOCK_BYTES = 4096


@dataclass(frozen=True)
class Segment:
    """A marker, with the offset and size in bytes of the data after its length."""

    marker: int
    offset: int
    size: int


def read_jpeg(source: Source) -> Header:
    """Read the header of a JPEG. Raises NotAPicture, UnreadKind."""
    width = height = 0
    # Only the first segment of each kind has the orientation; the others continue long data.
    exif: int | None = None
    xmp: int | None = None
    for segment in segments(source):
        if segment.marker in FRAMES:
            width, height = _read_frame(source, segment)
        elif segment.marker == APP1 and exif is None:
            prefix = source.read(segment.offset, MAX_PREFIX_BYTES)
            if prefix.startswith(EXIF_PREFIX):
                exif = orientation_in_exif(source.read(segment.offset, segment.size)) or 0
            elif prefix == XMP_PREFIX and xmp is None:
                xmp = orientation_in_xmp(source.read(segment.offset, segment.size)) or 0
    if not width:
        raise NotAPicture(DAMAGED)
    return Header("JPEG", width, height, exif or xmp or UPRIGHT)


def segments(source: Source) -> Iterator[Segment]:
    """Yield the segments of a JPEG, up to its first scan (included) or its end.

    Raises:
        NotAPicture: one is malformed, or there are too many.
    """
    place = 2
    while True:
        head = source.read(place, 4)
        if len(head) < 2:
            return
        if head[0] != 0xFF or head[1] in (0x00, 0xFF):
            place = _next_marker(source, place)
            continue
        marker = head[1]
        if marker == EOI:
            return
        if marker in ALONE:
            place += 2
            continue
        size = int.from_bytes(head[2:4], "big")
        if len(head) < 4 or size < 2:
            raise NotAPicture(DAMAGED)
        yield Segment(marker, place + 4, size - 2)
        if marker == SOS:
            return
        place += 2 + size


def _next_marker(source: Source, place: int) -> int:
    """Return where the next marker may begin, after fill bytes or stray bytes."""
    block = source.read(place, BLOCK_BYTES)
    if block.startswith(b"\xff\xff"):
        filled = len(block) - len(block.lstrip(b"\xff"))
        return place + filled - 1 if filled < len(block) else place + filled
    found = block.find(b"\xff", 1)
    return place + (found if found > 0 else len(block))


def _read_frame(source: Source, segment: Segment) -> tuple[int, int]:
    frame = source.need(segment.offset, FRAME_BYTES)
    precision, components = frame[0], frame[5]
    if segment.marker not in READ_FRAMES:
        raise UnreadKind(
            "The picture is a lossless or hierarchical JPEG, which Tagloop does not read."
        )
    if precision != 8:
        raise UnreadKind(
            f"The picture is a JPEG of {precision} bits a sample; Tagloop reads those of 8."
        )
    if components not in READ_COMPONENTS:
        raise UnreadKind(
            f"The picture is a JPEG of {components} components; Tagloop reads 1, 3 and 4."
        )
    return int.from_bytes(frame[3:5], "big"), int.from_bytes(frame[1:3], "big")
