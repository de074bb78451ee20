"""`python -m bench.throughput.compat [--images 400]`: DetectLabels beside plain uploads.

Both go to one stack that asks for keys, over the same number of connections. Requests are encoded
and signed before the clock starts, so the client costs the same. The kinds take turns, and every
picture is new to the server.
"""

import argparse
import base64
import json
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import urllib3
from rich.console import Console
from rich.table import Table

from bench.setup.errors import BenchError
from bench.setup.machine import processor
from bench.setup.pictures import distinct, find_pictures
from bench.setup.processes import running_program, wait_until, wait_until_quiet
from bench.setup.room import HOST, free_port
from bench.setup.stack import up_command
from services.compat.dialects.rekognition.sigv4 import (
    ALGORITHM,
    TIME_FORMAT,
    CredentialScope,
    SignedRequest,
    sign,
)
from shared.auth.scopes import Scope
from shared.db.owners.keys import NewKey
from tagloop.admin.keys import create_aws_key, create_key
from tagloop.local.readiness import is_ready

ROUNDS = 3
CONNECTIONS = 8
WARM_UP_IMAGES = 60
WAIT_SECONDS = 30
PATH = "/compat/rekognition"
SIGNED = ("content-type", "host", "x-amz-date", "x-amz-target")


@dataclass(frozen=True)
class Request:
    """A request that is ready to be sent."""

    path: str
    body: bytes
    headers: dict[str, str]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.throughput.compat", description=__doc__)
    parser.add_argument("--images", type=int, default=400)
    given = parser.parse_args()
    os.environ["TAGLOOP_AUTH"] = "true"
    with tempfile.TemporaryDirectory() as folder:
        Console(width=100).print(measure(Path(folder), given.images))


def measure(work: Path, images: int) -> Table:
    """Return pictures a second of both ways, in each round, and their ratio."""
    port, log = free_port(), work / "up.log"
    blobs = [path.read_bytes() for path in find_pictures(work).paths]
    with running_program(up_command(port, work / "data"), log) as process:
        wait_until(lambda: is_ready(HOST, port), "Tagloop", process, log)
        host = f"{HOST}:{port}"
        new = NewKey(frozenset({Scope.INGEST}))
        bearer, keys = create_key(work / "data", new), create_aws_key(work / "data", new)
        kinds: dict[str, Callable[[bytes], Request]] = {
            f"upload with wait={WAIT_SECONDS}": lambda picture: plain(bearer, picture),
            "DetectLabels": lambda picture: detect(keys, host, picture),
        }
        pool = urllib3.PoolManager(maxsize=CONNECTIONS)
        for make in kinds.values():
            rate(
                pool,
                host,
                [make(distinct(blobs[n % len(blobs)], f"warm {n}")) for n in range(WARM_UP_IMAGES)],
            )
        wait_until_quiet()
        rates: dict[str, list[float]] = {name: [] for name in kinds}
        for number in range(ROUNDS):
            for name, make in kinds.items():
                pictures = [
                    distinct(blobs[n % len(blobs)], f"{name} {number} {n}") for n in range(images)
                ]
                rates[name].append(rate(pool, host, [make(picture) for picture in pictures]))
    return describe(rates)


def describe(rates: dict[str, list[float]]) -> Table:
    """Return the rates as a table, with the ratio to the first kind."""
    table = Table("pictures a second", *map(str, range(1, ROUNDS + 1)), "median", "ratio")
    table.title = f"{processor()}, {os.cpu_count()} cores, {CONNECTIONS} connections"
    first = median(next(iter(rates.values())))
    for name, found in rates.items():
        cells = [f"{one:.0f}" for one in (*found, median(found))]
        table.add_row(name, *cells, f"{median(found) / first:.2f}")
    return table


def plain(key: str, picture: bytes) -> Request:
    """Return a plain upload."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "image/jpeg"}
    return Request(f"/v1/images?wait={WAIT_SECONDS}", picture, headers)


def detect(keys: tuple[str, str], host: str, picture: bytes) -> Request:
    """Return a signed DetectLabels request."""
    body = json.dumps({"Image": {"Bytes": base64.b64encode(picture).decode()}}).encode()
    moment = datetime.now(UTC).strftime(TIME_FORMAT)
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "host": host,
        "x-amz-date": moment,
        "x-amz-target": "RekognitionService.DetectLabels",
    }
    scope = CredentialScope(moment[:8], "us-east-1", "rekognition")
    signature = sign(keys[1], scope, moment, SIGNED, SignedRequest("POST", PATH, "", headers, body))
    headers["authorization"] = (
        f"{ALGORITHM} Credential={keys[0]}/{scope}, SignedHeaders={';'.join(SIGNED)}, "
        f"Signature={signature}"
    )
    return Request(PATH, body, headers)


def rate(pool: urllib3.PoolManager, host: str, requests: list[Request]) -> float:
    """Send requests over all connections; return how many a second were answered.

    Raises BenchError if one is refused.
    """

    def send(asked: Request) -> None:
        url = f"http://{host}{asked.path}"
        answer = pool.request("POST", url, body=asked.body, headers=asked.headers, retries=False)
        if answer.status != 200:
            raise BenchError(
                f"{asked.path} was answered with {answer.status}: {answer.data[:200]!r}"
            )

    started = time.monotonic()
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        for _ in threads.map(send, requests):
            pass
    return len(requests) / (time.monotonic() - started)


if __name__ == "__main__":
    main()
