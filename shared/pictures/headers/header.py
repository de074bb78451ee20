"""What the header of a picture says."""

from dataclasses import dataclass

UPRIGHT = 1
# EXIF orientations whose picture lies on its side.
SIDEWAYS = (5, 6, 7, 8)


@dataclass(frozen=True)
class Header:
    """A picture's format and size in pixels as its decoder gives them.

    orientation: the EXIF orientation, 1 to 8, by which the decoded pixels are still to be turned.
    """

    format: str
    width: int
    height: int
    orientation: int = UPRIGHT
