"""Strip files of their metadata before they are decoded.

Decoders that parse untrusted metadata can waste time or crash on it: both have happened.
"""

import struct
import zlib
from dataclasses import dataclass

from shared.errors import DamagedPicture
from shared.pictures.headers.boxed.boxes import file_boxes
from shared.pictures.headers.png import SIGNATURE as PNG_SIGNATURE
from shared.pictures.headers.png import chunks
from shared.pictures.headers.source import MemorySource
from shared.pictures.headers.tagged.tiff import find_picture, read_layout, read_values
from shared.pictures.headers.tagged.tiff_kinds import (
    BITS,
    BLACK_IS_ZERO,
    PHOTOMETRIC,
    is_deep_negative,
)
from shared.pictures.pixels.heif_preview import prefer_preview
from shared.pictures.pixels.jpeg import open_jpeg

MAX_PROFILE_BYTES = 4 * 1024 * 1024
PNG_KEPT = (b"IHDR", b"PLTE", b"tRNS")
MAX_PNG_PARTS = 100_000
PNG_END = b"\0\0\0\0IEND\xae\x42\x60\x82"
# TIFF tags that describe pixels; no texts, and no EXIF or GPS directories.
TIFF_KEPT = frozenset(
    (
        *(256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 292, 293, 317, 320),
        *(322, 323, 324, 325, 332, 338, 339, 347, 512, 513, 514, 515, 517, 518, 519, 520, 521),
        *(529, 530, 531, 532, 34675, 0xBC01),
    )
)


@dataclass(frozen=True)
class Essential:
    """The part of a file that a decoder needs.

    profile: its ICC profile, if the decoder does not return one. is_negative: the decoder confuses
    black and white.
    """

    data: bytes | memoryview
    profile: bytes | None = None
    is_negative: bool = False


def essential(data: memoryview, format: str, min_side: int) -> Essential:
    """Remove what the decoder of this format does not use.

    min_side: minimum length of the shorter side in pixels of what is decoded.

    Raises:
        DamagedPicture: the picture is in too many parts.
        NotAPicture: it is malformed.
    """
    match format:
        case "JPEG":
            file = open_jpeg(data)
            file.check_scans()
            return Essential(file.essential(), file.profile)
        case "PNG":
            return _png(data)
        case "TIFF":
            return _tiff(data)
        case "AVIF" | "HEIF":
            return Essential(_heif(data, min_side if format == "HEIF" else None))
    return Essential(data)


def _png(data: memoryview) -> Essential:
    kept: list[bytes | memoryview] = [PNG_SIGNATURE]
    profile: bytes | None = None
    end = len(PNG_SIGNATURE)
    for chunk in chunks(MemorySource(data)):
        end = chunk.offset + chunk.size + 4
        if chunk.kind in PNG_KEPT:
            kept.append(bytes(data[chunk.offset - 8 : end]))
        elif chunk.kind == b"iCCP":
            profile = _unpack_profile(data[chunk.offset : chunk.offset + chunk.size])
    # One chunk replaces many. Its checksum is not verified.
    pixels = _png_pixels(data, end)
    size = sum(map(len, pixels))
    kept += [struct.pack(">I", size), b"IDAT", *pixels, bytes(4), PNG_END]
    return Essential(b"".join(kept), profile)


def _png_pixels(data: memoryview, place: int) -> list[memoryview]:
    """Return the contents of consecutive pixel chunks."""
    parts = []
    while bytes(data[place + 4 : place + 8]) == b"IDAT":
        size = int.from_bytes(data[place : place + 4], "big")
        parts.append(data[place + 8 : place + 8 + size])
        if len(parts) > MAX_PNG_PARTS:
            raise DamagedPicture(f"The pixels of the PNG are in more than {MAX_PNG_PARTS:,} parts.")
        place += size + 12
    return parts


def _unpack_profile(content: memoryview) -> bytes | None:
    """Return the profile in an iCCP chunk: a name, a zero, the method, then zlib."""
    _, _, rest = bytes(content[: MAX_PROFILE_BYTES + 128]).partition(b"\0")
    try:
        return zlib.decompressobj().decompress(rest[1:], MAX_PROFILE_BYTES) or None
    except zlib.error:
        return None


def _tiff(data: memoryview) -> Essential:
    """Return the file with only the picture's directory, reduced to the needed entries."""
    source = MemorySource(data)
    layout = read_layout(source)
    directory = find_picture(source, layout)
    entries = {tag: entry for tag, entry in directory.entries.items() if tag in TIFF_KEPT}
    described = {tag: entries.get(tag, b"") for tag in (BITS, PHOTOMETRIC)}
    is_negative = is_deep_negative(
        {tag: read_values(source, layout, entry) for tag, entry in described.items()}
    )
    if is_negative:
        entries[PHOTOMETRIC] = layout.short_entry(PHOTOMETRIC, BLACK_IS_ZERO)
    kept = [entry for _, entry in sorted(entries.items())]
    written = b"".join((layout.count.pack(len(kept)), *kept, layout.offset.pack(0)))
    changed = bytearray(data)
    changed[layout.first_offset : layout.first_offset + layout.offset.size] = layout.offset.pack(
        directory.offset
    )
    changed[directory.offset : directory.offset + len(written)] = written
    return Essential(bytes(changed), is_negative=is_negative)


def _heif(data: memoryview, min_side: int | None) -> bytes:
    """Return the file with its EXIF item renamed to a type that decoders ignore.

    min_side: a preview of at least this shorter side is decoded instead; None: never.
    """
    changed = bytearray(data)
    for box in file_boxes(MemorySource(data)):
        if box.kind == b"meta":
            end = min(box.offset + box.size, len(data))
            changed[box.offset : end] = changed[box.offset : end].replace(b"Exif", b"none")
            break
    if min_side is not None:
        prefer_preview(changed, min_side)
    return bytes(changed)
