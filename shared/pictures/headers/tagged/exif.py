"""The orientation in EXIF and XMP data; invalid values count as upright."""

import re
import struct

from shared.pictures.headers.header import UPRIGHT

ORIENTATION_TAG = 0x0112
# Integer TIFF types → struct formats.
NUMBER_TYPES = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i"}
BYTE_ORDERS = {b"II": "<", b"MM": ">"}
EXIF_PREFIX = b"Exif\0\0"
XMP_ORIENTATION = re.compile(rb'tiff:Orientation(?:="|>)([1-8])')
ENTRY_BYTES = 12


def orientation_in_exif(data: bytes) -> int | None:
    """Return the orientation, 1 to 8, in EXIF data with or without its prefix.

    None if there is none.

    Only this value of the first directory is read, so errors elsewhere do no harm.
    """
    data = data.removeprefix(EXIF_PREFIX)
    order = BYTE_ORDERS.get(data[:2])
    if order is None:
        return None
    try:
        (directory,) = struct.unpack_from(order + "I", data, 4)
        (entries,) = struct.unpack_from(order + "H", data, directory)
        for number in range(entries):
            entry = directory + 2 + ENTRY_BYTES * number
            tag, kind, count = struct.unpack_from(order + "HHI", data, entry)
            if tag == ORIENTATION_TAG:
                if count != 1 or kind not in NUMBER_TYPES:
                    return None
                return valid(struct.unpack_from(order + NUMBER_TYPES[kind], data, entry + 8)[0])
    except struct.error:
        pass
    return None


def orientation_in_xmp(data: bytes) -> int | None:
    """Return the orientation, 1 to 8, in an XMP packet, or None."""
    found = XMP_ORIENTATION.search(data)
    return int(found[1]) if found else None


def valid(orientation: int) -> int:
    """Return the orientation, or upright if it is not valid."""
    return orientation if 1 <= orientation <= 8 else UPRIGHT
