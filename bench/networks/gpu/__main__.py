"""`python -m bench.networks.gpu [--output FILE.json]`: measure Tagloop on a GPU, in a few minutes.

`--device cpu --small` tries everything on the CPU, except CUDA graphs and nvJPEG.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import torch
from rich.console import Console

from bench.networks.gpu import timing
from bench.networks.gpu.forward import BATCHES, SMALL_BATCHES, measure_forward
from bench.networks.gpu.runtime import (
    PICTURES,
    SMALL_PICTURES,
    measure_runtime,
    measure_torchvision,
)
from bench.results.report import show, write_json
from bench.results.stats import Figure
from bench.setup.pictures import find_pictures
from bench.setup.room import Room, Scale
from bench.throughput.rows import tagloop
from services.worker.backbone.precision.processor import describe_processor
from shared.config import load_settings

UPLOADS, ADDED = 1_000, 3_000
SMALL_UPLOADS = 24


def measure_whole(room: Room, device: str, *, is_small: bool) -> Iterator[Figure]:
    """Yield images per second from HTTP to stored tags, of the stack that `make up` starts."""
    os.environ["TAGLOOP_DEVICE"] = device
    for contestant, images in ((tagloop.UPLOADS, UPLOADS), (tagloop.ADD, ADDED)):
        count = SMALL_UPLOADS if is_small else images
        sample = contestant.measure(room, room.pictures, count)
        yield Figure(contestant.key, contestant.label, "images/s", (sample.images_per_second,))
        for process, cpu_ms in sorted(sample.cpu_ms.items()):
            label = f"{contestant.label}: {process}"
            yield Figure(f"{contestant.key}.{process}", label, "CPU ms/image", (cpu_ms,))


def measure_all(device: str, work: Path, *, is_small: bool) -> Iterator[Figure]:
    """Yield every figure, the most important ones first."""
    rounds = timing.SMALL if is_small else timing.FULL
    pictures = SMALL_PICTURES if is_small else PICTURES
    settings = load_settings()
    room = Room(work, find_pictures(work), Scale(rounds=1, share=1.0))
    paths = room.pictures.paths
    yield from measure_runtime(settings, device, paths, pictures, rounds)
    try:
        yield from measure_torchvision(device, paths, pictures, rounds)
    except RuntimeError as error:
        print(f"torchvision's decoder is not measured: {error}", file=sys.stderr)
    yield from measure_whole(room, device, is_small=is_small)
    batches = SMALL_BATCHES if is_small else BATCHES
    yield from measure_forward(settings.backbone, device, batches, rounds)


def describe(device: str) -> dict[str, str]:
    """Return facts about the machine, by name."""
    gpu = torch.cuda.get_device_name() if device == "cuda" else "none"
    return {
        "gpu": gpu,
        "processor": f"{describe_processor()}, {os.cpu_count()} cores",
        "torch": torch.__version__,
    }


def main() -> int:
    """Measure all configurations on the first GPU."""
    parser = argparse.ArgumentParser(prog="python -m bench.networks.gpu", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("gpu.json"))
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--small", action="store_true", help="a try: few pictures, one round")
    given = parser.parse_args()
    console = Console(highlight=False)
    if given.device == "cuda" and not torch.cuda.is_available():
        console.print("There is no GPU that torch can use; --device cpu --small tries the script.")
        return 1
    machine = describe(given.device)
    console.print(machine)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="tagloop-bench-") as folder:
        for figure in measure_all(given.device, Path(folder), is_small=given.small):
            figures.append(figure)
            console.print(f"  {figure.label}: {figure.spread.median:,.1f} {figure.unit}")
            # What is measured so far is kept if the rest takes too long or fails.
            write_json(figures, machine, given.output)
    show(figures, console)
    return 0


if __name__ == "__main__":
    sys.exit(main())
