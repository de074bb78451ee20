"""Read a picture's format and size from its header, without decoding it."""

from dataclasses import dataclass
from typing import BinaryIO

from shared.errors import TooManyPixels
from shared.pictures.headers import FileSource, read_header
from shared.pictures.headers.header import SIDEWAYS


@dataclass(frozen=True)
class Probe:
    """A picture's format and its size in pixels, with the EXIF orientation applied."""

    format: str
    width: int
    height: int
    orientation: int


def probe(file: BinaryIO, max_pixels: int) -> Probe:
    """Read the header of a picture, in a few milliseconds however large the file is.

    Raises:
        NotAPicture: the format is unknown, or the header is damaged.
        TooManyPixels: width x height is over the limit.
    """
    header = read_header(FileSource(file))
    width, height = header.width, header.height
    if width * height > max_pixels:
        raise TooManyPixels(
            f"The picture has {width} x {height} pixels; this server accepts {max_pixels:,}."
        )
    if header.orientation in SIDEWAYS:
        width, height = height, width
    return Probe(header.format, width, height, header.orientation)
