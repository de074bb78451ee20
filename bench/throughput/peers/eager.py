"""Tagging as most programs do it: PIL decodes and resizes, torch runs timm's network eagerly."""

from io import BytesIO
from typing import BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from services.worker.backbone.networks.timm_network import load_network

NETWORK = "tf_efficientnet_lite0"
TOP = 5


def decode(file: BinaryIO | BytesIO, side: int, crop: float) -> NDArray[np.uint8]:
    """Decode at full size, resize bicubically, crop the centre: (side, side, 3) uint8."""
    with Image.open(file) as opened:
        image = opened.convert("RGB")
    scale = round(side / crop) / min(image.size)
    width, height = (round(length * scale) for length in image.size)
    image = image.resize((width, height), Image.Resampling.BICUBIC)
    left, top = (width - side) // 2, (height - side) // 2
    # Copy, because torch needs writable memory.
    return np.array(image.crop((left, top, left + side, top + side)))


class EagerTagger:
    """A network with the same weights as Tagloop's."""

    def __init__(self, threads: int, *, bfloat16: bool = False) -> None:
        """Load the network.

        threads: of torch within this process; bfloat16: under torch's autocast.
        """
        torch.set_num_threads(threads)
        network = load_network(NETWORK)
        self.description = network.description
        self._embedder = network.embedder
        self._weight = torch.from_numpy(network.first_head.weight)
        self._bias = torch.from_numpy(network.first_head.bias)
        self._bfloat16 = bfloat16

    def decode(self, file: BinaryIO | BytesIO) -> NDArray[np.uint8]:
        """Return a picture as the network takes it: (side, side, 3) uint8."""
        return decode(file, self.description.side, self.description.crop)

    def tag(self, pixels: NDArray[np.uint8]) -> list[list[tuple[int, float]]]:
        """Return the five most probable classes of each picture, (n, side, side, 3)."""
        with (
            torch.inference_mode(),
            torch.autocast("cpu", torch.bfloat16, enabled=self._bfloat16),
        ):
            embeddings = self._embedder(torch.from_numpy(pixels)).float()
        probabilities = torch.softmax(embeddings @ self._weight + self._bias, dim=1)
        best = probabilities.topk(TOP)
        return [
            list(zip(classes, values, strict=True))
            for classes, values in zip(best.indices.tolist(), best.values.tolist(), strict=True)
        ]
