"""JPEG 2000: the image header of a JP2 file, or the SIZ segment of a bare codestream."""

import struct

from shared.errors import NotAPicture, UnreadKind
from shared.pictures.headers.boxed.boxes import find_box, walk_boxes
from shared.pictures.headers.header import Header
from shared.pictures.headers.source import DAMAGED, Source

FILE_SIGNATURE = b"\0\0\0\x0cjP  \r\n\x87\n"
CODESTREAM_SIGNATURE = b"\xff\x4f\xff\x51"
MAX_HEADER_BYTES = 64 * 1024
IMAGE_HEADER = struct.Struct(">IIH")
SIZ = struct.Struct(">8xIIII16xH")
MAX_COMPONENTS = 4


def read_jpeg2000(source: Source) -> Header:
    """Read the header of a JPEG 2000. Raises NotAPicture, UnreadKind."""
    if source.read(0, 4) == CODESTREAM_SIGNATURE:
        right, bottom, left, top, components = SIZ.unpack(source.need(0, SIZ.size))
        width, height = right - left, bottom - top
    else:
        box = find_box(source, b"jp2h")
        content = source.read(box.offset, min(box.size, MAX_HEADER_BYTES))
        for kind, part in walk_boxes(content):
            if kind == b"ihdr" and len(part) >= IMAGE_HEADER.size:
                height, width, components = IMAGE_HEADER.unpack_from(part)
                break
        else:
            raise NotAPicture(DAMAGED)
    if not 1 <= components <= MAX_COMPONENTS:
        raise UnreadKind(
            f"The picture is a JPEG 2000 of {components} components; Tagloop reads 1 to 4."
        )
    return Header("JPEG2000", width, height)
