"""LitServe with batching, running eager torch and Tagloop's own OpenVINO network."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from bench.setup.pictures import Pictures
from bench.setup.processes import cpu_seconds, running_program
from bench.setup.room import Room, free_port
from bench.throughput.load import sending
from bench.throughput.peers.litserve_app import OPENVINO, PATH, TORCH, TORCH_BF16
from bench.throughput.rows.tagloop import GENERATOR, cpu_ms
from bench.throughput.rows.throughput import Contestant, Measurement

START_SECONDS = 120.0
WARM_UP_IMAGES = 128


@dataclass(frozen=True)
class Tuning:
    """LitServe's settings; docs/bench/README.md lists other settings that were tried.

    threads: of the runtime in each worker; connections: concurrent requests, since an answer
    arrives only when its batch is done.
    """

    workers: int
    threads: int
    batch: int
    timeout_ms: float
    connections: int


# The product with the head is small; numpy's threads would only compete with the runtime's.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1"}
CORES = os.cpu_count() or 1
TUNINGS = {
    TORCH: Tuning(CORES, 1, batch=16, timeout_ms=20, connections=64),
    TORCH_BF16: Tuning(CORES, 1, batch=16, timeout_ms=20, connections=64),
    OPENVINO: Tuning(CORES, 1, batch=16, timeout_ms=20, connections=64),
}


@contextmanager
def running_litserve(room: Room, runtime: str, tuning: Tuning) -> Iterator[int]:
    """Yield the port of a warmed-up server."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "bench.throughput.peers.litserve_app", "--runtime", runtime),
        *("--port", str(port), "--workers", str(tuning.workers)),
        *("--threads", str(tuning.threads), "--batch", str(tuning.batch)),
        *("--timeout-ms", str(tuning.timeout_ms)),
    ]
    with running_program(command, room.log(f"litserve-{runtime}"), ENVIRONMENT):
        sending.await_port(port, START_SECONDS)
        sending.send(port, PATH, room.pictures, WARM_UP_IMAGES, tuning.connections)
        yield port


def measure_litserve(runtime: str, room: Room, pictures: Pictures, images: int) -> Measurement:
    """Measure from the first upload to the last answer, which includes the tags."""
    tuning = TUNINGS[runtime]
    with running_litserve(room, runtime, tuning) as port:
        before = cpu_seconds()
        sent = sending.send(port, PATH, pictures, images, tuning.connections)
        used = cpu_ms(before, cpu_seconds(), images)
    used[GENERATOR] = 1000 * sent.cpu_seconds / images
    return Measurement(images / (sent.finished - sent.started), used)


LITSERVE = (
    Contestant("litserve", "(b) LitServe + torch", 400, partial(measure_litserve, TORCH)),
    Contestant(
        "litserve_bf16", "(b') LitServe + torch, bf16", 500, partial(measure_litserve, TORCH_BF16)
    ),
    Contestant(
        "litserve_openvino", "(c) LitServe + OpenVINO", 1000, partial(measure_litserve, OPENVINO)
    ),
)
