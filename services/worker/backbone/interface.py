"""What every backbone is and does."""

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from shared.model.head import Head


@dataclass(frozen=True)
class Description:
    """A frozen network.

    side: pixels of the square that goes in; crop: the share of the picture's shorter side that
    the square covers; dimensions: length of the embedding that comes out.
    """

    name: str
    side: int
    crop: float
    dimensions: int


class Backbone(Protocol):
    """A network, loaded and warmed up. Safe for threads."""

    description: Description
    first_head: Head
    """The classifier that the network was trained with: version 1 of the head."""

    def embed(self, pixels: NDArray[np.uint8]) -> Future[NDArray[np.float32]]:
        """One picture, (side, side, 3) RGB, to its embedding, (dimensions,).

        Blocks while the runtime has enough to do: whoever decodes must not run far ahead.
        """
        ...

    def close(self) -> None:
        """Finish what was accepted, then release the runtime."""
        ...
