"""Latency from upload to tags at a fixed arrival rate: idle, at half load, behind a full bulk
queue.

Requests are due at fixed times whether or not earlier ones are answered; a late one counts its
delay. Each waits for its tags (`wait=`), so the measured time is what a client sees.
"""

from collections import defaultdict
from collections.abc import Iterator

from rich.console import Console

from bench.results.stats import Figure, percentile
from bench.setup.processes import find_process, run_program
from bench.setup.room import Room, new_owner
from bench.setup.stack import Tagloop, running_tagloop
from bench.throughput.load import sending

PERCENTS = (50, 95, 99)
CONNECTIONS = 24
WAIT_SECONDS = 30
IDLE_RATE = 2.0
INTERACTIVE_RATE = 2.0
IDLE_IMAGES = 80
HALF_LOAD_SECONDS = 30
INTERACTIVE_IMAGES = 60
BULK_PER_REQUEST = 32
FULL_LOAD_IMAGES = 600
SINGLE_IMAGES = 300
# The bulk queue has to outlast the measurement.
BULK_MARGIN = 2
MAX_ROUNDS = 3


def measure_latency(room: Room, console: Console) -> Iterator[Figure]:
    """Measure all three loads in turn, and one decode and forward pass for comparison.

    Yields `latency.<load>.p<percent>` in milliseconds, one sample per round.
    """
    labels: dict[str, str] = {"single": "one decode and forward pass"}
    samples: dict[str, list[float]] = defaultdict(list)
    with running_tagloop(room) as stack:
        full_rate = _full_rate(stack, room)
        half_rate = full_rate / 2
        half_images = room.scale.images(round(half_rate * HALF_LOAD_SECONDS))
        for number in range(min(MAX_ROUNDS, room.scale.rounds)):
            samples["single"].append(_single_ms(room))
            idle = _timed(stack, room, IDLE_RATE, room.scale.images(IDLE_IMAGES))
            half = _timed(stack, room, half_rate, half_images)
            behind, left = _behind_bulk(stack, room, full_rate)
            samples["bulk_left"].append(left)
            for load, label, seconds in (
                ("idle", f"idle machine, {IDLE_RATE:g} uploads/s", idle),
                ("half", f"half load, {half_rate:.0f} uploads/s", half),
                ("bulk", f"bulk queue full, {INTERACTIVE_RATE:g} uploads/s", behind),
            ):
                for percent in PERCENTS:
                    key = f"{load}.p{percent}"
                    labels[key] = f"{label}: p{percent}"
                    samples[key].append(1000 * percentile(seconds, percent))
            p50 = {key: round(values[-1]) for key, values in samples.items() if "p50" in key}
            console.print(f"  round {number + 1}: {p50} ms")
    for key, label in labels.items():
        yield Figure(f"latency.{key}", label, "ms", tuple(samples[key]))
    left_label = "bulk images that still waited at the end"
    yield Figure("latency.bulk_left", left_label, "images", tuple(samples["bulk_left"]))


def _single_ms(room: Room) -> float:
    """Return the time of one decode and forward pass in one process, in milliseconds."""
    arguments = ("--pictures", str(room.pictures.folder), "--images", str(SINGLE_IMAGES))
    milliseconds: float = run_program("bench.throughput.loops.worker_limit", *arguments)[
        "single_ms"
    ]
    return milliseconds


def _timed(stack: Tagloop, room: Room, rate: float, images: int) -> tuple[float, ...]:
    path = stack.path(new_owner(), WAIT_SECONDS)
    return sending.send(stack.port, path, room.pictures, images, CONNECTIONS, rate=rate).latencies


def _full_rate(stack: Tagloop, room: Room) -> float:
    """Return the images per second that this stack tags at full load."""
    owner, images = new_owner(), room.scale.images(FULL_LOAD_IMAGES)
    sent = stack.send(room.pictures, owner, images)
    return images / (stack.wait_until_tagged(owner, images) - sent.started)


def _behind_bulk(stack: Tagloop, room: Room, full_rate: float) -> tuple[tuple[float, ...], int]:
    """Return latencies while a bulk upload is queued, and how many of its images were left at the
    end.
    """
    images = room.scale.images(INTERACTIVE_IMAGES)
    seconds = images / INTERACTIVE_RATE
    requests = round(BULK_MARGIN * full_rate * seconds / BULK_PER_REQUEST)
    bulk = new_owner()
    worker = find_process("worker")
    # The queue fills while the worker is paused, so it is full from the first upload.
    worker.suspend()
    try:
        sending.send(
            stack.port,
            stack.path(bulk),
            room.pictures,
            requests * BULK_PER_REQUEST,
            connections=2,
            per_request=BULK_PER_REQUEST,
        )
    finally:
        worker.resume()
    behind = _timed(stack, room, INTERACTIVE_RATE, images)
    left = stack.count_queued(bulk)
    stack.wait_until_tagged(bulk, requests * BULK_PER_REQUEST)
    return behind, left
