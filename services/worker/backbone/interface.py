"""The interface that every backbone implements."""

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from services.worker.backbone.precision.choose import Choice
from shared.model.head import Head
from shared.model.vocabulary import Vocabulary

# The beginning of the names of networks with text.
OPEN_CLIP = "open_clip:"


def has_text(name: str) -> bool:
    """Return whether a network embeds texts beside pictures."""
    return name.startswith(OPEN_CLIP)


@dataclass(frozen=True)
class Description:
    """A frozen network.

    side: width and height of the input, in pixels. crop: the share of the picture's shorter side
    that the input covers. dimensions: length of the embedding.
    """

    name: str
    side: int
    crop: float
    dimensions: int


class TextEmbedder(Protocol):
    """Embeds texts into the space of a network's pictures. Thread-safe."""

    def embed(self, text: str, *, as_name: bool) -> NDArray[np.float32]:
        """Return the embedding of a text, (dimensions,), of length 1; as_name: of a tag's name."""
        ...


class Backbone(Protocol):
    """A network, loaded and warmed up. Thread-safe."""

    description: Description
    first_head: Head
    """The classifier that the network was trained with: version 1 of the head."""
    choice: Choice
    """The precision of its embeddings, and why."""

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The words of its classes; None for ImageNet's, which come with the program."""
        ...

    @property
    def text(self) -> "TextEmbedder | None":
        """The tower for texts; None if it has none."""
        ...

    def embed(self, pixels: NDArray[np.uint8]) -> Future[NDArray[np.float32]]:
        """Return the embedding, (dimensions,), of one picture, (side, side, 3) RGB, as a future.

        Blocks while the runtime is busy, so that decoding does not run far ahead.
        """
        ...

    def close(self) -> None:
        """Finish what was accepted, then release the runtime."""
        ...
