"""Convert the colours of an ICC profile to sRGB, with which the network was trained."""

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

# A few profiles cover most pictures.
PROFILES_KEPT = 32
SPACES = {"RGB": "RGB ", "L": "GRAY", "CMYK": "CMYK"}
# Sample colours; a profile's curves are smooth between them.
STEPS = 9
# An invisible difference in levels: the profile is sRGB under another name.
SAME = 3
FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return an image of mode RGB in sRGB.

    image: of mode RGB, L, CMYK or LAB. profile: its ICC profile; with None, or one that does not
    fit or is invalid, colours are unchanged.
    """
    if image.mode == "LAB":
        return _apply(image, _from_lab())
    if profile is None:
        return image.convert("RGB")
    transform = _transform(profile, image.mode)
    return image.convert("RGB") if transform is None else _apply(image, transform)


def needs_conversion(profile: bytes | None, mode: str) -> bool:
    """Return whether colours of this profile differ from sRGB."""
    return profile is not None and _transform(profile, mode) is not None


def _apply(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    return ImageCms.applyTransform(image, transform) or image


@lru_cache(PROFILES_KEPT)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return the transform from a profile to sRGB; None if none is needed or possible."""
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if opened.profile.xcolor_space != SPACES.get(mode):
            return None
        transform = ImageCms.buildTransform(
            opened,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            FLAGS,
        )
    # LittleCMS reports damaged profiles in many ways.
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    return None if mode == "RGB" and _changes_nothing(transform) else transform


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    levels = np.linspace(0, 255, STEPS).astype(np.uint8)
    colours = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(STEPS, -1, 3)
    converted = np.asarray(_apply(Image.fromarray(colours), transform))
    return bool(np.abs(converted.astype(int) - colours).max() <= SAME)


@lru_cache(1)
def _from_lab() -> ImageCms.ImageCmsTransform:
    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    return ImageCms.buildTransform(lab, srgb, "LAB", "RGB")
