"""The fingerprint of a decoded picture: stays nearly the same in other sizes and qualities."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from services.worker.decoding.turning import turn
from shared.pictures.fingerprint import MINIATURE_SIDE, Fingerprint
from shared.pictures.headers.header import SIDEWAYS
from shared.pictures.headers.tagged.taken_at import find_taken_at

HASH_ROWS, HASH_COLUMNS = 8, 9


def take_fingerprint(
    pixels: NDArray[np.uint8], orientation: int, data: memoryview, format: str
) -> Fingerprint:
    """Return the fingerprint of a whole picture.

    pixels: (height, width, 3), as stored; orientation: their EXIF orientation; data: the file.
    """
    sums = cv2.integral(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
    size = (HASH_COLUMNS, HASH_ROWS) if orientation in SIDEWAYS else (HASH_ROWS, HASH_COLUMNS)
    fields = turn(_average(sums, *size), orientation)
    # Whether it gets brighter from each field to the next on its right.
    bits = np.packbits(fields[:, 1:] > fields[:, :-1])
    miniature = turn(_average(sums, MINIATURE_SIDE, MINIATURE_SIDE), orientation)
    return Fingerprint(
        int.from_bytes(bits.tobytes(), "big", signed=True),
        miniature.tobytes(),
        find_taken_at(data, format),
    )


def _average(sums: NDArray[np.int32], rows: int, columns: int) -> NDArray[np.uint8]:
    """Return the averages of a picture in a grid of fields, ten times as fast as OpenCV.

    sums: the picture's integral image, (height + 1, width + 1).
    """
    height, width = sums.shape[0] - 1, sums.shape[1] - 1
    top = _between(sums, np.linspace(0, height, rows + 1))
    corners = _between(top.T, np.linspace(0, width, columns + 1)).T
    totals = np.diff(np.diff(corners, axis=0), axis=1)
    return np.asarray(np.rint(totals * (rows * columns / (height * width))), np.uint8)


def _between(sums: NDArray[Any], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Interpolate between the rows of an array."""
    before = np.minimum(places.astype(np.intp), len(sums) - 2)
    share = (places - before)[:, np.newaxis]
    return np.asarray(sums[before] * (1 - share) + sums[before + 1] * share)
