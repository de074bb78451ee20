"""Detect a file's format by its first bytes and read its header."""

from collections.abc import Callable

from shared.errors import NotAPicture, UnreadKind
from shared.pictures.headers import bmp, gif, jpeg, png
from shared.pictures.headers.boxed import jpeg2000
from shared.pictures.headers.boxed.heif import is_heif, read_heif
from shared.pictures.headers.header import Header
from shared.pictures.headers.source import Source
from shared.pictures.headers.tagged import tiff
from shared.pictures.headers.unread import name_unread
from shared.pictures.headers.webp import is_webp, read_webp

BEGINNING_BYTES = 1024
READ = "it reads JPEG, PNG, GIF, WebP, AVIF, HEIC, TIFF, BMP and JPEG 2000"


def _starts(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda beginning: beginning.startswith(signatures)


READERS: tuple[tuple[Callable[[bytes], bool], Callable[[Source], Header]], ...] = (
    (_starts(jpeg.SIGNATURE), jpeg.read_jpeg),
    (_starts(png.SIGNATURE), png.read_png),
    (is_webp, read_webp),
    (_starts(*gif.SIGNATURES), gif.read_gif),
    (is_heif, read_heif),
    (_starts(*tiff.SIGNATURES), tiff.read_tiff),
    (_starts(jpeg2000.FILE_SIGNATURE, jpeg2000.CODESTREAM_SIGNATURE), jpeg2000.read_jpeg2000),
    (_starts(bmp.SIGNATURE), bmp.read_bmp),
)


def read_header(source: Source) -> Header:
    """Read the header of a picture; the format is detected by content, never by name.

    Raises:
        NotAPicture: the format is unknown, or the header is damaged.
        UnreadKind: the kind of picture is not supported.
    """
    header = _read(source, source.read(0, BEGINNING_BYTES))
    if header.width < 1 or header.height < 1:
        raise NotAPicture("The picture has no pixels.")
    return header


def _read(source: Source, beginning: bytes) -> Header:
    for begins, read in READERS:
        if begins(beginning):
            return read(source)
    name = name_unread(beginning)
    it_is = f"The file is {name}, not" if name else "The file is not"
    message = f"{it_is} a picture that Tagloop reads ({READ})."
    raise UnreadKind(message) if name else NotAPicture(message)
