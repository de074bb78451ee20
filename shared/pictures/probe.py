"""What a file is, from its first bytes: nothing is decoded."""

from dataclasses import dataclass
from typing import BinaryIO

from PIL import ExifTags, Image

from shared.errors import NotAPicture, TooManyPixels
from shared.pictures.formats import READERS, prepare_pillow

UPRIGHT = 1
# EXIF orientations whose picture lies on its side.
SIDEWAYS = (5, 6, 7, 8)
# libheif and Pillow's TIFF reader give size and pixels as they are to be seen.
TURNED_BY_DECODER = ("HEIF", "TIFF")


@dataclass(frozen=True)
class Probe:
    """A picture's format and its size in pixels, after the EXIF orientation is applied."""

    format: str
    width: int
    height: int
    orientation: int


def probe(file: BinaryIO, max_pixels: int) -> Probe:
    """Read the header of a picture.

    Raises:
        NotAPicture: the content is in no format that Tagloop reads, or its header is damaged.
        TooManyPixels: width x height is over the limit.
    """
    prepare_pillow()
    file.seek(0)
    try:
        with Image.open(file, formats=READERS) as image:
            return _inspect(image, max_pixels)
    except TooManyPixels:
        raise
    # Pillow's decoders raise whatever their parsing trips over.
    except Exception as error:
        raise NotAPicture(
            "The file is not a picture that Tagloop reads, or its header is damaged "
            "(it reads JPEG, PNG, GIF, WebP, AVIF, HEIC, TIFF, BMP and JPEG 2000)."
        ) from error


def _inspect(image: Image.Image, max_pixels: int) -> Probe:
    width, height = image.size
    if width * height > max_pixels:
        raise TooManyPixels(
            f"The picture has {width} x {height} pixels; this server accepts {max_pixels:,}."
        )
    if width < 1 or height < 1:
        raise NotAPicture("The picture has no pixels.")
    orientation = _orientation(image)
    if orientation in SIDEWAYS:
        width, height = height, width
    return Probe(image.format or "", width, height, orientation)


def _orientation(image: Image.Image) -> int:
    if image.format in TURNED_BY_DECODER:
        return UPRIGHT
    if image.format == "PNG" and "exif" not in image.info:
        return UPRIGHT  # asked for EXIF data, Pillow would decode all pixels to look behind them
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, UPRIGHT)
    except Exception:
        return UPRIGHT
    return value if isinstance(value, int) and 1 <= value <= 8 else UPRIGHT
