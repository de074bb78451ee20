"""BMP: the size, and whether its compression is supported."""

import struct

from shared.errors import NotAPicture, UnreadKind
from shared.pictures.headers.header import Header
from shared.pictures.headers.source import DAMAGED, Source

SIGNATURE = b"BM"
FILE_HEADER_BYTES = 14
OLD_HEADER_BYTES = 12
HEADER_SIZES = (OLD_HEADER_BYTES, 40, 52, 56, 64, 108, 124)
OLD = struct.Struct("<4xHHHH")
NEW = struct.Struct("<4xiiHHI")
BITS = (1, 4, 8, 16, 24, 32)
# None, run-length encoding of 8 and 4 bits, and bit masks.
READ_COMPRESSIONS = (0, 1, 2, 3)


def read_bmp(source: Source) -> Header:
    """Read the header of a BMP. Raises NotAPicture, UnreadKind."""
    header_size = int.from_bytes(source.need(FILE_HEADER_BYTES, 4), "little")
    if header_size not in HEADER_SIZES:
        raise NotAPicture(DAMAGED)
    if header_size == OLD_HEADER_BYTES:
        width, height, _, bits = OLD.unpack(source.need(FILE_HEADER_BYTES, OLD.size))
        compression = 0
    else:
        width, height, _, bits, compression = NEW.unpack(source.need(FILE_HEADER_BYTES, NEW.size))
    if bits not in BITS or compression not in READ_COMPRESSIONS:
        raise UnreadKind(
            f"The picture is a BMP of {bits} bits a pixel and compression {compression}, which "
            "Tagloop does not read."
        )
    # A negative height means that rows start at the top.
    return Header("BMP", width, abs(height))
