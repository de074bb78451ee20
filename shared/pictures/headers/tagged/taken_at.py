"""The time at which a picture was taken, from its EXIF data."""

import re
import struct
from contextlib import suppress
from datetime import datetime, timedelta

from shared.pictures.headers.tagged.exif import BYTE_ORDERS, ENTRY_BYTES

# The prefix, and the beginning of the directories.
EXIF_START = re.compile(rb"Exif\0\0(?=II\*\0|MM\0\*)")
# Cameras write EXIF data first in a JPEG; in a HEIC it may be anywhere.
MAX_JPEG_PLACE = 64 * 1024
EXIF_DIRECTORY, TIME, PART_OF_SECOND = 0x8769, 0x9003, 0x9291
TIME_FORMAT = "%Y:%m:%d %H:%M:%S"
TIME_BYTES, PART_BYTES, IN_ENTRY_BYTES = 19, 6, 4
MAX_ENTRIES = 512


def find_taken_at(data: memoryview, format: str) -> datetime | None:
    """Return the EXIF time (DateTimeOriginal) of a JPEG or HEIC, or None."""
    if format not in ("JPEG", "MPO", "HEIF"):
        return None
    found = EXIF_START.search(data if format == "HEIF" else data[:MAX_JPEG_PLACE])
    if found is None:
        return None
    # Damaged EXIF data is no reason to refuse a picture.
    with suppress(struct.error, ValueError, KeyError):
        return _read_time(data[found.end() :])
    return None


def _read_time(exif: memoryview) -> datetime:
    """Return the time in EXIF data. Raises struct.error, ValueError, KeyError."""
    order = BYTE_ORDERS[bytes(exif[:2])]
    (first,) = struct.unpack_from(order + "I", exif, 4)
    pointer = _entries(exif, order, first)[EXIF_DIRECTORY]
    (directory,) = struct.unpack_from(order + "I", exif, pointer + 8)
    entries = _entries(exif, order, directory)
    taken_at = datetime.strptime(_text(exif, order, entries[TIME])[:TIME_BYTES], TIME_FORMAT)
    part = _text(exif, order, entries[PART_OF_SECOND]) if PART_OF_SECOND in entries else ""
    digits = part.strip()[:PART_BYTES]
    if digits.isdecimal():
        taken_at += timedelta(microseconds=int(digits.ljust(PART_BYTES, "0")))
    return taken_at


def _entries(exif: memoryview, order: str, directory: int) -> dict[int, int]:
    """Return the entries of a directory: tag → position."""
    (count,) = struct.unpack_from(order + "H", exif, directory)
    places = [directory + 2 + ENTRY_BYTES * n for n in range(min(count, MAX_ENTRIES))]
    return {struct.unpack_from(order + "H", exif, place)[0]: place for place in places}


def _text(exif: memoryview, order: str, place: int) -> str:
    """Return the text of an entry."""
    (size,) = struct.unpack_from(order + "I", exif, place + 4)
    if size <= IN_ENTRY_BYTES:
        start = place + 8
    else:
        (start,) = struct.unpack_from(order + "I", exif, place + 8)
    return bytes(exif[start : start + min(size, 2 * TIME_BYTES)]).decode("ascii").rstrip("\0")
