"""Picture files of every unusual kind, made from one photograph."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import ExifTags, Image

import shared.pictures.formats

SIZE = (96, 64)
ORIENTATIONS = range(1, 9)
# Enough of a JPEG for its header and part of its pixels.
KEPT_SHARE = 0.6
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def scene(width: int = SIZE[0], height: int = SIZE[1]) -> Image.Image:
    """Return a smooth picture whose corners differ, so that it looks different after every turn."""
    x = np.linspace(0, 1, width)[np.newaxis, :]
    y = np.linspace(0, 1, height)[:, np.newaxis]
    planes = [200 * x + 0 * y, 200 * y + 0 * x, 200 * (1 - x) * (1 - y)]
    return Image.fromarray(np.stack(planes, axis=-1).astype(np.uint8))


def encode(image: Image.Image, format: str, **options: Any) -> bytes:
    """Return an image as a file."""
    shared.pictures.formats.prepare_pillow()  # knows how to write HEIC
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def turned(orientation: int, format: str = "JPEG", image: Image.Image | None = None) -> bytes:
    """Return a file whose EXIF data ask for it to be turned before it is shown."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    options = {"quality": 95} if format == "JPEG" else {}
    return encode(image or scene(), format, exif=exif, **options)


def truncated(data: bytes, share: float = KEPT_SHARE) -> bytes:
    """Return the beginning of a file."""
    return data[: int(len(data) * share)]


def deep_png() -> bytes:
    """Return a PNG with 16 bits of grey a pixel."""
    grey = np.asarray(scene().convert("L"), dtype=np.uint16) * 257
    return encode(Image.fromarray(grey), "PNG")


def palette_png() -> bytes:
    """Return a PNG with a palette in which one entry is transparent."""
    return encode(scene().quantize(32), "PNG", transparency=0)


def animation(format: str) -> bytes:
    """Return three frames: the first is the scene, the others are black."""
    black = Image.new("RGB", SIZE)
    return encode(scene(), format, save_all=True, append_images=[black, black], duration=100)


def float_tiff() -> bytes:
    """Return floating-point grey in which some pixels are not numbers."""
    values = np.asarray(scene().convert("L"), dtype=np.float32) / 255
    values[0, 0] = np.nan
    return encode(Image.fromarray(values), "TIFF")


def huge_png(side: int = 60_000) -> bytes:
    """Return a PNG of a few kilobytes that would unpack to gigabytes: all its pixels are white."""
    pack = zlib.compressobj(9)
    row = b"\x00" + b"\xff" * (side // 8)
    # The header is all that a careful reader looks at, so a part of the rows will do.
    pixels = pack.compress(row * 500) + pack.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", pixels), (b"IEND", b"")]
    return PNG_SIGNATURE + b"".join(png_chunk(kind, content) for kind, content in chunks)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check


# Files of every readable kind, each of the scene, by what is odd about them.
READABLE: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: encode(scene(), "JPEG", quality=95),
    "progressive JPEG": lambda: encode(scene(), "JPEG", quality=95, progressive=True),
    "grey JPEG": lambda: encode(scene().convert("L"), "JPEG", quality=95),
    "CMYK JPEG": lambda: encode(scene().convert("CMYK"), "JPEG", quality=95),
    "PNG": lambda: encode(scene(), "PNG"),
    "16-bit PNG": deep_png,
    "palette PNG with transparency": palette_png,
    "PNG with alpha": lambda: encode(scene().convert("RGBA"), "PNG"),
    "black and white PNG": lambda: encode(scene().convert("1"), "PNG"),
    "animated GIF": lambda: animation("GIF"),
    "animated WebP": lambda: animation("WEBP"),
    "WebP": lambda: encode(scene(), "WEBP", quality=95),
    "AVIF": lambda: encode(scene(), "AVIF", quality=95),
    "HEIC": lambda: encode(scene(), "HEIF", quality=95),
    "TIFF": lambda: encode(scene(), "TIFF"),
    "floating point TIFF": float_tiff,
    "BMP": lambda: encode(scene(), "BMP"),
    "JPEG 2000": lambda: encode(scene(), "JPEG2000"),
    "one pixel": lambda: encode(Image.new("RGB", (1, 1), "red"), "PNG"),
    "a line": lambda: encode(scene(2000, 1), "PNG"),
}
GREY = {"grey JPEG", "16-bit PNG", "black and white PNG", "floating point TIFF"}
# Their pixels no longer match the scene.
UNLIKE = {"palette PNG with transparency", "one pixel", "a line", *GREY}

UNREADABLE: dict[str, Callable[[], bytes]] = {
    "text": lambda: b"this is not a picture\n" * 20,
    "HTML": lambda: b"<!doctype html><html><body>404</body></html>",
    "SVG": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>',
    "PDF": lambda: encode(scene(), "PDF"),
    "PostScript": lambda: encode(scene(), "EPS"),
    "JPEG XL": lambda: b"\xff\x0a" + bytes(99),
    "MP4 or QuickTime video": lambda: b"\0\0\0\x18ftypisom" + bytes(99),
    "PNG signature alone": lambda: PNG_SIGNATURE,
    "JPEG start alone": lambda: b"\xff\xd8\xff",
    "JPEG header cut short": lambda: encode(scene(), "JPEG")[:40],
    "zeros": lambda: bytes(4096),
}
