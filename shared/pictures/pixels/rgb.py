"""Decode the first frame of any picture to 8-bit RGB, upright."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFile, UnidentifiedImageError

from shared.errors import DamagedPicture, PictureError
from shared.pictures.formats import READERS, prepare_pillow
from shared.pictures.headers import MemorySource, read_header
from shared.pictures.headers.header import UPRIGHT
from shared.pictures.pixels.colour import needs_conversion, to_srgb
from shared.pictures.pixels.essential import Essential, essential
from shared.pictures.pixels.jpeg import open_jpeg
from shared.pictures.pixels.missing import decoded_share, refuse_nearly_nothing, zeros_share

WHITE = (255, 255, 255)
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Decoded:
    """An RGB image. share: the part of the picture that was decoded, 1 if the file is complete."""

    image: Image.Image
    share: float = 1.0


def decode_rgb(data: memoryview, min_side: int) -> Decoded:
    """Decode a picture to an RGB image in sRGB, oriented as its EXIF data says.

    min_side: minimum length of the shorter side in pixels; a much larger JPEG is decoded at a half,
    a quarter or an eighth of its size, which costs a fraction.

    Raises:
        PictureError: the decoder failed, or returned almost nothing.
    """
    prepare_pillow()
    header = read_header(MemorySource(data))
    try:
        needed = essential(data, header.format, min_side)
        image, share = _load(needed, header.format, min_side)
        share = min(share, 1 - zeros_share(data, header.format))
        refuse_nearly_nothing(share)
        profile = needed.profile or image.info.get("icc_profile")
        rgb = _to_rgb(image, profile, min_side)
        rgb = ImageChops.invert(rgb) if needed.is_negative else rgb
        return Decoded(_turn(rgb, header.orientation), share)
    except (MemoryError, PictureError):
        raise
    except UnidentifiedImageError as error:
        raise DamagedPicture("The picture is damaged and cannot be decoded.") from error
    # Pillow's decoders raise exceptions of any type.
    except Exception as error:
        raise DamagedPicture(f"The picture is damaged and cannot be decoded: {error}") from error


def _load(needed: Essential, format: str, min_side: int) -> tuple[Image.Image, float]:
    """Return the decoded image, and the share of it that the file contains."""
    if format == "JPEG":
        file = open_jpeg(memoryview(needed.data))
        if file.has_end:
            return _open(needed.data, min_side), 1.0
        return _load_part(file.without_fill(), min_side)
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        return _open(needed.data, min_side), 1.0
    except (OSError, SyntaxError):
        return _load_part(needed.data, min_side)
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = True


def _load_part(data: bytes | memoryview, min_side: int) -> tuple[Image.Image, float]:
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    image = _open(data, min_side)
    return image, decoded_share(np.asarray(image.convert("RGB")))


def _open(data: bytes | memoryview, min_side: int) -> Image.Image:
    image = Image.open(io.BytesIO(data), formats=READERS)
    image.draft("RGB", (min_side, min_side))
    image.load()
    return image


def _turn(image: Image.Image, orientation: int) -> Image.Image:
    return image if orientation == UPRIGHT else image.transpose(TURNS[orientation])


def _to_rgb(image: Image.Image, profile: bytes | None, min_side: int) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        return _from_deep_grey(image)
    is_bitmap = image.format == "BMP" and image.mode == "RGBA"
    if is_bitmap and image.getchannel("A").getextrema() == (0, 0):
        # Clipboard pictures of Windows have an alpha of zero, which is to be ignored.
        image = image.convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        background = Image.new("RGBA", image.size, WHITE)
        image = Image.alpha_composite(background, image).convert("RGB")
    if image.mode not in ("RGB", "L", "CMYK", "LAB"):
        image = image.convert("RGB")
    if needs_conversion(profile, image.mode):
        # Colours are converted pixel by pixel, so shrink first.
        image = image.reduce(max(1, min(image.size) // (2 * min_side)))
    return to_srgb(image, profile)


def _from_deep_grey(image: Image.Image) -> Image.Image:
    """Convert 16-bit, 32-bit and floating point greys; `convert` alone would clip them to white."""
    values: NDArray[np.floating] = np.asarray(image, dtype=np.float32)
    values = np.nan_to_num(values, posinf=0, neginf=0)
    if image.mode.startswith("I;16") or (image.mode == "I" and values.max(initial=0) <= 65535):
        values = values / 257
    else:
        low, high = float(values.min(initial=0)), float(values.max(initial=0))
        values = (values - low) * (255 / max(high - low, 1e-9))
    return Image.fromarray(values.clip(0, 255).astype(np.uint8)).convert("RGB")
