"""`python -m bench.networks.gpu [--output FILE.json]`: measure the torch runtime on a GPU.

Without a GPU it says so and measures nothing.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from uuid import UUID

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console

from bench.results.report import show, write_json
from bench.results.stats import Figure
from bench.setup.pictures import find_pictures
from bench.throughput.loops.gpu_forward import measure_forward, measure_nvjpeg
from bench.throughput.loops.worker_limit import (
    MAX_SECONDS,
    Embed,
    MemoryStorage,
    in_lanes,
    in_one_process,
    seconds_for,
)
from bench.throughput.peers.eager import decode
from services.worker.backbone import Backbone
from services.worker.backbone.precision.processor import describe_processor
from services.worker.backbone.runtimes.torch_runtime import load_torch_backbone
from services.worker.tagging.lanes import count_lanes
from shared.config import Settings, load_settings
from shared.db.images.tagging import ClaimedImage
from shared.storage.storage import Storage, original_key

ROUNDS = 5
IMAGES = 2_000
DEVICE = "cuda"

Way = Callable[[Settings, Storage, Backbone, int, ExitStack], Embed]


def forward_alone(
    _: Settings, storage: Storage, backbone: Backbone, __: int, ___: ExitStack
) -> Embed:
    """Run decoded pictures through the runtime's queue to the GPU and back."""
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


WAYS: dict[str, Way] = {
    "forward pass alone": forward_alone,
    "decode and forward pass, one process": in_one_process,
    "through the worker's lanes": in_lanes,
}


def measure(name: str, way: Way, settings: Settings, folder: Path) -> Figure:
    """Return images per second; a first round only warms up."""
    storage = MemoryStorage()
    images = [
        storage.add(path.read_bytes(), settings.max_image_pixels)
        for path in find_pictures(folder).paths
    ]
    many = [images[number % len(images)] for number in range(IMAGES)]
    lane_count = count_lanes(settings.lanes)
    with ExitStack() as closing:
        backbone = load_torch_backbone(settings.backbone, DEVICE)
        closing.callback(backbone.close)
        embed = way(settings, storage, backbone, lane_count, closing)
        embed(many[: len(images)])
        rates = tuple(IMAGES / seconds_for(embed, many) for _ in range(ROUNDS))
    return Figure(name, name, "images/s", rates)


def main() -> int:
    """Measure all configurations on the first GPU."""
    parser = argparse.ArgumentParser(prog="python -m bench.networks.gpu", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("gpu.json"))
    given = parser.parse_args()
    if not torch.cuda.is_available():
        print("There is no GPU that torch can use, so its runtime stays unmeasured here.")
        return 0
    console = Console(highlight=False)
    machine = {
        "gpu": torch.cuda.get_device_name(),
        "processor": f"{describe_processor()}, {os.cpu_count()} cores",
        "torch": torch.__version__,
    }
    console.print(machine)
    settings = load_settings()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        figures = [measure(name, way, settings, work) for name, way in WAYS.items()]
        figures.append(measure_nvjpeg(find_pictures(work).paths))
    figures += measure_forward(settings.backbone, DEVICE)
    show(figures, console)
    write_json(figures, machine, given.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
