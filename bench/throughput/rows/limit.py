"""Without services: the limit of this machine, and a plain loop."""

from bench.setup.pictures import Pictures
from bench.setup.processes import run_program
from bench.setup.room import Room
from bench.throughput.rows.throughput import Contestant, Measurement

WORKER_LIMIT = "bench.throughput.loops.worker_limit"


def _measure(module: str, pictures: Pictures, images: int, *more: str) -> Measurement:
    arguments = ("--pictures", str(pictures.folder), "--images", str(images), *more)
    result = run_program(module, *arguments)
    return Measurement(result["images_per_second"], {"process": result["cpu_ms"]})


def measure_limit(room: Room, pictures: Pictures, images: int) -> Measurement:
    """Measure the worker's decode and forward pass in one process, pictures in memory."""
    return _measure(WORKER_LIMIT, pictures, images)


def measure_lanes(room: Room, pictures: Pictures, images: int) -> Measurement:
    """Measure the same through the worker's lanes, which decode in separate processes."""
    return _measure(WORKER_LIMIT, pictures, images, "--isolated")


def measure_plain(room: Room, pictures: Pictures, images: int) -> Measurement:
    """Measure PIL and eager torch, one picture at a time."""
    return _measure("bench.throughput.loops.plain", pictures, images)


LIMIT = Contestant("limit", "limit L: decode and network alone", 2000, measure_limit)
LANES = Contestant("lanes", "the same, decoders isolated", 2000, measure_lanes)
PLAIN = Contestant("plain", "plain loop: PIL and torch eager", 300, measure_plain)
LARGE_LIMIT = Contestant("limit", LIMIT.label, 300, measure_limit)
LARGE_PLAIN = Contestant("plain", PLAIN.label, 24, measure_plain)
