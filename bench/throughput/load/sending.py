"""Start the load generator in its own process, on the same cores."""

import socket
import time
from dataclasses import dataclass

from bench.setup.errors import BenchError
from bench.setup.pictures import Pictures
from bench.setup.processes import run_program
from bench.setup.room import HOST

LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Sent:
    """The load generator's results.

    started, finished: monotonic clock, in seconds; latencies: seconds for each request, from the
    time at which it was due; cpu_seconds: of the generator itself.
    """

    started: float
    finished: float
    cpu_seconds: float
    latencies: tuple[float, ...]


def send(
    port: int,
    path: str,
    pictures: Pictures,
    images: int,
    connections: int,
    *,
    per_request: int = 1,
    rate: float | None = None,
) -> Sent:
    """Upload pictures as multipart bodies, every one of them different.

    rate: requests a second, each sent when due whether or not earlier ones are answered; None:
    every connection sends its next request after the previous answer.

    Raises BenchError when a request is refused.
    """
    arguments = [
        *("--port", str(port), "--path", path, "--pictures", str(pictures.folder)),
        *("--images", str(images), "--connections", str(connections)),
        *("--per-request", str(per_request)),
    ]
    if rate is not None:
        arguments += ["--rate", str(rate)]
    result = run_program("bench.throughput.load.generator", *arguments)
    return Sent(
        result["started"], result["finished"], result["cpu_seconds"], tuple(result["latencies"])
    )


def await_port(port: int, seconds: float) -> None:
    """Wait until something listens on a port. Raises BenchError after a timeout."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection((HOST, port)).close()
        except OSError as error:
            if time.monotonic() > deadline:
                raise BenchError(f"Nothing listens on port {port}.") from error
            time.sleep(LOOK_SECONDS)
        else:
            return
