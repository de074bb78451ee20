"""Turn pixels upright, as EXIF data says."""

import numpy as np
from numpy.typing import NDArray

from shared.pictures.headers.header import UPRIGHT

# EXIF orientation → (quarter turns counter-clockwise, then mirrored left to right).
TURNS = {
    2: (0, True),
    3: (2, False),
    4: (2, True),
    5: (3, True),
    6: (3, False),
    7: (1, True),
    8: (1, False),
}


def turn(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Return the upright picture of pixels as stored, (height, width) or (height, width, 3)."""
    if orientation == UPRIGHT:
        return pixels
    quarters, mirrored = TURNS[orientation]
    turned = np.rot90(pixels, quarters)
    return np.ascontiguousarray(turned[:, ::-1] if mirrored else turned)
