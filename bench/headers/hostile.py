"""Picture files whose headers are made to cost time or memory."""

import struct
import zlib
from collections.abc import Callable, Iterator

MEBIBYTE = 1024 * 1024
BLOCK = 4 * MEBIBYTE
# Tagloop's default limit on files is 50 MiB.
LARGE = 48 * MEBIBYTE

JPEG_START = b"\xff\xd8"
JPEG_REST = bytes.fromhex("ffc0000b080010001001011100ffda0008010100003f00")
PNG_START = b"\x89PNG\r\n\x1a\n"
GIF_START = b"GIF89a" + struct.pack("<HHBBB", 16, 16, 0, 0, 0)
GIF_FRAME = b"," + struct.pack("<HHHHB", 0, 0, 16, 16, 0) + b"\x02\x02\x4c\x01\x00;"


def filled(start: bytes, part: bytes, end: bytes, size: int = LARGE) -> bytes:
    """Return a file of about `size` bytes: one part repeated between start and end."""
    return b"".join((start, part * ((size - len(start) - len(end)) // len(part)), end))


def jpeg_segment(marker: int, content: bytes) -> bytes:
    """Return a segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG."""
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def png(*chunks: bytes, size: int = 0) -> bytes:
    """Return a 16 x 16 PNG with these chunks before its own, repeated up to `size` bytes."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 0, 0, 0, 0))
    pixels = png_chunk(b"IDAT", zlib.compress(bytes(16 * 17))) + png_chunk(b"IEND", b"")
    return filled(PNG_START + header, b"".join(chunks), pixels, size or len(b"".join(chunks)) + 200)


def packed(size: int) -> bytes:
    """Return zeros, compressed to about a thousandth of `size` bytes."""
    pack = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    # After a full flush, a block does not refer to earlier ones, so it can be repeated.
    block = pack.compress(bytes(BLOCK)) + pack.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\xda" + block * (size // BLOCK) + b"\3\0"


def webp(*chunks: bytes) -> bytes:
    """Return an animated WebP with EXIF data after these chunks."""
    canvas = b"VP8X" + struct.pack("<IB3x", 10, 0x0A) + b"\x0f\0\0\x0f\0\0"
    body = b"WEBP" + canvas + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tiff_loop() -> bytes:
    """Return a TIFF whose only directory points to itself and is marked as reduced."""
    entries = struct.pack("<HHII", 254, 4, 1, 1)
    return b"II*\0" + struct.pack("<IH", 8, 1) + entries + struct.pack("<I", 8)


def tiff_chain() -> bytes:
    """Return a TIFF with a very long chain of reduced pictures, each directory full of entries."""
    entries = struct.pack("<HHII", 254, 4, 1, 1) * 512
    size = len(entries) + 6
    directories = (
        struct.pack("<H", 512) + entries + struct.pack("<I", 8 + number * size)
        for number in range(1, 6000)
    )
    return b"II*\0" + struct.pack("<I", 8) + b"".join(directories)


def box(kind: bytes, content: bytes) -> bytes:
    """Return a box of the ISO base media file format."""
    return struct.pack(">I", len(content) + 8) + kind + content


def heic(meta: bytes) -> bytes:
    """Return a HEIC with this content in its `meta` box."""
    return box(b"ftyp", b"heic\0\0\0\0mif1heic") + box(b"meta", bytes(4) + meta)


def avif_items() -> bytes:
    """Return an AVIF that assigns properties to a million other items first."""
    items = b"".join(struct.pack(">HB", number & 0xFFFF | 2, 0) for number in range(1_000_000))
    associations = box(b"ipma", bytes(4) + struct.pack(">I", 1_000_000) + items)
    primary = box(b"pitm", bytes(4) + struct.pack(">H", 1))
    properties = box(b"iprp", box(b"ipco", b"") + associations)
    return box(b"ftyp", b"avif\0\0\0\0avif") + box(b"meta", bytes(4) + primary + properties)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "JPEG, 48 MB of APP segments": lambda: filled(
        JPEG_START, jpeg_segment(0xE5, bytes(65_000)), JPEG_REST
    ),
    "JPEG, 48 MB of segments of 4 bytes": lambda: filled(
        JPEG_START, jpeg_segment(0xE5, b""), JPEG_REST
    ),
    "JPEG, 48 MB of EXIF segments": lambda: filled(
        JPEG_START, jpeg_segment(0xE1, b"Exif\0\0II*\0" + bytes(65_000)), JPEG_REST
    ),
    "JPEG, 5 MB of comments": lambda: filled(
        JPEG_START, jpeg_segment(0xFE, b"x" * 40), JPEG_REST, 5 * MEBIBYTE
    ),
    "JPEG, 48 MB of fill bytes": lambda: filled(JPEG_START, b"\xff", JPEG_REST),
    "JPEG, 48 MB of stray bytes": lambda: filled(JPEG_START + b"\xff\xe5\0\2", b"x", JPEG_REST),
    "JPEG, 48 MB of restart markers": lambda: filled(JPEG_START, b"\xff\xd0", JPEG_REST),
    "JPEG, an EXIF directory of 65,535 entries": lambda: (
        JPEG_START
        + jpeg_segment(0xE1, b"Exif\0\0II*\0" + struct.pack("<IH", 8, 65_535) + b"\1\0" * 32_000)
        + JPEG_REST
    ),
    "PNG, a profile of 5 MB, compressed": lambda: png(
        png_chunk(b"iCCP", b"p\0\0" + packed(5000 * MEBIBYTE))
    ),
    "PNG, 5 MB of zTXt that unpack to gigabytes": lambda: png(
        png_chunk(b"zTXt", b"k\0\0" + packed(64 * MEBIBYTE)), size=5 * MEBIBYTE
    ),
    "PNG, 48 MB of oversized zTXt": lambda: png(
        png_chunk(b"zTXt", b"k\0\0" + packed(8 * MEBIBYTE)), size=LARGE
    ),
    "PNG, 48 MB of empty private chunks": lambda: png(png_chunk(b"prVt", b""), size=LARGE),
    "PNG, one private chunk of 48 MB": lambda: png(png_chunk(b"prVt", bytes(LARGE))),
    "PNG, EXIF data of 48 MB": lambda: png(png_chunk(b"eXIf", b"II*\0" + bytes(LARGE))),
    "GIF, 20 MB of comments": lambda: filled(
        GIF_START + b"!\xfe", b"\xff" + b"c" * 255, b"\0" + GIF_FRAME, 20 * MEBIBYTE
    ),
    "GIF, 48 MB of blocks of one byte": lambda: filled(
        GIF_START + b"!\xfe", b"\1c", b"\0" + GIF_FRAME
    ),
    "GIF, 48 MB of empty extensions": lambda: filled(GIF_START, b"!\xfe\0", GIF_FRAME),
    "GIF, 48 MB of stray bytes": lambda: filled(GIF_START, b"x", GIF_FRAME),
    "WebP, 48 MB of empty chunks before the EXIF data": lambda: webp(
        b"ANMF\0\0\0\0" * (LARGE // 8)
    ),
    "WebP, EXIF data of 48 MB": lambda: webp(b"EXIF" + struct.pack("<I", LARGE) + bytes(LARGE)),
    "TIFF, a directory that follows itself": tiff_loop,
    "TIFF, 36 MB of directories": tiff_chain,
    "HEIC, 48 MB of boxes": lambda: (
        box(b"ftyp", b"heic\0\0\0\0heic") + box(b"free", b"") * (LARGE // 8)
    ),
    "HEIC, a meta box of 48 MB of boxes": lambda: heic(box(b"free", b"") * (LARGE // 8)),
    "AVIF, properties of a million items": avif_items,
    "JPEG 2000, 48 MB of boxes": lambda: (
        b"\0\0\0\x0cjP  \r\n\x87\n" + box(b"free", b"") * (LARGE // 8)
    ),
    "BMP, 48 MB of zeros": lambda: b"BM" + bytes(LARGE),
}


def make_all() -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every hostile file, one at a time."""
    for name, make in HOSTILE.items():
        yield name, make()
