"""The dominant colours of a picture, and how bright, sharp and rich in contrast it is.

They come from the image's thumbnail, a JPEG that Tagloop made itself.
"""

import io
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor
from sqlalchemy import RowMapping

from shared.pictures.isolated import Limits
from shared.pictures.renditions.renderer import shared_renderer
from shared.pictures.renditions.thumbnails import load_thumbnail
from shared.web.context import context

# Colours are grouped in this many before the most frequent are chosen.
PALETTE = 20
SIDE = 160
# The variance of a thumbnail's Laplacian, in 0..255 squared, that counts as fully sharp.
SHARP = 2000.0
# Half of the pixels black and half white.
FULL_CONTRAST = 127.5

SIMPLE = {
    "black": "#000000",
    "blue": "#1f4fd8",
    "brown": "#7a4a1e",
    "cyan": "#2bc4c9",
    "green": "#2f8f3a",
    "grey": "#808080",
    "orange": "#f08a1d",
    "pink": "#f29bb8",
    "purple": "#7d3c98",
    "red": "#cc1f1f",
    "white": "#ffffff",
    "yellow": "#f4d93b",
}


@dataclass(frozen=True)
class Colour:
    """A dominant colour. rgb: 0 to 255 each. share: of the pixels, 0 to 1."""

    rgb: tuple[int, int, int]
    share: float

    @property
    def hex_code(self) -> str:
        """As in CSS: #a1b2c3."""
        return "#{:02x}{:02x}{:02x}".format(*self.rgb)

    @property
    def css_name(self) -> str:
        """The nearest of the colours that CSS has names for."""
        return _nearest(self.rgb, *_css_colours())

    @property
    def simple_name(self) -> str:
        """The nearest of twelve everyday colours."""
        return _nearest(self.rgb, *_simple_colours())


@dataclass(frozen=True)
class Look:
    """Dominant colours, the most frequent first; brightness, sharpness, contrast: 0 to 100."""

    colours: list[Colour]
    brightness: float
    sharpness: float
    contrast: float


def look_of(row: RowMapping, max_colours: int) -> Look:
    """Return the colours and the look of a tagged image.

    Raises:
        PictureError: its file can't be decoded any more.
        Unavailable: the renderers are busy.
    """
    here = context()
    limits = Limits(here.settings.decode_seconds, here.settings.decode_memory_bytes)
    jpeg = load_thumbnail(here.engine, here.storage, shared_renderer(limits), row)
    return measure_look(Image.open(io.BytesIO(jpeg)).convert("RGB"), max_colours)


def measure_look(picture: Image.Image, max_colours: int) -> Look:
    """Return the colours and the look of an RGB picture."""
    picture.thumbnail((SIDE, SIDE))
    luma = np.asarray(picture.convert("L"), dtype=np.float32)
    return Look(
        _dominant(picture)[:max_colours],
        float(luma.mean() / 255 * 100),
        min(100.0, float(_laplacian(luma).var() / SHARP * 100)),
        min(100.0, float(luma.std() / FULL_CONTRAST * 100)),
    )


def _dominant(picture: Image.Image) -> list[Colour]:
    grouped = picture.quantize(PALETTE, method=Image.Quantize.MEDIANCUT)
    palette = np.asarray(grouped.getpalette(), dtype=int).reshape(-1, 3)
    counts = np.bincount(np.asarray(grouped).ravel(), minlength=len(palette))
    order = np.argsort(-counts, kind="stable")
    total = int(counts.sum())
    return [
        Colour(tuple(palette[n].tolist()), counts[n].item() / total) for n in order if counts[n]
    ]


def _laplacian(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return each pixel's difference from its four neighbours, (height, width)."""
    padded = np.pad(luma, 1, mode="edge")
    around = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
    return around - 4 * luma


def _nearest(rgb: tuple[int, int, int], names: list[str], values: NDArray[np.int_]) -> str:
    """Return the name of the nearest colour.

    The weights follow the eye, which is most sensitive to green ("redmean" distance).
    """
    mean_red = (values[:, 0] + rgb[0]) / 2
    weights = np.stack([2 + mean_red / 256, np.full_like(mean_red, 4), 3 - mean_red / 256], axis=1)
    distance = (weights * (values - np.array(rgb)) ** 2).sum(axis=1)
    return names[int(distance.argmin())]


@cache
def _css_colours() -> tuple[list[str], NDArray[np.int_]]:
    # Not the codes of this table: Pillow replaces one by a tuple when its name is first read.
    return _table({name: name for name in ImageColor.colormap})


@cache
def _simple_colours() -> tuple[list[str], NDArray[np.int_]]:
    return _table(SIMPLE)


def _table(codes: dict[str, str]) -> tuple[list[str], NDArray[np.int_]]:
    return list(codes), np.array([ImageColor.getrgb(code)[:3] for code in codes.values()])
