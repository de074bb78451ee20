"""The upper limit: the worker's decoding and network over pictures in memory, without any service.

`--isolated` uses the worker's lanes, which decode in separate processes and survive crashes of the
decoder; without it, everything runs in this process.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from bench.setup.pictures import jpeg_files
from bench.setup.processes import cpu_seconds
from services.worker.backbone import Backbone, load_backbone
from services.worker.decoding.square import decode_square, prepare_opencv
from services.worker.tagging.lanes import Lanes, Rejected, count_lanes
from shared.config import Settings, load_settings
from shared.db.images.tagging import ClaimedImage
from shared.pictures import probe
from shared.storage.image_ids import new_image_id
from shared.storage.storage import Storage, original_key

WARM_UP_IMAGES = 64
SINGLE_IMAGES = 50
MAX_SECONDS = 120.0

Embed = Callable[[list[ClaimedImage]], None]


class MemoryStorage(Storage):
    """Originals in a dict, which cost nothing to read."""

    def __init__(self) -> None:
        """Start empty."""
        self._blobs: dict[str, memoryview] = {}

    def add(self, data: bytes, max_pixels: int) -> ClaimedImage:
        """Store a picture; return it as a worker sees it after claiming it."""
        found = probe(BytesIO(data), max_pixels)
        image = ClaimedImage(new_image_id(), found.format, found.orientation, waited_seconds=0)
        self._blobs[original_key(image.id)] = memoryview(data)
        return image

    def get(self, key: str) -> memoryview:
        """Return the bytes of a picture."""
        return self._blobs[key]


def in_one_process(
    _: Settings, storage: Storage, backbone: Backbone, lane_count: int, closing: ExitStack
) -> Embed:
    """Yield threads that decode and run the network, as many as a worker has lanes."""
    description = backbone.description
    prepare_opencv()
    executor = closing.enter_context(ThreadPoolExecutor(lane_count))

    def start(image: ClaimedImage) -> Future[NDArray[np.float32]]:
        data = storage.get(original_key(image.id))
        square = decode_square(
            data, image.format, image.orientation, description.side, description.crop
        )
        return backbone.embed(square.pixels)

    def embed(images: list[ClaimedImage]) -> None:
        for embedding in list(executor.map(start, images)):
            embedding.result(MAX_SECONDS)

    return embed


def in_lanes(
    settings: Settings, storage: Storage, backbone: Backbone, lane_count: int, closing: ExitStack
) -> Embed:
    """Yield the worker's own lanes."""
    lanes = Lanes(settings, storage, backbone, lane_count)
    closing.callback(lanes.close)

    def embed(images: list[ClaimedImage]) -> None:
        for outcome in lanes.embed(images):
            if isinstance(outcome, Rejected):
                raise outcome.error

    return embed


def seconds_for(embed: Embed, images: list[ClaimedImage]) -> float:
    """Return how long the images take."""
    started = time.perf_counter()
    embed(images)
    return time.perf_counter() - started


def cpu_used() -> float:
    """Return CPU time of this process and of the decoders, in seconds."""
    return time.process_time() + sum(cpu_seconds().values())


def main() -> int:
    """Measure many pictures at once, and some one after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--images", type=int, required=True)
    parser.add_argument("--isolated", action="store_true")
    options = parser.parse_args()
    settings, storage = load_settings(), MemoryStorage()
    images = [
        storage.add(path.read_bytes(), settings.max_image_pixels)
        for path in jpeg_files(options.pictures)
    ]
    lane_count = count_lanes(settings.lanes)
    many = [images[number % len(images)] for number in range(options.images)]
    with ExitStack() as closing:
        way = in_lanes if options.isolated else in_one_process
        backbone = load_backbone(settings, lane_count)
        embed = way(settings, storage, backbone, lane_count, closing)
        embed(many[:WARM_UP_IMAGES])
        cpu_before = cpu_used()
        seconds = seconds_for(embed, many)
        cpu_ms = 1000 * (cpu_used() - cpu_before) / len(many)
        single = [seconds_for(embed, [image]) for image in many[:SINGLE_IMAGES]]
    result = {
        "images_per_second": len(many) / seconds,
        "cpu_ms": cpu_ms,
        "single_ms": 1000 * median(single),
    }
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
