"""How much of a picture was decoded, where its file is not all there."""

import numpy as np
from numpy.typing import NDArray

from shared.errors import DamagedPicture

# Less is next to nothing: its tags would be those of a blank.
MIN_SHARE = 0.1
# An incomplete picture lacks at least that much, whatever its rows look like.
MAX_SHARE = 0.99
# Formats that are compressed as a whole and whose decoders take zeros for picture.
COMPRESSED = ("WEBP", "AVIF", "HEIF", "JPEG2000")
MIN_ZEROS_SHARE = 0.1
ZEROS = bytes(16)


def decoded_share(pixels: NDArray[np.uint8]) -> float:
    """The share of the rows that show something, of the pixels of an incomplete picture.

    pixels: (height, width, channels), as they are stored. Decoders leave what they do not reach
    in one colour: at the bottom, at the top where rows are stored from below, between other rows
    where these are interlaced.
    """
    blank = max(_rows_of(pixels, pixels[-1, -1]), _rows_of(pixels, pixels[0, 0]))
    return min(1 - blank / len(pixels), MAX_SHARE)


def zeros_share(data: memoryview, format: str) -> float:
    """The share of a file that is zeros at its end, where compressed picture belongs there."""
    if format not in COMPRESSED or data[-len(ZEROS) :] != ZEROS:
        return 0.0
    end = len(data)
    if format == "WEBP":
        # What stands behind the end that the file names is padding.
        end = min(end, 8 + int.from_bytes(data[4:8], "little"))
    zeros = end - len(bytes(data[:end]).rstrip(b"\0"))
    share = zeros / max(end, 1)
    return share if share >= MIN_ZEROS_SHARE else 0.0


def refuse_nearly_nothing(share: float) -> None:
    """Let a picture pass of which enough was decoded to see something.

    Raises:
        DamagedPicture: there is next to nothing.
    """
    if share < MIN_SHARE:
        raise DamagedPicture(
            f"Only {share:.0%} of the picture could be decoded: the rest of its file is missing, "
            "empty or damaged."
        )


def _rows_of(pixels: NDArray[np.uint8], colour: NDArray[np.uint8]) -> int:
    """How many rows have this colour all over."""
    return int((pixels == colour).all(axis=(1, 2)).sum())
