"""The data of a picture's header."""

from dataclasses import dataclass

UPRIGHT = 1
# EXIF orientations that swap width and height.
SIDEWAYS = (5, 6, 7, 8)


@dataclass(frozen=True)
class Header:
    """A picture's format and its size in pixels as decoded.

    orientation: the EXIF orientation, 1 to 8, still to be applied to the decoded pixels.
    """

    format: str
    width: int
    height: int
    orientation: int = UPRIGHT
