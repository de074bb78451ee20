"""Decode a picture into the square of pixels that the network takes."""

import math

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from services.worker.decoding.fingerprints import take_fingerprint
from services.worker.decoding.protocol import Square
from services.worker.decoding.turning import turn
from shared.pictures.headers.header import UPRIGHT
from shared.pictures.pixels.colour import needs_conversion, to_srgb
from shared.pictures.pixels.jpeg import JpegFile, open_jpeg
from shared.pictures.pixels.missing import decoded_share, refuse_nearly_nothing
from shared.pictures.pixels.rgb import decode_rgb

CMYK_SPACES = ("CMYK", "YCCK")


def prepare_opencv() -> None:
    """Keep OpenCV from starting its own threads: the lanes already use all cores."""
    cv2.setNumThreads(1)


def decode_square(
    data: memoryview, format: str, orientation: int, side: int, crop: float
) -> Square:
    """Decode a picture and cut the square from its middle.

    crop: the share of the picture's shorter side that the square covers.

    For speed only the square is resized, and a large JPEG is decoded at 1/2, 1/4 or 1/8 of its
    size.

    Raises:
        PictureError: the bytes can't be decoded, or hardly any of the picture can.
    """
    min_side = round(side / crop)
    if format in ("JPEG", "MPO"):
        file = open_jpeg(data)
        file.check_scans()
        decoded = _decode_jpeg(file, min_side)
        if decoded is not None:
            square = _resize_middle(decoded.pixels, side, crop)
            return Square(
                turn(_convert(square, file.profile), orientation),
                decoded.share,
                take_fingerprint(decoded.pixels, orientation, data, format),
            )
    picture = decode_rgb(data, min_side)
    pixels = np.asarray(picture.image)
    return Square(
        _resize_middle(pixels, side, crop),
        picture.share,
        take_fingerprint(pixels, UPRIGHT, data, format),
    )


def _decode_jpeg(file: JpegFile, min_side: int) -> Square | None:
    """Return the pixels as stored, or None if libjpeg-turbo can't convert them to RGB."""
    data = file.data if file.has_end else file.without_fill()
    try:
        height, width, space, _ = simplejpeg.decode_jpeg_header(data)
        if space in CMYK_SPACES:
            return None
        scale = min(1.0, min_side / min(height, width))
        pixels = simplejpeg.decode_jpeg(
            data,
            min_height=math.ceil(height * scale),
            min_width=math.ceil(width * scale),
            strict=False,
        )
    except ValueError:
        return None
    if file.has_end:
        return Square(pixels)
    share = decoded_share(pixels)
    refuse_nearly_nothing(share)
    return Square(pixels, share)


def _convert(pixels: NDArray[np.uint8], profile: bytes | None) -> NDArray[np.uint8]:
    """Return RGB pixels in sRGB, which most pictures already have."""
    if profile is None or not needs_conversion(profile, "RGB"):
        return pixels
    return np.asarray(to_srgb(Image.fromarray(pixels), profile))


def _resize_middle(pixels: NDArray[np.uint8], side: int, crop: float) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    covered = max(1, round(min(height, width) * crop))
    top, left = (height - covered) // 2, (width - covered) // 2
    return cv2.resize(
        pixels[top : top + covered, left : left + covered],
        (side, side),
        interpolation=_interpolation(covered / side),
    )


def _interpolation(shrinkage: float) -> int:
    """Return how to resize.

    Most pictures shrink by half at most, since large JPEGs are shrunk before.
    """
    if shrinkage < 1:
        return cv2.INTER_CUBIC
    # Up to a factor of 2, linear interpolation uses every pixel and takes half the time.
    return cv2.INTER_LINEAR if shrinkage <= 2 else cv2.INTER_AREA
