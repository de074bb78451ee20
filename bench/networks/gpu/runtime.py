"""The worker's torch runtime with pictures: passes alone, decoding alone, both together."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path
from uuid import UUID

import numpy as np
import torch
from numpy.typing import NDArray

from bench.networks.gpu.forward import finishing
from bench.networks.gpu.timing import Rounds, measure
from bench.results.stats import Figure
from bench.throughput.loops.worker_limit import (
    MAX_SECONDS,
    Embed,
    MemoryStorage,
    in_lanes,
    in_one_process,
)
from bench.throughput.peers.eager import decode
from services.worker.backbone import Backbone, Description
from services.worker.backbone.interface import TextEmbedder
from services.worker.backbone.precision.choose import Choice
from services.worker.backbone.runtimes.torch_runtime import load_torch_backbone
from services.worker.tagging.lanes import count_lanes
from shared.config import Settings
from shared.db.images.tagging import ClaimedImage
from shared.model.head import Head
from shared.model.vocabulary import Vocabulary
from shared.storage.storage import Storage, original_key

# As many as the runtime takes at once, four times over.
PICTURES = 256
SMALL_PICTURES = 8
NVJPEG_BATCH = 64

Way = Callable[[Settings, Storage, Backbone, int, ExitStack], Embed]


@dataclass
class NoNetwork:
    """A runtime that returns zeros at once, so that what is left is decoding."""

    description: Description
    first_head: Head
    choice: Choice
    vocabulary: Vocabulary | None = None
    text: TextEmbedder | None = None

    def embed(self, pixels: NDArray[np.uint8]) -> Future[NDArray[np.float32]]:
        """Return zeros, (dimensions,)."""
        done: Future[NDArray[np.float32]] = Future()
        done.set_result(np.zeros(self.description.dimensions, np.float32))
        return done

    def close(self) -> None:
        """Do nothing."""


def without_decoding(
    _: Settings, storage: Storage, backbone: Backbone, __: int, ___: ExitStack
) -> Embed:
    """Run pictures that are decoded already through the runtime's queue."""
    description = backbone.description
    decoded: dict[UUID, NDArray[np.uint8]] = {}

    def pixels_of(image: ClaimedImage) -> NDArray[np.uint8]:
        if image.id not in decoded:
            file = BytesIO(storage.get(original_key(image.id)))
            decoded[image.id] = decode(file, description.side, description.crop)
        return decoded[image.id]

    def embed(images: list[ClaimedImage]) -> None:
        for embedding in [backbone.embed(pixels_of(image)) for image in images]:
            embedding.result(MAX_SECONDS)

    return embed


def decoding_alone(
    settings: Settings, storage: Storage, backbone: Backbone, lanes: int, closing: ExitStack
) -> Embed:
    """Decode in the worker's lanes, without any network."""
    nothing = NoNetwork(backbone.description, backbone.first_head, backbone.choice)
    return in_lanes(settings, storage, nothing, lanes, closing)


WAYS: dict[str, Way] = {
    "runtime, pictures decoded already": without_decoding,
    "runtime, decoding in threads": in_one_process,
    "runtime, decoding in the worker's lanes": in_lanes,
    "the worker's lanes, decoding alone": decoding_alone,
}


def measure_runtime(
    settings: Settings, device: str, paths: list[Path], pictures: int, rounds: Rounds
) -> Iterator[Figure]:
    """Yield images per second of every way from a file in memory to its embedding."""
    storage = MemoryStorage()
    images = [storage.add(path.read_bytes(), settings.max_image_pixels) for path in paths]
    many = list(islice(cycle(images), pictures))
    for label, way in WAYS.items():
        with ExitStack() as closing:
            backbone = load_torch_backbone(settings.backbone, device)
            closing.callback(backbone.close)
            embed = way(settings, storage, backbone, count_lanes(settings.lanes), closing)
            yield measure(label, partial(embed, many), pictures, rounds)


def measure_torchvision(
    device: str, paths: list[Path], pictures: int, rounds: Rounds
) -> Iterator[Figure]:
    """Yield images per second of torchvision's JPEG decoder, which on a GPU is nvJPEG.

    It decodes at full size, without the square that the network takes.

    Raises:
        RuntimeError: this build of torchvision lacks the decoder.
    """
    from torchvision.io import ImageReadMode, decode_jpeg

    batch = min(NVJPEG_BATCH, pictures)
    files = [torch.from_numpy(np.fromfile(path, np.uint8)) for path in islice(cycle(paths), batch)]
    name = "nvJPEG" if device == "cuda" else "torchvision's decoder"
    yield measure(
        f"{name}, decoding alone, batch {batch}",
        lambda: decode_jpeg(files, ImageReadMode.RGB, device=device),
        batch,
        rounds,
        finishing(device),
    )
