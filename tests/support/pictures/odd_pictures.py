"""Rare but real kinds of files that decoders fail on; each shows the same scene."""

import struct
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from PIL import Image, ImageCms

from tests.support.pictures.pictures import SIZE, encode, png_chunk, scene

SIDEWAYS = 6


def nonsense_exif(orientation: int = SIDEWAYS) -> bytes:
    """Return EXIF data with an orientation between invalid values."""
    entries = [
        (0x010F, 2, 9, b"\xff\xff\xff\xff"),  # a text far outside
        (0x0112, 3, 1, struct.pack("<HH", orientation, 0)),
        (0x011A, 5, 1, struct.pack("<I", 200)),  # a rational of -1 and 0
        (0x011B, 2, 4, b"abc\0"),  # a text where a number belongs
        (0x0128, 77, 2, b"\1\2\3\4"),  # a type that there is not
        (0x8769, 4, 1, struct.pack("<I", 8)),  # the directory itself, as a part of it
    ]
    directory = struct.pack("<H", len(entries)) + b"".join(
        struct.pack("<HHI", tag, kind, count) + value for tag, kind, count, value in entries
    )
    data = b"II*\0" + struct.pack("<I", 8) + directory + struct.pack("<I", 0xFFFFFFF0)
    return b"Exif\0\0" + data.ljust(200, b"\0") + struct.pack("<iI", -1, 0)


def with_nonsense_exif(format: str) -> bytes:
    """Return the scene on its side, with EXIF data that is valid only in the orientation."""
    stored = scene().transpose(Image.Transpose.ROTATE_90)
    if format == "TIFF":
        nonsense = [
            (274, 3, SIDEWAYS),
            (282, 5, 0xFFFFFF00),
            (305, 2, 7),
            (0x8769, 4, 3),
            (700, 77, 1),
        ]
        return tiff(np.asarray(stored), photometric=2, more=nonsense)
    options = {"quality": 95} if format != "PNG" else {}
    return encode(stored, format, exif=nonsense_exif(), **options)


def clipboard_bmp() -> bytes:
    """Return a BMP of 32 bits with an alpha mask, in which all alpha is 0."""
    pixels = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)
    pixels[..., :3] = np.asarray(scene())[::-1, :, ::-1]
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    header = struct.pack("<IiiHHIIiiII", 108, *SIZE, 1, 32, 3, pixels.nbytes, 0, 0, 0, 0)
    header += masks + b"BGRs" + bytes(48)
    return (
        b"BM"
        + struct.pack("<IHHI", 14 + 108 + pixels.nbytes, 0, 0, 122)
        + header
        + pixels.tobytes()
    )


def slow_bmp(side: int = 4000) -> bytes:
    """Return a BMP of run lengths of one pixel each, which takes seconds to decode."""
    runs = b"\1\7" * (side * side)
    header = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, len(runs), 0, 0, 256, 0)
    start = 14 + len(header) + 1024
    return (
        struct.pack("<2sIHHI", b"BM", start + len(runs), 0, 0, start) + header + bytes(1024) + runs
    )


def tiff(
    pixels: np.ndarray,
    *,
    photometric: int,
    order: Literal["<", ">"] = "<",
    extra: int | None = None,
    sample_format: int = 1,
    previews: int = 0,
    more: Sequence[tuple[int, int, int]] = (),
) -> bytes:
    """Return an uncompressed TIFF: (height, width) or (height, width, samples).

    previews: that many small red directories, marked as reduced, stand before it. more: further
    entries, as tag, type and value.
    """
    samples = pixels.shape[2] if pixels.ndim == 3 else 1
    red = np.full((4, 6, 3), (255, 0, 0), np.uint8)
    pages: list[tuple[np.ndarray, int, int, int, int | None, int]] = [
        (red, 2, 3, 1, None, 1)
    ] * previews
    pages.append((pixels, photometric, samples, 0, extra, sample_format))
    out = bytearray((b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8))
    for number, (page, colour, count, reduced, alpha, kind) in enumerate(pages):
        bits = 8 * page.itemsize
        entries = [
            (254, 4, reduced),
            (256, 4, page.shape[1]),
            (257, 4, page.shape[0]),
            (258, 3, bits),
            (259, 3, 1),
            (262, 3, colour),
            (273, 4, 0),
            (277, 3, count),
            (278, 4, page.shape[0]),
            (279, 4, page.nbytes),
            (339, 3, kind),
        ]
        if alpha is not None:
            entries.append((338, 3, alpha))
        entries = sorted([*entries, *more])
        start = len(out)
        end = start + 2 + 12 * len(entries) + 4
        content = page.astype(page.dtype.newbyteorder(order)).tobytes()
        following = end + len(content) if number + 1 < len(pages) else 0
        out += struct.pack(order + "H", len(entries))
        for tag, type_, value in entries:
            out += struct.pack(order + "HHI", tag, type_, 1)
            here = end if tag == 273 else value
            out += struct.pack(
                order + ("HH" if type_ == 3 else "I"), *((here, 0) if type_ == 3 else (here,))
            )
        out += struct.pack(order + "I", following) + content
    return bytes(out)


def deep_grey(levels: int = 65535) -> np.ndarray:
    """Return the scene in 16-bit grey."""
    return (np.asarray(scene().convert("L"), np.float64) / 255 * levels).astype(np.uint16)


def profile(name: str) -> bytes:
    """Return an ICC profile: `swapped`, whose red is blue, or one that Pillow can make."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    if name == "sRGB":
        return made
    table = bytearray(made)
    place = {}
    for number in range(int.from_bytes(made[128:132], "big")):
        at = 132 + 12 * number
        place[made[at : at + 4]] = at
    red, blue = place[b"rXYZ"], place[b"bXYZ"]
    table[red + 4 : red + 12], table[blue + 4 : blue + 12] = (
        made[blue + 4 : blue + 12],
        made[red + 4 : red + 12],
    )
    return bytes(table)


def in_swapped_colours(format: str) -> bytes:
    """Return the scene with red and blue exchanged, and a profile that exchanges them back."""
    red, green, blue = scene().split()
    options = {} if format in ("PNG", "TIFF") else {"quality": 95}
    swapped = Image.merge("RGB", (blue, green, red))
    return encode(swapped, format, icc_profile=profile("swapped"), **options)


def cgbi_png() -> bytes:
    """Return a PNG as Xcode writes it: a chunk of its own before the header."""
    data = encode(scene(), "PNG")
    return data[:8] + png_chunk(b"CgBI", b"\x50\x00\x20\x02") + data[8:]


def photograph(size: int = 600) -> Image.Image:
    """Return a scene with noise, whose JPEG has some tens of kilobytes."""
    noise = np.random.default_rng(7).integers(-20, 20, (size, size, 3))
    return Image.fromarray((np.asarray(scene(size, size)) + noise).clip(0, 255).astype(np.uint8))


def many_scans(count: int, size: int = 512) -> bytes:
    """Return a progressive JPEG whose last scan is repeated up to so many scans."""
    data = encode(photograph(size), "JPEG", progressive=True)
    last = data.rfind(b"\xff\xda")
    scan = data[last:-2]
    return data[:-2] + scan * (count - data.count(b"\xff\xda")) + data[-2:]


NO_TIFF: dict[str, Callable[[], bytes]] = {
    "16 bits": lambda: tiff(np.stack([deep_grey()] * 2, axis=-1), photometric=1, extra=2),
    "floating point": lambda: tiff(
        np.asarray(scene(), np.float32) / 255, photometric=2, sample_format=3
    ),
    "CMYK": lambda: tiff(
        np.dstack([np.asarray(scene().convert("CMYK")), np.full(SIZE[::-1], 255, np.uint8)]).astype(
            np.uint16
        ),
        photometric=5,
        extra=2,
    ),
    "compression": lambda: tiff(np.asarray(scene()), photometric=2).replace(
        struct.pack("<HHIHH", 259, 3, 1, 1, 0), struct.pack("<HHIHH", 259, 3, 1, 50001, 0)
    ),
}
