"""GIF: the size of the screen, or of the first frame if that is larger."""

import struct

from shared.errors import NotAPicture
from shared.pictures.headers.header import Header
from shared.pictures.headers.source import DAMAGED, Source

SIGNATURES = (b"GIF87a", b"GIF89a")
SCREEN = struct.Struct("<6sHHB2x")
FRAME = struct.Struct("<HHHH")
EXTENSION, IMAGE = b"!", b","
HAS_TABLE = 0x80


def read_gif(source: Source) -> Header:
    """Read the header of a GIF. Raises NotAPicture."""
    _, width, height, flags = SCREEN.unpack(source.need(0, SCREEN.size))
    place = SCREEN.size
    if flags & HAS_TABLE:
        place += 3 << ((flags & 7) + 1)
    while (kind := source.read(place, 1)) != IMAGE:
        if kind == EXTENSION:
            place = _skip_blocks(source, place + 2)
        elif kind and kind != b";":
            place += 1
        else:
            raise NotAPicture(DAMAGED)
    left, top, frame_width, frame_height = FRAME.unpack(source.need(place + 1, FRAME.size))
    return Header("GIF", max(width, left + frame_width), max(height, top + frame_height))


def _skip_blocks(source: Source, place: int) -> int:
    """Return the offset after a series of blocks, each prefixed by its length.

    0 ends the series.
    """
    while size := source.need(place, 1)[0]:
        place += 1 + size
    return place + 1
