"""Memory of the worker over many images, which would show a leak."""

from collections.abc import Iterator

from rich.console import Console

from bench.results.stats import Figure
from bench.setup.processes import find_process
from bench.setup.room import Room, new_owner
from bench.setup.stack import running_tagloop

IMAGES = 20_000
STEPS = 20
MEBIBYTE = 1024 * 1024


def measure_memory(room: Room, console: Console) -> Iterator[Figure]:
    """Measure the worker's resident memory after each twentieth of the images."""
    step = room.scale.images(IMAGES) // STEPS
    sizes = []
    with running_tagloop(room) as stack:
        worker = find_process("worker")
        for number in range(1, STEPS + 1):
            owner = new_owner()
            stack.send(room.pictures, owner, step)
            stack.wait_until_tagged(owner, step)
            sizes.append(worker.memory_info().rss / MEBIBYTE)
            console.print(f"  after {number * step:,} images: {sizes[-1]:.1f} MiB")
    yield Figure("memory.steps", f"worker, every {step:,} images", "MiB", tuple(sizes))
    half = STEPS // 2
    growth = 100 * (sizes[-1] - sizes[half - 1]) / sizes[half - 1]
    yield Figure("memory.growth", f"growth over the last {half * step:,} images", "%", (growth,))
