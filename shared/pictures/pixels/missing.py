"""How much of an incomplete picture was decoded."""

import numpy as np
from numpy.typing import NDArray

from shared.errors import DamagedPicture

# Below this, a picture would get the tags of a blank.
MIN_SHARE = 0.1
# An incomplete picture counts as missing at least this much.
MAX_SHARE = 0.99
# Formats compressed as a whole, whose decoders read zeros as picture.
COMPRESSED = ("WEBP", "AVIF", "HEIF", "JPEG2000")
MIN_ZEROS_SHARE = 0.1
ZEROS = bytes(16)


def decoded_share(pixels: NDArray[np.uint8]) -> float:
    """Return the share of rows with content in the pixels of an incomplete picture.

    pixels: (height, width, channels), as stored. Decoders leave rows that they do not reach in one
    colour: at the bottom, at the top if rows are stored bottom-up, or between other rows if
    interlaced.
    """
    blank = max(_rows_of(pixels, pixels[-1, -1]), _rows_of(pixels, pixels[0, 0]))
    return min(1 - blank / len(pixels), MAX_SHARE)


def zeros_share(data: memoryview, format: str) -> float:
    """Return the share of a file that is zeros at its end, in place of compressed data."""
    if format not in COMPRESSED or data[-len(ZEROS) :] != ZEROS:
        return 0.0
    end = len(data)
    if format == "WEBP":
        # Anything after the end that the file declares is padding.
        end = min(end, 8 + int.from_bytes(data[4:8], "little"))
    zeros = end - len(bytes(data[:end]).rstrip(b"\0"))
    share = zeros / max(end, 1)
    return share if share >= MIN_ZEROS_SHARE else 0.0


def refuse_nearly_nothing(share: float) -> None:
    """Raise an error unless enough of a picture was decoded.

    Raises:
        DamagedPicture: almost nothing was.
    """
    if share < MIN_SHARE:
        raise DamagedPicture(
            f"Only {share:.0%} of the picture could be decoded: the rest of its file is missing, "
            "empty or damaged."
        )


def _rows_of(pixels: NDArray[np.uint8], colour: NDArray[np.uint8]) -> int:
    """Return the number of rows that are entirely of this colour."""
    return int((pixels == colour).all(axis=(1, 2)).sum())
